/**
 * What the venue's public WebSocket says (PROTOCOL §5), read at the edge: everything it sends is untrusted text. Frames that are
 * not understood come back as such, so that the link can log them; unknown fields are ignored because they appear over time.
 */
import { z } from "zod";
import { quoteNumberTokens } from "../../../domain/book/tokens.ts";
import type { Decimal } from "../../../domain/decimal.ts";
import { INSTRUMENT_STATUSES, type InstrumentStatus, type Trade } from "../../../domain/market.ts";
import { readBookFrame, type BookChange, type BookMessage, type FrameKind } from "./book-frame.ts";
import { wireDecimal, wireTime } from "../../lib/wire-values.ts";

export type { BookChange, FrameKind };

export type TickerValues = {
  readonly symbol: string;
  /** Null when the side is empty. */
  readonly bid: Decimal | null;
  readonly ask: Decimal | null;
  readonly last: Decimal | null;
  readonly high: Decimal | null;
  readonly low: Decimal | null;
  readonly volume: Decimal | null;
  readonly time: number | null;
};

export type VenuePair = {
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly status: InstrumentStatus;
  readonly priceDecimals: number;
  readonly tickSize: Decimal;
  readonly quantityDecimals: number;
  readonly costDecimals: number;
  readonly minimumQuantity: Decimal;
  readonly minimumCost: Decimal;
};

export type VenueMessage =
  | BookMessage
  | { readonly kind: "trades"; readonly type: FrameKind; readonly trades: readonly Trade[] }
  | { readonly kind: "tickers"; readonly type: FrameKind; readonly tickers: readonly TickerValues[] }
  | {
      readonly kind: "instruments";
      readonly type: FrameKind;
      readonly pairs: readonly VenuePair[];
      readonly assetDecimals: ReadonlyMap<string, number>;
    }
  | { readonly kind: "status"; readonly system: string }
  | { readonly kind: "heartbeat" }
  | { readonly kind: "pong" }
  | {
      readonly kind: "reply";
      readonly method: string;
      readonly success: boolean;
      readonly error: string | null;
      readonly channel: string | null;
      readonly symbol: string | null;
      readonly requestId: number | null;
    }
  /** Plain text that is no JSON: the proxy in front of the venue speaks so before it drops the link. */
  | { readonly kind: "text" }
  | { readonly kind: "unknown" };

const token = z.string();
const amount = wireDecimal;
const time = wireTime;
const type = z.enum(["snapshot", "update"]);
const count = z.number().int().nonnegative();

const levels = z.array(z.object({ price: token, qty: token }));

// The usual layout is read by book-frame.ts at a tenth of the cost; this reads every other.
const bookFrame = z.object({
  channel: z.literal("book"),
  type,
  data: z.array(
    z.object({ symbol: z.string(), bids: levels, asks: levels, checksum: count, timestamp: time.optional() }),
  ),
});

const tradeFrame = z.object({
  channel: z.literal("trade"),
  type,
  data: z.array(
    z.object({
      symbol: z.string(),
      side: z.enum(["buy", "sell"]),
      price: amount,
      qty: amount,
      trade_id: count,
      timestamp: time,
    }),
  ),
});

const tickerFrame = z.object({
  channel: z.literal("ticker"),
  type,
  data: z.array(
    z.object({
      symbol: z.string(),
      bid: amount,
      ask: amount,
      last: amount,
      high: amount,
      low: amount,
      volume: amount,
      timestamp: time.optional(),
    }),
  ),
});

const pair = z.object({
  symbol: z.string(),
  base: z.string(),
  quote: z.string(),
  status: z.enum(INSTRUMENT_STATUSES),
  price_precision: count,
  price_increment: amount,
  qty_precision: count,
  qty_min: amount,
  cost_precision: count,
  cost_min: amount,
});

const instrumentFrame = z.object({
  channel: z.literal("instrument"),
  type,
  data: z.object({
    assets: z.array(z.object({ id: z.string(), precision: count })),
    // A pair of a kind that we do not know must not hide all others.
    pairs: z.array(z.unknown()),
  }),
});

const statusFrame = z.object({ channel: z.literal("status"), data: z.array(z.object({ system: z.string() })).min(1) });

const reply = z.object({
  method: z.string(),
  success: z.boolean().optional(),
  error: z.string().optional(),
  symbol: z.string().optional(),
  req_id: z.number().optional(),
  result: z.object({ channel: z.string().optional(), symbol: z.string().optional() }).optional(),
});

