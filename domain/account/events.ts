/**
 * What can happen to an account. An event is a self-contained fact: amounts, the rate used, the share of the cost, the
 * change of the hold stand in it, so that `evolve` never looks at a price and `postings` can balance it. Plain JSON.
 *
 * `time` is the wall clock of the decision, `marketTime` the market's (they differ in a replay only). The journal stores
 * `EVENT_VERSION` with each; an older version is lifted by an upcaster before it gets here.
 */
import type { Decimal } from "../decimal.ts";
import type { RiskSettings } from "../risk/settings.ts";
import type { Asset, Instrument, Market, Milliseconds, Side, Symbol } from "../market.ts";
import type {
  ConditionalClose,
  Liquidity,
  OrderOrigin,
  OrderProvenance,
  OrderType,
  TimeInForce,
} from "../orders/order.ts";
import type { AmendRequest, OrderRequest } from "../orders/request.ts";
import type { PriceAlertEvent } from "../alerts/events.ts";
import type { Problem } from "../problem.ts";
import type { RiskChangePlanned } from "../risk/change-settings.ts";
import type { EntryProtection, Protection } from "../protection/protection.ts";
import type { HaltEvent } from "../risk/halts-events.ts";
import type { FeeSchedule } from "./fees.ts";
import type { AccountCurrency, AccountKind, Hold, Intent, TakenLevel } from "./state.ts";
import type { VenueEvent } from "./venue/events.ts";

export const EVENT_VERSION = 3;

type Timed = { readonly time: Milliseconds; readonly marketTime: Milliseconds };

export type AccountOpened = Timed & {
  readonly type: "account_opened";
  readonly accountId: string;
  readonly name: string;
  readonly kind: AccountKind;
  readonly market: Market;
  readonly currency: AccountCurrency;
  readonly zone: string;
  readonly startingBalance: Decimal;
  readonly fees: FeeSchedule;
  readonly limits: RiskSettings;
};

/** Follows the cancels of all open orders. Everything held goes, the starting balance comes. */
export type AccountReset = Timed & {
  readonly type: "account_reset";
  readonly currency: Asset;
  readonly startingBalance: Decimal;
  readonly removed: readonly { readonly asset: Asset; readonly quantity: Decimal }[];
};

export type Deposited = Timed & { readonly type: "deposited"; readonly asset: Asset; readonly amount: Decimal };

/** Null means unchanged. */
export type SettingsChanged = Timed & {
  readonly type: "settings_changed";
  readonly name: string | null;
  readonly zone: string | null;
  /** The day from whose beginning on the zone counts; absent: at once. */
  readonly zoneFrom?: Milliseconds;
  readonly fees: FeeSchedule | null;
  readonly limits: RiskSettings | null;
};

/** The desk's recorded answer to a wish that it did not follow (TRADING §2 "Denied"). */
export type OrderDenied = Timed & {
  readonly type: "order_denied";
  readonly denialId: string;
  readonly request: OrderRequest;
  readonly origin: OrderOrigin;
  readonly problem: Problem;
};

export type OrderSubmitted = Timed & {
  readonly type: "order_submitted";
  readonly orderId: string;
  readonly symbol: Symbol;
  readonly side: Side;
  readonly orderType: OrderType;
  readonly timeInForce: TimeInForce;
  readonly postOnly: boolean;
  /** Base; quantised. */
  readonly quantity: Decimal;
  readonly limitPrice: Decimal | null;
  readonly triggerPrice: Decimal | null;
  readonly trailingPercent: Decimal | null;
  readonly conditionalClose: ConditionalClose | null;
  readonly expiresAt: Milliseconds | null;
  /** Accounts with an exchange key: nothing of it is sent after this time. Null on paper. */
  readonly deadline: Milliseconds | null;
  /** Orders that have to end before it is sent, because they hold what it sells. */
  readonly waitsFor: readonly string[];
  readonly origin: OrderOrigin;
  /** The proposal that it came from; absent: none. */
  readonly provenance?: OrderProvenance | null;
  readonly intent: Intent;
  /** Of an entry: the stop and target that it brings; absent: none. */
  readonly protection?: EntryProtection | null;
  /** At the exchange: where the stop lies that it places for each fill, its conditional close; absent: it places none. */
  readonly carriedStopPrice?: Decimal;
  /** The order of the desk for whose fill the exchange made this one; absent: for none. */
  readonly parentOrderId?: string;
  readonly hold: Hold;
  /** The pair's rules that it was judged by. */
  readonly instrument: Instrument;
  /** Account currency per unit of quote at that moment. */
  readonly conversionRate: Decimal;
  /** The schedule it will be charged by: a change of settings concerns later orders and amends. */
  readonly fees: FeeSchedule;
  /** Why it is not matched yet (a paper exit without a fresh price), else null. */
  readonly waitingFor: string | null;
};

