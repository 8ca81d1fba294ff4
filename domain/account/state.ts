/**
 * Everything that one account believes, as plain JSON: the snapshot of its journal. Nothing here is computed from a price
 * that is not in an event; `evolve` alone changes it. Times inside are market time unless a name says otherwise.
 */
import { ZERO, type Decimal } from "../decimal.ts";
import { DEFAULT_RISK, type RiskSettings } from "../risk/settings.ts";
import type { Asset, Instrument, Market, Milliseconds, Side, Symbol } from "../market.ts";
import type { Order, OrderProvenance } from "../orders/order.ts";
import type { PastPriceAlert, PriceAlert } from "../alerts/price-alert.ts";
import { NOTHING_NAKED, type NakedWatch } from "../protection/naked-time.ts";
import type { Protection } from "../protection/protection.ts";
import type { Halt } from "../risk/halt.ts";
import type { PlannedSettings } from "../risk/change-settings.ts";
import { newWatch, type RiskWatch } from "../risk/halts-watch.ts";
import type { NextZone } from "./day.ts";
import { NO_ORDERS, type OpenOrders } from "./open-orders.ts";
import { FEE_SCHEDULES, type FeeSchedule } from "./fees.ts";
import type { VenueLink, VenueState } from "./venue/state.ts";

/** `kraken` comes with a key, shadow and arena accounts with the models. */
export const ACCOUNT_KINDS = ["paper", "kraken"] as const;
export type AccountKind = (typeof ACCOUNT_KINDS)[number];

/** TRADING §1. */
export const ACCOUNT_CURRENCY = "USD";
export type AccountCurrency = typeof ACCOUNT_CURRENCY;

/**
 * What the account has of one asset. `managed` was bought by this desk, `external` was there or came otherwise; in a paper
 * account everything is managed. For the account currency only the quantities mean anything.
 */
export type Holding = {
  readonly managed: Decimal;
  readonly external: Decimal;
  /** Part of managed + external that backs open orders. Free = managed + external − held. */
  readonly held: Decimal;
  /** Total cost of the managed part in account currency, entry fees included; null where it is unknown. */
  readonly cost: Decimal | null;
  /** Realised since the position was last flat, net of fees, in account currency. */
  readonly realisedProfit: Decimal;
  readonly openedAt: Milliseconds;
  /** Where its stop was when it was entered, in account currency; absent: it never had one. */
  readonly initialStop?: Decimal;
  /** The proposal that the position, or what was last added to it, came from; absent where a trader or a program bought. */
  readonly provenance?: OrderProvenance;
};

export type Hold = { readonly asset: Asset; readonly amount: Decimal };

/** Where a resting order stands in the queue at its price (TRADING §3). */
export type QueuePosition = {
  /** Quantity of others that trades before this order. */
  readonly ahead: Decimal;
  /** Rank of arrival within the account: the lower is the older. */
  readonly arrival: number;
  /** Last print that was counted; prints up to it never count again. Starts at the armed trade id. */
  readonly cursor: number;
};

/** An order reduces managed inventory and nothing else, or it is an entry (TRADING §2). */
export type Intent = "entry" | "exit";

/** A live order with what only the account itself needs to know. `Order` is the part that is shown. */
export type OpenOrder = Order & {
  readonly intent: Intent;
  readonly hold: Hold;
  /** Null while it does not rest. */
  readonly queue: QueuePosition | null;
  /** True while an exit waits for a fresh price to be matched against; `reason` says so. */
  readonly waiting: boolean;
  /** Account currency per unit of quote when it was placed: used for a fill if no mark is known by then. */
  readonly conversionRate: Decimal;
  /** What its fills are charged: the account's schedule when it was placed or last amended. */
  readonly feeSchedule: FeeSchedule;
  readonly fillCount: number;
  /** How it stands at the exchange; null in a paper account. */
  readonly venue: VenueLink | null;
};

/** Quantity that this account took from a level, and what the venue showed there then (TRADING §3). */
export type TakenLevel = {
  readonly side: "bid" | "ask";
  readonly price: Decimal;
  readonly shown: Decimal;
  readonly taken: Decimal;
};

/** How much of a print this account has had: each print gives at most its size once per account (TRADING §3). */
export type ConsumedPrint = {
  readonly tradeId: number;
  /** Of the orders that it filled. */
  readonly side: Side;
  /** The print's own price. */
  readonly price: Decimal;
  readonly quantity: Decimal;
};

