/**
 * Kraken's answers as text: the envelope `{error, result}` (PROTOCOL §1), with every number kept as the text it was sent as, so
 * that no amount ever passes through a float.
 */
import { z } from "zod";

export type Envelope =
  /** Errors as they stand; at least one. */
  | { readonly kind: "errors"; readonly errors: readonly string[] }
  | { readonly kind: "result"; readonly result: unknown }
  /** An HTML page, half a body, something else. */
  | { readonly kind: "unreadable" };

/** Beside errors the result is missing, null or {}. */
const envelope = z.object({ error: z.array(z.string()), result: z.unknown().optional() });
/** A string, which is passed over, or a number token that stands as a value. */
const stringOrNumber = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Reads an answer. The error list decides, whatever the HTTP status; entries that begin with W are warnings. */
export function readEnvelope(status: number, body: string): Envelope {
  const parsed = envelope.safeParse(parseKeepingNumbers(body));
  if (!parsed.success) {
    return { kind: "unreadable" };
  }
  const errors = parsed.data.error.filter((text) => !text.startsWith("W"));
  if (errors.length > 0) {
    return { kind: "errors", errors };
  }
  // A proxy may answer with JSON of its own: without an error of Kraken's, only a success is one.
  return status < 400 ? { kind: "result", result: parsed.data.result } : { kind: "unreadable" };
}

/** JSON.parse with numbers as text; null when it is no JSON. */
export function parseKeepingNumbers(text: string): unknown {
  try {
    return JSON.parse(text.replace(stringOrNumber, (token) => (token.startsWith('"') ? token : `"${token}"`)));
  } catch {
    return null;
  }
}
