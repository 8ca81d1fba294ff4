import type { Decimal } from "../decimal.ts";
import type { Asset, Symbol } from "../market.ts";
import { SETTINGS } from "./settings-table.ts";

/** What happens to positions when the account halts (TRADING §5). */
export const HALT_ACTIONS = ["keep", "tighten", "flatten"] as const;
export type HaltAction = (typeof HALT_ACTIONS)[number];

/** So many losing exits in a row deny entries for so long. */
export type LossStreak = { readonly losses: number; readonly minutes: number };

/**
 * The rules of one account. Null switches a rule off. What each of them means, its range and its default stand in
 * settings-table.ts; the wire shape is contract/risk riskSettings. Percentages of size are of equity.
 */
export type RiskSettings = {
  readonly maximumOrderValue: Decimal | null;
  readonly maximumPositionValue: Decimal | null;
  /** Per asset; an asset without an entry is not limited by quantity. */
  readonly maximumPositionQuantity: Readonly<Record<Asset, Decimal>>;
  readonly maximumPositionPercent: Decimal | null;
  readonly maximumExposurePercent: Decimal | null;
  readonly maximumOpenPositions: number | null;
  readonly riskPerTradePercent: Decimal | null;
  readonly defaultStopPercent: Decimal | null;
  readonly defaultTargetPercent: Decimal | null;
  readonly drawdownPercent: Decimal | null;
  readonly dailyLossPercent: Decimal | null;
  readonly lossStreak: LossStreak | null;
  readonly allowedSymbols: readonly Symbol[] | null;
  readonly onHalt: HaltAction;
  readonly tightenPercent: Decimal;
  readonly resumeAfterMinutes: number;
  readonly staleAfterSeconds: number;
  readonly ordersPerMinute: number;
  readonly priceCollarPercent: Decimal | null;
};

export type RiskSettingName = keyof RiskSettings;

/** TRADING §5 "Defaults". */
export const DEFAULT_RISK: RiskSettings = {
  maximumOrderValue: SETTINGS.maximumOrderValue.default,
  maximumPositionValue: SETTINGS.maximumPositionValue.default,
  maximumPositionQuantity: SETTINGS.maximumPositionQuantity.default,
  maximumPositionPercent: SETTINGS.maximumPositionPercent.default,
  maximumExposurePercent: SETTINGS.maximumExposurePercent.default,
  maximumOpenPositions: SETTINGS.maximumOpenPositions.default,
  riskPerTradePercent: SETTINGS.riskPerTradePercent.default,
  defaultStopPercent: SETTINGS.defaultStopPercent.default,
  defaultTargetPercent: SETTINGS.defaultTargetPercent.default,
  drawdownPercent: SETTINGS.drawdownPercent.default,
  dailyLossPercent: SETTINGS.dailyLossPercent.default,
  lossStreak: SETTINGS.lossStreak.default,
  allowedSymbols: SETTINGS.allowedSymbols.default,
  onHalt: SETTINGS.onHalt.default,
  tightenPercent: SETTINGS.tightenPercent.default,
  resumeAfterMinutes: SETTINGS.resumeAfterMinutes.default,
  staleAfterSeconds: SETTINGS.staleAfterSeconds.default,
  ordersPerMinute: SETTINGS.ordersPerMinute.default,
  priceCollarPercent: SETTINGS.priceCollarPercent.default,
};

/** Kraken's lowest tiers allow 60 and 80 open orders per pair (PROTOCOL §3.2); the desk allows 80. */
export const MAXIMUM_OPEN_ORDERS_PER_SYMBOL = 80;
/** Its highest tier allows 225: on paper so many exits rest, entries included. At Kraken it says itself what it takes. */
export const MAXIMUM_RESTING_EXITS_PER_SYMBOL = 225;
