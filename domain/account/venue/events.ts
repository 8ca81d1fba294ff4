/** What can happen to an account because of its exchange, beside the events that paper accounts know too (account/events). */
import type { ExitWish } from "../../protection/exit-wish.ts";
import type { Decimal } from "../../decimal.ts";
import type { Asset, Milliseconds, Side, Symbol } from "../../market.ts";
import type { Liquidity, Order } from "../../orders/order.ts";
import type { VenueFees } from "../../venue/reports.ts";
import type { FillLeg } from "../events.ts";
import type { Hold } from "../state.ts";
import type { Connection, Difference, Ending, ExternalOrder } from "./state.ts";

export type VenueAction = "place" | "amend" | "cancel";

type Timed = { readonly time: Milliseconds; readonly marketTime: Milliseconds };

export type ConnectionChanged = Timed & { readonly type: "connection_changed"; readonly connection: Connection };

/** What the account held when it was connected: external until adopted (TRADING §1); the account currency is cash. */
export type HoldingsFound = Timed & {
  readonly type: "holdings_found";
  readonly holdings: readonly { readonly asset: Asset; readonly quantity: Decimal }[];
  /** Equity then, in account currency: the baseline. */
  readonly equity: Decimal;
  /** Of them, what had no price and is missing in it until there is one. Absent: none, or of before it was kept. */
  readonly unpriced?: readonly Asset[];
};

/** The fence: written in the turn in which the action is sent (TRADING §6). */
export type ActionSent = Timed & {
  readonly type: "action_sent";
  readonly action: VenueAction;
  readonly orderId: string;
  readonly attempt: number;
  /** Null over the socket, which has none. */
  readonly nonce: string | null;
};

/** The exchange did not execute it and may be asked again; it goes back to the queue. */
export type ActionDeferred = Timed & {
  readonly type: "action_deferred";
  readonly action: VenueAction;
  readonly orderId: string;
  readonly notBefore: Milliseconds | null;
  readonly reason: string;
};

/** What the exchange says of an own order, where it is news. */
export type OrderReported = Timed & {
  readonly type: "order_reported";
  readonly orderId: string;
  readonly venueOrderId: string;
  readonly filledQuantity: Decimal;
  readonly ending: Ending | null;
};

/** Neither list shows it. Not final: a later fill is still booked (TRADING §6). */
export type AbsenceNoted = Timed & {
  readonly type: "absence_noted";
  readonly orderId: string;
  readonly count: number;
  /** When the first of the two lists was asked for. */
  readonly readAt: Milliseconds;
};

export type AmendRequested = Timed & {
  readonly type: "amend_requested";
  readonly orderId: string;
  readonly quantity: Decimal;
  readonly limitPrice: Decimal | null;
  readonly triggerPrice: Decimal | null;
  readonly deadline: Milliseconds;
  /** The larger of the two holds stays until the answer. */
  readonly hold: { readonly asset: Asset; readonly before: Decimal; readonly after: Decimal };
  /** It waits for these orders to give way, and holds only what is free until then. Absent: it goes at once. */
  readonly waitsFor?: readonly string[];
};

/** What a change waited for has given way: it is sent. */
export type AmendReleased = Timed & {
  readonly type: "amend_released";
  readonly orderId: string;
  readonly deadline: Milliseconds;
  readonly hold: { readonly asset: Asset; readonly before: Decimal; readonly after: Decimal };
};

export type AmendFailed = Timed & {
  readonly type: "amend_failed";
  readonly orderId: string;
  readonly reason: string;
  readonly hold: { readonly asset: Asset; readonly before: Decimal; readonly after: Decimal };
};

/** An order that ended long ago is needed again: a fill of it came late. */
export type OrderRecalled = Timed & { readonly type: "order_recalled"; readonly order: Order };

/** New, or changed. */
export type ExternalOrderSeen = Timed & { readonly type: "external_order_seen"; readonly order: ExternalOrder };
export type ExternalOrderEnded = Timed & {
  readonly type: "external_order_ended";
  readonly venueOrderId: string;
  /** `gone`: it is not open any more, and how it ended was not told. */
  readonly status: Ending["status"] | "gone";
};

