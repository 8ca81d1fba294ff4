import type { Json } from "../ws/json.ts";

/** What an endpoint answers: a result, or errors; Kraken sends both with HTTP 200 (PROTOCOL §1). */
export type Answer = { readonly result: Json } | { readonly error: string };

export function failed(error: string): Answer {
  return { error };
}

export function answered(result: Json): Answer {
  return { result };
}

export function envelope(answer: Answer): Json {
  return "error" in answer ? { error: [answer.error] } : { error: [], result: answer.result };
}

/** Parameters of a request, flat: `close[ordertype]` is a name of its own. */
export type Params = ReadonlyMap<string, string>;
