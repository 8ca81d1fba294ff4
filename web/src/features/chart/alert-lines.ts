/** Price alerts as lines on the price axis. */
import type { PriceAlertView } from "../../../../contract/price-alerts.ts";
import type { Decimal } from "../../../../domain/decimal.ts";
import type { OrderLine } from "./order-lines.ts";

const PREFIX = "alert/";

/** The name of an alert's line. */
export function alertLineId(alertId: string): string {
  return PREFIX + alertId;
}

/** A line for every alert of the symbol that waits. `moving` is one that is being changed: drawn where it is to be. */
export function alertLines(
  alerts: readonly PriceAlertView[],
  symbol: string,
  moving: { readonly id: string; readonly price: Decimal } | null,
): readonly OrderLine[] {
  return alerts
    .filter((alert) => alert.symbol === symbol)
    .map((alert) => ({
      id: alertLineId(alert.id),
      // Of no side; a line has one for its colour and its rounding, which `tone` decides here.
      side: "buy",
      tone: "alert",
      price: moving?.id === alert.id ? moving.price : alert.price,
      label: alert.note ?? "",
    }));
}
