import type { Decimal } from "../decimal.ts";
import type { Milliseconds, Symbol } from "../market.ts";
import type { AlertDirection, PriceAlert } from "./price-alert.ts";

type Timed = { readonly time: Milliseconds; readonly marketTime: Milliseconds };

export type PriceAlertSet = Timed & { readonly type: "price_alert_set"; readonly alert: PriceAlert };

export type PriceAlertRemoved = Timed & { readonly type: "price_alert_removed"; readonly priceAlertId: string };

/** A trade reached its price. */
export type PriceAlertFired = Timed & {
  readonly type: "price_alert_fired";
  readonly priceAlertId: string;
  readonly symbol: Symbol;
  readonly direction: AlertDirection;
  readonly price: Decimal;
  readonly tradePrice: Decimal;
  readonly tradeId: number;
  readonly firedAt: Milliseconds;
  readonly late: boolean;
};

/** The exchange's tape began anew: earlier trades of the new one never fire it. */
export type PriceAlertRearmed = Timed & {
  readonly type: "price_alert_rearmed";
  readonly priceAlertId: string;
  readonly armedTradeId: number;
};

export type PriceAlertEvent = PriceAlertSet | PriceAlertRemoved | PriceAlertFired | PriceAlertRearmed;

export const PRICE_ALERT_EVENT_TYPES = [
  "price_alert_set",
  "price_alert_removed",
  "price_alert_fired",
  "price_alert_rearmed",
] as const satisfies readonly PriceAlertEvent["type"][];
