import type { AccountState } from "../account/state.ts";
import type { AlertQuestion, PastPriceAlert, PriceAlert } from "./price-alert.ts";

export type ShownPriceAlert = Omit<PriceAlert, "armedTradeId" | "version" | "ask"> & {
  readonly ask: AlertQuestion | null;
};
export type ShownPastAlert = ShownPriceAlert & Pick<PastPriceAlert, "outcome" | "endedAt" | "tradePrice" | "late">;

/** Those that wait, the newest first. */
export function priceAlertViews(state: AccountState): readonly ShownPriceAlert[] {
  return Object.values(state.priceAlerts).map(shown).toReversed();
}

/** Those that are over, the newest first. */
export function pastAlertViews(state: AccountState): readonly ShownPastAlert[] {
  return state.pastAlerts
    .map((alert) => {
      const { outcome, endedAt, tradePrice, late } = alert;
      return { ...shown(alert), outcome, endedAt, tradePrice, late };
    })
    .toReversed();
}

function shown({ id, symbol, direction, price, note, ask = null, createdAt }: PriceAlert): ShownPriceAlert {
  return { id, symbol, direction, price, note, ask, createdAt };
}
