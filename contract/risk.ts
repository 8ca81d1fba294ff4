/** The risk settings of an account on the wire. Ranges and defaults are those of domain/risk/settings-table. */
import { z } from "zod";
import { compare, decimal } from "../domain/decimal.ts";
import { ERROR_CODES } from "../domain/problem.ts";
import { HALT_ACTIONS } from "../domain/risk/settings.ts";
import { SETTING_GROUPS, SETTINGS, type CountSetting, type DecimalSetting } from "../domain/risk/settings-table.ts";
import { decimalText, positiveDecimalText } from "./decimal.ts";
import { problem } from "./errors.ts";
import { milliseconds } from "./markets.ts";
import { placeOrderRequest } from "./orders.ts";
import { assetText, symbolText } from "./symbols.ts";

const RISK_LEAST = decimal("0.01");
const RISK_MOST = decimal("100");

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

const someSettings = riskSettings.partial();

/**
 * PATCH /api/accounts/{id}/risk: what is changed, and what was shown of that. Where a setting is something else by now, and not what
 * is wished, nothing is changed: CONFLICT names it.
 */
export const riskChange = z.strictObject({
  changes: someSettings.refine((changes) => Object.keys(changes).length > 0, "must name a setting"),
  seen: someSettings.default({}),
});
export type RiskChangeRequest = z.infer<typeof riskChange>;

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

/** A row of the table of settings, for a settings page: what it is, its bounds, its default. */
export const describedSetting = z.object({
  key: z.string(),
  kind: z.enum(["decimal", "count", "quantities", "symbols", "streak", "choice"]),
  group: z.enum(SETTING_GROUPS),
  label: z.string(),
  unit: z.string(),
  explanation: z.string(),
  default: z.unknown(),
  minimum: z.string().nullable(),
  maximum: z.string().nullable(),
  canBeOff: z.boolean(),
  options: z.array(z.object({ value: z.string(), label: z.string() })).readonly(),
});

const amount = decimalText.nullable();

/** What one position has at risk, in account currency. Null: not known, or there is no stop. */
export const positionRisk = z.object({
  asset: z.string(),
  value: amount,
  sharePercent: amount,
  valueAtStop: amount,
  stopDistance: amount,
  stopDistancePercent: amount,
  lossAtStop: amount,
  lossAtStopPercent: amount,
  rMultiple: amount,
});

/** How the account stands against its rules now. Null: something that is held has no fresh price. */
export const riskStanding = z.object({
  equity: amount,
  exposure: amount,
  exposurePercent: amount,
  exposureRoom: amount,
  /** From the peak, or from `drawdownBase` since a halt was waited out. */
  drawdownPercent: amount,
  drawdownBase: amount.optional(),
  peak: amount,
  /** Negative: a gain. */
  dayLoss: amount,
  dayLossPercent: amount,
  openPositions: z.number().int(),
  lossAtStops: amount,
  positions: z.array(positionRisk).readonly(),
});

/** GET, PUT and PATCH /api/accounts/{id}/risk. PUT takes all of `settings`; unknown keys are refused. */
export const riskView = z.object({
  settings: riskSettings,
  /**
   * Changes that wait: a rule that has halted the account is not loosened at once. `dueAt` is market time, of the first of them;
   * `waits` names each.
   */
  planned: z
    .object({
      settings: riskSettings,
      dueAt: milliseconds,
      waits: z.array(z.object({ name: z.string(), dueAt: milliseconds })).readonly(),
    })
    .nullable(),
  standing: riskStanding,
  /** What the trader should know about a change, as sentences. */
  notices: z.array(z.string()).readonly(),
  table: z.array(describedSetting).readonly(),
  at: milliseconds,
});
export type RiskView = z.infer<typeof riskView>;

/** POST /api/accounts/{id}/risk/check: an order that is not placed. Without a size it is sized by its risk. */
export const riskCheckRequest = placeOrderRequest.extend({
  /** Of equity, in percent; absent: the account's risk per trade. */
  riskPercent: decimalText
    .refine((value) => compare(value, RISK_LEAST) >= 0 && compare(value, RISK_MOST) <= 0, "must be from 0.01 to 100")
    .optional(),
});
export type RiskCheckRequest = z.infer<typeof riskCheckRequest>;

/** What one rule says. Numbers are text in `unit`; null where the rule has none. */
export const ruleVerdict = z.object({
  code: z.enum(ERROR_CODES),
  name: z.string(),
  passed: z.boolean(),
  unit: z.string(),
  limit: z.string().nullable(),
  value: z.string().nullable(),
  room: z.string().nullable(),
  message: z.string(),
});

/** The same as the order form computes (domain/risk/check). Amounts in account currency. */
export const riskCheck = z.object({
  denial: problem.nullable(),
  rules: z.array(ruleVerdict).readonly(),
  largestQuantity: amount,
  order: z
    .object({
      quantity: decimalText,
      value: decimalText,
      entry: amount,
      stop: amount,
      stopPercent: amount,
      /** Worst case at the stop, fees included; without a stop the whole cost. */
      loss: amount,
      lossPercent: amount,
      /** Where it moves the stop of more than itself down: of how much, to where, and what all of that loses there. */
      position: z.object({ quantity: decimalText, stop: decimalText, loss: decimalText }).nullable().optional(),
    })
    .nullable(),
  sizing: z.object({ riskPercent: decimalText, riskAmount: decimalText, quantity: decimalText }).nullable(),
  equity: amount,
  exposure: z
    .object({ before: decimalText, after: decimalText, beforePercent: decimalText, afterPercent: decimalText })
    .nullable(),
});
export type RiskCheckView = z.infer<typeof riskCheck>;
