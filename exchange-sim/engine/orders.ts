import type { Micros } from "../clock.ts";
import type { Pair } from "../instruments.ts";
import { formatUnits } from "../units.ts";
import type { BookOrder, Side } from "./order-book.ts";

export type OrderType =
  | "market"
  | "limit"
  | "stop-loss"
  | "take-profit"
  | "stop-loss-limit"
  | "take-profit-limit"
  | "trailing-stop"
  | "trailing-stop-limit";

export const orderTypes: readonly OrderType[] = [
  "market",
  "limit",
  "stop-loss",
  "take-profit",
  "stop-loss-limit",
  "take-profit-limit",
  "trailing-stop",
  "trailing-stop-limit",
];

export type OrderStatus = "pending" | "open" | "closed" | "canceled" | "expired";
export type TimeInForce = "GTC" | "IOC" | "GTD" | "FOK";
export type SelfTradePrevention = "cancel-newest" | "cancel-oldest" | "cancel-both";
export type TriggerReference = "last" | "index";

/** A distance from a price: in ticks, or in ten-thousandths of a percent. */
export interface Offset {
  readonly kind: "ticks" | "percent";
  readonly amount: bigint;
}

export interface Trigger {
  readonly reference: TriggerReference;
  /** In ticks; moves while it trails. */
  price: number;
  /** Set for trailing types. */
  readonly trail: Offset | undefined;
  /** The best price the trail has seen. */
  extreme: number;
  triggeredAt: Micros | undefined;
  triggeredPrice: number | undefined;
}

/** What each fill of an order leaves behind: an opposite order of the filled size (PROTOCOL §2.4). */
export interface ConditionalClose {
  readonly type: OrderType;
  /** Text as the owner gave it, padded to the pair's decimals. */
  readonly price: string;
  readonly price2: string;
}

/** Everything that is fixed when an order is accepted, and what an amend may change. */
export interface OrderTerms {
  readonly pair: Pair;
  readonly side: Side;
  readonly type: OrderType;
  /** Base units of 10^-8; with `inQuote` the ticks × quantity units to spend. */
  readonly quantity: bigint;
  readonly inQuote: boolean;
  /** In ticks. For trailing-stop-limit it is set when the stop is triggered. */
  readonly limit: number | undefined;
  /** trailing-stop-limit: the limit's signed distance from the triggered price. */
  readonly limitOffset: Offset | undefined;
  readonly trigger: Omit<Trigger, "triggeredAt" | "triggeredPrice"> | undefined;
  /** The texts of `descr.price` and `descr.price2`. */
  readonly priceText: string;
  readonly price2Text: string;
  readonly timeInForce: TimeInForce;
  readonly postOnly: boolean;
  readonly feeCurrency: "base" | "quote";
  readonly selfTrade: SelfTradePrevention;
  readonly startAt: Micros | undefined;
  readonly expireAt: Micros | undefined;
  readonly close: ConditionalClose | undefined;
  readonly userref: number | undefined;
  readonly clientOrderId: string | undefined;
  /** Order flags as the owner gave them, for `oflags`. */
  readonly flags: readonly string[];
}

export interface Amend {
  readonly id: string;
  readonly kind: "original" | "user" | "restated";
  readonly quantity: bigint;
  readonly remaining: bigint;
  readonly limit: number | undefined;
  readonly trigger: number | undefined;
  readonly reason: string | undefined;
  readonly postOnly: boolean;
  readonly time: Micros;
}

export interface Order {
  readonly id: string;
  readonly account: string;
  readonly openedAt: Micros;
  /** Counts all orders of the exchange, for paging and for queue order after a restart. */
  readonly number: number;
  readonly parent: string | undefined;
  terms: OrderTerms;
  status: OrderStatus;
  reason: string | undefined;
  closedAt: Micros | undefined;
  trigger: Trigger | undefined;
  /** The limit in force; differs from the terms for a triggered trailing-stop-limit. */
  limit: number | undefined;
  filled: bigint;
  /** Ticks × quantity units, exact. */
  exactCost: bigint;
  /** Percent (four decimals) of ticks × quantity units, or of quantity units when the fee is in the base asset. */
  exactFee: bigint;
  /** What the ledger has been charged so far, in the assets' decimals; it follows the exact sums, not each rounding. */
  postedCost: bigint;
  postedFee: bigint;
  /** In units of the pair's cost decimals. */
  cost: bigint;
  /** In units of the cost decimals, or of the quantity decimals when the fee is in the base asset. */
  fee: bigint;
  readonly trades: string[];
  readonly amends: Amend[];
  /** When it was created or last amended: the matching counter charges young orders more. */
  touchedAt: Micros;
  amended: boolean;
  /** Its place in the book while it rests. */
  resting: BookOrder | undefined;
}

export interface UserTrade {
  readonly id: string;
  readonly account: string;
  readonly orderId: string;
  readonly number: number;
  readonly pair: Pair;
  readonly time: Micros;
  readonly side: Side;
  readonly orderType: OrderType;
  /** In ticks. */
  readonly price: number;
  readonly quantity: bigint;
  readonly cost: bigint;
  readonly fee: bigint;
  readonly feeCurrency: "base" | "quote";
  readonly maker: boolean;
  readonly publicId: number;
  readonly ledgers: readonly string[];
  /** Value in USD, units of 10^-4, for the 30-day volume. */
  readonly usd: bigint;
}

/** Base quantity still to be filled; for an order in quote currency what its budget has left is the engine's business. */
export function remainingQuantity(order: Order): bigint {
  return order.terms.inQuote ? 0n : order.terms.quantity - order.filled;
}

export function isLive(order: Order): boolean {
  return order.status === "pending" || order.status === "open";
}

export function isTriggered(type: OrderType): boolean {
  return type !== "market" && type !== "limit";
}

export function isLimitType(type: OrderType): boolean {
  return type === "limit" || type.endsWith("-limit");
}

export function isTrailing(type: OrderType): boolean {
  return type.startsWith("trailing");
}

/** `stop loss 55.00000 -> limit 54.00000`, as in `descr.order` and `descr.close` (PROTOCOL §2.3). */
export function describePrices(type: OrderType, priceText: string, price2Text: string): string {
  if (type === "market") {
    return "market";
  }
  if (type === "limit") {
    return `limit ${priceText}`;
  }
  const words = type.replace("-limit", "").replaceAll("-", " ");
  return type.endsWith("-limit") ? `${words} ${priceText} -> limit ${price2Text}` : `${words} ${priceText}`;
}

/** `buy 2.12340000 XBTUSD @ limit 25000.1`. */
export function describeOrder(terms: OrderTerms): string {
  const decimals = terms.pair.quantityDecimals;
  const volume = terms.inQuote
    ? formatUnits(terms.quantity, decimals + terms.pair.priceDecimals).replace(/(\.\d{8})\d*$/, "$1")
    : formatUnits(terms.quantity, decimals);
  return `${terms.side} ${volume} ${terms.pair.altname} @ ${describePrices(terms.type, terms.priceText, terms.price2Text)}`;
}

export function describeClose(close: ConditionalClose): string {
  return `close position @ ${describePrices(close.type, close.price, close.price2)}`;
}
