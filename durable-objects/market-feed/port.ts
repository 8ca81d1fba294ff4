/**
 * What the rest of the product may ask of the market feed. The Durable Object class implements it; everything here is plain
 * data because it crosses RPC, and refusals are values because a thrown RPC is a lost one.
 */
import type { CandlePage, MarketList, Ticker } from "../../contract/markets.ts";
import type {
  Candle,
  BookView,
  Instrument,
  MarketView,
  Quote,
  Symbol,
  Timeframe,
  Trade,
  TriggerDelivery,
  TriggerRow,
} from "../../domain/market.ts";
import type { Result } from "../../domain/problem.ts";

/** Closed candles of one symbol and timeframe. */
export type CandleSeries = {
  readonly symbol: Symbol;
  readonly timeframe: Timeframe;
  readonly candles: readonly Candle[];
};

export type MarketFeedPort = {
  /** All listed instruments with their last values; dials the venue if need be. */
  markets(): Promise<Result<MarketList>>;
  /**
   * The market of one symbol, subscribed on demand (waits a bounded time for the first verified book). Refuses unknown
   * symbols (UNKNOWN_SYMBOL) and the 51st symbol when nothing can leave (TOO_MANY_SYMBOLS).
   */
  marketView(symbol: Symbol): Promise<Result<MarketView>>;
  /**
   * As marketView for an order of this trader, together with every delivery still owed to it for the symbol: the tape up to
   * now is settled before the order, amend or cancel is judged (TRADING §4). Deliveries stay owed until acknowledged.
   */
  settle(
    traderId: string,
    symbol: Symbol,
  ): Promise<Result<{ view: MarketView; deliveries: readonly TriggerDelivery[] }>>;
  /** Quotes of symbols already watched; unknown ones are left out. */
  quotes(symbols: readonly Symbol[]): Promise<readonly Quote[]>;
  ticker(symbol: Symbol): Promise<Result<Ticker>>;
  book(symbol: Symbol, depth: number): Promise<Result<BookView & { readonly fresh: boolean }>>;
  trades(symbol: Symbol, limit: number): Promise<Result<readonly Trade[]>>;
  instrument(symbol: Symbol): Promise<Result<Instrument>>;
  /** Newest candles the feed holds, oldest first, the running one last and marked open. */
  candles(symbol: Symbol, interval: Timeframe, before: number | null, limit: number): Promise<Result<CandlePage>>;
  /** Hands over candles read elsewhere (REST backfill runs in the worker: no object with a socket streams a body). */
  acceptCandles(symbol: Symbol, interval: Timeframe, candles: readonly Candle[]): Promise<void>;
  /** Closed candles after the given open time, for the job that stores them in D1. */
  closedCandles(symbol: Symbol, interval: Timeframe, after: number, limit: number): Promise<readonly Candle[]>;
  /** Closed candles of any symbol that D1 does not have yet, at most `limit`, oldest first per series. */
  unstoredCandles(limit: number): Promise<readonly CandleSeries[]>;
  /** D1 has these now. A candle that saw more trades meanwhile is offered again. */
  markCandlesStored(series: readonly CandleSeries[]): Promise<void>;
  /** Symbols now subscribed, with the timeframes that the source can offer. */
  watched(): Promise<readonly { readonly symbol: Symbol; readonly timeframes: readonly Timeframe[] }[]>;

  /** Replaces all trigger rows of a trader; prints since each row's armed trade id are matched at once. */
  registerTriggers(traderId: string, rows: readonly TriggerRow[]): Promise<void>;
  /** Adds or replaces single rows and removes others, after an order came, changed or went. */
  changeTriggers(traderId: string, set: readonly TriggerRow[], removeOrderIds: readonly string[]): Promise<void>;
  /** Digest of the trader's rows (domain/triggers digest) to compare every minute. */
  triggerDigest(traderId: string): Promise<string>;
  /** The traders with rows, for the sweep when D1 does not answer. */
  triggerOwners(): Promise<readonly string[]>;
  /** Symbols with positions of this trader stay subscribed. */
  pin(traderId: string, symbols: readonly Symbol[]): Promise<void>;

  /**
   * Takes a dial of a private socket out of the budget that all sockets of this address share (TRADING §6). Answers 0 when it may
   * be made now, else how many milliseconds to wait.
   */
  takePrivateDial(): Promise<number>;

  /** Called by cron: wakes the object, checks the upstream, answers its state for /api/health. */
  heartbeat(): Promise<{
    readonly connected: boolean;
    readonly since: number | null;
    readonly symbols: number;
    readonly staleSymbols: readonly Symbol[];
  }>;
};

/** What the feed calls on a trader. */
export type TriggerReceiver = {
  /** Answers the delivery ids that are booked, or that no longer concern any order. */
  deliverTriggers(deliveries: readonly TriggerDelivery[]): Promise<readonly number[]>;
};
