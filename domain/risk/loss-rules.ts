/** Rules about losing: what the account has lost already, and what this order may lose (TRADING §5). */
import { add, compare, isAbove, isPositive, largest, subtract, ZERO, type Decimal } from "../decimal.ts";
import { lossAtRisk, needsEquity, type RiskFacts, type RuleVerdict, type WorstCase } from "./facts.ts";
import { clockOf, haltProblem, haltsInForce } from "./halt.ts";
import { atMost, inMoney, inPercent, roomIn, shareOf } from "./verdict.ts";

/** An account that is halted opens nothing; a pause after losses is a rule of its own. */
export function halted({ halts, marketTime }: RiskFacts): RuleVerdict | null {
  const problem = haltProblem(
    halts.filter(({ kind }) => kind !== "loss_streak"),
    marketTime,
  );
  if (problem === null) {
    return null;
  }
  const { code, message, details } = problem;
  const { limit = null, value = null } = details;
  return { code, name: "Halt", passed: false, unit: "", limit, value, room: null, message };
}

export function lossCooldown({ halts, marketTime, limits }: RiskFacts): RuleVerdict | null {
  const [pause] = haltsInForce(halts, marketTime).filter(({ kind }) => kind === "loss_streak");
  const { lossStreak } = limits;
  if (pause === undefined) {
    return lossStreak === null
      ? null
      : { ...COOLDOWN, passed: true, limit: String(lossStreak.losses), value: null, message: "" };
  }
  const until = pause.endsAt === null ? "you resume" : clockOf(pause.endsAt);
  return {
    ...COOLDOWN,
    passed: false,
    limit: pause.limit,
    value: pause.value,
    message: `${pause.reason} Nothing is opened until ${until}; exits go on.`,
  };
}

const COOLDOWN = { code: "LOSS_COOLDOWN", name: "Pause after losses", unit: "losses", room: null } as const;

/** TRADING §1: no fresh rate for something that is held means that no percentage of equity is known. */
export function equityKnown({ limits, equity, currency }: RiskFacts): RuleVerdict | null {
  if (equity.value !== null || !needsEquity(limits)) {
    return null;
  }
  const names = equity.missing.join(", ");
  return {
    code: "EQUITY_UNKNOWN",
    name: "Equity",
    passed: false,
    unit: currency,
    limit: null,
    value: null,
    room: null,
    message: `${names} has no fresh ${currency} price, so what the account is worth is not known and no limit in percent of it can be kept. Orders that add to a position are not taken until it is back; exits are.`,
  };
}

/**
 * At the limit it counts as lost: halts trip there too (CASES "drawdown base"). After a halt that was resumed by waiting only
 * a further drawdown counts.
 */
export function drawdown({
  limits,
  managedValue,
  lossBases,
  currency,
}: Pick<RiskFacts, "limits" | "managedValue" | "lossBases" | "currency">): RuleVerdict | null {
  const percent = limits.drawdownPercent;
  if (percent === null || managedValue === null || lossBases === null) {
    return null;
  }
  const base = lossBases.drawdownBase ?? lossBases.peak;
  const highest = largest(base, managedValue);
  const lost = subtract(highest, managedValue);
  return below(
    lost,
    shareOf(highest, percent),
    { code: "DRAWDOWN_LIMIT", name: "Drawdown", unit: currency },
    (limit) =>
      `What the desk manages is ${inPercent(lost, highest)} % under its peak of ${inMoney(highest)} ${currency} (${inMoney(lost)} lost) and your limit is ${percent} % (${inMoney(limit)}). Nothing is opened; exits go on.`,
  );
}

export function dailyLoss({
  limits,
  equity,
  lossBases,
  currency,
}: Pick<RiskFacts, "limits" | "equity" | "lossBases" | "currency">): RuleVerdict | null {
  const percent = limits.dailyLossPercent;
  if (percent === null || equity.value === null || lossBases === null) {
    return null;
  }
  const { day, flows } = lossBases;
  const base = largest(ZERO, day.equity);
  const lost = largest(ZERO, subtract(add(day.equity, subtract(flows, day.flows)), equity.value));
  return below(
    lost,
    shareOf(base, percent),
    { code: "DAILY_LOSS_LIMIT", name: "Loss of the day", unit: currency },
    (limit) =>
      `The day has lost ${inMoney(lost)} ${currency} (${inPercent(lost, base)} %), fees and open positions included, and your limit is ${percent} % (${inMoney(limit)}). Nothing is opened; exits go on.`,
  );
}

export function riskPerTrade(facts: RiskFacts): RuleVerdict | null {
  const { currency, equity, worstCase } = facts;
  const percent = facts.limits.riskPerTradePercent;
  const loss = lossAtRisk(worstCase);
  if (percent === null || equity.value === null || loss === null) {
    return null;
  }
  const limit = shareOf(equity.value, percent);
  return atMost(
    {
      code: "RISK_PER_TRADE_LIMIT",
      name: "Risk of the trade",
      unit: currency,
      message: `One trade may lose ${percent} % of your equity, that is ${inMoney(limit)} ${currency}; this one could lose ${inMoney(loss)} (${inPercent(loss, equity.value)} %): ${howOf(worstCase)}. A smaller size or a closer stop fits.`,
    },
    limit,
    loss,
    limit,
  );
}

function howOf({ loss, stop, position }: WorstCase): string {
  if (position !== null && loss !== null && isAbove(position.loss, loss)) {
    return `with it the stop of all ${position.quantity} ${position.asset}, open entries counted, would be ${position.stop}, fees included`;
  }
  return stop === null ? "without a stop the whole cost is at risk" : `at the stop of ${stop}, fees included`;
}

/** A rule that holds only while `lost` is under its limit; nothing lost never breaks it. */
function below(
  lost: Decimal,
  limit: Decimal,
  words: Pick<RuleVerdict, "code" | "name" | "unit">,
  sentence: (limit: Decimal) => string,
): RuleVerdict {
  const passed = compare(lost, limit) < 0 || !isPositive(lost);
  const room = isAbove(limit, lost) ? roomIn(limit, lost) : ZERO;
  return { ...words, passed, limit, value: lost, room, message: sentence(limit) };
}
