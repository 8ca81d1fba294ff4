import type { Decimal } from "../decimal.ts";
import type { Asset, Milliseconds, Side, Symbol } from "../market.ts";
import type { CarriedStop } from "../protection/carried-stop.ts";
import type { EntryProtection } from "../protection/protection.ts";

/** TRADING §2. `unknown`: sent, outcome not known. `cancel_pending`: a cancel is on its way. */
export const ORDER_STATUSES = [
  "submitting",
  "open",
  "partially_filled",
  "cancel_pending",
  "unknown",
  "filled",
  "cancelled",
  "expired",
  "rejected",
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

/**
 * Triggered types wait for the last trade to reach their trigger price, then become a market order or, in their limit form, a
 * limit order (PROTOCOL §2.4). A trailing stop's trigger follows the price in favour only (TRADING §4).
 */
export const ORDER_TYPES = [
  "market",
  "limit",
  "stop-loss",
  "take-profit",
  "stop-loss-limit",
  "take-profit-limit",
  "trailing-stop",
] as const;
export type OrderType = (typeof ORDER_TYPES)[number];
export type TriggeredType = Exclude<OrderType, "market" | "limit">;

/** Whether the order waits for a trigger before it stands in the market. */
export function isTriggered(type: OrderType): type is TriggeredType {
  return type !== "market" && type !== "limit";
}

/** Whether orders of the type have a limit price. */
export function hasLimitPrice(type: OrderType): boolean {
  return type === "limit" || type === "stop-loss-limit" || type === "take-profit-limit";
}

/** Good till cancelled, immediate or cancel, good till date. */
export const TIMES_IN_FORCE = ["gtc", "ioc", "gtd"] as const;
export type TimeInForce = (typeof TIMES_IN_FORCE)[number];

/**
 * Who wished the order: a click, the close button, a client of the API, a click on a model's proposal, the exchange itself as
 * a conditional close; the desk
 * for a position: its resting stop, its target, an emergency exit past the stop, a flatten by Stop or by a halt.
 */
export const ORDER_ORIGINS = [
  "manual",
  "close",
  "api",
  "assistant",
  "conditional",
  "stop",
  "target",
  "emergency",
  "flatten",
] as const;
export type OrderOrigin = (typeof ORDER_ORIGINS)[number];

/** The proposal that an order came from, and whether the trader changed it first. */
export type OrderProvenance = {
  readonly runId: string;
  readonly proposalId: string;
  readonly providerId: string;
  readonly modelId: string;
  readonly edited: boolean;
};

export const LIQUIDITIES = ["maker", "taker"] as const;
export type Liquidity = (typeof LIQUIDITIES)[number];

/** An order that the exchange makes by itself for each fill of the first (PROTOCOL §2.4 close[…]). */
export type ConditionalClose = {
  readonly type: TriggeredType | "limit";
  readonly triggerPrice: Decimal | null;
  readonly limitPrice: Decimal | null;
};

/** One order as the account believes it to be. */
export type Order = {
  readonly id: string;
  readonly accountId: string;
  readonly symbol: Symbol;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly postOnly: boolean;
  readonly quantity: Decimal;
  readonly limitPrice: Decimal | null;
  /** Of triggered types; of a trailing stop the trigger at its placement, or null where the venue keeps it. */
  readonly triggerPrice: Decimal | null;
  /** Distance of a trailing stop from the best price so far, in percent. */
  readonly trailingPercent: Decimal | null;
  readonly conditionalClose: ConditionalClose | null;
  readonly expiresAt: Milliseconds | null;
  readonly status: OrderStatus;
  readonly filledQuantity: Decimal;
  /** Σ price × quantity of the fills, in quote. */
  readonly filledCost: Decimal;
  /** Average of the fills at the pair's price precision; null before the first. */
  readonly averagePrice: Decimal | null;
  readonly fees: Decimal;
  readonly feeAsset: Asset;
  /** The exchange's id of it; null on paper and before the exchange has told. */
  readonly venueOrderId: string | null;
  /** Rises with every accepted amend; a trigger row carries it. */
  readonly version: number;
  readonly origin: OrderOrigin;
  /** Of origin "assistant". Absent or null: none. */
  readonly provenance?: OrderProvenance | null;
  /** Of an entry: the stop and target that it brings. Absent or null: none. */
  readonly protection?: EntryProtection | null | undefined;
  /** Of an entry at the exchange that takes its stop along. Absent or null: it does not. */
  readonly carriedStop?: CarriedStop | null;
  /** Of an order that the exchange made for a fill of another of the desk's. Absent: of none. */
  readonly parentOrderId?: string;
  /** Of a triggered type in the paper market: the print that set it off; null or absent before. */
  readonly triggeredBy?: number | null | undefined;
  /** Why it ended or was refused by the venue; null while it lives or when simply filled. */
  readonly reason: string | null;
  readonly createdAt: Milliseconds;
  readonly updatedAt: Milliseconds;
  readonly seq: number;
};
