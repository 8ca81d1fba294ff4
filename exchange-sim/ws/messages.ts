import { isoMicros, type Micros } from "../clock.ts";
import { isParsedArray, NumberText, type Json, type Parsed, type ParsedObject } from "./json.ts";

/** A request of a client: what every method has in common. */
export interface Request {
  readonly method: string;
  readonly requestId: number | undefined;
  readonly params: ParsedObject;
  readonly timeIn: Micros;
}

export type ReplyFrame = Readonly<Record<string, Json>>;

/** The reply to a request, in Kraken's member order. */
export function success(request: Request, now: Micros, result: Json, extra: ReplyFrame = {}): ReplyFrame {
  return {
    method: request.method,
    ...extra,
    req_id: request.requestId,
    result,
    success: true,
    time_in: isoMicros(request.timeIn),
    time_out: isoMicros(Math.max(now, request.timeIn + 20)),
  };
}

export function failure(request: Request, now: Micros, error: string, extra: ReplyFrame = {}): ReplyFrame {
  return {
    error,
    method: request.method,
    req_id: request.requestId,
    success: false,
    ...extra,
    time_in: isoMicros(request.timeIn),
    time_out: isoMicros(Math.max(now, request.timeIn + 20)),
  };
}

export function textParam(value: Parsed | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function booleanParam(value: Parsed | undefined): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}

export function integerParam(value: Parsed | undefined): number | undefined {
  return value instanceof NumberText && /^-?\d{1,15}$/.test(value.text) ? Number.parseInt(value.text, 10) : undefined;
}

/** A list of texts, or a single one; undefined when it is neither. */
export function textsParam(value: Parsed | undefined): readonly string[] | undefined {
  if (typeof value === "string") {
    return [value];
  }
  if (isParsedArray(value)) {
    const texts = value.filter((item) => typeof item === "string");
    return texts.length === value.length ? texts : undefined;
  }
  return undefined;
}

/** The first member that is not among `known`. */
export function unknownMember(object: ParsedObject, known: readonly string[]): string | undefined {
  return Object.keys(object).find((key) => !known.includes(key));
}
