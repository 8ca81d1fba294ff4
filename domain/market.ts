/**
 * What the market is, as plain data: the vocabulary that the feed, the trader and the desk share.
 * Times are milliseconds since the epoch, UTC. Symbols are Kraken v2 names ("BTC/USD", PROTOCOL §7).
 */
import type { Decimal } from "./decimal.ts";

export type Symbol = string;
export type Asset = string;
export type Milliseconds = number;

/** Which world the prices come from. An account belongs to exactly one; prices of another never reach it (TRADING §1). */
export const MARKETS = ["sim", "live", "replay"] as const;
export type Market = (typeof MARKETS)[number];

/** Kraken's status of one pair (PROTOCOL §5.4). */
export const INSTRUMENT_STATUSES = [
  "online",
  "cancel_only",
  "post_only",
  "limit_only",
  "reduce_only",
  "maintenance",
  "work_in_progress",
  "delisted",
] as const;
export type InstrumentStatus = (typeof INSTRUMENT_STATUSES)[number];

/** A tradable pair with the precision and minimum rules of PROTOCOL §7. */
export type Instrument = {
  readonly symbol: Symbol;
  /** REST id, for example XXBTZUSD. */
  readonly restName: string;
  readonly base: Asset;
  readonly quote: Asset;
  readonly priceDecimals: number;
  readonly tickSize: Decimal;
  /** Decimals of an order quantity at the venue. */
  readonly quantityDecimals: number;
  /** Decimals of the base asset itself, which can be fewer than those of a quantity. */
  readonly baseDecimals: number;
  readonly quoteDecimals: number;
  readonly costDecimals: number;
  readonly minimumQuantity: Decimal;
  readonly minimumCost: Decimal;
  readonly status: InstrumentStatus;
};

export type Side = "buy" | "sell";

/** One print of the tape. `side` is the taker's. Ids are contiguous per symbol and give the order (PROTOCOL §2.2). */
export type Trade = {
  readonly id: number;
  readonly symbol: Symbol;
  readonly price: Decimal;
  readonly quantity: Decimal;
  readonly side: Side;
  readonly time: Milliseconds;
};

export type Level = readonly [price: Decimal, quantity: Decimal];

/** A verified book, best levels first. `version` rises with every change, so equal versions are equal books. */
export type BookView = {
  readonly symbol: Symbol;
  readonly version: number;
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
  /** When the feed last heard from the venue that this book is current. */
  readonly at: Milliseconds;
};

/** Why a price may not be traded on. */
export const STALE_REASONS = [
  "connecting",
  "no_data",
  "book_unverified",
  "symbol_unknown",
  "subscription_refused",
  "market_offline",
] as const;
export type StaleReason = (typeof STALE_REASONS)[number];

/** What one symbol is worth now and whether that may be acted on. */
export type Quote = {
  readonly symbol: Symbol;
  readonly bid: Level | null;
  readonly ask: Level | null;
  readonly lastTrade: Trade | null;
  /** The mark of TRADING §1, or the last good one. */
  readonly mark: Decimal | null;
  readonly markTime: Milliseconds | null;
  /** False: entries are denied and the desk greys the panel. */
  readonly fresh: boolean;
  readonly staleSince: Milliseconds | null;
  readonly staleReason: StaleReason | null;
  /** Market time of this answer (the replay's own clock in a replay). */
  readonly at: Milliseconds;
};

/** Everything an order needs to be decided, in one answer of the feed. */
export type MarketView = {
  readonly instrument: Instrument;
  readonly quote: Quote;
  /** Null while no verified book exists. */
  readonly book: BookView | null;
  /** Last trade id that the feed has processed for this symbol: a new trigger row is armed with it. */
  readonly tapeTradeId: number;
};

/** A level that the feed watches for a trader (TRADING §4). A print at or through it is delivered. */
export type TriggerRow = {
  readonly orderId: string;
  /** Rises with every change of the order, so that a late delivery for an earlier shape is recognised. */
  readonly version: number;
  readonly symbol: Symbol;
  /** "below": prints at or under the level fire (a resting buy); "above": at or over it (a resting sell). */
  readonly direction: "below" | "above";
  readonly level: Decimal;
  /** Prints up to and including this id never fire the row. */
  readonly armedTradeId: number;
};

/** Prints that reached a row. Repeated until the trader acknowledges `deliveryId`. */
export type TriggerDelivery = {
  readonly deliveryId: number;
  readonly orderId: string;
  readonly version: number;
  readonly symbol: Symbol;
  readonly trades: readonly Trade[];
  /** Top of the book right after the last of the prints, so that the trader need not call back. */
  readonly bid: Level | null;
  readonly ask: Level | null;
  /** True when the tape was refilled after a gap: the fill is booked and labelled late (TRADING §3). */
  readonly late: boolean;
  /**
   * The venue's tape began anew and the row stands at this id of the new one: earlier prints, and ids above it that were
   * counted on the old tape, mean nothing any more. `trades` is empty.
   */
  readonly newTapeAt?: number | undefined;
};

export const TIMEFRAMES = ["1m", "5m", "15m", "1h", "4h", "1d"] as const;
export type Timeframe = (typeof TIMEFRAMES)[number];

export type Candle = {
  /** Open time. */
  readonly time: Milliseconds;
  readonly open: Decimal;
  readonly high: Decimal;
  readonly low: Decimal;
  readonly close: Decimal;
  readonly volume: Decimal;
  readonly trades: number;
  /** False while the interval still runs: never to be used as a finished candle. */
  readonly closed: boolean;
};
