/**
 * A stop that an entry at the exchange takes along as its conditional close: the exchange places it itself for each fill, with this
 * desk up or not (TRADING §4, ADR 0011). Between a fill and the order that was made for it the two are counted against each other.
 */
import { compare, isAbove, subtract, sum, ZERO, type Decimal } from "../decimal.ts";
import type { AccountState } from "../account/state.ts";
import type { Asset, Milliseconds } from "../market.ts";
import { assetsOf } from "../orders/conversion.ts";
import type { Order } from "../orders/order.ts";
import { perOrder } from "../account/open-orders.ts";

export type CarriedStop = {
  readonly price: Decimal;
  /** What the exchange has placed for its fills, as far as the desk has seen. */
  readonly made: Decimal;
  /** Since when that is not what is filled; null while it is. */
  readonly unevenSince: Milliseconds | null;
};

/** So long the other half of a fill or of a stop is waited for. What is not seen by then was not made, or is reconciled as a surplus. */
export const CARRIED_PATIENCE_MS = 3_000;

/** Whether a fill of the order waits for its stop to be seen, or a stop for its fill. */
export function isUneven(order: Order): boolean {
  return (order.carriedStop?.unevenSince ?? null) !== null;
}

/** The order with its fills held against its stops at `at`. */
export function evened<T extends Order>(order: T, at: Milliseconds): T {
  const carried = order.carriedStop ?? null;
  if (carried === null) {
    return order;
  }
  const even = compare(carried.made, order.filledQuantity) === 0;
  const unevenSince = even ? null : (carried.unevenSince ?? at);
  return unevenSince === carried.unevenSince ? order : { ...order, carriedStop: { ...carried, unevenSince } };
}

/** Entries of the asset whose fills and stops are not even, the living and those that ended lately. */
export function unevenEntries(state: AccountState, asset: Asset): readonly Order[] {
  return allUneven(state).filter(({ symbol }) => assetsOf(symbol).base === asset);
}

const unevenOrders = perOrder((order) => (isUneven(order) ? [order] : []));

/** The same of every asset. */
export function allUneven(state: AccountState): readonly Order[] {
  return [...unevenOrders(state.orders), ...state.ended.filter(isUneven)];
}

/** What is filled and has no stop that was seen yet. */
export function awaitedQuantity(state: AccountState, asset: Asset): Decimal {
  const missing = unevenEntries(state, asset).map(({ filledQuantity, carriedStop }) =>
    subtract(filledQuantity, carriedStop?.made ?? ZERO),
  );
  return sum(missing.filter((quantity) => isAbove(quantity, ZERO)));
}

/** When the other half is not waited for any more. */
export function evenBy({ carriedStop }: Order): Milliseconds {
  return (carriedStop?.unevenSince ?? 0) + CARRIED_PATIENCE_MS;
}
