import { z } from "zod";
import { ACCOUNT_KINDS } from "../domain/account/state.ts";
import { decimal } from "../domain/decimal.ts";
import { decimalText, nonNegativeDecimalText, positiveDecimalText } from "./decimal.ts";
import { market, milliseconds, side } from "./markets.ts";
import { halt } from "./halts.ts";
import { fill, order, orderProvenance, orderType } from "./orders.ts";
import { priceAlert } from "./price-alerts.ts";
import { riskSettings } from "./risk.ts";
import { symbolText } from "./symbols.ts";

/** `kraken` accounts come with a key; shadow and arena accounts with the models. */
export const accountKind = z.enum(ACCOUNT_KINDS);

/**
 * `held` backs open orders, `external` is what the desk does not manage: there at connection, deposits, trades by hand.
 * `available` may be spent or sold by the desk.
 */
export const balance = z.object({
  asset: z.string(),
  total: decimalText,
  held: decimalText,
  available: decimalText,
  external: decimalText,
});
export type BalanceView = z.infer<typeof balance>;

/**
 * The managed holding of one base asset. `held` backs open orders, the desk's own stop left out: it gives way. `cost` is the total in account currency including entry fees; figures that need
 * a price are computed from it, the quantity and the mark by domain/valuation, on every screen alike.
 */
/** What protects a position and by which net (TRADING §4): the stop rests as an order, the target is watched by the desk. */
export const positionProtection = z.object({
  /** `partly`: orders of the trader's own hold the rest. `exiting`: an exit is on its way. */
  status: z.enum(["protected", "partly", "pending", "exiting", "unprotected"]),
  /** A sentence; null while it is protected in full. */
  reason: z.string().nullable(),
  stop: z
    .object({
      type: z.enum(["fixed", "trailing"]),
      /** Its level now. */
      price: decimalText,
      percent: decimalText.nullable(),
    })
    .nullable(),
  target: decimalText.nullable(),
  /** Without a stop of the desk: the level at which the trader's own stop orders have sold all of it. */
  ownStop: decimalText.nullable(),
  /** The order that rests, and how much it covers. */
  stopOrderId: z.string().nullable(),
  protectedQuantity: decimalText,
  /** Where the stop waits: at the exchange, or in the desk's own paper market. */
  stopNet: z.enum(["exchange", "desk"]).nullable(),
  /** What no stop and no accepted sale covers, and since when, in market time (TRADING §4). */
  naked: z
    .object({
      /** A stop is owed for it and does not rest yet: over the bound it alerts. */
      owed: decimalText,
      owedSince: milliseconds.nullable(),
      /** Left without a stop: none is wanted, the trader's own orders hold it, or it is too little. */
      left: decimalText,
      leftSince: milliseconds.nullable(),
      /** Of this position, what was owed and rests now: the longest, and quantity × seconds in all. */
      longestMs: z.number().nonnegative(),
      quantitySeconds: decimalText,
    })
    .optional(),
});
export type PositionProtectionView = z.infer<typeof positionProtection>;

export const position = z.object({
  asset: z.string(),
  /** The account-currency symbol it is shown under. */
  symbol: symbolText,
  quantity: decimalText,
  held: decimalText,
  /** Null where cost is unknown: shown as “—”, never in realised P&L. */
  cost: decimalText.nullable(),
  averageEntryPrice: decimalText.nullable(),
  /** Realised since the position was last flat, net of fees. */
  realisedProfit: decimalText,
  /** Under the pair's minimum: cannot be sold on its own. */
  dust: z.boolean(),
  protection: positionProtection,
  openedAt: milliseconds,
  /** Where its stop was when it was entered, the mean of several entries: R is measured by it. Null or absent: it never had one. */
  initialStop: decimalText.nullable().optional(),
  /** The proposal that it, or what was last added to it, came from. Null or absent: bought by hand or by a program. */
  provenance: orderProvenance.nullable().optional(),
});
export type PositionView = z.infer<typeof position>;

/**
 * An order of the exchange account that no live order of this desk stands for. One made by hand is touched only after a second
 * confirmation.
 */
export const externalOrder = z.object({
  venueOrderId: z.string(),
  symbol: symbolText,
  side,
  type: orderType.nullable(),
  quantity: decimalText,
  filledQuantity: decimalText,
  limitPrice: decimalText.nullable(),
  triggerPrice: decimalText.nullable(),
  openedAt: milliseconds,
  /** The order of this desk that it is, which had ended here already: it is being cancelled. Absent: made by hand. */
  strayOf: z.string().optional(),
});
export type ExternalOrderView = z.infer<typeof externalOrder>;

/** How an account stands at its exchange. */
export const exchangeStanding = z.object({
  connection: z.object({
    status: z.enum(["connecting", "trading", "suspended", "disconnected"]),
    /** A sentence; null while all is well. */
    reason: z.string().nullable(),
    retryAt: milliseconds.nullable(),
  }),
  externalOrders: z.array(externalOrder),
  /** Belief and exchange differ; a confirmed difference blocks entries in the asset, never exits. */
  differences: z.array(
    z.object({
      asset: z.string(),
      believed: decimalText,
      actual: decimalText,
      notedAt: milliseconds,
      confirmed: z.boolean(),
    }),
  ),
  reconciledAt: milliseconds.nullable(),
});
export type ExchangeStandingView = z.infer<typeof exchangeStanding>;

