/** The limits of an account as a model is told them: the engine's own figures, open entries counted and dust not. */
import { largest, parseDecimal, subtract, wholeNumber, ZERO, type Decimal } from "../decimal.ts";
import type { Markets } from "../orders/conversion.ts";
import { acquiredQuantity, openPositionAssets, type TradingFacts } from "../orders/facts.ts";
import { SETTINGS } from "../risk/settings-table.ts";
import type { RiskStanding } from "../risk/standing.ts";
import type { SnapshotLimit } from "./snapshot.ts";

/** How the account stands now. */
export type LimitFacts = {
  readonly facts: TradingFacts;
  readonly standing: Pick<RiskStanding, "exposurePercent" | "drawdownPercent" | "dayLossPercent">;
  /** Losing closes in a row. */
  readonly losses: number;
  readonly markets: Markets;
};

/** Every limit that is on, in the order of the settings page, with what is left of it where that is one figure. */
export function snapshotLimits(now: LimitFacts): readonly SnapshotLimit[] {
  const { limits } = now.facts;
  const rows: SnapshotLimit[] = [];
  for (const [name, setting] of Object.entries(SETTINGS)) {
    const value: unknown = Reflect.get(limits, name);
    const { label, unit } = setting;
    if (setting.kind === "decimal" || setting.kind === "count") {
      const limit = limitOf(value);
      const used = limit === null ? null : usedOf(name, now);
      if (limit !== null) {
        rows.push({ name: label, limit, room: used === null ? null : roomOf(limit, used), unit });
      }
    } else if (setting.kind === "quantities") {
      for (const [asset, limit] of Object.entries(limits.maximumPositionQuantity)) {
        const room = roomOf(limit, acquiredQuantity(now.facts, asset, now.markets));
        rows.push({ name: `${label} of ${asset}`, limit, room, unit: asset });
      }
    } else if (setting.kind === "streak" && limits.lossStreak !== null) {
      const limit = wholeNumber(limits.lossStreak.losses);
      rows.push({ name: label, limit, room: roomOf(limit, wholeNumber(now.losses)), unit: "losses in a row" });
    }
  }
  return rows;
}

/** What is used of a limit, in its unit; null where that is not one figure for the whole account, or not known. */
function usedOf(name: string, { facts, standing }: LimitFacts): Decimal | null {
  switch (name) {
    case "maximumOpenPositions":
      return wholeNumber(openPositionAssets(facts).length);
    case "maximumExposurePercent":
      return standing.exposurePercent;
    case "drawdownPercent":
      return standing.drawdownPercent;
    case "dailyLossPercent":
      return standing.dayLossPercent;
    default:
      return null;
  }
}

/** A gain does not widen a limit. */
function roomOf(limit: Decimal, used: Decimal): Decimal {
  return largest(ZERO, subtract(limit, largest(ZERO, used)));
}

/** Settings hold canonical decimals; null is off. */
function limitOf(value: unknown): Decimal | null {
  return typeof value === "number" ? wholeNumber(value) : typeof value === "string" ? parseDecimal(value) : null;
}