/** Today's P&L = equity now − equity − flows (TRADING §5). */
export type AccountDay = {
  readonly startedAt: Milliseconds;
  readonly equity: Decimal;
  readonly flows: Decimal;
  /** The first day of another zone: the next one begins no sooner. Absent: at the zone's midnight. */
  readonly notBefore?: Milliseconds;
};

/** Something that must never happen and did: an event that does not fit the state. The shell reports it. */
export type Fault = { readonly seq: number; readonly message: string };

export type AccountState = {
  readonly accountId: string;
  /** False before the account_opened event. */
  readonly opened: boolean;
  readonly name: string;
  readonly kind: AccountKind;
  readonly market: Market;
  readonly currency: AccountCurrency;
  /** IANA zone in which the account's day begins. */
  readonly zone: string;
  /** The one that the trader has chosen since; it counts from the next day on. */
  readonly nextZone: NextZone | null;
  readonly fees: FeeSchedule;
  readonly limits: RiskSettings;
  readonly holdings: Readonly<Record<Asset, Holding>>;
  /** Live orders, oldest first. */
  readonly orders: OpenOrders;
  /** The last orders that ended, newest last, at most ENDED_ORDERS_KEPT: answers a late cancel or amend. */
  readonly ended: readonly Order[];
  readonly taken: Readonly<Record<Symbol, readonly TakenLevel[]>>;
  readonly prints: Readonly<Record<Symbol, readonly ConsumedPrint[]>>;
  /** Last known rules of the pairs that were traded, so that an exit needs no feed. */
  readonly instruments: Readonly<Record<Symbol, Instrument>>;
  readonly realisedProfit: Decimal;
  readonly feesPaid: Decimal;
  /** Deposits − withdrawals. */
  readonly baseline: Decimal;
  /** Highest equity known; flows move it, profits raise it. */
  readonly peak: Decimal;
  readonly day: AccountDay;
  /** Wall times of the entries of the last minute, oldest first. */
  readonly recentEntries: readonly Milliseconds[];
  /** What is wanted for each position that is protected. */
  readonly protections: Readonly<Record<Asset, Protection>>;
  /** What was and is without a stop, and since when. */
  readonly naked: NakedWatch;
  /** A change of the rules that waits for its time. */
  readonly plannedRisk: PlannedSettings | null;
  /** Why nothing is opened; one of each kind at most. Those whose time is over may still be in it (risk/halt haltsInForce). */
  readonly halts: readonly Halt[];
  /** What halts are judged by: peak, breaches, losses in a row. */
  readonly watch: RiskWatch;
  /** Price alerts that wait, by id. */
  readonly priceAlerts: Readonly<Record<string, PriceAlert>>;
  /** The last that fired or were removed, newest last, at most PAST_ALERTS_KEPT. */
  readonly pastAlerts: readonly PastPriceAlert[];
  /** Null in a paper account: it has no code path to an exchange. */
  readonly venue: VenueState | null;
  /** Arrivals in any queue so far. */
  readonly arrivals: number;
  readonly createdAt: Milliseconds;
  /** Journal sequence of the last event applied. */
  readonly seq: number;
  readonly faults: readonly Fault[];
};

export const ENDED_ORDERS_KEPT = 50;
export const FAULTS_KEPT = 20;

/** The account before its first event. */
export function unopenedAccount(accountId: string): AccountState {
  return {
    accountId,
    opened: false,
    name: "",
    kind: "paper",
    market: "sim",
    currency: ACCOUNT_CURRENCY,
    zone: "UTC",
    nextZone: null,
    fees: FEE_SCHEDULES.standard,
    limits: DEFAULT_RISK,
    holdings: {},
    orders: NO_ORDERS,
    ended: [],
    taken: {},
    prints: {},
    instruments: {},
    realisedProfit: ZERO,
    feesPaid: ZERO,
    baseline: ZERO,
    peak: ZERO,
    day: { startedAt: 0, equity: ZERO, flows: ZERO },
    recentEntries: [],
    protections: {},
    naked: NOTHING_NAKED,
    plannedRisk: null,
    halts: [],
    watch: newWatch(ZERO),
    priceAlerts: {},
    pastAlerts: [],
    venue: null,
    arrivals: 0,
    createdAt: 0,
    seq: 0,
    faults: [],
  };
}
