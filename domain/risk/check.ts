/**
 * Asking the judge without ordering: every rule with its value and its room, the size that a risk allows, what exposure would
 * be, what the order could lose. The API answers it (`…/risk/check`) and the order form shows it, by this one function, so
 * that both say what the trader object would decide on the same market.
 */
import { feeRate } from "../account/fees.ts";
import { add, ONE, subtract, ZERO, type Decimal } from "../decimal.ts";
import { assess, candidateOf, holdOf, largestThatFits } from "../orders/assess.ts";
import { valuedPrice, type AssessmentMarket, type Candidate, type Scope } from "../orders/candidate.ts";
import { checkFunds, freshness, matchMarketOf } from "../orders/checks.ts";
import type { TradingFacts } from "../orders/facts.ts";
import { largestSize } from "../orders/largest.ts";
import { riskFacts } from "../orders/limit-facts.ts";
import { isTriggered } from "../orders/order.ts";
import type { OrderRequest } from "../orders/request.ts";
import type { Instrument } from "../market.ts";
import { matchOrder } from "../paper/match.ts";
import type { Problem } from "../problem.ts";
import { equityOf } from "./equity.ts";
import type { RiskFacts, RuleVerdict } from "./facts.ts";
import { judge } from "./judge.ts";
import type { RiskSettings } from "./settings.ts";
import { inPercent, shareOf } from "./verdict.ts";

/** The order as it was asked for; without a size it is sized by its risk. `riskPercent`: of equity, else the account's. */
export type RiskQuestion = { readonly request: OrderRequest; readonly riskPercent: Decimal | null };

export type RiskCheck = {
  /** The denial that the order would get; null when it would be taken. */
  readonly denial: Problem | null;
  /** Every rule that applies, in the order in which it is judged; funds last. Empty while the order cannot be read. */
  readonly rules: readonly RuleVerdict[];
  /** The most of the same kind that would be taken; null when none would. */
  readonly largestQuantity: Decimal | null;
  readonly order: CheckedOrder | null;
  /** Null while equity or the price is not known, or where no risk is set. */
  readonly sizing: Sizing | null;
  readonly equity: Decimal | null;
  readonly exposure: Exposure | null;
};

/** Amounts in account currency. */
export type CheckedOrder = {
  /** Quantised, in base. */
  readonly quantity: Decimal;
  readonly value: Decimal;
  /** What it is expected to be filled at, and where its stop would be, per unit. */
  readonly entry: Decimal | null;
  readonly stop: Decimal | null;
  /** How far under the entry the stop is, in percent of it. */
  readonly stopPercent: Decimal | null;
  /** The worst case at the stop, fees included; without a stop the whole cost. Null for exits. */
  readonly loss: Decimal | null;
  readonly lossPercent: Decimal | null;
  /** Where it moves the stop of more than itself down: of how much, to where, and what all of that loses there. */
  readonly position: { readonly quantity: Decimal; readonly stop: Decimal; readonly loss: Decimal } | null;
};

/** How much may be bought so that the stop loses no more than the risk, fees included and no more than is free. */
export type Sizing = {
  readonly riskPercent: Decimal;
  readonly riskAmount: Decimal;
  readonly quantity: Decimal;
};

/** Of all positions and open entries, in account currency and in percent of equity. */
export type Exposure = {
  readonly before: Decimal;
  readonly after: Decimal;
  readonly beforePercent: Decimal;
  readonly afterPercent: Decimal;
};

const NEW_ORDER: Scope = { isNew: true, enlarges: true, risk: true, filled: ZERO };

/** What the engine says of an order that nobody has placed. */
export function checkOrder(facts: TradingFacts, question: RiskQuestion, market: AssessmentMarket): RiskCheck {
  const { request } = question;
  const equity = equityOf(facts, market.markets).value;
  const sizing = equity === null ? null : sizingOf(facts, question, market, equity);
  const sized = hasSize(request) ? request : { ...request, quantity: sizing?.quantity };
  const read = candidateOf(facts, sized, market);
  if (!read.ok) {
    return { ...NOTHING, denial: read.error, sizing, equity };
  }
  const { candidate, instrument } = read.value;
  const judged = assess(facts, sized, market);
  const priced = freshness(facts, candidate, instrument, market);
  const denial = judged.ok ? null : judged.error;
  if (!priced.ok) {
    return { ...NOTHING, denial, sizing, equity };
  }
  const risk = factsOf(facts, candidate, instrument, market, priced.value.rate);
  return {
    denial,
    rules: [...judge(risk), fundsVerdict(facts, candidate, instrument, market)],
    largestQuantity: largestThatFits(facts, sized, market),
    order: orderOf(candidate, risk, equity),
    sizing,
    equity,
    exposure: equity === null ? null : exposureOf(risk, equity),
  };
}

