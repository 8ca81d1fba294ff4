/** One order of the stream: the first row that tells all of it, then deltas (PROTOCOL §6.1). */
import { isBelow, largest, ZERO } from "../decimal.ts";
import { hasLimitPrice, isTriggered, ORDER_TYPES, type OrderType } from "../orders/order.ts";
import type { ExecutionRow } from "./execution-stream-rows.ts";
import type { VenueOrder, VenueOrderStatus } from "./reports.ts";

/** Whether the venue still works on it. */
export function isVenueOrderLive(status: VenueOrderStatus): boolean {
  return status === "pending" || status === "open";
}

/** The order of a row that tells all of it; null when the row is a mere delta. */
export function orderOfRow(row: ExecutionRow): VenueOrder | null {
  const { symbol, side, orderType, quantity, status } = row;
  if (symbol === null || side === null || orderType === null || quantity === null || status === null) {
    return null;
  }
  const type = ORDER_TYPES.find((each) => each === orderType) ?? null;
  const order: VenueOrder = {
    venueOrderId: row.venueOrderId,
    clientOrderId: row.clientOrderId,
    // The stream does not tell parents; REST does (refid).
    parentVenueOrderId: null,
    isParentUntold: true,
    symbol,
    side,
    type,
    status: isVenueOrderLive(status) ? status : "open",
    quantity,
    filledQuantity: ZERO,
    limitPrice: null,
    triggerPrice: null,
    reason: null,
    openedAt: row.time,
    closedAt: null,
    expiresAt: row.expiresAt,
  };
  return changedByRow(order, row);
}

/**
 * The order after a delta. An order that ended stays as it ended, because rows may come late; what was filled never becomes
 * less. A `trade` row that fills the order ends it, although its own status may still say otherwise (PROTOCOL §6.1).
 */
export function changedByRow(order: VenueOrder, row: ExecutionRow): VenueOrder {
  const filledQuantity = largest(order.filledQuantity, row.filledQuantity ?? ZERO);
  if (!isVenueOrderLive(order.status)) {
    return { ...order, filledQuantity };
  }
  const quantity = row.quantity ?? order.quantity;
  const told = row.status ?? order.status;
  const isComplete = row.kind === "trade" && !isBelow(filledQuantity, quantity);
  // `pending_new` may come after `new` only when frames were turned around.
  const status = isComplete ? "closed" : told === "pending" ? order.status : told;
  const hasEnded = !isVenueOrderLive(status);
  return {
    ...order,
    clientOrderId: order.clientOrderId ?? row.clientOrderId,
    status,
    quantity,
    filledQuantity:
      status === "closed" && row.filledQuantity === null ? largest(filledQuantity, quantity) : filledQuantity,
    limitPrice: takesLimit(order.type) ? (row.limitPrice ?? order.limitPrice) : null,
    triggerPrice: takesTrigger(order.type) ? (row.triggerPrice ?? order.triggerPrice) : null,
    ...(row.triggered === true ? { triggered: true } : {}),
    reason: hasEnded && status !== "closed" ? row.reason : null,
    closedAt: hasEnded ? row.time : null,
    expiresAt: row.expiresAt ?? order.expiresAt,
  };
}

function takesLimit(type: OrderType | null): boolean {
  return type === null || hasLimitPrice(type);
}

function takesTrigger(type: OrderType | null): boolean {
  return type === null || isTriggered(type);
}
