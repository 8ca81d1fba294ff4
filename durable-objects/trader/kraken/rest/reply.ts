/** From what came over the wire to a reply in our terms. */
import type { z } from "zod";
import { failureOf, noAnswer, notUnderstood, type VenueAction } from "../../../../domain/venue/errors.ts";
import type { Milliseconds } from "../../../../domain/market.ts";
import type { VenueReply } from "../../../../domain/venue/failure.ts";
import type { RestAnswer } from "./api.ts";
import { readEnvelope } from "./envelope.ts";

/** What the answer, or that there was none, says about the action that was sent. */
export function replyOf<S extends z.ZodType>(
  answer: RestAnswer | "timeout" | "no answer",
  action: VenueAction,
  now: Milliseconds,
  schema: S,
): VenueReply<z.output<S>> {
  if (typeof answer === "string") {
    return { ok: false, failure: noAnswer(answer, action, now) };
  }
  const envelope = readEnvelope(answer.status, answer.body);
  switch (envelope.kind) {
    case "unreadable": {
      const text = answer.status === 200 ? "no answer" : (`HTTP ${answer.status}` as const);
      return { ok: false, failure: noAnswer(text, action, now) };
    }
    case "errors":
      return { ok: false, failure: failureOf(envelope.errors, action, now) };
    case "result": {
      const result = schema.safeParse(envelope.result);
      return result.success ? { ok: true, value: result.data } : { ok: false, failure: notUnderstood(action) };
    }
  }
}
