import { z } from "zod";
import { LIQUIDITIES, ORDER_ORIGINS, ORDER_STATUSES, ORDER_TYPES, TIMES_IN_FORCE } from "../domain/orders/order.ts";
import { decimalText, positiveDecimalText } from "./decimal.ts";
import { problem } from "./errors.ts";
import { milliseconds, side } from "./markets.ts";
import { pageOf } from "./paging.ts";
import { symbolText } from "./symbols.ts";

export const orderStatus = z.enum(ORDER_STATUSES);

export const orderType = z.enum(ORDER_TYPES);
export const timeInForce = z.enum(TIMES_IN_FORCE);

export const orderOrigin = z.enum(ORDER_ORIGINS);

/** The proposal that an order came from; `edited`: the trader changed it first. */
export const orderProvenance = z.object({
  runId: z.string(),
  proposalId: z.string(),
  providerId: z.string(),
  modelId: z.string(),
  edited: z.boolean(),
});

/**
 * What a trader asks for. Exactly one of `quantity` (base) and `cost` (quote, market buys only) is given. Nothing is ever
 * enlarged: quantity and cost are rounded down to what the pair can represent.
 */
export const conditionalClose = z.strictObject({
  type: z.enum(["limit", "stop-loss", "take-profit", "stop-loss-limit", "take-profit-limit", "trailing-stop"]),
  triggerPrice: positiveDecimalText.nullable(),
  limitPrice: positiveDecimalText.nullable(),
});

/** The protective stop of a position: so many percent under the fill, at a price, or trailing the best price (TRADING §4). */
export const stopPlan = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("percent"), percent: positiveDecimalText }),
  z.strictObject({ type: z.literal("price"), price: positiveDecimalText }),
  z.strictObject({ type: z.literal("trailing"), percent: positiveDecimalText }),
]);
export const targetPlan = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("percent"), percent: positiveDecimalText }),
  z.strictObject({ type: z.literal("price"), price: positiveDecimalText }),
]);

/** The stop and target that an entry brings; they take effect with its first fill. */
export const entryProtection = z.object({
  stop: stopPlan.nullable(),
  target: targetPlan.nullable(),
  isDefault: z.boolean(),
});

/** PUT /api/accounts/{id}/positions/{asset}/protection: absent leaves it as it is, null takes it away. */
export const protectPositionRequest = z.strictObject({
  stop: stopPlan.nullable().optional(),
  target: targetPlan.nullable().optional(),
});
export type ProtectPositionRequest = z.infer<typeof protectPositionRequest>;

export const placeOrderRequest = z.strictObject({
  symbol: symbolText,
  side,
  type: orderType,
  quantity: positiveDecimalText.optional(),
  cost: positiveDecimalText.optional(),
  limitPrice: positiveDecimalText.optional(),
  /** Of triggered types, except the trailing stop: compared with the last trade. */
  triggerPrice: positiveDecimalText.optional(),
  /** Of a trailing stop: its distance in percent. */
  trailingPercent: positiveDecimalText.optional(),
  /** An order that the exchange makes by itself for each fill; exchange accounts only. */
  conditionalClose: conditionalClose.optional(),
  /** Protective stop of an entry. Absent: the account's default; null: none. */
  stop: stopPlan.nullable().optional(),
  /** Target of an entry. Absent: the account's default; null: none. */
  target: targetPlan.nullable().optional(),
  timeInForce: timeInForce.default("gtc"),
  postOnly: z.boolean().default(false),
  /** Milliseconds since the epoch, for `gtd` only. */
  expiresAt: milliseconds.optional(),
});
export type PlaceOrderRequest = z.infer<typeof placeOrderRequest>;

/** At least one of the two. `quantity` is the new total, including what is filled. */
export const amendOrderRequest = z.strictObject({
  quantity: positiveDecimalText.optional(),
  limitPrice: positiveDecimalText.optional(),
  triggerPrice: positiveDecimalText.optional(),
});
export type AmendOrderRequest = z.infer<typeof amendOrderRequest>;

/** Sells part of a managed position at market, or at `limitPrice`. 100 takes everything, dust included. */
export const closePositionRequest = z.strictObject({
  percent: z.number().int().min(1).max(100).default(100),
  limitPrice: positiveDecimalText.optional(),
});
export type ClosePositionRequest = z.infer<typeof closePositionRequest>;

export const cancelAllQuery = z.strictObject({ symbol: z.string().max(33).optional() });

/**
 * How a live order of an exchange account stands there: what was asked and is not answered yet. An order may be open and have
 * an amend on its way; it keeps its old terms until the exchange has answered.
 */
