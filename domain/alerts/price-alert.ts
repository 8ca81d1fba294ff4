/** Price alerts: the trader is told when a pair trades at a level (TRADING §4: they ride the triggers of the feed). */
import type { Decimal } from "../decimal.ts";
import type { Milliseconds, Symbol } from "../market.ts";

export const ALERT_DIRECTIONS = ["above", "below"] as const;
export type AlertDirection = (typeof ALERT_DIRECTIONS)[number];

/** Which model is asked, about the account of the alert, when it fires. */
export type AlertQuestion = { readonly providerId: string; readonly modelId: string };

/** One that waits. A trade at the price or beyond it fires it, once. */
export type PriceAlert = {
  readonly id: string;
  readonly symbol: Symbol;
  readonly direction: AlertDirection;
  /** In the pair's quote. */
  readonly price: Decimal;
  readonly note: string | null;
  /** Null: nobody is asked. Absent in alerts of before they could ask. */
  readonly ask?: AlertQuestion | null;
  /** Trades up to this one never fire it (TRADING §3). */
  readonly armedTradeId: number;
  /** Rises with every change, so that a late delivery for an earlier shape is recognised. */
  readonly version: number;
  readonly createdAt: Milliseconds;
};

/** One that is over. */
export type PastPriceAlert = PriceAlert & {
  readonly outcome: "fired" | "removed";
  readonly endedAt: Milliseconds;
  /** Of the trade that fired it; null where it was removed. */
  readonly tradePrice: Decimal | null;
  readonly tradeId: number | null;
  /** The trade was while the desk was away. */
  readonly late: boolean;
};

export const MAXIMUM_PRICE_ALERTS = 50;
/** Of the past the account itself remembers so many; the journal has them all. */
export const PAST_ALERTS_KEPT = 50;
export const MAXIMUM_NOTE = 120;
