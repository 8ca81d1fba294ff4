/** The risk settings of an account on the wire. Ranges and defaults are those of domain/risk/settings-table. */
import { z } from "zod";
import { compare } from "../domain/decimal.ts";
import { HALT_ACTIONS } from "../domain/risk/settings.ts";
import { SETTINGS, type CountSetting, type DecimalSetting } from "../domain/risk/settings-table.ts";
import { decimalText, positiveDecimalText } from "./decimal.ts";
import { assetText, symbolText } from "./symbols.ts";

/** Strict: an unknown key is an error, never dropped (CASES "limits set but not enforced"). Null switches a rule off. */
export const riskSettings = z.strictObject({
  maximumOrderValue: decimalOf(SETTINGS.maximumOrderValue).nullable(),
  maximumPositionValue: decimalOf(SETTINGS.maximumPositionValue).nullable(),
  maximumPositionQuantity: z
    .record(assetText, positiveDecimalText)
    .refine(
      (quantities) => Object.keys(quantities).length <= SETTINGS.maximumPositionQuantity.mostEntries,
      `must have at most ${SETTINGS.maximumPositionQuantity.mostEntries} entries`,
    )
    .describe(SETTINGS.maximumPositionQuantity.explanation),
  maximumPositionPercent: decimalOf(SETTINGS.maximumPositionPercent).nullable(),
  maximumExposurePercent: decimalOf(SETTINGS.maximumExposurePercent).nullable(),
  maximumOpenPositions: countOf(SETTINGS.maximumOpenPositions).nullable(),
  riskPerTradePercent: decimalOf(SETTINGS.riskPerTradePercent).nullable(),
  defaultStopPercent: decimalOf(SETTINGS.defaultStopPercent).nullable(),
  defaultTargetPercent: decimalOf(SETTINGS.defaultTargetPercent).nullable(),
  drawdownPercent: decimalOf(SETTINGS.drawdownPercent).nullable(),
  dailyLossPercent: decimalOf(SETTINGS.dailyLossPercent).nullable(),
  lossStreak: z
    .strictObject({ losses: within(SETTINGS.lossStreak.losses), minutes: within(SETTINGS.lossStreak.minutes) })
    .nullable()
    .describe(SETTINGS.lossStreak.explanation),
  allowedSymbols: z
    .array(symbolText)
    .max(SETTINGS.allowedSymbols.mostEntries)
    .readonly()
    .nullable()
    .describe(SETTINGS.allowedSymbols.explanation),
  onHalt: z.enum(HALT_ACTIONS).describe(SETTINGS.onHalt.explanation),
  tightenPercent: decimalOf(SETTINGS.tightenPercent),
  resumeAfterMinutes: countOf(SETTINGS.resumeAfterMinutes),
  staleAfterSeconds: countOf(SETTINGS.staleAfterSeconds),
  ordersPerMinute: countOf(SETTINGS.ordersPerMinute),
  priceCollarPercent: decimalOf(SETTINGS.priceCollarPercent).nullable(),
});
export type RiskSettingsView = z.infer<typeof riskSettings>;

function decimalOf({ minimum, maximum, unit, explanation }: DecimalSetting) {
  return decimalText
    .refine(
      (value) => compare(value, minimum) >= 0 && compare(value, maximum) <= 0,
      `must be from ${minimum} to ${maximum} (${unit})`,
    )
    .describe(explanation);
}

function countOf(setting: CountSetting) {
  return within(setting).describe(setting.explanation);
}

function within({ minimum, maximum }: { readonly minimum: number; readonly maximum: number }) {
  return z.number().int().min(minimum).max(maximum);
}