export const orderStanding = z.object({
  /** `queued`: waits to be sent. `sent`: no answer yet. `confirmed`: the exchange has it. */
  placement: z.enum(["queued", "sent", "confirmed"]),
  /** Orders that have to end before it is sent: they hold what it sells. */
  waitsFor: z.array(z.string()),
  /** The terms that were asked for. */
  amend: z
    .object({
      stage: z.enum(["queued", "sent", "accepted"]),
      quantity: decimalText,
      limitPrice: decimalText.nullable(),
      triggerPrice: decimalText.nullable(),
    })
    .nullable(),
  cancel: z.object({ stage: z.enum(["queued", "sent", "accepted"]), requestedAt: milliseconds }).nullable(),
  /** The exchange asked to wait: what is queued is not sent before. Null: no such wish. */
  notBefore: milliseconds.nullable(),
  /** Why it waits, as a sentence. */
  waitReason: z.string().nullable(),
});
export type OrderStandingView = z.infer<typeof orderStanding>;

export const order = z.object({
  id: z.string(),
  accountId: z.string(),
  symbol: symbolText,
  side,
  type: orderType,
  timeInForce,
  postOnly: z.boolean(),
  quantity: decimalText,
  limitPrice: decimalText.nullable(),
  triggerPrice: decimalText.nullable(),
  trailingPercent: decimalText.nullable(),
  conditionalClose: conditionalClose.nullable(),
  expiresAt: milliseconds.nullable(),
  status: orderStatus,
  filledQuantity: decimalText,
  /** Σ price × quantity of the fills, in quote. */
  filledCost: decimalText,
  averagePrice: decimalText.nullable(),
  fees: decimalText,
  feeAsset: z.string(),
  /** The exchange's id of it; null on paper and before the exchange has told. */
  venueOrderId: z.string().nullable(),
  /** Rises with every accepted amend. */
  version: z.number().int(),
  origin: orderOrigin,
  /** Of origin "assistant". */
  provenance: orderProvenance.nullable().optional(),
  /** Of an entry: the stop and target that it brings. */
  protection: entryProtection.nullable().optional(),
  /** Of a triggered type on paper: the print that set it off. */
  triggeredBy: z.number().int().nullable().optional(),
  /** Why it ended or was refused by the venue, as a sentence; null while it lives or when simply filled. */
  reason: z.string().nullable(),
  /** Absent on paper and once it has ended. */
  standing: orderStanding.optional(),
  createdAt: milliseconds,
  updatedAt: milliseconds,
  /** Journal sequence of the event that last changed it. */
  seq: z.number().int(),
});
export type OrderView = z.infer<typeof order>;

export const fill = z.object({
  id: z.string(),
  orderId: z.string(),
  accountId: z.string(),
  symbol: symbolText,
  side,
  price: decimalText,
  quantity: decimalText,
  cost: decimalText,
  fee: decimalText,
  feeAsset: z.string(),
  liquidity: z.enum(LIQUIDITIES),
  /** Net of exit fee and of the cost share, in account currency; null for entries and where cost is unknown. */
  realisedProfit: decimalText.nullable(),
  origin: orderOrigin,
  /** Of origin "assistant". */
  provenance: orderProvenance.nullable().optional(),
  /** Filled from a refilled tape after the desk was away. */
  late: z.boolean(),
  /** The print that filled a resting order; null when taken from the book. */
  tradeId: z.number().int().nullable(),
  time: milliseconds,
  seq: z.number().int(),
});
export type FillView = z.infer<typeof fill>;

/** A recorded refusal of the desk. It is an answer, never an order. */
export const denial = z.object({
  id: z.string(),
  accountId: z.string(),
  request: placeOrderRequest,
  error: problem,
  time: milliseconds,
  seq: z.number().int(),
});
export type DenialView = z.infer<typeof denial>;

/** The answer to an accepted order: its state after the same turn, with the fills it already had. */
export const placedOrder = z.object({
  order,
  fills: z.array(fill),
  /** What the trader should know about it although nothing is wrong, as sentences; dust that a close leaves. */
  notices: z.array(z.string()).default([]),
});
export type PlacedOrder = z.infer<typeof placedOrder>;

export const cancelAllResult = z.object({
  cancelled: z.array(order),
  failed: z.array(z.object({ orderId: z.string(), error: problem })),
});
export type CancelAllResult = z.infer<typeof cancelAllResult>;

/**
 * DELETE /api/accounts/{id}/external-orders: cancels orders of the exchange account that this desk did not send. `confirm` is the
 * second confirmation that they need (TRADING §5), `orders` names those that were confirmed, by the exchange's ids with commas
 * between: what was placed by hand since then stays.
 */
export const cancelExternalQuery = z.strictObject({
  confirm: z.literal("external"),
  orders: z
    .string()
    .regex(/^[\w-]{1,64}(,[\w-]{1,64}){0,199}$/u, "names the orders: ids with commas between, at most 200"),
});
export const cancelExternalResult = z.object({
  /** The exchange's ids of those whose cancel it took. */
  cancelled: z.array(z.string()),
  failed: z.array(z.object({ venueOrderId: z.string(), error: problem })),
});
export type CancelExternalResult = z.infer<typeof cancelExternalResult>;

export const orderPage = pageOf(order);
export const fillPage = pageOf(fill);
