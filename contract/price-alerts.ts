/** Price alerts on the wire: /api/accounts/{id}/price-alerts. */
import { z } from "zod";
import { ALERT_DIRECTIONS, MAXIMUM_NOTE } from "../domain/alerts/price-alert.ts";
import { entityId, modelId } from "./assistant-models.ts";
import { decimalText, positiveDecimalText } from "./decimal.ts";
import { milliseconds } from "./markets.ts";
import { symbolText } from "./symbols.ts";

/** Which model is asked about the account when the alert fires. It only proposes, and what it costs counts as any question. */
export const alertQuestion = z.strictObject({ providerId: entityId, modelId });

export const priceAlert = z.object({
  id: z.string(),
  symbol: symbolText,
  direction: z.enum(ALERT_DIRECTIONS),
  /** On the pair's tick, in its quote. */
  price: decimalText,
  note: z.string().nullable(),
  ask: alertQuestion.nullable(),
  createdAt: milliseconds,
});
export type PriceAlertView = z.infer<typeof priceAlert>;

export const pastPriceAlert = priceAlert.extend({
  outcome: z.enum(["fired", "removed"]),
  endedAt: milliseconds,
  /** Of the trade that fired it. */
  tradePrice: decimalText.nullable(),
  /** The trade was while the desk was away. */
  late: z.boolean(),
});

/** Those that wait, and the last fifty that are over, newest first. */
export const priceAlertList = z.object({ alerts: z.array(priceAlert), past: z.array(pastPriceAlert) });
export type PriceAlertList = z.infer<typeof priceAlertList>;

export const priceAlertRequest = z.strictObject({
  symbol: symbolText,
  direction: z.enum(ALERT_DIRECTIONS),
  price: positiveDecimalText,
  note: z.string().trim().min(1).max(MAXIMUM_NOTE).nullable().default(null),
  ask: alertQuestion.nullable().default(null),
});
export type PriceAlertRequest = z.infer<typeof priceAlertRequest>;