/** Standing of an order that may rest, as it arrives at its price. */
export type QueueArrival = { readonly ahead: Decimal; readonly armedTradeId: number };

/** Levels that the venue has changed since this account took from them: the claim on them ended. */
export type ForgottenLevels = readonly { readonly side: TakenLevel["side"]; readonly price: Decimal }[];

/** The venue took the order. `queue` is null for one that never rests. */
export type OrderOpened = Timed & {
  readonly type: "order_opened";
  readonly orderId: string;
  readonly queue: QueueArrival | null;
  readonly forgottenLevels: ForgottenLevels;
  /** The exchange's id; null on paper. */
  readonly venueOrderId: string | null;
};

export type OrderRejected = Timed & {
  readonly type: "order_rejected";
  readonly orderId: string;
  readonly reason: string;
  readonly released: Hold;
};

/** Sent, outcome not known: the hold stays. */
export type OrderUnknown = Timed & {
  readonly type: "order_unknown";
  readonly orderId: string;
  readonly reason: string;
};

/** What one fill does to one asset of the account. */
export type FillLeg = {
  readonly asset: Asset;
  /** Change of the managed quantity. */
  readonly quantity: Decimal;
  /** Change of the total cost in account currency; null for the account currency itself and where cost is unknown. */
  readonly cost: Decimal | null;
  /** What came cost something that nobody can tell any more; absent otherwise. */
  readonly costUnknown?: boolean;
  /** Profit realised on what left, net; null when nothing left or its cost is unknown. */
  readonly realisedProfit: Decimal | null;
};

export type FillBooked = Timed & {
  readonly type: "fill_booked";
  readonly fillId: string;
  /** The exchange's id of the execution, unique for ever; null on paper. */
  readonly executionId: string | null;
  readonly orderId: string;
  readonly symbol: Symbol;
  readonly side: Side;
  readonly origin: OrderOrigin;
  /** The proposal that its order came from; absent: none. */
  readonly provenance?: OrderProvenance | null;
  readonly price: Decimal;
  readonly quantity: Decimal;
  readonly cost: Decimal;
  readonly fee: Decimal;
  readonly feeAsset: Asset;
  readonly liquidity: Liquidity;
  /** Account currency per unit of quote; 1 when the quote is the account currency. */
  readonly conversionRate: Decimal;
  /** The fee in account currency at that rate. */
  readonly feeInCurrency: Decimal;
  readonly legs: readonly FillLeg[];
  /** Σ of the legs; null for entries and where cost is unknown. */
  readonly realisedProfit: Decimal | null;
  /** Part of the order's hold that ends with this fill, spent or given back. */
  readonly released: Hold;
  /** Order totals after this fill. */
  readonly orderFilledQuantity: Decimal;
  readonly orderFilledCost: Decimal;
  readonly orderAveragePrice: Decimal;
  readonly orderFees: Decimal;
  readonly completes: boolean;
  readonly late: boolean;
  /** The print that filled a resting order, and its price; null when taken from the book. */
  readonly tradeId: number | null;
  readonly printPrice: Decimal | null;
  /** Resting fills: quantity still ahead afterwards. */
  readonly queueAhead: Decimal | null;
  /** Taker fills: the level of the book that was taken from, with what the venue showed there. */
  readonly level: { readonly side: TakenLevel["side"]; readonly shown: Decimal } | null;
  /** When it happened: the print's time, or the market time of the decision. */
  readonly filledAt: Milliseconds;
};