/** A trade made by hand. A sale takes external inventory first (TRADING §1). */
export type ExternalFillBooked = Timed & {
  readonly type: "external_fill_booked";
  readonly executionId: string;
  readonly venueOrderId: string;
  readonly symbol: Symbol;
  readonly side: Side;
  readonly price: Decimal;
  readonly quantity: Decimal;
  readonly cost: Decimal;
  readonly fee: Decimal;
  readonly feeAsset: Asset;
  readonly liquidity: Liquidity;
  /** Of the public trade; absent in events of before it was kept. */
  readonly tradeId?: number | null;
  /** Change of managed inventory and cash. */
  readonly legs: readonly FillLeg[];
  /** Change of external inventory. */
  readonly external: readonly { readonly asset: Asset; readonly quantity: Decimal }[];
  readonly filledAt: Milliseconds;
};

/** An execution that was booked already came under another id: by that the ledger may name it. */
export type ExecutionAlsoNamed = Timed & {
  readonly type: "execution_also_named";
  /** The other id. */
  readonly executionId: string;
  /** The trade that it is of (venue/reports tradeKeyOf). */
  readonly trade: string;
};

/** A row of the exchange's ledger that is no trade: deposit, withdrawal, transfer, earn, reward, fee credit. */
export type LedgerBooked = Timed & {
  readonly type: "ledger_booked";
  readonly ledgerId: string;
  readonly asset: Asset;
  readonly kind: string;
  /** What it added (or, negative, took), fee included. */
  readonly quantity: Decimal;
  readonly managed: FillLeg | null;
  readonly external: Decimal;
  /** What moves the baseline, in account currency; zero for rewards and credits, null where it cannot be valued. */
  readonly flow: Decimal | null;
  /** Of a flow that cannot be valued: what the peak of the desk's own book moves by until it can, that is the cost of what went. */
  readonly managedFlow?: Decimal;
  readonly bookedAt: Milliseconds;
};

/** What had no price when it was counted has one: its worth is booked where it was missing. */
export type FlowValued = Timed & {
  readonly type: "flow_valued";
  readonly asset: Asset;
  /** Of the flow; negative: it went. Zero where only the day or the desk's own book lacked it. */
  readonly quantity: Decimal;
  /** Account currency per unit, and when it was so. */
  readonly rate: Decimal;
  readonly pricedAt: Milliseconds;
  /** What moves the baseline, the flows of the day, and the peak of the desk's own book. */
  readonly flow: Decimal;
  readonly dayFlow: Decimal;
  readonly managedFlow: Decimal;
};

/** Ledger rows of trades: each settles one asset of an execution; `difference` is the exchange's rounding. */
export type LedgerSettled = Timed & {
  readonly type: "ledger_settled";
  readonly rows: readonly {
    readonly ledgerId: string;
    readonly executionId: string;
    readonly asset: Asset;
    readonly difference: Decimal;
  }[];
};

export type DifferenceNoted = Timed & {
  readonly type: "difference_noted";
  readonly asset: Asset;
  readonly difference: Difference;
};
export type DifferenceCleared = Timed & { readonly type: "difference_cleared"; readonly asset: Asset };

export type Reconciled = Timed & { readonly type: "reconciled" };

/** External inventory becomes managed, at the cost that the user states: that is for its profit. */
export type HoldingAdopted = Timed & {
  readonly type: "holding_adopted";
  readonly asset: Asset;
  readonly quantity: Decimal;
  readonly cost: Decimal;
  /**
   * What it was worth then, in account currency: so much more the desk manages, and losses are measured from there. Null where no
   * price was known, absent in events of before it was kept: it counts at its cost.
   */
  readonly worth?: Decimal | null;
};

export type FeesLearned = Timed & { readonly type: "fees_learned"; readonly fees: readonly VenueFees[] };

/** All of it is filled, which showed only when its last change was answered or the exchange had closed it. */
export type OrderCompleted = Timed & {
  readonly type: "order_completed";
  readonly orderId: string;
  readonly released: Hold;
};