const UNKNOWN: VenueMessage = { kind: "unknown" };

/** Reads one frame. Never throws. */
export function readFrame(text: string): VenueMessage {
  return readBookFrame(text) ?? readAnyFrame(text);
}

/** The general way, which decides what is understood. Never throws. */
export function readAnyFrame(text: string): VenueMessage {
  let frame: unknown;
  try {
    frame = JSON.parse(quoteNumberTokens(text));
  } catch {
    return { kind: "text" };
  }
  if (!isRecord(frame)) {
    return UNKNOWN;
  }
  switch (frame["channel"]) {
    case "book":
      return readBook(frame);
    case "heartbeat":
      return { kind: "heartbeat" };
    case "trade":
      return readTrades(frame);
    case "ticker":
      return readTickers(frame);
    case "instrument":
      return readInstruments(frame);
    case "status":
      return readStatus(frame);
    default:
      return readReply(frame);
  }
}

function readBook(frame: unknown): VenueMessage {
  const parsed = bookFrame.safeParse(frame);
  if (!parsed.success) {
    return UNKNOWN;
  }
  const books = parsed.data.data.map((row): BookChange => {
    const { symbol, bids, asks, checksum, timestamp } = row;
    return { symbol, bids, asks, checksum, time: timestamp ?? null };
  });
  return { kind: "book", type: parsed.data.type, books };
}

function readTrades(frame: unknown): VenueMessage {
  const parsed = tradeFrame.safeParse(frame);
  if (!parsed.success) {
    return UNKNOWN;
  }
  const trades = parsed.data.data.map((row): Trade => {
    const { symbol, side, price, qty, trade_id: id, timestamp } = row;
    return { id, symbol, price, quantity: qty, side, time: timestamp };
  });
  return { kind: "trades", type: parsed.data.type, trades };
}

function readTickers(frame: unknown): VenueMessage {
  const parsed = tickerFrame.safeParse(frame);
  if (!parsed.success) {
    return UNKNOWN;
  }
  const tickers = parsed.data.data.map((row): TickerValues => {
    const { symbol, volume, timestamp } = row;
    const [bid, ask, last, high, low] = [row.bid, row.ask, row.last, row.high, row.low].map(orNull);
    return {
      symbol,
      bid: bid ?? null,
      ask: ask ?? null,
      last: last ?? null,
      high: high ?? null,
      low: low ?? null,
      volume,
      time: timestamp ?? null,
    };
  });
  return { kind: "tickers", type: parsed.data.type, tickers };
}

function readInstruments(frame: unknown): VenueMessage {
  const parsed = instrumentFrame.safeParse(frame);
  if (!parsed.success) {
    return UNKNOWN;
  }
  const pairs: VenuePair[] = [];
  for (const each of parsed.data.data.pairs) {
    const row = pair.safeParse(each);
    if (row.success) {
      pairs.push({
        symbol: row.data.symbol,
        base: row.data.base,
        quote: row.data.quote,
        status: row.data.status,
        priceDecimals: row.data.price_precision,
        tickSize: row.data.price_increment,
        quantityDecimals: row.data.qty_precision,
        costDecimals: row.data.cost_precision,
        minimumQuantity: row.data.qty_min,
        minimumCost: row.data.cost_min,
      });
    }
  }
  const assetDecimals = new Map(parsed.data.data.assets.map(({ id, precision }) => [id, precision]));
  return { kind: "instruments", type: parsed.data.type, pairs, assetDecimals };
}

function readStatus(frame: unknown): VenueMessage {
  const parsed = statusFrame.safeParse(frame);
  const system = parsed.success ? parsed.data.data[0]?.system : undefined;
  return system === undefined ? UNKNOWN : { kind: "status", system };
}

function readReply(frame: unknown): VenueMessage {
  const parsed = reply.safeParse(frame);
  if (!parsed.success) {
    return UNKNOWN;
  }
  const { method, success, error, symbol, req_id: requestId, result } = parsed.data;
  if (method === "pong") {
    return { kind: "pong" };
  }
  return {
    kind: "reply",
    method,
    success: success === true,
    error: error ?? null,
    channel: result?.channel ?? null,
    symbol: result?.symbol ?? symbol ?? null,
    requestId: requestId ?? null,
  };
}

/** An empty side is printed as price 0. */
function orNull(price: Decimal): Decimal | null {
  return price === "0" ? null : price;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
