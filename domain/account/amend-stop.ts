import type { AmendRequest } from "../orders/request.ts";
import { recordedAmendDenial } from "./amend-denial.ts";
import { protectPosition } from "./protect.ts";
import type { OpenOrder } from "./state.ts";
import type { Outcome, Turn } from "./turn.ts";

/** A position's stop covers what there is of it: only its level can be changed, and that is the position's (TRADING §4). */
export function amendPositionStop(turn: Turn, order: OpenOrder, request: AmendRequest): Outcome {
  const { quantity, triggerPrice, limitPrice } = request;
  if (
    triggerPrice === undefined ||
    limitPrice !== undefined ||
    (quantity !== undefined && quantity !== order.quantity)
  ) {
    return recordedAmendDenial(turn, order.id, request, {
      code: "BAD_REQUEST",
      message: `The stop of a position always covers all of it (${order.quantity}): only its trigger price can be changed.`,
      details: { limit: order.quantity, value: quantity ?? order.quantity },
    });
  }
  const stop = { type: "price" as const, price: triggerPrice };
  return protectPosition(turn, { type: "protect_position", asset: order.hold.asset, stop });
}