export const account = z.object({
  id: z.string(),
  name: z.string(),
  kind: accountKind,
  market,
  currency: z.literal("USD"),
  /** Percent of cost, for example 0.4. */
  fees: z.object({ takerPercent: nonNegativeDecimalText, makerPercent: nonNegativeDecimalText }),
  limits: riskSettings,
  /** Deposits − withdrawals. */
  baseline: decimalText,
  /**
   * Assets that came or went, or were held when the day began, without a price. Their worth is missing in `baseline` or `day` until
   * the first price, and so long the profits that are measured from there are not known.
   */
  unvalued: z.array(z.string()).readonly().optional(),
  realisedProfit: decimalText,
  /** Fees paid so far, in account currency. */
  feesPaid: decimalText,
  /** Equity at the start of the account's day, with the flows since: today's P&L = equity − equity then − flows. */
  day: z.object({
    startedAt: milliseconds,
    equity: decimalText,
    flows: decimalText,
    /** As chosen; it counts from the day that begins at `zoneFrom`, null or absent: it does already. */
    zone: z.string(),
    zoneFrom: milliseconds.nullable().optional(),
  }),
  balances: z.array(balance),
  positions: z.array(position),
  /** What drawdown and the loss of the day are counted from. */
  lossBases: z
    .object({
      peak: decimalText,
      drawdownBase: decimalText.nullable(),
      day: z.object({ equity: decimalText, flows: decimalText }),
      flows: decimalText,
    })
    .optional(),
  /** Losing closes in a row. */
  lossStreak: z.number().int().nonnegative().optional(),
  /** When entries of the last minute were taken, by the server's clock; older ones may still be in it. */
  recentEntries: z.array(milliseconds).readonly().optional(),
  /** The longest that anything was without the stop that it was owed, of all positions so far; null: never. */
  longestNaked: z
    .object({ asset: z.string(), milliseconds: z.number().nonnegative(), endedAt: milliseconds })
    .nullable()
    .optional(),
  /** Why nothing is opened; a halt whose `endsAt` is over is none any more. */
  halts: z.array(halt),
  /** Price alerts that wait, newest first. */
  priceAlerts: z.array(priceAlert),
  /** Null in a paper account. */
  exchange: exchangeStanding.nullable(),
  createdAt: milliseconds,
  /** Journal sequence this view stands at. */
  seq: z.number().int(),
});
export type AccountView = z.infer<typeof account>;

/** An account with everything that is alive in it: what a screen needs to start. */
export const accountState = z.object({
  account,
  openOrders: z.array(order),
  recentOrders: z.array(order),
  recentFills: z.array(fill),
});
export type AccountState = z.infer<typeof accountState>;

/** Equity at a moment. `complete` is false while a holding has no fresh price; then figures are the last good ones. */
export const valuation = z.object({
  equity: decimalText.nullable(),
  unrealisedProfit: decimalText.nullable(),
  todayProfit: decimalText.nullable(),
  complete: z.boolean(),
  at: milliseconds,
});
export type ValuationView = z.infer<typeof valuation>;

export const accountDetail = accountState.extend({ valuation });

export const accountName = z.string().trim().min(1).max(40);
export const openAccountRequest = z.strictObject({
  name: accountName,
  startingBalance: positiveDecimalText.default(decimal("10000")),
  fees: z.enum(["standard", "new-customer"]).default("standard"),
});
export const depositRequest = z.strictObject({ amount: positiveDecimalText });
/** Closes every order and position of a paper account and starts it again. Its history stays. */
export const resetRequest = z.strictObject({ startingBalance: positiveDecimalText.default(decimal("10000")) });
export const settingsRequest = z.strictObject({
  name: accountName.optional(),
  /** IANA zone in which the account's day begins. */
  zone: z.string().max(64).optional(),
  fees: z.enum(["standard", "new-customer"]).optional(),
});
export type OpenAccountRequest = z.infer<typeof openAccountRequest>;
export type SettingsRequest = z.infer<typeof settingsRequest>;

/** External inventory becomes the desk's own, at the total cost that the user states, in account currency. */
export const adoptRequest = z.strictObject({ quantity: positiveDecimalText, cost: positiveDecimalText });
export type AdoptRequest = z.infer<typeof adoptRequest>;

/**
 * GET /api/accounts/{id}/holdings/{asset}/cost: what the last `quantity` bought of an external holding cost by Kraken's own history.
 * A suggestion for adopting it. `reach`: `covered` all of `wanted`, `reading` ask again for more, `ended` the history has no more of
 * it (or it came by `stoppedBy`, whose worth then is not known), `too_far` back, `failed` with its `problem`.
 */
export const boughtCost = z.object({
  asset: z.string(),
  wanted: decimalText,
  quantity: decimalText,
  /** In account currency, fees included. */
  cost: decimalText,
  trades: z.number().int(),
  /** Time of the oldest of them. */
  since: milliseconds.nullable(),
  stoppedBy: z.string().nullable(),
  reach: z.enum(["covered", "reading", "ended", "too_far", "failed"]),
  problem: z.string().nullable(),
  tradesRead: z.number().int(),
});
export type BoughtCostView = z.infer<typeof boughtCost>;

export const accountList = z.object({ accounts: z.array(account) });

/** One sample of the equity curve. */
export const equityPoint = z.object({ time: milliseconds, equity: decimalText, cash: decimalText });

/** GET /api/accounts/{id}/equity: from inclusive, to exclusive. */
export const equityQuery = z.strictObject({
  from: z.coerce.number().int().nonnegative().optional(),
  to: z.coerce.number().int().nonnegative().optional(),
});
/** Oldest first; thinned evenly above 5,000 points. */
export const equityCurve = z.object({ points: z.array(equityPoint) });
