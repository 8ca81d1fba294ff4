import { z } from "zod";
import { INSTRUMENT_STATUSES, MARKETS, STALE_REASONS, TIMEFRAMES } from "../domain/market.ts";
import { decimalText } from "./decimal.ts";
import { symbolText } from "./symbols.ts";

export const market = z.enum(MARKETS);
export const timeframe = z.enum(TIMEFRAMES);
export const side = z.enum(["buy", "sell"]);
export const milliseconds = z.number().int().nonnegative();

export const instrument = z.object({
  symbol: symbolText,
  restName: z.string(),
  base: z.string(),
  quote: z.string(),
  priceDecimals: z.number().int(),
  tickSize: decimalText,
  quantityDecimals: z.number().int(),
  baseDecimals: z.number().int(),
  quoteDecimals: z.number().int(),
  costDecimals: z.number().int(),
  minimumQuantity: decimalText,
  minimumCost: decimalText,
  status: z.enum(INSTRUMENT_STATUSES),
});

export const level = z.tuple([decimalText, decimalText]);

export const trade = z.object({
  id: z.number().int(),
  symbol: symbolText,
  price: decimalText,
  quantity: decimalText,
  side,
  time: milliseconds,
});

/** Last values of one symbol. `change` figures are against the price 24 hours ago, not today's open. */
export const ticker = z.object({
  symbol: symbolText,
  bid: decimalText.nullable(),
  ask: decimalText.nullable(),
  last: decimalText.nullable(),
  lastTime: milliseconds.nullable(),
  /** TRADING §1; with `markTime` the time at which it was good. */
  mark: decimalText.nullable(),
  markTime: milliseconds.nullable(),
  high24h: decimalText.nullable(),
  low24h: decimalText.nullable(),
  volume24h: decimalText.nullable(),
  change24h: decimalText.nullable(),
  changePercent24h: decimalText.nullable(),
  status: z.enum(INSTRUMENT_STATUSES),
  fresh: z.boolean(),
  staleSince: milliseconds.nullable(),
  staleReason: z.enum(STALE_REASONS).nullable(),
});
export type Ticker = z.infer<typeof ticker>;

export const book = z.object({
  symbol: symbolText,
  version: z.number().int(),
  bids: z.array(level),
  asks: z.array(level),
  at: milliseconds,
  fresh: z.boolean(),
});

export const candle = z.object({
  time: milliseconds,
  open: decimalText,
  high: decimalText,
  low: decimalText,
  close: decimalText,
  volume: decimalText,
  trades: z.number().int(),
  closed: z.boolean(),
});

/** One row of the symbol list. `timeframes`: what its candles can be had in, shortest first; a recording may be coarser. */
export const marketSummary = z.object({ instrument, ticker: ticker.nullable(), timeframes: z.array(timeframe) });
export type MarketSummary = z.infer<typeof marketSummary>;

/** GET /api/markets. `source` says which world the prices come from; a replay has its own clock. */
export const marketList = z.object({
  market,
  /** Market time now; equals the server's clock except in a replay. */
  marketTime: milliseconds,
  connected: z.boolean(),
  markets: z.array(marketSummary),
});
export type MarketList = z.infer<typeof marketList>;

/** Oldest first. `before` pages back in time; `complete` is true when no older candle exists anywhere. */
export const candleQuery = z.strictObject({
  interval: timeframe.default("1m"),
  before: z.coerce.number().int().positive().optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(500),
});
export const candlePage = z.object({ interval: timeframe, candles: z.array(candle), complete: z.boolean() });
export type CandlePage = z.infer<typeof candlePage>;

export const bookQuery = z.strictObject({ depth: z.coerce.number().int().min(1).max(100).default(100) });
export const tradesQuery = z.strictObject({ limit: z.coerce.number().int().min(1).max(1000).default(100) });
export const tradeList = z.object({ trades: z.array(trade) });

export const backfillRequest = z.strictObject({ interval: timeframe });
export const backfillResult = z.object({ interval: timeframe, stored: z.number().int() });
