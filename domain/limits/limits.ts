import type { Decimal } from "../decimal.ts";
import { decimal } from "../decimal.ts";

/** The simple limits of an account. Null switches one off. The wire shape is contract/accounts accountLimits. */
export type AccountLimits = {
  /** Largest value of one order, in account currency. */
  readonly maximumOrderValue: Decimal | null;
  /** Largest value of one asset, holding and open entries counted, in account currency. */
  readonly maximumPositionValue: Decimal | null;
  readonly maximumOpenPositions: number | null;
  readonly ordersPerMinute: number;
  /** Furthest a limit price may cross the mark, in percent. */
  readonly priceCollarPercent: Decimal | null;
};

/** TRADING §5: 10 positions, 30 orders a minute, collar 5 %. Sizes are off until the trader sets them. */
export const DEFAULT_LIMITS: AccountLimits = {
  maximumOrderValue: null,
  maximumPositionValue: null,
  maximumOpenPositions: 10,
  ordersPerMinute: 30,
  priceCollarPercent: decimal("5"),
};

/** Kraken's lowest tiers allow 60 and 80 open orders per pair (PROTOCOL §3.2); the desk allows 80. */
export const MAXIMUM_OPEN_ORDERS_PER_SYMBOL = 80;
