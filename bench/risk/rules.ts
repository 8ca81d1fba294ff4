import { tradingFacts } from "../../domain/account/facts.ts";
import { assessmentMarket } from "../../domain/account/place.ts";
import { decimal } from "../../domain/decimal.ts";
import { candidateOf, judgeCandidate } from "../../domain/orders/assess.ts";
import type { Scope } from "../../domain/orders/candidate.ts";
import { DEFAULT_RISK, type RiskSettings } from "../../domain/risk/settings.ts";
import { Desk, orderRequest } from "../../domain/testing/desk.ts";
import type { Section } from "../lib/report.ts";
import { ratio } from "../lib/statistics.ts";

const CALLS = 2_000;
const ROUNDS = 7;
const OPEN_ORDERS = 20;

const d = decimal;
/** Every rule on, none so tight that it denies: a denial would end before the last rule. */
const EVERY_RULE: RiskSettings = {
  ...DEFAULT_RISK,
  maximumOrderValue: d("5000"),
  maximumPositionValue: d("9000"),
  maximumPositionQuantity: { BTC: d("90") },
  maximumPositionPercent: d("90"),
  maximumExposurePercent: d("100"),
  riskPerTradePercent: d("10"),
  dailyLossPercent: d("50"),
  allowedSymbols: ["BTC/USD", "ETH/USD"],
  ordersPerMinute: 600,
};

/** Judging one entry with every rule on, against the same judgement without the engine. */
export function benchRules(): Section {
  const desk = accountWithOrders();
  const market = assessmentMarket(desk.state, desk.context());
  const request = orderRequest({ side: "buy", quantity: d("1"), limitPrice: d("99") });
  const judged = (risk: boolean) => {
    const facts = { ...tradingFacts(desk.state, desk.now), limits: EVERY_RULE };
    const read = candidateOf(facts, request, market);
    const scope: Scope = { isNew: true, enlarges: true, risk, filled: d("0") };
    const plan = read.ok ? judgeCandidate(facts, read.value.candidate, read.value.instrument, market, scope) : read;
    if (!plan.ok) {
      throw new Error(`denied: ${plan.error.message}`);
    }
  };
  const best = { withRules: Number.POSITIVE_INFINITY, without: Number.POSITIVE_INFINITY };
  // Rounds alternate, so that a slow moment of the machine hits both.
  for (let round = 0; round < ROUNDS; round += 1) {
    best.withRules = Math.min(
      best.withRules,
      time(() => judged(true)),
    );
    best.without = Math.min(
      best.without,
      time(() => judged(false)),
    );
  }
  return {
    title: "The risk rules of one order",
    method: `A limit buy with the default stop, all 17 rules on, in an account with two positions and ${OPEN_ORDERS} open orders; ${CALLS} calls, best of ${ROUNDS} alternating rounds, one process. Both read the account's facts, quantise, match and check funds.`,
    rows: [
      {
        what: "judged with every rule",
        figure: `${best.withRules.toFixed(0)} µs`,
        against: `the same order without the engine ${best.without.toFixed(0)} µs: ${ratio(best.withRules, best.without)}`,
      },
      { what: "of which the rules", figure: `${(best.withRules - best.without).toFixed(0)} µs`, against: "" },
    ],
  };
}

function accountWithOrders(): Desk {
  const desk = new Desk({ balance: "10000" })
    .book("BTC/USD", [["99.9", "1000"]], [["100", "1000"]], "100")
    .book("ETH/USD", [["9.9", "1000"]], [["10", "1000"]], "10");
  desk.place({ side: "buy", quantity: d("5") });
  desk.place({ symbol: "ETH/USD", side: "buy", quantity: d("50") });
  for (let index = 0; index < OPEN_ORDERS; index += 1) {
    desk.place({ side: "buy", quantity: d("0.5"), limitPrice: d(String(90 - index)) });
  }
  return desk;
}

/** Microseconds of one call. */
function time(run: () => void): number {
  const begun = performance.now();
  for (let call = 0; call < CALLS; call += 1) {
    run();
  }
  return ((performance.now() - begun) * 1_000) / CALLS;
}
