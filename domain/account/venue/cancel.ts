/** Cancels at an exchange: wishes that wait for its answer. */
import type { Symbol } from "../../market.ts";
import { isProtectiveStop } from "../../protection/resting-stop.ts";
import { goneProblem } from "../gone.ts";
import { dropStop } from "../protect.ts";
import { liveOrder, liveOrders } from "../open-orders.ts";
import { record, stamp, type Outcome, type Turn } from "../turn.ts";

/** Asks for the cancel of a live order. One that has never left the queue ends at once. */
export function requestCancel(turn: Turn, orderId: string, reason: string): void {
  const order = liveOrder(turn.state.orders, orderId);
  if (order?.venue?.cancel !== null || order.venue.ending !== null) {
    return; // Gone, or asked for already, or over at the exchange: only its fills are still to be read.
  }
  if (order.venue.placement === "queued") {
    record(turn, { type: "order_cancelled", ...stamp(turn.context), orderId, reason, released: order.hold });
    return;
  }
  record(turn, { type: "cancel_requested", ...stamp(turn.context), orderId, reason });
}

export function cancelAtExchange(turn: Turn, orderId: string): Outcome {
  const order = liveOrder(turn.state.orders, orderId);
  if (order === undefined) {
    return { problem: goneProblem(turn, orderId), events: [] };
  }
  if (isProtectiveStop(order)) {
    // Otherwise the next decision would place it again.
    dropStop(turn, order.hold.asset, "You cancelled its stop.");
  }
  requestCancel(turn, orderId, "Cancelled by you.");
  return null;
}

/**
 * Our own orders only: what was made by hand needs a second confirmation (TRADING §5). Stops that protect a position stay with
 * the position.
 */
export function cancelAllAtExchange(turn: Turn, symbol: Symbol | null): void {
  for (const order of liveOrders(turn.state.orders)) {
    if ((symbol === null || order.symbol === symbol) && !isProtectiveStop(order)) {
      requestCancel(turn, order.id, "Cancelled by you, with all others.");
    }
  }
}
