/** What an order is and how it stands, in a trader's words. */
import type { OrderView, PlacedOrder } from "../../../../contract/orders.ts";
import { divide, HUNDRED, isPositive, multiply, subtract, type Decimal } from "../../../../domain/decimal.ts";
import type { Instrument } from "../../../../domain/market.ts";
import {
  hasLimitPrice,
  isTriggered,
  type ConditionalClose,
  type OrderStatus,
  type OrderType,
} from "../../../../domain/orders/order.ts";
import { formatDecimal, formatPrice, formatQuantity } from "../../ui/format.ts";
import { standingWord } from "./standing-words.ts";

const statusWords: Readonly<Record<OrderStatus, string>> = {
  submitting: "Sending",
  open: "Open",
  partially_filled: "Partly filled",
  cancel_pending: "Cancelling",
  unknown: "Sent, not confirmed yet; checking with Kraken",
  filled: "Filled",
  cancelled: "Cancelled",
  expired: "Expired",
  rejected: "Rejected",
};

export const TYPE_WORDS: Readonly<Record<OrderType, string>> = {
  market: "Market",
  limit: "Limit",
  "stop-loss": "Stop-loss",
  "take-profit": "Take-profit",
  "stop-loss-limit": "Stop-loss limit",
  "take-profit-limit": "Take-profit limit",
  "trailing-stop": "Trailing stop",
};

/**
 * "Open", "Cancelled, partly filled": an order that ended early says so when something of it was filled, one at an exchange
 * what was asked and is not answered yet, and one on paper that is alive with a reason waits for a price.
 */
export function statusWord(
  order: Pick<OrderView, "status" | "filledQuantity" | "reason"> & Pick<Partial<OrderView>, "standing">,
): string {
  if (order.standing !== undefined) {
    return standingWord(order.status, order.standing) ?? statusWords[order.status];
  }
  if (isWaiting(order)) {
    return "Waiting for a price";
  }
  const word = statusWords[order.status];
  const isCutShort = order.status === "cancelled" || order.status === "expired";
  return isCutShort && isPositive(order.filledQuantity) ? `${word}, partly filled` : word;
}

/** "Limit", "Limit, post-only", "Market", "Limit, IOC", "Trailing stop 2 %". */
export function typeWord(
  order: Pick<OrderView, "type" | "postOnly" | "timeInForce"> & Pick<Partial<OrderView>, "trailingPercent">,
): string {
  const words: string[] = [TYPE_WORDS[order.type]];
  if (order.trailingPercent !== undefined && order.trailingPercent !== null) {
    words[0] += ` ${order.trailingPercent} %`;
  }
  if (order.postOnly) {
    words.push("post-only");
  }
  if (order.type === "limit" && order.timeInForce !== "gtc") {
    words.push(order.timeInForce.toUpperCase());
  }
  return words.join(", ");
}

/** "Stop-loss at 60 000", "Take-profit limit at 70 000, limit 69 900". */
export function closeWord(close: ConditionalClose, priceDecimals: number | undefined): string {
  const word = TYPE_WORDS[close.type];
  const trigger =
    close.triggerPrice === null ? "" : ` at ${formatDecimal(close.triggerPrice, { decimals: priceDecimals })}`;
  const limit =
    close.limitPrice === null
      ? ""
      : `${close.triggerPrice === null ? " at" : ", limit"} ${formatDecimal(close.limitPrice, { decimals: priceDecimals })}`;
  return `${word}${trigger}${limit}`;
}

export function sideWord(side: OrderView["side"]): "Buy" | "Sell" {
  return side === "buy" ? "Buy" : "Sell";
}

/** What is left to fill. */
export function remainingQuantity(order: Pick<OrderView, "quantity" | "filledQuantity">): Decimal {
  return subtract(order.quantity, order.filledQuantity);
}

/** Whole percent filled, rounded down, so that 100 means filled and nothing less. */
export function filledPercent(order: Pick<OrderView, "quantity" | "filledQuantity">): number {
  return Number(divide(multiply(order.filledQuantity, HUNDRED), order.quantity, 0, "down"));
}

/** Alive, and no cancel is on its way. */
export function isCancellable(order: Pick<OrderView, "status">): boolean {
  return isAlive(order) && order.status !== "cancel_pending";
}

function isAlive(order: Pick<OrderView, "status">): boolean {
  return !["filled", "cancelled", "expired", "rejected"].includes(order.status);
}

/** Taken on paper while there was no fresh price: its reason says what it waits for. */
function isWaiting(order: Pick<OrderView, "status" | "reason"> & Pick<Partial<OrderView>, "standing">): boolean {
  return (
    order.standing === undefined && order.reason !== null && (order.status === "submitting" || order.status === "open")
  );
}

/** A resting order with a price to change: a limit, a trigger or both. */
export function isAmendable(order: Pick<OrderView, "status" | "type"> & Pick<Partial<OrderView>, "standing">): boolean {
  const hasPrice = hasLimitPrice(order.type) || (isTriggered(order.type) && order.type !== "trailing-stop");
  const rests = order.status === "open" || order.status === "partially_filled";
  return hasPrice && rests && (order.standing?.amend ?? null) === null;
}

/** Why an order cannot be amended now. Read only where it cannot. */
export function amendBlock(order: OrderView): string {
  if ((order.standing?.amend ?? null) !== null) {
    return "A change is on its way to Kraken. Wait for its answer.";
  }
  return order.type === "trailing-stop"
    ? "A trailing stop moves by itself. Cancel it and place another."
    : "Only an order that rests at a price can be amended.";
}

/** What became of an order just placed: "Filled 0.0100 @ 64 250.1", "Open: 0.5 at 64 000.0". */
export function outcomeText(placed: PlacedOrder, instrument: Instrument): string {
  const { order } = placed;
  const filled = `${formatQuantity(order.filledQuantity)} @ ${formatPrice(order.averagePrice, instrument.priceDecimals)}`;
  const hasFills = isPositive(order.filledQuantity);
  if (isWaiting(order) && order.reason !== null) {
    return order.reason;
  }
  switch (order.status) {
    case "filled":
      return `Filled ${filled}`;
    case "rejected":
      return `Rejected: ${order.reason ?? "no reason was given"}`;
    case "cancelled":
    case "expired":
      return hasFills
        ? `Filled ${filled} of ${formatQuantity(order.quantity)}; the rest was ${order.status}${because(order)}`
        : `${statusWords[order.status]}${because(order)}`;
    case "submitting":
    case "unknown":
    case "cancel_pending":
      return statusWord(order);
    case "open":
    case "partially_filled":
      return hasFills
        ? `Filled ${filled}; ${formatQuantity(remainingQuantity(order))} is open`
        : `${restWord(order)}: ${formatQuantity(order.quantity)}${priceWords(order, instrument)}`;
  }
}

function restWord(order: OrderView): string {
  return isTriggered(order.type) ? "Waiting for its trigger" : "Open";
}

function priceWords(order: OrderView, instrument: Instrument): string {
  const decimals = instrument.priceDecimals;
  const limit = order.limitPrice === null ? "" : ` at ${formatPrice(order.limitPrice, decimals)}`;
  return order.triggerPrice === null
    ? limit
    : `, trigger ${formatPrice(order.triggerPrice, decimals)}${limit === "" ? "" : `, limit${limit.replace(" at", "")}`}`;
}

function because(order: OrderView): string {
  return order.reason === null ? "" : `: ${order.reason}`;
}
