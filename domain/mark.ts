/**
 * The mark: the price at which holdings are valued (TRADING §1). Mid of a verified book, else the last trade not older than
 * 60 s. A spread over 1 % or a mid more than 3 % from the 5-minute median is not a mark; then the last good one stands, with
 * its age.
 */
import { add, decimal, decimalPlaces, divide, isAbove, multiply, subtract, absolute, type Decimal } from "./decimal.ts";
import type { Milliseconds } from "./market.ts";
import { scaledInteger, type Scaled } from "./book/scaled.ts";

const LAST_TRADE_LIMIT_MS = 60_000;
const MEDIAN_WINDOW_MS = 300_000;
const SAMPLE_EVERY_MS = 1_000;
const MOST_SPREAD = decimal("0.01");
const MOST_DEVIATION = decimal("0.03");
const TWO = decimal("2");

export type Mark = { readonly price: Decimal; readonly time: Milliseconds };

export type MarkInput = {
  /** Best prices of the verified book; null while there is none. */
  readonly bid: Decimal | null;
  readonly ask: Decimal | null;
  readonly lastTrade: { readonly price: Decimal; readonly time: Milliseconds } | null;
  /** Median mid of the last five minutes; null without any sample. */
  readonly median: Decimal | null;
  readonly now: Milliseconds;
};

/** The mark now, or null when nothing qualifies and the last good one has to stand. */
export function markNow(input: MarkInput): Mark | null {
  const { bid, ask, lastTrade, median, now } = input;
  const middle = usableMid(bid, ask);
  if (middle !== null && (median === null || isWithin(middle, median, MOST_DEVIATION))) {
    return { price: middle, time: now };
  }
  if (lastTrade !== null && now - lastTrade.time <= LAST_TRADE_LIMIT_MS) {
    return { price: lastTrade.price, time: lastTrade.time };
  }
  return null;
}

/** Mid of a book whose spread is no wider than 1 % of it; null otherwise. */
export function usableMid(bid: Decimal | null, ask: Decimal | null): Decimal | null {
  if (bid === null || ask === null) {
    return null;
  }
  const total = add(bid, ask);
  // The half needs at most one decimal more than the prices: exact.
  const middle = divide(total, TWO, Math.max(decimalPlaces(bid), decimalPlaces(ask)) + 1, "half-even");
  return isAbove(subtract(ask, bid), multiply(middle, MOST_SPREAD)) ? null : middle;
}

/** Mids of the last five minutes of market time, at most one a second. */
export class MidWindow {
  #samples: { readonly time: Milliseconds; readonly price: Decimal }[] = [];
  #median: Decimal | null = null;

  /** Takes a mid; closer than a second to the last sample it is left out. True when it was taken. */
  add(time: Milliseconds, price: Decimal): boolean {
    const last = this.#samples.at(-1);
    if (last !== undefined && time - last.time < SAMPLE_EVERY_MS && time >= last.time) {
      return false;
    }
    // A market clock that went back (another replay) makes the old samples worthless.
    const kept = last !== undefined && time < last.time ? [] : this.#samples;
    this.#samples = [...kept.filter((sample) => sample.time > time - MEDIAN_WINDOW_MS), { time, price }];
    this.#median = medianOf(this.#samples.map((sample) => sample.price));
    return true;
  }

  /** The median of the samples (the lower one of two middles), or null without samples. */
  median(): Decimal | null {
    return this.#median;
  }
}

function medianOf(prices: readonly Decimal[]): Decimal | null {
  const places = prices.reduce((most, price) => Math.max(most, decimalPlaces(price)), 0);
  const ordered = prices
    .map((price): { key: Scaled; price: Decimal } => ({ key: scaledInteger(price, places) ?? 0, price }))
    .toSorted((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0));
  return ordered[Math.floor((ordered.length - 1) / 2)]?.price ?? null;
}

function isWithin(price: Decimal, reference: Decimal, share: Decimal): boolean {
  return !isAbove(absolute(subtract(price, reference)), multiply(reference, share));
}
