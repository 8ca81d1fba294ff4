/** The limits that the trader begins with: tight where the seed has what they are for. */
import { decimal, type Decimal } from "../../../domain/decimal.ts";
import { DEFAULT_RISK, HALT_ACTIONS, type RiskSettings } from "../../../domain/risk/settings.ts";
import type { Random } from "../../../exchange-sim/random.ts";
import type { Surroundings } from "../surroundings.ts";

/** Null: the defaults. */
export function drawSettings(world: Surroundings): RiskSettings | null {
  const halts = world.drawsOf("halts");
  const limits = world.drawsOf("limits");
  return halts === null && limits === null
    ? null
    : {
        ...DEFAULT_RISK,
        ...(halts === null ? {} : forHalts(halts)),
        ...(limits === null ? {} : forSizes(limits)),
      };
}

function forHalts(draws: Random): Partial<RiskSettings> {
  return {
    drawdownPercent: oneOf(draws, ["0.5", "1", "3"]),
    dailyLossPercent: draws.integer(2) === 0 ? decimal("0.5") : null,
    lossStreak: draws.integer(2) === 0 ? { losses: 2, minutes: 1 } : DEFAULT_RISK.lossStreak,
    onHalt: HALT_ACTIONS[draws.integer(HALT_ACTIONS.length)] ?? "keep",
    resumeAfterMinutes: 1,
  };
}

function forSizes(draws: Random): Partial<RiskSettings> {
  return {
    maximumPositionPercent: oneOf(draws, ["1", "3", "10"]),
    maximumExposurePercent: oneOf(draws, ["2", "5", "12"]),
    maximumOpenPositions: 1 + draws.integer(2),
    maximumOrderValue: draws.integer(2) === 0 ? oneOf(draws, ["200", "900"]) : null,
    maximumPositionValue: draws.integer(2) === 0 ? oneOf(draws, ["500", "2000"]) : null,
    riskPerTradePercent: oneOf(draws, ["0.05", "0.5", "2"]),
    ordersPerMinute: 2 + draws.integer(8),
  };
}

function oneOf(draws: Random, texts: readonly string[]): Decimal {
  return decimal(texts[draws.integer(texts.length)] ?? "1");
}
