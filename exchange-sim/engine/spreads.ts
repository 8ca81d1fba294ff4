import type { Micros } from "../clock.ts";
import type { Market } from "./market.ts";

export interface SpreadRow {
  readonly time: Micros;
  readonly bid: number;
  readonly ask: number;
}

const kept = 200;

/** The recent best bids and asks of each pair, one row per change. */
export class SpreadRecorder {
  readonly #rows = new Map<string, SpreadRow[]>();

  levelChanged(): void {
    // Only settled books count.
  }

  makerFilled(): void {
    // A fill shows in the book it leaves behind.
  }

  traded(): void {
    // A trade shows in the book it leaves behind.
  }

  bookSettled(market: Market): void {
    const bid = market.book.bids.best?.price;
    const ask = market.book.asks.best?.price;
    if (bid === undefined || ask === undefined) {
      return;
    }
    const rows = this.rows(market.pair.symbol);
    const last = rows[rows.length - 1];
    if (last?.bid !== bid || last.ask !== ask) {
      rows.push({ time: market.bookChangedAt, bid, ask });
      if (rows.length > kept * 2) {
        rows.splice(0, kept);
      }
    }
  }

  rows(symbol: string): SpreadRow[] {
    const existing = this.#rows.get(symbol);
    if (existing !== undefined) {
      return existing;
    }
    const fresh: SpreadRow[] = [];
    this.#rows.set(symbol, fresh);
    return fresh;
  }
}
