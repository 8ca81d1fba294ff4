/** How an account stands against its rules now, for the risk panel and the API. */
import { largest, ZERO, type Decimal } from "../decimal.ts";
import type { Asset } from "../market.ts";
import type { Markets } from "../orders/conversion.ts";
import type { TradingFacts } from "../orders/facts.ts";
import type { Marks } from "../valuation.ts";
import { equityOf, exposureOf, managedValue } from "./equity.ts";
import { positionRisk, totalAtStop, type PositionRisk, type ProtectedPosition } from "./position-risk.ts";
import { drawdownPercent, lossOfDay } from "./samples.ts";
import { inPercent, roomIn, shareOf } from "./verdict.ts";

/** Amounts in account currency; null: not known while something that is held has no fresh price. */
export type RiskStanding = {
  readonly equity: Decimal | null;
  readonly exposure: Decimal | null;
  readonly exposurePercent: Decimal | null;
  /** How much more may be entered under the exposure limit; null where there is none. */
  readonly exposureRoom: Decimal | null;
  /** Of what the desk manages, from its peak or from `drawdownBase`: what the limit is compared with. */
  readonly drawdownPercent: Decimal | null;
  /** Where a further drawdown counts from, since a halt was waited out; null: from the peak. */
  readonly drawdownBase: Decimal | null;
  readonly peak: Decimal | null;
  /** Negative: a gain. */
  readonly dayLoss: Decimal | null;
  readonly dayLossPercent: Decimal | null;
  readonly openPositions: number;
  /** What all positions would lose if their stops sold them; null while one has none. */
  readonly lossAtStops: Decimal | null;
  readonly positions: readonly (PositionRisk & { readonly asset: Asset })[];
};

/** The figures of an account at these markets. */
export function riskStanding(
  facts: TradingFacts,
  positions: readonly ProtectedPosition[],
  markets: Markets,
): RiskStanding {
  const equity = equityOf(facts, markets).value;
  const { lossBases, limits, currency, fees } = facts;
  const exposure = equity === null ? null : exposureOf(facts, markets);
  const managed = equity === null ? null : managedValue(facts, markets);
  const dayLoss = equity === null || lossBases === null ? null : lossOfDay(lossBases.day, lossBases.flows, equity);
  const marks: Marks = Object.fromEntries(
    Object.entries(markets).map(([symbol, { quote }]) => [symbol, { mark: quote.mark, fresh: quote.fresh }]),
  );
  const risks = positions.map((position) => ({
    asset: position.asset,
    ...positionRisk(position, { currency, fees, equity }, marks),
  }));
  const limit = limits.maximumExposurePercent;
  return {
    equity,
    exposure,
    exposurePercent: exposure === null || equity === null ? null : inPercent(exposure, equity),
    exposureRoom:
      exposure === null || equity === null || limit === null ? null : roomIn(shareOf(equity, limit), exposure),
    drawdownPercent:
      managed === null || lossBases === null
        ? null
        : drawdownPercent(largest(lossBases.drawdownBase ?? lossBases.peak, managed), managed),
    drawdownBase: lossBases?.drawdownBase ?? null,
    peak: lossBases?.peak ?? null,
    dayLoss,
    dayLossPercent:
      dayLoss === null || lossBases === null ? null : inPercent(dayLoss, largest(ZERO, lossBases.day.equity)),
    openPositions: facts.positionAssets.length,
    lossAtStops: totalAtStop(risks),
    positions: risks,
  };
}
