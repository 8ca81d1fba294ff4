import type { Micros } from "../clock.ts";
import type { Side } from "./order-book.ts";

export interface Trade {
  readonly id: number;
  /** In ticks. */
  readonly price: number;
  readonly quantity: bigint;
  readonly time: Micros;
  /** Trades of one sweep share a time; their nanoseconds keep the paging cursor of REST Trades unambiguous. */
  readonly nanos: number;
  /** The taker's side. */
  readonly side: Side;
  readonly orderType: "limit" | "market";
}

/** Nanoseconds since 1970 as decimal text: the cursor of REST Trades. */
export function tradeCursor(trade: Trade): string {
  return (BigInt(trade.time) * 1_000n + BigInt(trade.nanos)).toString();
}

/** The most recent trades of one pair, oldest first, ids contiguous (PROTOCOL §2.2). */
export class Tape {
  #trades: Trade[] = [];
  #start = 0;
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  push(trade: Trade): void {
    this.#trades.push(trade);
    if (this.#trades.length - this.#start > this.#capacity) {
      this.#start += 1;
      if (this.#start > this.#capacity) {
        this.#trades = this.#trades.slice(this.#start);
        this.#start = 0;
      }
    }
  }

  get last(): Trade | undefined {
    return this.length === 0 ? undefined : this.#trades[this.#trades.length - 1];
  }

  get length(): number {
    return this.#trades.length - this.#start;
  }

  /** The newest `count` trades, oldest of them first. */
  newest(count: number): Trade[] {
    return this.#trades.slice(Math.max(this.#start, this.#trades.length - count));
  }

  /** Up to `count` trades whose cursor is greater than `cursor`. */
  after(cursor: bigint, count: number): Trade[] {
    const time = Number(cursor / 1_000n);
    let low = this.#start;
    let high = this.#trades.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const trade = this.#trades[middle];
      const passed =
        trade !== undefined && (trade.time < time || (trade.time === time && BigInt(tradeCursor(trade)) <= cursor));
      if (passed) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return this.#trades.slice(low, low + count);
  }
}
