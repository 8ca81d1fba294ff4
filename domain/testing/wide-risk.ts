import { DEFAULT_RISK, type RiskSettings } from "../risk/settings.ts";

/** Rules so wide that they deny nothing: for tests that are not about risk. A test about one sets that one. */
export const WIDE_RISK: RiskSettings = {
  ...DEFAULT_RISK,
  maximumPositionPercent: null,
  maximumExposurePercent: null,
  maximumOpenPositions: null,
  riskPerTradePercent: null,
  defaultStopPercent: null,
  drawdownPercent: null,
  lossStreak: null,
  ordersPerMinute: 600,
  priceCollarPercent: null,
};
