/** What a relay knows of one topic: the root's updates applied, ready to be published again. */
import type { MarketUpdate } from "../../../contract/market-socket.ts";
import type { Ticker } from "../../../contract/markets.ts";
import { scaledInteger, type Scaled } from "../../../domain/book/scaled.ts";
import type { Candle, Level, Milliseconds, Trade } from "../../../domain/market.ts";
import type { BookState } from "../fan-out/publishers.ts";

const KEPT_TRADES = 1_000;
const KEPT_CANDLES = 600;
/** Finer than any price of the venue: for ordering only. */
const PRICE_DECIMALS = 18;

export class TopicCache {
  #seq: number | null = null;
  #ticker: Ticker | null = null;
  readonly #bids = new Map<string, Level>();
  readonly #asks = new Map<string, Level>();
  #book: BookState | null = null;
  #trades: Trade[] = [];
  readonly #candles = new Map<Milliseconds, Candle>();

  /** Applies an update; false when one before it is missing, so that the topic must be asked for again. */
  apply(update: MarketUpdate): boolean {
    const isWhole = update.channel === "ticker" || update.kind === "snapshot";
    if (!isWhole && this.#seq !== null && update.seq !== this.#seq + 1) {
      return false;
    }
    this.#seq = update.seq;
    switch (update.channel) {
      case "ticker":
        this.#ticker = update.ticker;
        break;
      case "book":
        if (isWhole) {
          this.#bids.clear();
          this.#asks.clear();
        }
        setLevels(this.#bids, update.bids);
        setLevels(this.#asks, update.asks);
        this.#book = {
          bids: ordered(this.#bids, true),
          asks: ordered(this.#asks, false),
          at: update.at,
          fresh: update.fresh,
        };
        break;
      case "trades":
        this.#trades = (isWhole ? update.trades : [...this.#trades, ...update.trades]).slice(-KEPT_TRADES);
        break;
      case "candles":
        if (isWhole) {
          this.#candles.clear();
        }
        for (const candle of update.candles) {
          this.#candles.set(candle.time, candle);
        }
        this.#forgetOldCandles();
    }
    return true;
  }

  ticker(): Ticker | null {
    return this.#ticker;
  }

  book(): BookState | null {
    return this.#book;
  }

  trades(): readonly Trade[] {
    return this.#trades;
  }

  /** Candles from an open time on, oldest first. */
  candles(from: Milliseconds | null): readonly Candle[] {
    return [...this.#candles.values()].filter(({ time }) => from === null || time >= from);
  }

  #forgetOldCandles(): void {
    for (const time of this.#candles.keys()) {
      if (this.#candles.size <= KEPT_CANDLES) {
        break;
      }
      this.#candles.delete(time);
    }
  }
}

function setLevels(side: Map<string, Level>, levels: readonly Level[]): void {
  for (const level of levels) {
    const [price, quantity] = level;
    if (quantity === "0") {
      side.delete(price);
    } else {
      side.set(price, level);
    }
  }
}

function ordered(side: ReadonlyMap<string, Level>, descending: boolean): readonly Level[] {
  const keyed = Array.from(side.values(), (level): { key: Scaled; level: Level } => ({
    key: scaledInteger(level[0], PRICE_DECIMALS) ?? 0,
    level,
  }));
  const sign = descending ? -1 : 1;
  keyed.sort((left, right) => (left.key < right.key ? -sign : left.key > right.key ? sign : 0));
  return keyed.map(({ level }) => level);
}
