/** The account's price alerts after an event, and the levels that the feed watches for them. A part of account/evolve. */
import type { AccountEvent } from "../account/events.ts";
import type { AccountState } from "../account/state.ts";
import type { TriggerRow } from "../market.ts";
import { PAST_ALERTS_KEPT, type PastPriceAlert, type PriceAlert } from "./price-alert.ts";

export function evolvePriceAlerts(state: AccountState, event: AccountEvent): AccountState {
  switch (event.type) {
    case "price_alert_set":
      return { ...state, priceAlerts: { ...state.priceAlerts, [event.alert.id]: event.alert } };
    case "price_alert_rearmed": {
      const alert = state.priceAlerts[event.priceAlertId];
      return alert === undefined
        ? state
        : {
            ...state,
            priceAlerts: {
              ...state.priceAlerts,
              [alert.id]: { ...alert, armedTradeId: event.armedTradeId, version: alert.version + 1 },
            },
          };
    }
    case "price_alert_removed":
      return over(state, event.priceAlertId, (alert) => ({
        ...alert,
        outcome: "removed",
        endedAt: event.marketTime,
        tradePrice: null,
        tradeId: null,
        late: false,
      }));
    case "price_alert_fired":
      return over(state, event.priceAlertId, (alert) => ({
        ...alert,
        outcome: "fired",
        endedAt: event.firedAt,
        tradePrice: event.tradePrice,
        tradeId: event.tradeId,
        late: event.late,
      }));
    default:
      return state;
  }
}

/** One row for each alert that waits; its key is the alert's id. */
export function priceAlertRows(state: AccountState): readonly TriggerRow[] {
  return Object.values(state.priceAlerts).map(({ id, version, symbol, direction, price, armedTradeId }) => ({
    orderId: id,
    version,
    symbol,
    direction,
    level: price,
    armedTradeId,
  }));
}

function over(state: AccountState, id: string, end: (alert: PriceAlert) => PastPriceAlert): AccountState {
  const { [id]: alert, ...others } = state.priceAlerts;
  return alert === undefined
    ? state
    : { ...state, priceAlerts: others, pastAlerts: [...state.pastAlerts, end(alert)].slice(-PAST_ALERTS_KEPT) };
}