const NOTHING: RiskCheck = {
  denial: null,
  rules: [],
  largestQuantity: null,
  order: null,
  sizing: null,
  equity: null,
  exposure: null,
};

function hasSize({ quantity, cost }: OrderRequest): boolean {
  return quantity !== undefined || cost !== undefined;
}

/** The size calculator. Only funds and the risk limit it: the other rules have their own say. */
function sizingOf(
  facts: TradingFacts,
  { request, riskPercent }: RiskQuestion,
  market: AssessmentMarket,
  equity: Decimal,
): Sizing | null {
  const percent = riskPercent ?? facts.limits.riskPerTradePercent;
  const { cost: _cost, ...rest } = request;
  const read = candidateOf(facts, { ...rest, quantity: ONE }, market);
  if (percent === null || !read.ok || read.value.candidate.intent === "exit") {
    return null;
  }
  const limits: RiskSettings = { ...facts.limits, ...NO_OTHER_LIMIT, riskPerTradePercent: percent };
  const { candidate, instrument } = read.value;
  const quantity = largestSize({ ...facts, limits }, candidate, instrument, market);
  return quantity === null ? null : { riskPercent: percent, riskAmount: shareOf(equity, percent), quantity };
}

const NO_OTHER_LIMIT = {
  maximumOrderValue: null,
  maximumPositionValue: null,
  maximumPositionQuantity: {},
  maximumPositionPercent: null,
  maximumExposurePercent: null,
} as const;

function factsOf(
  facts: TradingFacts,
  order: Candidate,
  instrument: Instrument,
  market: AssessmentMarket,
  rate: Decimal,
): RiskFacts {
  return riskFacts(facts, order, instrument, market, matchOf(facts, order, market), rate, NEW_ORDER);
}

function matchOf(facts: TradingFacts, order: Candidate, market: AssessmentMarket) {
  const book = isTriggered(order.orderType) ? null : matchMarketOf(facts, order.symbol, market);
  return book === null ? null : matchOrder({ ...order, type: order.orderType }, book, feeRate(facts.fees, "taker"));
}

function fundsVerdict(
  facts: TradingFacts,
  order: Candidate,
  instrument: Instrument,
  market: AssessmentMarket,
): RuleVerdict {
  const valued = valuedPrice(order, market.markets[order.symbol]?.quote.mark ?? null);
  const hold = holdOf(facts, order, instrument, matchOf(facts, order, market), valued);
  const checked = checkFunds(facts, order, instrument, hold);
  const balance = facts.balances[hold.asset];
  const free = balance === undefined ? ZERO : subtract(balance.total, balance.held);
  return {
    code: order.side === "buy" ? "INSUFFICIENT_FUNDS" : "INSUFFICIENT_INVENTORY",
    name: "Funds",
    passed: checked.ok,
    unit: hold.asset,
    limit: free,
    value: hold.amount,
    room: free,
    message: checked.ok ? "" : checked.error.message,
  };
}

function orderOf(order: Candidate, risk: RiskFacts, equity: Decimal | null): CheckedOrder {
  const { loss, entry, stop, position } = risk.worstCase;
  return {
    quantity: order.quantity,
    value: risk.orderValue,
    entry,
    stop,
    stopPercent: stop === null || entry === null ? null : inPercent(subtract(entry, stop), entry),
    loss,
    lossPercent: loss === null || equity === null ? null : inPercent(loss, equity),
    position: position === null ? null : { quantity: position.quantity, stop: position.stop, loss: position.loss },
  };
}

function exposureOf(risk: RiskFacts, equity: Decimal): Exposure {
  const before = risk.exposure;
  const added = risk.intent === "entry" && risk.addsExposure ? risk.orderValue : ZERO;
  const after = add(before, added);
  return { before, after, beforePercent: inPercent(before, equity), afterPercent: inPercent(after, equity) };
}
