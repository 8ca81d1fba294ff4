/**
 * Samples of equity and what they mean for the limits (TRADING §5): drawdown from the running peak of what the desk manages,
 * loss of the account's day. A limit trips at the second sample in a row that breaches it. Times are market time.
 */
import {
  add,
  compare,
  divide,
  HUNDRED,
  isAbove,
  isBelow,
  isNegative,
  isPositive,
  isZero,
  largest,
  multiply,
  round,
  smallest,
  subtract,
  ZERO,
  type Decimal,
} from "../decimal.ts";
import type { Asset, Milliseconds } from "../market.ts";
import type { RiskSettings } from "./settings.ts";

/** TRADING §5 "A halt needs two samples in a row". */
export const BREACHES_TO_HALT = 2;

const PERCENT_DECIMALS = 2;
const PEAK_DECIMALS = 10;

/** What an account was worth at one moment, in account currency. */
export type EquitySample = {
  readonly time: Milliseconds;
  /** Cash and what the desk manages: what drawdown is measured by (TRADING §1 "Two books"). */
  readonly managed: Decimal;
  /** External inventory included; null while nothing of all that has a fresh price. */
  readonly equity: Decimal | null;
  /** What has no fresh price and counts at its last good mark (TRADING §1). */
  readonly aged?: readonly Asset[];
  /** Of that, what never had a price: it counts at its cost, as at the beginning of a day. */
  readonly unpriced?: readonly Asset[];
};

export type EquityWatch = {
  /** Market time of the last sample that the journal has. */
  readonly sampledAt: Milliseconds;
  /** Highest value of what the desk manages; flows move it, profits raise it. */
  readonly peak: Decimal;
  /** Since a halt was resumed by waiting: a further drawdown from here halts, the old one alone does not. */
  readonly drawdownBase: Decimal | null;
  readonly drawdownBreaches: number;
  /** Where the day's loss is measured from since a halt was resumed; null: from the day's beginning. */
  readonly dayBase: DayBase | null;
  readonly dailyLossBreaches: number;
  /** Flows since the last sample of the journal: deposits less withdrawals. */
  readonly flow: Decimal;
};

export type DayBase = { readonly equity: Decimal; readonly flows: Decimal };

export type Trip = { readonly kind: "drawdown" | "daily_loss"; readonly value: Decimal; readonly limit: Decimal };

export type JudgedSample = {
  readonly watch: EquityWatch;
  /** Whether the journal has to know: the peak rose, a breach was counted or ended, a flow was taken in. */
  readonly matters: boolean;
  readonly trips: readonly Trip[];
};

export type SampleRules = Pick<RiskSettings, "drawdownPercent" | "dailyLossPercent">;

/** The watch of an account that begins with so much. */
export function newEquityWatch(equity: Decimal): EquityWatch {
  return {
    sampledAt: 0,
    peak: equity,
    drawdownBase: null,
    drawdownBreaches: 0,
    dayBase: null,
    dailyLossBreaches: 0,
    flow: ZERO,
  };
}

/** Money came from outside, or went: the peak moves with it (TRADING §1 "Baseline"). */
export function withFlow(watch: EquityWatch, flow: Decimal): EquityWatch {
  return isZero(flow)
    ? watch
    : {
        ...watch,
        peak: add(watch.peak, flow),
        drawdownBase: watch.drawdownBase === null ? null : add(watch.drawdownBase, flow),
        flow: add(watch.flow, flow),
      };
}

