/** TRADING §1: what leaves managed inventory by hand shrinks the stop, so that no resting sale is for more than there is. */
import { add, isBelow, isPositive, largest, subtract, sum, ZERO, type Decimal } from "../../decimal.ts";
import type { Asset } from "../../market.ts";
import { isTriggered } from "../../orders/order.ts";
import { holdingOf } from "../holdings.ts";
import type { OpenOrder } from "../state.ts";
import { record, stamp, type Turn } from "../turn.ts";
import { requestCancel } from "./cancel.ts";
import { AMEND_DEADLINE_MS } from "./make-room.ts";
import { liveOrder, liveOrders } from "../open-orders.ts";

/**
 * Amends or cancels live sales of the asset until what they are for is managed again. Stops first: the exchange keeps nothing
 * back for them, so it would let them sell what is the user's own (PROTOCOL §2.6).
 */
export function shrinkSales(turn: Turn, asset: Asset): void {
  const sales = liveOrders(turn.state.orders).filter(
    ({ side, hold, venue }) => side === "sell" && hold.asset === asset && venue?.ending === null,
  );
  const lasting = sales.filter(({ venue }) => venue?.cancel === null);
  const managed = largest(ZERO, holdingOf(turn.state.holdings, asset).managed);
  let excess = subtract(sum(lasting.map(({ hold }) => hold.amount)), managed);
  for (const order of lasting.toSorted((left, right) => rank(left) - rank(right))) {
    if (!isPositive(excess)) {
      return;
    }
    const rest = subtract(order.hold.amount, excess);
    excess = subtract(excess, order.hold.amount);
    shrink(turn, order, rest);
  }
}

function rank(order: OpenOrder): number {
  return isTriggered(order.type) ? 0 : 1;
}

/** To `rest`, where that is an order still; one that cannot be changed now goes. */
function shrink(turn: Turn, order: OpenOrder, rest: Decimal): void {
  const { state, context } = turn;
  const minimum = state.instruments[order.symbol]?.minimumQuantity ?? ZERO;
  const open = order.status === "open" || order.status === "partially_filled";
  if (!open || order.venue?.amend !== null || !isPositive(rest) || isBelow(rest, minimum)) {
    requestCancel(turn, order.id, "Cancelled because what it would sell was taken by hand.");
    return;
  }
  const { limitPrice, triggerPrice, hold } = order;
  record(turn, {
    type: "amend_requested",
    ...stamp(context),
    orderId: order.id,
    quantity: add(order.filledQuantity, rest),
    limitPrice,
    triggerPrice,
    deadline: context.now + AMEND_DEADLINE_MS,
    hold: { asset: hold.asset, before: hold.amount, after: hold.amount },
  });
}

/** A sale that could not be made smaller goes where it is still for more than there is. */
export function cancelTooLarge(turn: Turn, orderId: string): void {
  const order = liveOrder(turn.state.orders, orderId);
  if (order?.side !== "sell" || order.venue?.cancel !== null || order.venue.ending !== null) {
    return;
  }
  const { asset } = order.hold;
  const lasting = liveOrders(turn.state.orders).filter(
    ({ side, hold, venue }) =>
      side === "sell" && hold.asset === asset && venue?.ending === null && venue.cancel === null,
  );
  const managed = largest(ZERO, holdingOf(turn.state.holdings, asset).managed);
  if (isPositive(subtract(sum(lasting.map(({ hold }) => hold.amount)), managed))) {
    requestCancel(turn, orderId, "Cancelled because it sells more than there is left and could not be made smaller.");
  }
}
