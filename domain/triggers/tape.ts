/**
 * The trade tape of one symbol in id order. Ids are contiguous per symbol (PROTOCOL §2.2), so a jump is a hole: trades behind
 * it wait until it is refilled from REST, because a resting order must meet its prints in order and exactly once (TRADING §4).
 */
import type { Trade } from "../market.ts";

/** Trades after `after` and before `before` are missing. */
export type TapeGap = { readonly after: number; readonly before: number };

const KEPT_TRADES = 1_000;

export class TradeTape {
  #lastId: number | null;
  #waiting = new Map<number, Trade>();
  #recent: Trade[] = [];

  /** `lastId` is the last trade processed before a restart; null for a tape that begins now. */
  constructor(lastId: number | null) {
    this.#lastId = lastId;
  }

  /** The last trade id that went through; null before any. */
  get lastId(): number | null {
    return this.#lastId;
  }

  /** The highest id that came, also of a trade that still waits; null before any. */
  get newestId(): number | null {
    return this.#lastId === null
      ? null
      : [...this.#waiting.keys()].reduce((most, id) => Math.max(most, id), this.#lastId);
  }

  /** The hole that holds trades back, or null when the tape is settled. */
  get gap(): TapeGap | null {
    if (this.#waiting.size === 0 || this.#lastId === null) {
      return null;
    }
    return { after: this.#lastId, before: smallestKey(this.#waiting) };
  }

  /** The newest trades that went through, oldest first, at most a thousand. */
  recent(): readonly Trade[] {
    return this.#recent;
  }

  get lastTrade(): Trade | null {
    return this.#recent.at(-1) ?? null;
  }

  /** Takes trades in any order, known ones too; answers those that are now due, in id order, each exactly once. */
  accept(trades: readonly Trade[]): readonly Trade[] {
    const ordered = trades.length < 2 ? trades : trades.toSorted((left, right) => left.id - right.id);
    for (const trade of ordered) {
      if (this.#lastId === null || trade.id > this.#lastId) {
        this.#waiting.set(trade.id, trade);
      }
    }
    return this.#release();
  }

  /** Gives the hole up: its trades exist nowhere. Answers the trades that waited behind it, up to the next hole. */
  skipGap(): readonly Trade[] {
    const { gap } = this;
    if (gap !== null) {
      this.#lastId = gap.before - 1;
    }
    return this.#release();
  }

  /** Takes over history for display: trades that were processed before, or before the tape began. */
  prepend(trades: readonly Trade[]): void {
    const oldest = this.#recent[0]?.id ?? (this.#lastId ?? 0) + 1;
    const older = trades.filter(({ id }) => id < oldest).toSorted((left, right) => left.id - right.id);
    this.#recent = [...older, ...this.#recent].slice(-KEPT_TRADES);
  }

  #release(): readonly Trade[] {
    if (this.#waiting.size === 0) {
      return [];
    }
    const due: Trade[] = [];
    // A tape that begins now begins with the oldest trade it was given.
    let next = this.#lastId === null ? smallestKey(this.#waiting) : this.#lastId + 1;
    for (let trade = this.#waiting.get(next); trade !== undefined; trade = this.#waiting.get(next)) {
      this.#waiting.delete(next);
      due.push(trade);
      next += 1;
    }
    if (due.length > 0) {
      this.#lastId = next - 1;
      this.#remember(due);
    }
    return due;
  }

  #remember(trades: readonly Trade[]): void {
    this.#recent.push(...trades);
    // Cut in steps: shifting a thousand entries for every print would cost more than the print.
    if (this.#recent.length > KEPT_TRADES * 2) {
      this.#recent = this.#recent.slice(-KEPT_TRADES);
    }
  }
}

// Not Math.min(...keys): a long hole can hold more trades than a call has room for arguments.
function smallestKey(map: ReadonlyMap<number, unknown>): number {
  let smallest = Infinity;
  for (const key of map.keys()) {
    smallest = key < smallest ? key : smallest;
  }
  return smallest;
}
