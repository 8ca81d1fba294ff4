/** The order book of one symbol as the feed tells it: a snapshot, then levels that replace, appear or (quantity 0) go. */
import { compare, isZero, type Decimal } from "../../../domain/decimal.ts";
import type { Level } from "../../../domain/market.ts";

export type Book = {
  readonly symbol: string;
  /** Best first. */
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
  /** When the feed last heard that this book is current. */
  readonly at: number;
  /** False: show it greyed, trade against nothing in it. */
  readonly fresh: boolean;
};

type Update = {
  readonly kind: "snapshot" | "delta";
  readonly bids: readonly (readonly [Decimal, Decimal])[];
  readonly asks: readonly (readonly [Decimal, Decimal])[];
  readonly at: number;
  readonly fresh: boolean;
};

/** Levels further out than the feed's own depth are cut, as the feed cuts them. */
export const BOOK_DEPTH = 100;

export type BookMirror = { apply(update: Update): void; view(): Book };

export function makeBookMirror(symbol: string): BookMirror {
  let bids: Level[] = [];
  let asks: Level[] = [];
  let at = 0;
  let isFresh = false;
  return {
    apply(update) {
      if (update.kind === "snapshot") {
        bids = [];
        asks = [];
      }
      applyLevels(bids, update.bids, -1);
      applyLevels(asks, update.asks, 1);
      at = update.at;
      isFresh = update.fresh;
    },
    view() {
      return { symbol, bids: [...bids], asks: [...asks], at, fresh: isFresh };
    },
  };
}

/** `direction` 1: ascending prices (asks); −1: descending (bids). */
function applyLevels(levels: Level[], changes: readonly Level[], direction: 1 | -1): void {
  for (const change of changes) {
    const index = findIndex(levels, change[0], direction);
    const isThere = levels[index]?.[0] === change[0];
    if (isZero(change[1])) {
      levels.splice(index, isThere ? 1 : 0);
    } else {
      levels.splice(index, isThere ? 1 : 0, change);
    }
  }
  levels.length = Math.min(levels.length, BOOK_DEPTH);
}

/** Where a price stands, or belongs. */
function findIndex(levels: readonly Level[], price: Decimal, direction: 1 | -1): number {
  let low = 0;
  let high = levels.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const level = levels[middle];
    if (level !== undefined && compare(level[0], price) * direction < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
