/**
 * What an exit at the exchange waits for: two sales of the same inventory would both be filled (PROTOCOL §2.6), so what holds it
 * goes first. A stop is made smaller where a part is enough, and cancelled where not (TRADING §4 "saga").
 */
import { add, isAbove, isPositive, subtract, type Decimal } from "../../decimal.ts";
import type { Asset } from "../../market.ts";
import { isUneven } from "../../protection/carried-stop.ts";
import { isProtectiveStop, liveExits } from "../../protection/resting-stop.ts";
import { isTooSmall } from "../../protection/too-small.ts";
import { ordersHolding } from "../cancel.ts";
import { holdingOf } from "../holdings.ts";
import { findOrder } from "../order-steps.ts";
import type { AccountState, OpenOrder } from "../state.ts";
import { record, stamp, type Turn } from "../turn.ts";
import { requestCancel } from "./cancel.ts";
import { spendable } from "./spendable.ts";
import { liveOrder } from "../open-orders.ts";

export const AMEND_DEADLINE_MS = 5_000;

/** What may be sold now: no order holds it. */
export function freeInventory(state: AccountState, asset: Asset): Decimal {
  return subtract(spendable(state, asset), holdingOf(state.holdings, asset).held);
}

/** Orders that hold the asset, stops first and exits last, as many as have to give way before `wanted` is free. */
export function holdersInTheWay(state: AccountState, asset: Asset, wanted: Decimal): readonly OpenOrder[] {
  const holders = ordersHolding(state.orders, asset);
  const exits = liveExits(state, asset).map(({ id }) => id);
  const rank = (order: OpenOrder): number => (isProtectiveStop(order) ? 0 : exits.includes(order.id) ? 2 : 1);
  const ordered = holders.toSorted((left, right) => rank(left) - rank(right));
  let free = freeInventory(state, asset);
  const inTheWay: OpenOrder[] = [];
  for (const order of ordered) {
    if (!isAbove(wanted, free)) {
      break;
    }
    inTheWay.push(order);
    free = add(free, order.hold.amount);
  }
  return inTheWay;
}

/** Asks the orders in the way to give way, never `forOrder` itself; answers the ids that the exit has to wait for. */
export function makeRoom(
  turn: Turn,
  asset: Asset,
  wanted: Decimal,
  reason: string,
  forOrder: string | null = null,
): readonly string[] {
  const waitsFor: string[] = [];
  for (const order of holdersInTheWay(turn.state, asset, wanted).filter(({ id }) => id !== forOrder)) {
    const rest = subtract(order.hold.amount, subtract(wanted, freeInventory(turn.state, asset)));
    if (!shrinkStop(turn, order, rest)) {
      requestCancel(turn, order.id, reason);
    }
    if (liveOrder(turn.state.orders, order.id) !== undefined) {
      waitsFor.push(order.id);
    }
  }
  return waitsFor;
}

/** True when the stop is asked to cover `rest` only; false when it has to go: not a stop, not changeable now, or too little. */
function shrinkStop(turn: Turn, order: OpenOrder, rest: Decimal): boolean {
  const instrument = turn.state.instruments[order.symbol];
  const price = order.triggerPrice;
  if (!isProtectiveStop(order) || !isChangeable(order) || instrument === undefined || !isPositive(rest)) {
    return false;
  }
  if (price !== null && isTooSmall(rest, price, instrument)) {
    return false;
  }
  amendStop(turn, order, { quantity: add(order.filledQuantity, rest), triggerPrice: price }, order.hold.amount);
  return true;
}

/** Asks the exchange to change a stop; until its answer `held` of the asset is held for it. */
export function amendStop(
  turn: Turn,
  order: OpenOrder,
  terms: { readonly quantity: Decimal; readonly triggerPrice: Decimal | null },
  held: Decimal,
): void {
  record(turn, {
    type: "amend_requested",
    ...stamp(turn.context),
    orderId: order.id,
    quantity: terms.quantity,
    limitPrice: order.limitPrice,
    triggerPrice: terms.triggerPrice,
    deadline: turn.context.now + AMEND_DEADLINE_MS,
    hold: { asset: order.hold.asset, before: order.hold.amount, after: held },
  });
}

/** It rests at the exchange, and nothing that was asked of it waits for an answer. */
export function isChangeable({ status, venue }: OpenOrder): boolean {
  return (
    status === "open" &&
    venue !== null &&
    venue.placement === "confirmed" &&
    venue.cancel === null &&
    venue.amend === null &&
    venue.ending === null
  );
}

/** It has ended, or its change is answered; of an entry: its fills and their stops are even. */
export function hasGivenWay(state: AccountState, id: string, asset: Asset): boolean {
  const known = findOrder(state, id);
  if (known !== undefined && isUneven(known)) {
    return false;
  }
  const order = liveOrder(state.orders, id);
  return (
    order === undefined ||
    order.hold.asset !== asset ||
    (order.venue?.amend === null && order.venue.cancel === null && order.venue.ending === null)
  );
}
