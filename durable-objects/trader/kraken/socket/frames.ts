/**
 * What the private WebSocket says (PROTOCOL §6), read at the edge. Numbers are kept as the text they came in. What can not be read
 * comes back as such: a row that was passed over silently could be a fill.
 */
import { z } from "zod";
import { isZero } from "../../../../domain/decimal.ts";
import type { BalanceFrame, LedgerUpdate } from "../../../../domain/venue/execution-stream-balances.ts";
import type { ExecutionRow, FillRow, UnreadableRow } from "../../../../domain/venue/execution-stream-rows.ts";
import { PRIVATE_CHANNELS, type PrivateChannel } from "../../../../domain/venue/execution-stream-facts.ts";
import type { ExecutionFrame } from "../../../../domain/venue/execution-stream.ts";
import type { VenueBalance, VenueOrderStatus } from "../../../../domain/venue/reports.ts";
import { wireDecimal, wireTime } from "../../../lib/wire-values.ts";

export type RateCount = { readonly venueOrderId: string; readonly symbol: string | null; readonly points: number };

/** The answer to a request. */
export type SocketReply = {
  readonly method: string;
  readonly requestId: number | null;
  /** Null: it succeeded. */
  readonly error: string | null;
  readonly channel: string | null;
  readonly venueOrderId: string | null;
  readonly clientOrderId: string | null;
  readonly amendId: string | null;
  readonly count: number | null;
  readonly maximumRateCount: number | null;
};

export type PrivateMessage =
  | { readonly kind: "executions"; readonly frame: ExecutionFrame; readonly rateCounts: readonly RateCount[] }
  | { readonly kind: "balances"; readonly frame: BalanceFrame }
  /** A frame of a channel of which not even the number could be read. */
  | { readonly kind: "unreadable"; readonly channel: PrivateChannel }
  | { readonly kind: "reply"; readonly reply: SocketReply }
  | { readonly kind: "status"; readonly system: string }
  | { readonly kind: "heartbeat" }
  | { readonly kind: "pong" }
  /** Plain text that is no JSON: the proxy in front of the venue speaks so before it drops everybody. */
  | { readonly kind: "text" }
  | { readonly kind: "unknown" };

const numberTokens =
  /"(price|qty|order_qty|cum_qty|last_qty|last_price|limit_price|stop_price|actual_price|cost|amount|fee|balance)":\s*(-?[0-9][0-9.eE+-]*)/g;

const amount = wireDecimal;
const time = wireTime;
const side = z.enum(["buy", "sell"]);

const orderStatuses: Readonly<Record<string, VenueOrderStatus>> = {
  pending_new: "pending",
  new: "open",
  partially_filled: "open",
  filled: "closed",
  canceled: "cancelled",
  expired: "expired",
};

const executionRow = z.object({
  order_id: z.string(),
  cl_ord_id: z.string().optional(),
  exec_type: z.string(),
  order_status: z.string().optional(),
  symbol: z.string().optional(),
  side: side.optional(),
  order_type: z.string().optional(),
  order_qty: amount.optional(),
  cum_qty: amount.optional(),
  limit_price: amount.optional(),
  limit_price_type: z.string().optional(),
  triggers: z
    .object({
      price: amount.optional(),
      price_type: z.string().optional(),
      actual_price: amount.optional(),
      status: z.string().optional(),
    })
    .optional(),
  stop_price: amount.optional(),
  reason: z.string().optional(),
  cancel_reason: z.string().optional(),
  timestamp: time,
  expire_time: time.optional(),
  ratecount: z.number().optional(),
  exec_id: z.string().optional(),
  last_qty: amount.optional(),
  last_price: amount.optional(),
  cost: amount.optional(),
  fees: z.array(z.object({ asset: z.string(), qty: amount })).optional(),
  liquidity_ind: z.enum(["t", "m"]).optional(),
  trade_id: z.number().int().nonnegative().optional(),
});
type WireExecution = z.infer<typeof executionRow>;

const identified = z.object({ order_id: z.string() });

const channelFrame = z.object({
  channel: z.enum(PRIVATE_CHANNELS),
  type: z.enum(["snapshot", "update"]),
  sequence: z.number().int().nonnegative(),
  data: z.array(z.unknown()),
});

const balanceRow = z.object({ asset: z.string(), balance: amount });
const ledgerRow = z.object({
  ledger_id: z.string(),
  ref_id: z.string(),
  timestamp: time,
  type: z.string(),
  subtype: z.string().optional(),
  asset: z.string(),
  wallet_type: z.string().optional(),
  wallet_id: z.string().optional(),
  amount,
  fee: amount,
  balance: amount,
});

const statusFrame = z.object({ data: z.array(z.object({ system: z.string() })).min(1) });
const optionalText = z.string().optional().catch(undefined);
const optionalNumber = z.number().optional().catch(undefined);
const replyFrame = z.object({
  method: z.string(),
  success: z.boolean().optional(),
  error: optionalText,
  channel: optionalText,
  req_id: optionalNumber,
  result: z
    .object({
      channel: optionalText,
      order_id: optionalText,
      cl_ord_id: optionalText,
      amend_id: optionalText,
      count: optionalNumber,
      maxratecount: optionalNumber,
    })
    .optional()
    .catch(undefined),
});

const UNKNOWN: PrivateMessage = { kind: "unknown" };

