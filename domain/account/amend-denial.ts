import type { AmendRequest } from "../orders/request.ts";
import type { Problem } from "../problem.ts";
import { stamp, type Outcome, type Turn } from "./turn.ts";

/** The recorded answer to a change that is not made. */
export function recordedAmendDenial(turn: Turn, orderId: string, request: AmendRequest, problem: Problem): Outcome {
  const { quantity, limitPrice, triggerPrice } = request;
  return {
    problem,
    events: [
      {
        type: "amend_denied",
        ...stamp(turn.context),
        denialId: turn.context.id,
        orderId,
        request: {
          ...(quantity === undefined ? {} : { quantity }),
          ...(limitPrice === undefined ? {} : { limitPrice }),
          ...(triggerPrice === undefined ? {} : { triggerPrice }),
        },
        problem,
      },
    ],
  };
}
