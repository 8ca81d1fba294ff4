import { isParsedArray, isParsedObject, NumberText, parseJson, type Parsed, type ParsedObject } from "../ws/json.ts";
import type { Params } from "./envelope.ts";

/** A private call's parameters: flat texts, and the JSON they came in, if any, for nested lists. */
export interface PrivateRequest {
  readonly params: Params;
  readonly json: ParsedObject | undefined;
}

/** Reads a body by its content type (PROTOCOL §1.2); undefined when it is malformed. */
export function readPrivateRequest(contentType: string | undefined, body: string): PrivateRequest | undefined {
  if (contentType?.includes("application/json") === true) {
    const json = parseJson(body);
    return isParsedObject(json) ? { params: flatten(json), json } : undefined;
  }
  return { params: new Map(new URLSearchParams(body)), json: undefined };
}

/** `{close:{price:1}}` becomes `close[price]`; lists of plain values become comma lists. */
export function flatten(object: ParsedObject): Params {
  const params = new Map<string, string>();
  for (const [key, value] of Object.entries(object)) {
    if (isParsedObject(value)) {
      for (const [inner, text] of flatten(value)) {
        params.set(`${key}[${inner}]`, text);
      }
    } else if (isParsedArray(value)) {
      const texts = value.map((item) => plainText(item)).filter((text) => text !== undefined);
      if (texts.length === value.length) {
        params.set(key, texts.join(","));
      }
    } else {
      const text = plainText(value);
      if (text !== undefined) {
        params.set(key, text);
      }
    }
  }
  return params;
}

function plainText(value: Parsed): string | undefined {
  if (typeof value === "string") {
    return value;
  }
  if (value instanceof NumberText) {
    return value.text;
  }
  return typeof value === "boolean" ? String(value) : undefined;
}

export function commaList(text: string | undefined): string[] {
  return (text ?? "")
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");
}

export function flag(params: Params, name: string): boolean {
  return ["true", "1", "yes"].includes((params.get(name) ?? "").toLowerCase());
}
