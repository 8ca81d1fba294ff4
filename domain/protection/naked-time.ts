/**
 * For how long something was naked: quantity × time, and since when the oldest of it is (TRADING §4). What comes under cover is
 * taken to be the oldest, so that a position that grows while its stop follows is as old as the part that waits longest.
 */
import {
  add,
  compare,
  divide,
  isPositive,
  multiply,
  subtract,
  sum,
  wholeNumber,
  ZERO,
  type Decimal,
} from "../decimal.ts";
import type { Asset, Milliseconds } from "../market.ts";

/** TRADING §4 "over 10 s alerts". */
export const NAKED_BOUND_MS = 10_000;

/** Lots beyond these are put together with the one before, at its older time. */
const MOST_LOTS = 32;
const SECOND_MS = wholeNumber(1_000);
const SECOND_DECIMALS = 12;

export type NakedLot = { readonly quantity: Decimal; readonly since: Milliseconds };

export type NakedTime = {
  /** What is naked now, the oldest first. */
  readonly lots: readonly NakedLot[];
  /** Quantity × seconds of what is naked no more. */
  readonly quantitySeconds: Decimal;
  /** The longest that any of it was. */
  readonly longestMs: Milliseconds;
};

export const NEVER_NAKED: NakedTime = { lots: [], quantitySeconds: ZERO, longestMs: 0 };

/** Of one position, from its first fill to its end. */
export type NakedPosition = {
  /** What a stop was owed for. */
  readonly owed: NakedTime;
  /** What was left without one. */
  readonly left: NakedTime;
  /** The trader was told, and nothing has been without naked quantity since. */
  readonly alerted: boolean;
};

export type NakedSpell = { readonly asset: Asset; readonly milliseconds: Milliseconds; readonly endedAt: Milliseconds };

export type NakedWatch = {
  readonly positions: Readonly<Record<Asset, NakedPosition>>;
  /** Of all positions of the account, those that are closed included. */
  readonly longest: NakedSpell | null;
};

export const NOTHING_NAKED: NakedWatch = { positions: {}, longest: null };

/** From `at` on so much is naked. `since`: what comes to it has been naked that long already (a fill that was told late). */
export function follow(time: NakedTime, quantity: Decimal, at: Milliseconds, since: Milliseconds = at): NakedTime {
  const change = subtract(quantity, nakedNow(time));
  if (isPositive(change)) {
    return { ...time, lots: withLot(time.lots, { quantity: change, since: Math.min(since, at) }) };
  }
  return covered(time, subtract(ZERO, change), at);
}

export function nakedNow({ lots }: NakedTime): Decimal {
  return sum(lots.map(({ quantity }) => quantity));
}

/** Since when the oldest of it is; null while nothing is. */
export function nakedSince({ lots }: NakedTime): Milliseconds | null {
  return lots[0]?.since ?? null;
}

/** Quantity × seconds so far, what still is included. */
export function quantitySeconds(time: NakedTime, at: Milliseconds): Decimal {
  return add(time.quantitySeconds, sum(time.lots.map((lot) => areaOf(lot.quantity, lot.since, at))));
}

function covered(time: NakedTime, quantity: Decimal, at: Milliseconds): NakedTime {
  let { quantitySeconds: area, longestMs } = time;
  let rest = quantity;
  const lots: NakedLot[] = [];
  for (const lot of time.lots) {
    const part = compare(lot.quantity, rest) <= 0 ? lot.quantity : rest;
    if (isPositive(part)) {
      area = add(area, areaOf(part, lot.since, at));
      longestMs = Math.max(longestMs, at - lot.since);
      rest = subtract(rest, part);
    }
    const left = subtract(lot.quantity, part);
    if (isPositive(left)) {
      lots.push({ ...lot, quantity: left });
    }
  }
  return { lots, quantitySeconds: area, longestMs };
}

function withLot(lots: readonly NakedLot[], lot: NakedLot): readonly NakedLot[] {
  const sorted = [...lots, lot].toSorted((left, right) => left.since - right.since);
  const [older, newer] = sorted.slice(-2);
  if (sorted.length <= MOST_LOTS || older === undefined || newer === undefined) {
    return sorted;
  }
  return [...sorted.slice(0, -2), { quantity: add(older.quantity, newer.quantity), since: older.since }];
}

function areaOf(quantity: Decimal, since: Milliseconds, at: Milliseconds): Decimal {
  const milliseconds = wholeNumber(Math.max(0, Math.round(at - since)));
  return divide(multiply(quantity, milliseconds), SECOND_MS, SECOND_DECIMALS, "half-even");
}
