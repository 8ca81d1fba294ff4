import type { Asset, Symbol } from "../market.ts";
import { cancelOrder, filledSoFar } from "./execute.ts";
import { goneProblem } from "./gone.ts";
import { isProtectiveStop } from "../protection/resting-stop.ts";
import { dropStop } from "./protect.ts";
import type { OpenOrder } from "./state.ts";
import { record, stamp, type Outcome, type Turn } from "./turn.ts";
import { liveOrder, liveOrders, liveOrdersHolding, type OpenOrders } from "./open-orders.ts";

/** Cancels one order. Needs no market; settle the tape first (TRADING §4). */
export function cancelOne(turn: Turn, orderId: string): Outcome {
  const order = liveOrder(turn.state.orders, orderId);
  if (order === undefined) {
    return { problem: goneProblem(turn, orderId), events: [] };
  }
  if (isProtectiveStop(order)) {
    // Otherwise the next decision would place it again.
    dropStop(turn, order.hold.asset, "You cancelled its stop.");
  }
  cancelOrder(turn, orderId, "Cancelled by you.");
  return null;
}

/** Cancels every live order, of one symbol or of all. Stops that protect a position stay with the position. */
export function cancelAll(turn: Turn, symbol: Symbol | null): void {
  for (const order of liveOrders(turn.state.orders)) {
    if ((symbol === null || order.symbol === symbol) && !isProtectiveStop(order)) {
      cancelOrder(turn, order.id, "Cancelled by you, with all others.");
    }
  }
}

/** Ends the orders whose expiry has come by the market's clock. */
export function expireOrders(turn: Turn): void {
  for (const order of liveOrders(turn.state.orders)) {
    if (order.expiresAt !== null && order.expiresAt <= turn.context.marketTime) {
      record(turn, {
        type: "order_expired",
        ...stamp(turn.context),
        orderId: order.id,
        reason: `Its expiry came; ${filledSoFar(order)}.`,
        released: order.hold,
      });
    }
  }
}

/** The live orders that hold some of the asset: sales of it first, then orders that pay with it. */
export function ordersHolding(orders: OpenOrders, asset: Asset): readonly OpenOrder[] {
  const holding = liveOrdersHolding(orders, asset);
  return [...holding.filter(({ side }) => side === "sell"), ...holding.filter(({ side }) => side === "buy")];
}