/** Reads one frame. Never throws. */
export function readPrivateFrame(text: string): PrivateMessage {
  let frame: unknown;
  try {
    frame = JSON.parse(text.replace(numberTokens, '"$1":"$2"'));
  } catch {
    return { kind: "text" };
  }
  if (!isRecord(frame)) {
    return UNKNOWN;
  }
  if (typeof frame["method"] === "string") {
    return readReply(frame);
  }
  switch (frame["channel"]) {
    case "executions":
    case "balances":
      return readChannel(frame["channel"], frame, text);
    case "heartbeat":
      return { kind: "heartbeat" };
    case "status": {
      const parsed = statusFrame.safeParse(frame);
      const system = parsed.success ? parsed.data.data[0]?.system : undefined;
      return system === undefined ? UNKNOWN : { kind: "status", system };
    }
    default:
      return UNKNOWN;
  }
}

function readChannel(channel: PrivateChannel, frame: unknown, text: string): PrivateMessage {
  const parsed = channelFrame.safeParse(frame);
  if (!parsed.success) {
    return { kind: "unreadable", channel };
  }
  const { type: kind, sequence, data } = parsed.data;
  if (channel === "executions") {
    const rateCounts: RateCount[] = [];
    const rows = data.map((row) => readExecution(row, rateCounts));
    return { kind: "executions", frame: { kind, sequence, rows, text }, rateCounts };
  }
  if (kind === "update") {
    return { kind: "balances", frame: { kind, sequence, text, updates: data.map(readLedgerRow) } };
  }
  const balances = data.map(readBalance).filter((balance) => balance !== null);
  // Totals of a snapshot are complete or worth nothing.
  return balances.length === data.length
    ? { kind: "balances", frame: { kind, sequence, text, balances } }
    : { kind: "unreadable", channel };
}

function readExecution(row: unknown, rateCounts: RateCount[]): ExecutionRow | UnreadableRow {
  const parsed = executionRow.safeParse(row);
  if (!parsed.success) {
    const named = identified.safeParse(row);
    return { unreadable: true, venueOrderId: named.success ? named.data.order_id : null };
  }
  const wire = parsed.data;
  if (wire.ratecount !== undefined) {
    rateCounts.push({ venueOrderId: wire.order_id, symbol: wire.symbol ?? null, points: wire.ratecount });
  }
  return {
    venueOrderId: wire.order_id,
    clientOrderId: wire.cl_ord_id ?? null,
    kind: wire.exec_type,
    status: orderStatuses[wire.order_status ?? ""] ?? null,
    symbol: wire.symbol ?? null,
    side: wire.side ?? null,
    orderType: wire.order_type ?? null,
    quantity: wire.order_qty ?? null,
    filledQuantity: wire.cum_qty ?? null,
    limitPrice: (wire.limit_price_type ?? "static") === "static" ? (wire.limit_price ?? null) : null,
    triggerPrice: triggerPrice(wire),
    ...(wire.triggers?.status === "triggered" ? { triggered: true } : {}),
    reason: wire.reason ?? wire.cancel_reason ?? null,
    time: wire.timestamp,
    expiresAt: wire.expire_time ?? null,
    fill: readFill(wire),
  };
}

/** A distance in percent or quote is no price; the price that it stands at is told beside it. */
function triggerPrice({ triggers, stop_price: stopPrice }: WireExecution): ExecutionRow["triggerPrice"] {
  if (triggers === undefined) {
    return stopPrice === undefined || isZero(stopPrice) ? null : stopPrice;
  }
  return (triggers.price_type ?? "static") === "static" ? (triggers.price ?? null) : (triggers.actual_price ?? null);
}

function readFill(wire: WireExecution): FillRow | null {
  const { exec_id: executionId, last_price: price, last_qty: quantity, cost, fees, liquidity_ind: indicator } = wire;
  if (
    wire.exec_type !== "trade" ||
    executionId === undefined ||
    price === undefined ||
    quantity === undefined ||
    cost === undefined ||
    fees === undefined ||
    indicator === undefined
  ) {
    return null;
  }
  return {
    executionId,
    price,
    quantity,
    cost,
    fees: fees.map(({ asset, qty }) => ({ asset, amount: qty })),
    liquidity: indicator === "m" ? "maker" : "taker",
    tradeId: wire.trade_id ?? null,
  };
}

function readBalance(row: unknown): VenueBalance | null {
  const parsed = balanceRow.safeParse(row);
  return parsed.success ? { asset: parsed.data.asset, total: parsed.data.balance } : null;
}

function readLedgerRow(row: unknown): LedgerUpdate | null {
  const parsed = ledgerRow.safeParse(row);
  if (!parsed.success) {
    return null;
  }
  const wire = parsed.data;
  return {
    row: {
      ledgerId: wire.ledger_id,
      referenceId: wire.ref_id,
      time: wire.timestamp,
      type: wire.type,
      subtype: wire.subtype ?? "",
      asset: wire.asset,
      wallet: wire.wallet_type === "earn" ? (wire.wallet_id ?? "earn") : (wire.wallet_type ?? "spot"),
      amount: wire.amount,
      fee: wire.fee,
    },
    balance: { asset: wire.asset, total: wire.balance },
  };
}

function readReply(frame: unknown): PrivateMessage {
  const parsed = replyFrame.safeParse(frame);
  if (!parsed.success) {
    return UNKNOWN;
  }
  const { method, success, error, channel, req_id: requestId, result } = parsed.data;
  if (method === "pong") {
    return { kind: "pong" };
  }
  return {
    kind: "reply",
    reply: {
      method,
      requestId: requestId ?? null,
      error: success === true ? null : (error ?? "refused without a reason"),
      channel: result?.channel ?? channel ?? null,
      venueOrderId: result?.order_id ?? null,
      clientOrderId: result?.cl_ord_id ?? null,
      amendId: result?.amend_id ?? null,
      count: result?.count ?? null,
      maximumRateCount: result?.maxratecount ?? null,
    },
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
