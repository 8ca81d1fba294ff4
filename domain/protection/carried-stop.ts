/**
 * A stop that an entry at the exchange takes along as its conditional close: the exchange places it itself for each fill, with this
 * desk up or not (TRADING §4, ADR 0011). Between a fill and the order that was made for it the two are counted against each other.
 */
import { add, compare, isAbove, smallest, subtract, sum, ZERO, type Decimal } from "../decimal.ts";
import type { AccountState } from "../account/state.ts";
import type { Asset, Milliseconds } from "../market.ts";
import { assetsOf } from "../orders/conversion.ts";
import type { Order } from "../orders/order.ts";
import { perOrder } from "../account/open-orders.ts";

export type CarriedStop = {
  readonly price: Decimal;
  /** What the exchange has placed for its fills, as far as the desk has seen; what it was found not to have placed counts too. */
  readonly made: Decimal;
  /** Since when that is not what is filled; null while it is. */
  readonly unevenSince: Milliseconds | null;
  /** When the last fill or stop of it was booked; absent while it is even. */
  readonly changedAt?: Milliseconds;
  /** The exchange's time of the first fill since it was even; absent: none. */
  readonly filledFrom?: Milliseconds;
  /** Of `made`: what a look did not find. A stop that turns up later is for this. */
  readonly notMade?: Decimal;
};

/** So long the exchange's lists may lag behind what it has done (PROTOCOL §2.5). */
const LISTS_LAG_MS = 10_000;
/** A list that shows the entry as ended is of after its last fill: of that moment or later. The rest is for lists that differ. */
const ENDED_LAG_MS = 3_000;
/** An entry of which the exchange shows no fill for a stop that it has made itself: so long its lists may contradict one another. */
const CONTRADICTED_MS = 60_000;

/** Ages of what is uneven at which the exchange is looked at; after the last ever more seldom. */
const LOOKS_MS = [250, 1_250, 3_000, 6_000, LISTS_LAG_MS] as const;
const LONGEST_PAUSE_MS = 30_000;
/** From this age on the orders that have ended are read as well: a stop may have been filled before it was seen. */
const THOROUGH_FROM_MS = 1_000;

/** Whether a fill of the order waits for its stop to be seen, or a stop for its fill. */
export function isUneven(order: Order): boolean {
  return (order.carriedStop?.unevenSince ?? null) !== null;
}

/** The order with its fills held against its stops at `at`. `filledAt`: the exchange's time of the fill that was booked. */
export function evened<T extends Order>(order: T, at: Milliseconds, filledAt: Milliseconds | null = null): T {
  const carried = order.carriedStop ?? null;
  if (carried === null) {
    return order;
  }
  const { price, made, notMade } = carried;
  const kept = { price, made, ...(notMade === undefined ? {} : { notMade }) };
  if (compare(made, order.filledQuantity) === 0) {
    return carried.unevenSince === null ? order : { ...order, carriedStop: { ...kept, unevenSince: null } };
  }
  const times = [carried.filledFrom, filledAt].filter((time) => time !== undefined && time !== null);
  const from = times.length === 0 ? {} : { filledFrom: Math.min(...times) };
  return { ...order, carriedStop: { ...kept, unevenSince: carried.unevenSince ?? at, changedAt: at, ...from } };
}

/** The entry with one stop more. One that comes when all is even already is what a look before did not find. */
export function withStop<T extends Order>(entry: T, quantity: Decimal, at: Milliseconds): T {
  const carried = entry.carriedStop ?? null;
  if (carried === null) {
    return entry;
  }
  const made = add(carried.made, quantity);
  const surplus = subtract(made, entry.filledQuantity);
  const late = isAbove(surplus, ZERO) ? smallest(surplus, carried.notMade ?? ZERO) : ZERO;
  const notMade = subtract(carried.notMade ?? ZERO, late);
  return evened({ ...entry, carriedStop: { ...carried, made: subtract(made, late), notMade } }, at);
}

/** The entry of which everything was looked at: what is filled and has no stop has none. */
export function settled<T extends Order>(entry: T, missing: Decimal): T {
  const carried = entry.carriedStop ?? null;
  if (carried === null) {
    return entry;
  }
  const notMade = isAbove(missing, ZERO) ? add(carried.notMade ?? ZERO, missing) : (carried.notMade ?? ZERO);
  return {
    ...entry,
    carriedStop: { price: carried.price, made: entry.filledQuantity, unevenSince: null, notMade },
  };
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
  const missing = unevenEntries(state, asset).map(missingOf);
  return sum(missing.filter((quantity) => isAbove(quantity, ZERO)));
}

/** What is filled less what was placed for it. */
export function missingOf({ filledQuantity, carriedStop }: Order): Decimal {
  return subtract(filledQuantity, carriedStop?.made ?? ZERO);
}

/** When the exchange is looked at next for the other half, after a look at `lookedAt`; null: it was not looked at yet. */
export function nextLookAt({ carriedStop }: Order, lookedAt: Milliseconds | null): Milliseconds {
  const since = changedAtOf(carriedStop);
  const age = lookedAt === null ? 0 : lookedAt - since;
  const planned = LOOKS_MS.find((look) => look > age);
  return since + (planned ?? age + Math.min(LONGEST_PAUSE_MS, age / 2));
}

/** Whether a look that begins at `at` is for what has ended too. Where a fill is missing, its own list tells, and no list of stops. */
export function isThorough(entry: Order, at: Milliseconds): boolean {
  const from = isAbove(missingOf(entry), ZERO) ? THOROUGH_FROM_MS : CONTRADICTED_MS;
  return at >= changedAtOf(entry.carriedStop) + from;
}

/**
 * Whether a look that began at `readAt` and showed the entry with `filled`, ended or not, has shown everything: every stop that was
 * made for what is booked.
 */
export function showsAll(
  entry: Order,
  look: { readonly readAt: Milliseconds; readonly filled: Decimal; readonly hasEnded: boolean },
): boolean {
  if (compare(look.filled, entry.filledQuantity) !== 0) {
    return false; // Fills are still to be booked, or the look is older than they are.
  }
  const lag = isAbove(missingOf(entry), ZERO) ? (look.hasEnded ? ENDED_LAG_MS : LISTS_LAG_MS) : CONTRADICTED_MS;
  return look.readAt >= changedAtOf(entry.carriedStop) + lag;
}

function changedAtOf(carried: CarriedStop | null | undefined): Milliseconds {
  return carried?.changedAt ?? carried?.unevenSince ?? 0;
}
