/** What is asked of the exchange, in our terms. */
import type { Decimal } from "../decimal.ts";
import type { Instrument, Milliseconds, Side, Symbol } from "../market.ts";
import type { ConditionalClose, OrderType, TimeInForce } from "../orders/order.ts";

/**
 * Which order is cancelled when two of ours would trade with each other (PROTOCOL §2.4 stptype). An exit asks for the oldest, so
 * that it is never the exit that goes.
 */
export const SELF_TRADES = ["cancel-newest", "cancel-oldest", "cancel-both"] as const;
export type SelfTrade = (typeof SELF_TRADES)[number];

export type VenueOrderWish = {
  /** Our order id: a lower-case UUID, sent as cl_ord_id (PROTOCOL §2.5). */
  readonly clientOrderId: string;
  readonly instrument: Instrument;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly postOnly: boolean;
  readonly quantity: Decimal;
  readonly limitPrice: Decimal | null;
  readonly triggerPrice: Decimal | null;
  /** Distance of a trailing stop from the last price, in percent. */
  readonly trailingPercent: Decimal | null;
  readonly expiresAt: Milliseconds | null;
  readonly conditionalClose: ConditionalClose | null;
  readonly selfTrade: SelfTrade;
  /** The engine refuses it after this time (TRADING §6 "Fence"). */
  readonly deadline: Milliseconds;
};

/** The order is named by the venue's id where it is known, else by ours. */
export type VenueOrderName = { readonly venueOrderId: string | null; readonly clientOrderId: string };

export type VenueAmendWish = VenueOrderName & {
  /** New total including what is filled; null: unchanged. */
  readonly quantity: Decimal | null;
  readonly limitPrice: Decimal | null;
  readonly triggerPrice: Decimal | null;
  readonly instrument: Instrument;
  readonly postOnly: boolean;
  readonly deadline: Milliseconds;
  /** When the order was placed or last amended: a young one costs more (PROTOCOL §3.2). Absent: counted as the youngest. */
  readonly touchedAt?: Milliseconds;
};

export type VenueCancelWish = VenueOrderName & {
  readonly symbol: Symbol;
  readonly deadline: Milliseconds;
  /** As of VenueAmendWish. */
  readonly touchedAt?: Milliseconds;
};

/** Whether an action protects (exit, cancel, stop) and may use the reserve of the counters (TRADING §2 "Rate"). */
export type VenueUrgency = "protective" | "ordinary";

/** What a key may do (PROTOCOL §1.4). */
export const KEY_PERMISSIONS = [
  "query-funds",
  "query-open-trades",
  "query-closed-trades",
  "query-ledger",
  "modify-trades",
  "close-trades",
  "create-ws-token",
  "withdraw-funds",
] as const;
export type KeyPermission = (typeof KEY_PERMISSIONS)[number];
