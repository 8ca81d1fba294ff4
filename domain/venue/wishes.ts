/** What is asked of the exchange, in our terms. */
import type { Decimal } from "../decimal.ts";
import type { Instrument, Milliseconds, Side } from "../market.ts";
import type { OrderType, TimeInForce, TriggeredType } from "../orders/order.ts";

/** An order that the exchange makes by itself for each fill of the first (PROTOCOL §2.4 close[…]). */
export type ConditionalClose = {
  readonly type: TriggeredType | "limit";
  readonly triggerPrice: Decimal | null;
  readonly limitPrice: Decimal | null;
};

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
