/** JSON whose numbers keep their text in both directions: Kraken's trailing zeros matter (PROTOCOL §5.3). */

/** A number that is written exactly as it stands. */
export class NumberText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Json =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | NumberText
  | readonly Json[]
  | { readonly [key: string]: Json };

export type JsonObject = Readonly<Record<string, Json>>;

/** Writes JSON; undefined members are left out. */
export function encodeJson(value: Json): string {
  if (value instanceof NumberText) {
    return value.text;
  }
  if (typeof value === "bigint") {
    return value.toString();
  }
  if (isJsonArray(value)) {
    return `[${value.map((item) => encodeJson(item)).join(",")}]`;
  }
  if (typeof value === "object" && value !== null) {
    const members: string[] = [];
    for (const [key, member] of Object.entries(value)) {
      if (member !== undefined) {
        members.push(`${JSON.stringify(key)}:${encodeJson(member)}`);
      }
    }
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(value) ?? "null";
}

function isJsonArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** A parsed value whose numbers are still text. */
export type Parsed = string | boolean | null | NumberText | readonly Parsed[] | ParsedObject;
export interface ParsedObject {
  readonly [key: string]: Parsed;
}

/** Reads JSON; undefined when it is none. Numbers become NumberText. */
export function parseJson(text: string): Parsed | undefined {
  try {
    const value: unknown = JSON.parse(text, (_key: string, member: unknown, context?: { source?: string }) =>
      typeof member === "number" ? new NumberText(context?.source ?? String(member)) : member,
    );
    return toParsed(value);
  } catch (error) {
    if (error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}

function toParsed(value: unknown): Parsed {
  if (value === null || typeof value === "string" || typeof value === "boolean" || value instanceof NumberText) {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map((item: unknown) => toParsed(item));
  }
  if (typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toParsed(member)]));
  }
  throw new TypeError("JSON holds a value that JSON cannot hold");
}

export function isParsedObject(value: Parsed | undefined): value is ParsedObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof NumberText);
}

export function isParsedArray(value: Parsed | undefined): value is readonly Parsed[] {
  return Array.isArray(value);
}
