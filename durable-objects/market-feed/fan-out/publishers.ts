/**
 * One publisher per topic that anybody watches. It remembers what was published last, so that a flush yields one conflated
 * delta, serialised once for everybody; a newcomer gets what was published, with its number, and continues from there.
 */
import type { MarketUpdate, Topic } from "../../../contract/market-socket.ts";
import type { Ticker } from "../../../contract/markets.ts";
import { levelChanges } from "../../../domain/book/delta.ts";
import type { Candle, Level, Milliseconds, Symbol, Timeframe, Trade } from "../../../domain/market.ts";

/** Current values, as the feed has them. */
export type FeedSource = {
  ticker(symbol: Symbol): Ticker | null;
  book(symbol: Symbol): BookState | null;
  /** Recent prints, oldest first. */
  trades(symbol: Symbol): readonly Trade[];
  /** Closed candles from an open time on (all that a chart begins with when null) and the running one, oldest first. */
  candles(symbol: Symbol, interval: Timeframe, from: Milliseconds | null): readonly Candle[];
};

export type BookState = {
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
  readonly at: Milliseconds;
  readonly fresh: boolean;
};

export type Publisher = {
  readonly symbol: Symbol;
  /** False while it is too early for another delta. */
  isDue(now: Milliseconds): boolean;
  /** The serialised change since the last one, or null when there is none. */
  delta(now: Milliseconds): string | null;
  /** The serialised whole, as of the last delta. */
  snapshot(): string;
};

const SNAPSHOT_TRADES = 100;
const CANDLES_EVERY_MS = 1_000;
const EMPTY_BOOK: BookState = { bids: [], asks: [], at: 0, fresh: false };

export function makePublisher(topic: Topic, source: FeedSource): Publisher {
  switch (topic.channel) {
    case "ticker":
      return new TickerPublisher(topic.symbol, source);
    case "book":
      return new BookPublisher(topic.symbol, source);
    case "trades":
      return new TradesPublisher(topic.symbol, source);
    case "candles":
      return new CandlesPublisher(topic.symbol, topic.interval, source);
  }
}

class TickerPublisher implements Publisher {
  readonly symbol: Symbol;
  readonly #source: FeedSource;
  #seq = 0;
  #published: string | null = null;

  constructor(symbol: Symbol, source: FeedSource) {
    this.symbol = symbol;
    this.#source = source;
  }

  isDue(): boolean {
    return true;
  }

  delta(): string | null {
    const ticker = this.#source.ticker(this.symbol);
    const text = ticker === null ? null : JSON.stringify(ticker);
    if (text === null || text === this.#published) {
      return null;
    }
    this.#published = text;
    this.#seq += 1;
    return this.#serialise(text);
  }

  snapshot(): string {
    if (this.#published === null) {
      this.delta();
    }
    return this.#published === null ? "" : this.#serialise(this.#published);
  }

  // Spliced, not serialised again: the same text served the comparison.
  #serialise(ticker: string): string {
    return `{"channel":"ticker","symbol":${JSON.stringify(this.symbol)},"seq":${this.#seq},"ticker":${ticker}}`;
  }
}

class BookPublisher implements Publisher {
  readonly symbol: Symbol;
  readonly #source: FeedSource;
  #seq = 0;
  #published: BookState = EMPTY_BOOK;

  constructor(symbol: Symbol, source: FeedSource) {
    this.symbol = symbol;
    this.#source = source;
    this.#published = source.book(symbol) ?? EMPTY_BOOK;
  }

  isDue(): boolean {
    return true;
  }

  delta(): string | null {
    const before = this.#published;
    // A book that was dropped stays on the screen, marked as not fresh, until the next one.
    const now = this.#source.book(this.symbol) ?? { ...before, fresh: false };
    const bids = levelChanges(before.bids, now.bids);
    const asks = levelChanges(before.asks, now.asks);
    if (bids.length === 0 && asks.length === 0 && before.fresh === now.fresh) {
      return null;
    }
    this.#published = now;
    this.#seq += 1;
    return this.#serialise("delta", { bids, asks, at: now.at, fresh: now.fresh });
  }

  snapshot(): string {
    return this.#serialise("snapshot", this.#published);
  }

  #serialise(kind: "snapshot" | "delta", { bids, asks, at, fresh }: BookState): string {
    return serialise({ channel: "book", symbol: this.symbol, seq: this.#seq, kind, bids, asks, at, fresh });
  }
}

class TradesPublisher implements Publisher {
  readonly symbol: Symbol;
  readonly #source: FeedSource;
  #seq = 0;
  #lastId: number;

  constructor(symbol: Symbol, source: FeedSource) {
    this.symbol = symbol;
    this.#source = source;
    this.#lastId = source.trades(symbol).at(-1)?.id ?? 0;
  }

  isDue(): boolean {
    return true;
  }

  delta(): string | null {
    const trades = this.#source.trades(this.symbol).filter(({ id }) => id > this.#lastId);
    const newest = trades.at(-1);
    if (newest === undefined) {
      return null;
    }
    this.#lastId = newest.id;
    this.#seq += 1;
    return this.#serialise("delta", trades);
  }

  snapshot(): string {
    const trades = this.#source.trades(this.symbol).filter(({ id }) => id <= this.#lastId);
    return this.#serialise("snapshot", trades.slice(-SNAPSHOT_TRADES));
  }

  #serialise(kind: "snapshot" | "delta", trades: readonly Trade[]): string {
    return serialise({ channel: "trades", symbol: this.symbol, seq: this.#seq, kind, trades: [...trades] });
  }
}

class CandlesPublisher implements Publisher {
  readonly symbol: Symbol;
  readonly #interval: Timeframe;
  readonly #source: FeedSource;
  #seq = 0;
  #sentAt = 0;
  #from: Milliseconds | null = null;
  #published = "";

  constructor(symbol: Symbol, interval: Timeframe, source: FeedSource) {
    this.symbol = symbol;
    this.#interval = interval;
    this.#source = source;
    this.#from = source.candles(symbol, interval, null).at(-1)?.time ?? null;
  }

  isDue(now: Milliseconds): boolean {
    return now - this.#sentAt >= CANDLES_EVERY_MS;
  }

  delta(now: Milliseconds): string | null {
    // From the candle that ran at the last delta on: it may have closed, and others after it.
    const candles = this.#source.candles(this.symbol, this.#interval, this.#from ?? 0);
    const text = JSON.stringify(candles);
    if (candles.length === 0 || text === this.#published) {
      return null;
    }
    this.#published = text;
    this.#sentAt = now;
    this.#from = candles.at(-1)?.time ?? this.#from;
    this.#seq += 1;
    return this.#serialise("delta", candles);
  }

  snapshot(): string {
    return this.#serialise("snapshot", this.#source.candles(this.symbol, this.#interval, null));
  }

  #serialise(kind: "snapshot" | "delta", candles: readonly Candle[]): string {
    const { symbol } = this;
    return serialise({
      channel: "candles",
      symbol,
      seq: this.#seq,
      kind,
      interval: this.#interval,
      candles: [...candles],
    });
  }
}

function serialise(update: MarketUpdateOut): string {
  return JSON.stringify(update);
}

/** The contract's update with readonly lists, as our state holds them. */
type MarketUpdateOut = ReadonlyLists<MarketUpdate>;
type ReadonlyLists<T> = T extends unknown ? { readonly [K in keyof T]: ReadonlyList<T[K]> } : never;
type ReadonlyList<T> = T extends (infer U)[] ? readonly (U extends [infer A, infer B] ? readonly [A, B] : U)[] : T;
