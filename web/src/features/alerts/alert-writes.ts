/** Setting, changing and removing price alerts, as the Alerts tab and the chart both do it. */
import type { PriceAlertRequest, PriceAlertView } from "../../../../contract/price-alerts.ts";
import type { AlertDirection, AlertQuestion } from "../../../../domain/alerts/price-alert.ts";
import { isAbove, type Decimal } from "../../../../domain/decimal.ts";
import { ok, refuse, type Result } from "../../../../domain/problem.ts";
import { newIntent } from "../../data/http.ts";
import { removePriceAlert, setPriceAlert } from "../../data/risk-api.ts";

/** On which side of the market a price lies: that is what an alert there waits for. */
export function alertDirection(price: Decimal, last: Decimal | null): AlertDirection {
  return last !== null && isAbove(price, last) ? "above" : "below";
}

/** What goes with an alert beside its price: it stays when the price is moved. */
export type AlertExtras = { readonly note: string | null; readonly ask: AlertQuestion | null };

/** The wish for an alert, as the desk takes it. */
export function alertWish(
  symbol: string,
  price: Decimal,
  last: Decimal | null,
  { note, ask }: AlertExtras,
): PriceAlertRequest {
  return {
    symbol,
    price,
    direction: alertDirection(price, last),
    note: (note ?? "").trim() || null,
    ask: ask === null ? null : { ...ask },
  };
}

/**
 * Puts `wish` in the place of `alert`. The new one is set first: nobody is left without an alert when the second step fails,
 * and one that has fired meanwhile needs no removing.
 */
export async function replacePriceAlert(
  accountId: string,
  alert: PriceAlertView,
  wish: PriceAlertRequest,
  intent: string,
): Promise<Result<PriceAlertView>> {
  const made = await setPriceAlert(accountId, wish, intent);
  if (!made.ok) {
    return made;
  }
  const removed = await removePriceAlert(accountId, alert.id, newIntent());
  if (removed.ok || removed.error.code === "NOT_FOUND") {
    return ok(made.value);
  }
  const message = `The new alert is set, but the old one at ${alert.price} is still there: ${removed.error.message}`;
  return refuse(removed.error.code, message, removed.error.details);
}
