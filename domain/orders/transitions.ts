/**
 * The life of an order: every allowed step stands in this table and nowhere else (TRADING §2). A step that is not in it is
 * a bug; it comes back as a value, so that the caller reports it and keeps the order as it was.
 */
import { refuse, ok, type Result } from "../problem.ts";
import type { OrderStatus } from "./order.ts";

export const ORDER_STEPS = [
  "opened",
  "partly_filled",
  "fully_filled",
  "cancel_requested",
  "cancelled",
  "expired",
  "rejected",
  "lost",
] as const;
export type OrderStep = (typeof ORDER_STEPS)[number];

export const ORDER_TRANSITIONS: Readonly<Record<OrderStatus, Readonly<Partial<Record<OrderStep, OrderStatus>>>>> = {
  submitting: {
    opened: "open",
    // A fill can overtake the acknowledgement.
    partly_filled: "partially_filled",
    fully_filled: "filled",
    cancel_requested: "cancel_pending",
    cancelled: "cancelled",
    expired: "expired",
    rejected: "rejected",
    lost: "unknown",
  },
  open: {
    opened: "open",
    partly_filled: "partially_filled",
    fully_filled: "filled",
    cancel_requested: "cancel_pending",
    cancelled: "cancelled",
    expired: "expired",
  },
  partially_filled: {
    opened: "partially_filled",
    partly_filled: "partially_filled",
    fully_filled: "filled",
    cancel_requested: "cancel_pending",
    cancelled: "cancelled",
    expired: "expired",
  },
  cancel_pending: {
    opened: "cancel_pending",
    // A cancel can be asked for before the exchange has answered the placement.
    lost: "cancel_pending",
    rejected: "rejected",
    partly_filled: "cancel_pending",
    fully_filled: "filled",
    cancelled: "cancelled",
    expired: "expired",
  },
  unknown: {
    opened: "open",
    partly_filled: "partially_filled",
    fully_filled: "filled",
    cancel_requested: "cancel_pending",
    cancelled: "cancelled",
    expired: "expired",
    rejected: "rejected",
  },
  // Late fills are booked on an ended order, and it stays ended (TRADING §2, §6); a filled one can have been made larger by
  // hand at the exchange.
  filled: { partly_filled: "filled", fully_filled: "filled" },
  cancelled: { partly_filled: "cancelled", fully_filled: "cancelled" },
  expired: { partly_filled: "expired", fully_filled: "expired" },
  rejected: { partly_filled: "rejected", fully_filled: "rejected" },
};

/** The status after a step, or INTERNAL when the table has no such step. */
export function nextStatus(status: OrderStatus, step: OrderStep): Result<OrderStatus> {
  const next = ORDER_TRANSITIONS[status][step];
  return next === undefined ? refuse("INTERNAL", `an order that is ${status} cannot be ${step}`) : ok(next);
}

/** Ended for good: holds nothing, never changes its status again. */
export function isTerminal(status: OrderStatus): boolean {
  return status === "filled" || status === "cancelled" || status === "expired" || status === "rejected";
}
