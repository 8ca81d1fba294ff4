/** What an order is and how it stands, in a trader's words. */
import type { OrderView, PlacedOrder } from "../../../../contract/orders.ts";
import { divide, HUNDRED, isPositive, multiply, subtract, type Decimal } from "../../../../domain/decimal.ts";
import type { Instrument } from "../../../../domain/market.ts";
import type { OrderStatus } from "../../../../domain/orders/order.ts";
import { formatPrice, formatQuantity } from "../../ui/format.ts";

const statusWords: Readonly<Record<OrderStatus, string>> = {
  submitting: "Sending",
  open: "Open",
  partially_filled: "Partly filled",
  cancel_pending: "Cancelling",
  unknown: "Outcome not known yet",
  filled: "Filled",
  cancelled: "Cancelled",
  expired: "Expired",
  rejected: "Rejected",
};

/**
 * "Open", "Cancelled, partly filled": an order that ended early says so when something of it was filled, and one that is
 * alive with a reason waits for a price.
 */
export function statusWord(order: Pick<OrderView, "status" | "filledQuantity" | "reason">): string {
  if (isWaiting(order)) {
    return "Waiting for a price";
  }
  const word = statusWords[order.status];
  const isCutShort = order.status === "cancelled" || order.status === "expired";
  return isCutShort && isPositive(order.filledQuantity) ? `${word}, partly filled` : word;
}

/** "Limit", "Limit, post-only", "Market", "Limit, IOC". */
export function typeWord(order: Pick<OrderView, "type" | "postOnly" | "timeInForce">): string {
  const words = [order.type === "limit" ? "Limit" : "Market"];
  if (order.postOnly) {
    words.push("post-only");
  }
  if (order.type === "limit" && order.timeInForce !== "gtc") {
    words.push(order.timeInForce.toUpperCase());
  }
  return words.join(", ");
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

/** Taken while there was no fresh price: its reason says what it waits for. */
function isWaiting(order: Pick<OrderView, "status" | "reason">): boolean {
  return order.reason !== null && (order.status === "submitting" || order.status === "open");
}

/** A resting limit order whose price or quantity may be changed. */
export function isAmendable(order: Pick<OrderView, "status" | "type">): boolean {
  return order.type === "limit" && (order.status === "open" || order.status === "partially_filled");
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
      return statusWords[order.status];
    case "open":
    case "partially_filled":
      return hasFills
        ? `Filled ${filled}; ${formatQuantity(remainingQuantity(order))} is open`
        : `Open: ${formatQuantity(order.quantity)} at ${formatPrice(order.limitPrice, instrument.priceDecimals)}`;
  }
}

function because(order: OrderView): string {
  return order.reason === null ? "" : `: ${order.reason}`;
}