/** What a sample means. One that is not later than the last of the journal changes nothing: alarms come twice. */
export function judgeSample(
  before: EquityWatch,
  sample: EquitySample,
  day: DayBase,
  rules: SampleRules,
  halted: { readonly drawdown: boolean; readonly dailyLoss: boolean },
): JudgedSample {
  if (sample.time <= before.sampledAt) {
    return { watch: before, matters: false, trips: [] };
  }
  const scaled = afterWithdrawals(before, sample.managed);
  const peak = largest(scaled.peak, sample.managed);
  const fallen = breachesDrawdown(peak, sample.managed, rules.drawdownPercent);
  const again =
    scaled.drawdownBase === null || breachesDrawdown(scaled.drawdownBase, sample.managed, rules.drawdownPercent);
  const drawdownBreaches = !halted.drawdown && fallen && again ? before.drawdownBreaches + 1 : 0;
  const base = before.dayBase ?? { equity: day.equity, flows: ZERO };
  const loss = sample.equity === null ? null : lossOfDay(base, day.flows, sample.equity);
  const losing =
    loss !== null && !halted.dailyLoss && reaches(loss, rules.dailyLossPercent, base.equity) && isPositive(loss);
  const dailyLossBreaches = losing ? before.dailyLossBreaches + 1 : 0;
  const watch: EquityWatch = {
    sampledAt: sample.time,
    peak,
    drawdownBase: fallen ? scaled.drawdownBase : null,
    drawdownBreaches,
    dayBase: before.dayBase,
    dailyLossBreaches,
    flow: ZERO,
  };
  return {
    watch,
    matters: isNews(before, watch),
    trips: [
      ...(drawdownBreaches >= BREACHES_TO_HALT && rules.drawdownPercent !== null
        ? [
            {
              kind: "drawdown" as const,
              value: drawdownPercent(peak, sample.managed) ?? ZERO,
              limit: rules.drawdownPercent,
            },
          ]
        : []),
      ...(dailyLossBreaches >= BREACHES_TO_HALT && rules.dailyLossPercent !== null && loss !== null
        ? [{ kind: "daily_loss" as const, value: percentOf(loss, base.equity), limit: rules.dailyLossPercent }]
        : []),
    ],
  };
}

function isNews(before: EquityWatch, now: EquityWatch): boolean {
  return (
    before.peak !== now.peak ||
    before.drawdownBase !== now.drawdownBase ||
    before.drawdownBreaches !== now.drawdownBreaches ||
    before.dailyLossBreaches !== now.dailyLossBreaches ||
    before.flow !== now.flow
  );
}

/** How far under the peak, in percent (CASES "drawdown base": 100k → 150k → 118k is 21.33 %); null without a peak. */
export function drawdownPercent(peak: Decimal, equity: Decimal): Decimal | null {
  return isPositive(peak) ? percentOf(largest(ZERO, subtract(peak, equity)), peak) : null;
}

/** The day's loss in account currency; negative is a gain. Flows since the base are no profit. */
export function lossOfDay(base: DayBase, flows: Decimal, equity: Decimal): Decimal {
  return subtract(add(base.equity, subtract(flows, base.flows)), equity);
}

/**
 * A withdrawal takes the same share of the peak as of the equity: what is left has lost no more than before (CASES "a
 * withdrawal is no drawdown"). Never more than the peak less what went.
 */
function afterWithdrawals(watch: EquityWatch, managed: Decimal): Pick<EquityWatch, "peak" | "drawdownBase"> {
  const before = subtract(managed, watch.flow);
  if (!isNegative(watch.flow) || !isPositive(before) || isNegative(managed)) {
    return watch;
  }
  const share = (value: Decimal): Decimal =>
    smallest(value, divide(multiply(subtract(value, watch.flow), managed), before, PEAK_DECIMALS, "down"));
  return {
    peak: share(watch.peak),
    drawdownBase: watch.drawdownBase === null ? null : share(watch.drawdownBase),
  };
}

function breachesDrawdown(from: Decimal, equity: Decimal, limit: Decimal | null): boolean {
  return isPositive(from) && isBelow(equity, from) && reaches(subtract(from, equity), limit, from);
}

/** loss ÷ base ≥ limit %, without a division. */
function reaches(loss: Decimal, limit: Decimal | null, base: Decimal): boolean {
  return limit !== null && isPositive(base) && compare(multiply(loss, HUNDRED), multiply(limit, base)) >= 0;
}

function percentOf(part: Decimal, base: Decimal): Decimal {
  return isPositive(base) && isAbove(part, ZERO)
    ? divide(multiply(part, HUNDRED), base, PERCENT_DECIMALS, "half-even")
    : round(ZERO, PERCENT_DECIMALS, "down");
}
