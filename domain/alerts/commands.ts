import type { Decimal } from "../decimal.ts";
import type { Symbol } from "../market.ts";
import type { AlertDirection, AlertQuestion } from "./price-alert.ts";

export type PriceAlertCommand =
  | {
      readonly type: "set_price_alert";
      readonly symbol: Symbol;
      readonly direction: AlertDirection;
      readonly price: Decimal;
      readonly note: string | null;
      readonly ask: AlertQuestion | null;
    }
  | { readonly type: "remove_price_alert"; readonly priceAlertId: string }
  /** What the model that alerts asked has answered, told like any other alert. */
  | {
      readonly type: "tell_alert_answer";
      readonly severity: "information" | "warning";
      readonly message: string;
    };

export const PRICE_ALERT_COMMANDS = [
  "set_price_alert",
  "remove_price_alert",
  "tell_alert_answer",
] as const satisfies readonly PriceAlertCommand["type"][];