/** Prints at a resting order's price that did not (only) fill it: the queue moved, the print is counted. */
export type QueueAdvanced = Timed & {
  readonly type: "queue_advanced";
  readonly symbol: Symbol;
  readonly orders: readonly { readonly orderId: string; readonly ahead: Decimal; readonly cursor: number }[];
  /** The venue's tape began anew: the cursors are ids of the new one, and the orders have a new version. */
  readonly newTape?: boolean;
};

export type AmendDenied = Timed & {
  readonly type: "amend_denied";
  readonly denialId: string;
  readonly orderId: string;
  readonly request: AmendRequest;
  readonly problem: Problem;
};

export type OrderAmended = Timed & {
  readonly type: "order_amended";
  readonly orderId: string;
  readonly version: number;
  readonly quantity: Decimal;
  readonly limitPrice: Decimal | null;
  readonly triggerPrice: Decimal | null;
  readonly hold: { readonly asset: Asset; readonly before: Decimal; readonly after: Decimal };
  readonly fees: FeeSchedule;
  /** Its new place; null: it keeps the one it has (only the quantity fell). */
  readonly queue: QueueArrival | null;
  readonly waitingFor: string | null;
  readonly forgottenLevels: ForgottenLevels;
};

/** On its way to the exchange: the order lives until the exchange has ended it. */
export type CancelRequested = Timed & {
  readonly type: "cancel_requested";
  readonly orderId: string;
  readonly reason: string;
};

export type OrderCancelled = Timed & {
  readonly type: "order_cancelled";
  readonly orderId: string;
  readonly reason: string;
  readonly released: Hold;
};

export type OrderExpired = Timed & {
  readonly type: "order_expired";
  readonly orderId: string;
  readonly reason: string;
  readonly released: Hold;
};

/** The last trade reached the trigger of a paper order: from here on it is the market or limit order it was to become. */
export type OrderTriggered = Timed & {
  readonly type: "order_triggered";
  readonly orderId: string;
  readonly tradeId: number;
  readonly price: Decimal;
  readonly late: boolean;
  readonly triggeredAt: Milliseconds;
};

/**
 * A trailing order follows: its trigger moved in favour, up to the print `tradeId` (TRADING §4). At an exchange that is told by a
 * look at its orders, and there is no print: 0.
 */
export type TriggerMoved = Timed & {
  readonly type: "trigger_moved";
  readonly orderId: string;
  readonly triggerPrice: Decimal;
  readonly tradeId: number;
};

/** What is wanted for a position from now on; `reason` says who wanted it. Null: nothing any more. */
export type ProtectionChanged = Timed & {
  readonly type: "protection_changed";
  readonly asset: Asset;
  readonly protection: Protection | null;
  readonly reason: string;
};

/** The last trade reached the target of a position: the desk sells. */
export type TargetReached = Timed & {
  readonly type: "target_reached";
  readonly asset: Asset;
  readonly symbol: Symbol;
  readonly target: Decimal;
  readonly tradeId: number;
  readonly price: Decimal;
  readonly late: boolean;
};

/** A new day of the account began; `equity` is the mark-to-market value at that moment. */
export type DayStarted = Timed & {
  readonly type: "day_started";
  readonly startedAt: Milliseconds;
  readonly equity: Decimal;
  /** Assets whose price nobody knew: they count at their cost, and the day's figures are incomplete. Absent: none. */
  readonly unpriced?: readonly Asset[];
};

export type AccountEvent =
  | AccountOpened
  | AccountReset
  | Deposited
  | SettingsChanged
  | RiskChangePlanned
  | OrderDenied
  | OrderSubmitted
  | OrderOpened
  | OrderRejected
  | OrderUnknown
  | FillBooked
  | QueueAdvanced
  | AmendDenied
  | OrderAmended
  | CancelRequested
  | OrderCancelled
  | OrderExpired
  | DayStarted
  | OrderTriggered
  | TriggerMoved
  | ProtectionChanged
  | TargetReached
  | HaltEvent
  | PriceAlertEvent
  | VenueEvent;

export type AccountEventType = AccountEvent["type"];
