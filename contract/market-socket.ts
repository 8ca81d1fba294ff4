/**
 * /ws/market, public. The client subscribes to topics and gets one snapshot per topic, then deltas conflated to at most
 * ten frames a second. Each topic counts its updates: a gap in `seq` means the client must ask for the topic again.
 * "ping" as bare text is answered with "pong" without waking anything.
 */
import { z } from "zod";
import { candle, level, market, milliseconds, ticker, timeframe, trade } from "./markets.ts";
import { problem } from "./errors.ts";
import { symbolText } from "./symbols.ts";

export const MARKET_SOCKET_PROTOCOL = 1;
/** Frames are numbered; the client acknowledges the last one it has handled this often. */
export const ACKNOWLEDGE_EVERY_MS = 2_000;

const symbolTopic = z.strictObject({ channel: z.enum(["ticker", "book", "trades"]), symbol: symbolText });
const candleTopic = z.strictObject({ channel: z.literal("candles"), symbol: symbolText, interval: timeframe });
export const topic = z.union([symbolTopic, candleTopic]);
export type Topic = z.infer<typeof topic>;

export const marketClientFrame = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("subscribe"), id: z.number().int(), topics: z.array(topic).min(1).max(100) }),
  z.strictObject({ type: z.literal("unsubscribe"), id: z.number().int(), topics: z.array(topic).min(1).max(100) }),
  z.strictObject({ type: z.literal("acknowledge"), frame: z.number().int().nonnegative() }),
]);
export type MarketClientFrame = z.infer<typeof marketClientFrame>;

const sequenced = { symbol: symbolText, seq: z.number().int() };
const kind = z.enum(["snapshot", "delta"]);

/** A ticker is always whole. In a book delta a quantity of "0" removes the level. Trades are oldest first. */
export const marketUpdate = z.discriminatedUnion("channel", [
  z.object({ channel: z.literal("ticker"), ...sequenced, ticker }),
  z.object({
    channel: z.literal("book"),
    ...sequenced,
    kind,
    bids: z.array(level),
    asks: z.array(level),
    at: milliseconds,
    fresh: z.boolean(),
  }),
  z.object({ channel: z.literal("trades"), ...sequenced, kind, trades: z.array(trade) }),
  z.object({ channel: z.literal("candles"), ...sequenced, kind, interval: timeframe, candles: z.array(candle) }),
]);
export type MarketUpdate = z.infer<typeof marketUpdate>;

export const marketServerFrame = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("hello"),
    protocol: z.number().int(),
    market,
    marketTime: milliseconds,
    connected: z.boolean(),
  }),
  z.object({
    type: z.literal("subscribed"),
    id: z.number().int(),
    topics: z.array(topic),
    refused: z.array(z.object({ topic, error: problem })),
  }),
  z.object({ type: z.literal("unsubscribed"), id: z.number().int(), topics: z.array(topic) }),
  /** `connected` is the feed's own link to the venue. */
  z.object({
    type: z.literal("frame"),
    frame: z.number().int(),
    marketTime: milliseconds,
    connected: z.boolean(),
    updates: z.array(marketUpdate),
  }),
  z.object({ type: z.literal("error"), error: problem }),
]);
export type MarketServerFrame = z.infer<typeof marketServerFrame>;
