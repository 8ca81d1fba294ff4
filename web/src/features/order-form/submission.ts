/**
 * From the wish to its one outcome. A wish gets its idempotency key when it is first meant (at the confirmation, or at the
 * click where none is asked) and keeps it until an answer is known: a repetition after a lost answer cannot be a second order.
 */
import { isUncertain } from "../create-write.ts";
import type { PlaceOrder } from "../../data/api.ts";
import type { PlacedOrder } from "../../../../contract/orders.ts";
import type { Problem, Result } from "../../../../domain/problem.ts";

export type Wish = { readonly request: PlaceOrder; readonly intent: string };

export type Submission =
  | { readonly type: "idle" }
  | { readonly type: "confirming"; readonly wish: Wish }
  | { readonly type: "sending"; readonly wish: Wish }
  /** No answer came: the order may or may not exist. */
  | { readonly type: "uncertain"; readonly wish: Wish; readonly problem: Problem }
  | { readonly type: "refused"; readonly problem: Problem }
  | { readonly type: "placed"; readonly placed: PlacedOrder };

export type SubmissionEvent =
  | { readonly type: "meant"; readonly wish: Wish; readonly confirm: boolean }
  | { readonly type: "confirmed" }
  | { readonly type: "dismissed" }
  | { readonly type: "retried" }
  | { readonly type: "answered"; readonly intent: string; readonly answer: Result<PlacedOrder> }
  /** The form was changed: the last outcome is no longer about what stands in it. */
  | { readonly type: "edited" };

export const IDLE: Submission = { type: "idle" };

export function reduceSubmission(state: Submission, event: SubmissionEvent): Submission {
  switch (event.type) {
    case "meant":
      // While one wish is on its way, or its outcome unknown, a second click is the same wish.
      return state.type === "sending" || state.type === "confirming" || state.type === "uncertain"
        ? state
        : { type: event.confirm ? "confirming" : "sending", wish: event.wish };
    case "confirmed":
      return state.type === "confirming" ? { type: "sending", wish: state.wish } : state;
    case "dismissed":
      return state.type === "sending" ? state : IDLE;
    case "retried":
      return state.type === "uncertain" ? { type: "sending", wish: state.wish } : state;
    case "answered":
      return state.type === "sending" && state.wish.intent === event.intent
        ? afterAnswer(state.wish, event.answer)
        : state;
    case "edited":
      return state.type === "placed" || state.type === "refused" ? IDLE : state;
  }
}

function afterAnswer(wish: Wish, answer: Result<PlacedOrder>): Submission {
  if (answer.ok) {
    return { type: "placed", placed: answer.value };
  }
  return isUncertain(answer.error)
    ? { type: "uncertain", wish, problem: answer.error }
    : { type: "refused", problem: answer.error };
}