/** What an exit waited for has ended: it sells what is left, which may be less than was wished. */
export type ExitReleased = Timed & {
  readonly type: "exit_released";
  readonly orderId: string;
  readonly quantity: Decimal;
  readonly deadline: Milliseconds;
  readonly hold: { readonly asset: Asset; readonly before: Decimal; readonly after: Decimal };
};

/** The exchange takes the cancel, or says that the order is gone: its final state has to be read. */
export type CancelAccepted = Timed & { readonly type: "cancel_accepted"; readonly orderId: string };

/** A complete list of open orders does not show it. */
export type OrderMissed = Timed & { readonly type: "order_missed"; readonly orderId: string };

/** What an alert is of, where that decides who hears of it. */
export const ALERT_TOPICS = ["halt", "stop", "price", "unprotected"] as const;
export type AlertTopic = (typeof ALERT_TOPICS)[number];

/** The desk has to sell a position and could not yet, has tried, or need not any more (null). */
export type ExitWishChanged = Timed & {
  readonly type: "exit_wish_changed";
  readonly asset: Asset;
  readonly exit: ExitWish | null;
};

/** The exchange ended the stop of a position, and nobody had asked for that. */
export type StopLost = Timed & {
  readonly type: "stop_lost";
  readonly asset: Asset;
  readonly orderId: string;
  /** The exchange's words. */
  readonly reason: string | null;
  /** True where it had been triggered: nothing was sold by it although the price was reached. */
  readonly triggered: boolean;
};

/** A look that showed everything did not show the other half of a fill with its own stop: what there is counts as all of it. */
export type CarriedStopSettled = Timed & {
  readonly type: "carried_stop_settled";
  readonly orderId: string;
  /** Filled without a stop of the exchange's; negative: stops without a fill. */
  readonly missing: Decimal;
  /** When the look began; absent in events of before it was one. */
  readonly readAt?: Milliseconds;
};

/** Something that the user must hear of although nobody asked. */
export type AlertRaised = Timed & {
  readonly type: "alert_raised";
  readonly alertId: string;
  readonly severity: "information" | "warning" | "critical";
  readonly message: string;
  readonly orderId: string | null;
  /** Absent: of orders and positions. */
  readonly about?: AlertTopic;
  /** The position that it is of, where it is of one. */
  readonly asset?: Asset;
};

export type VenueEvent =
  | ConnectionChanged
  | HoldingsFound
  | ActionSent
  | ActionDeferred
  | OrderReported
  | AbsenceNoted
  | AmendRequested
  | AmendReleased
  | AmendFailed
  | OrderRecalled
  | ExternalOrderSeen
  | ExternalOrderEnded
  | ExternalFillBooked
  | ExecutionAlsoNamed
  | LedgerBooked
  | FlowValued
  | LedgerSettled
  | DifferenceNoted
  | DifferenceCleared
  | Reconciled
  | HoldingAdopted
  | FeesLearned
  | ExitReleased
  | OrderCompleted
  | CancelAccepted
  | OrderMissed
  | ExitWishChanged
  | StopLost
  | CarriedStopSettled
  | AlertRaised;

/** Their names. */
export const VENUE_EVENT_TYPES = [
  "connection_changed",
  "holdings_found",
  "action_sent",
  "action_deferred",
  "order_reported",
  "absence_noted",
  "amend_requested",
  "amend_released",
  "amend_failed",
  "order_recalled",
  "external_order_seen",
  "external_order_ended",
  "external_fill_booked",
  "execution_also_named",
  "ledger_booked",
  "flow_valued",
  "ledger_settled",
  "difference_noted",
  "difference_cleared",
  "reconciled",
  "holding_adopted",
  "fees_learned",
  "exit_released",
  "order_completed",
  "cancel_accepted",
  "order_missed",
  "exit_wish_changed",
  "stop_lost",
  "carried_stop_settled",
  "alert_raised",
] as const satisfies readonly VenueEvent["type"][];
