/**
 * What an account with an exchange key believes about the exchange, beside holdings and orders: where each order's
 * placement, amend and cancel stand, orders made by hand, what is not reconciled. Plain JSON, changed by events alone.
 */
import type { Decimal } from "../../decimal.ts";
import type { Asset, Milliseconds, Side, Symbol } from "../../market.ts";
import type { OrderType } from "../../orders/order.ts";
import type { UnvaluedAssets } from "./unvalued.ts";
import type { Unsettled } from "./unsettled.ts";

/** `queued`: waits to be sent. `sent`: on its way, no answer yet. `confirmed`: the exchange took it. */
export type PlacementStage = "queued" | "sent" | "confirmed";
/** `accepted`: the exchange has taken the action, what it did to the order has to be read. */
export type ActionStage = "queued" | "sent" | "accepted";

/** How an own order stands at the exchange (TRADING §6). */
export type VenueLink = {
  /** Null until the exchange has named it. */
  readonly venueOrderId: string | null;
  readonly placement: PlacementStage;
  /** Times it left the queue. */
  readonly attempts: number;
  /** Of the last attempt. */
  readonly sentAt: Milliseconds | null;
  /** When the exchange had placed it or last changed it, as the desk came to know; absent: not known (order-age.ts). */
  readonly touchedAt?: Milliseconds;
  /** Nothing is sent after it (TRADING §6 "Fence"). */
  readonly deadline: Milliseconds;
  /** The exchange asked to wait: not sent again before. */
  readonly notBefore: Milliseconds | null;
  /** Why the last thing of it that was put back waits; null or absent when nothing does. */
  readonly waitReason?: string | null;
  /** Reads of both lists that did not show it, after its deadline and 60 s. */
  readonly emptyReads: number;
  /** When the last of them was sent: the same read told twice counts once. */
  readonly emptyReadAt?: Milliseconds;
  readonly cancel: PendingCancel | null;
  readonly amend: PendingAmend | null;
  /** When the last change of it failed; null or absent since one was made, and before. */
  readonly amendFailedAt?: Milliseconds | null;
  /** What the exchange says is filled; more than is booked means that executions are still to be read. */
  readonly venueFilled: Decimal;
  /** The exchange has ended it; the desk ends it once every fill of it is booked. */
  readonly ending: Ending | null;
  /** A complete list of open orders did not show it: it has to be read by itself. */
  readonly missing: boolean;
  /** An exit that sells what these orders hold is sent when they have ended (TRADING §4 "saga"). */
  readonly waitsFor: readonly string[];
};

export type PendingCancel = {
  readonly stage: ActionStage;
  readonly attempts: number;
  readonly requestedAt: Milliseconds;
  readonly sentAt: Milliseconds | null;
  readonly notBefore: Milliseconds | null;
  readonly reason: string;
};

export type PendingAmend = {
  readonly stage: ActionStage;
  readonly attempts: number;
  readonly quantity: Decimal;
  readonly limitPrice: Decimal | null;
  readonly triggerPrice: Decimal | null;
  readonly sentAt: Milliseconds | null;
  readonly deadline: Milliseconds;
  readonly notBefore: Milliseconds | null;
  /** The hold to go back to if it fails. */
  readonly holdBefore: Decimal;
  /** What the hold was raised by until the answer; it goes back if that is no. */
  readonly holdRaised: Decimal;
  /** It is sent when these orders have given way, as an exit is (TRADING §4 "saga"). Absent or empty: nothing is in its way. */
  readonly waitsFor?: readonly string[];
};

/** Whether nothing is in the way of the change any more. */
export function isClear({ waitsFor = [] }: PendingAmend): boolean {
  return waitsFor.length === 0;
}

/** Whether the order, or a change of it, waits for others to give way. */
export function isWaiting({ waitsFor, amend }: VenueLink): boolean {
  return waitsFor.length > 0 || (amend !== null && !isClear(amend));
}

export type Ending = {
  readonly status: "filled" | "cancelled" | "expired";
  readonly reason: string | null;
  /** Its trigger had been met. Absent: not. */
  readonly triggered?: boolean;
};

/**
 * An order of the exchange account that no live order of this desk stands for: shown, and when made by hand never touched without
 * a second confirmation.
 */
export type ExternalOrder = {
  readonly venueOrderId: string;
  readonly symbol: Symbol;
  readonly side: Side;
  readonly type: OrderType | null;
  readonly quantity: Decimal;
  readonly filledQuantity: Decimal;
  readonly limitPrice: Decimal | null;
  readonly triggerPrice: Decimal | null;
  readonly openedAt: Milliseconds;
  /** The order of this desk that it is, which had ended here already: it is cancelled. Absent: made by hand. */
  readonly strayOf?: string;
};

/** Belief and exchange differ in an asset; `confirmed` after two reads 30 s apart with no row in between (TRADING §6). */
export type Difference = {
  readonly believed: Decimal;
  readonly actual: Decimal;
  readonly notedAt: Milliseconds;
  readonly confirmed: boolean;
};

/** `connecting`: what the account holds is being read. `suspended`: key or account in trouble, see the reason. */
export type ConnectionStatus = "connecting" | "trading" | "suspended" | "disconnected";

export type Connection = {
  readonly status: ConnectionStatus;
  readonly reason: string | null;
  /** When it may be tried again; null: not before something is changed. */
  readonly retryAt: Milliseconds | null;
  /** What the key may be read with and was refused for: that a read works does not lift it. Absent: nothing of the kind. */
  readonly refused?: "place" | "amend" | "cancel";
  /** The reason for which it was suspended, and told, where trading is tried again and no order was taken since. Absent: it is not. */
  readonly tried?: string;
};

export type VenueState = {
  readonly connection: Connection;
  /** Percent per pair, from the exchange; an empty table is no table. */
  readonly fees: Readonly<Record<Symbol, { readonly takerPercent: Decimal; readonly makerPercent: Decimal }>>;
  /** Live ones by the exchange's id. */
  readonly externalOrders: Readonly<Record<string, ExternalOrder>>;
  readonly differences: Readonly<Record<Asset, Difference>>;
  readonly unsettled: Unsettled;
  /** What had no price yet when it was counted. */
  readonly unvalued: UnvaluedAssets;
  /** Wall time at which its holdings were read for the first time; null before. */
  readonly foundAt: Milliseconds | null;
  /** Wall time of the last reconciliation; null before the first. */
  readonly reconciledAt: Milliseconds | null;
};

export const NEW_VENUE: VenueState = {
  connection: { status: "connecting", reason: null, retryAt: null },
  fees: {},
  externalOrders: {},
  differences: {},
  unsettled: {},
  unvalued: {},
  foundAt: null,
  reconciledAt: null,
};
