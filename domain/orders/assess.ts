/**
 * Judging an order: what would happen to it, or why not. One code path for the trader object (which makes events of the
 * plan) and for the order form (which shows it before anything is sent).
 *
 * TRADING §2: quantised first, judged after: the pair's precision and minimum rules, then risk, then funds. Nothing is ever
 * enlarged.
 */
import { feeRate, worstFeeRate } from "../account/fees.ts";
import type { Hold, Intent } from "../account/state.ts";
import { add, isPositive, multiply, ONE, sum, ZERO, type Decimal } from "../decimal.ts";
import { judge } from "../risk/judge.ts";
import { firstRefusal } from "../risk/verdict.ts";
import type { Asset, Instrument, MarketView, Side } from "../market.ts";
import { matchOrder, takeableLevels, wouldCross, type Match } from "../paper/match.ts";
import { quantityForBudget } from "../paper/walk.ts";
import { checkEntryProtection, entryProtection } from "../protection/plan.ts";
import { ok, refuse, type ErrorCode, type Result } from "../problem.ts";
import {
  valuedPrice,
  WAITING_FOR_PRICE,
  type AssessmentMarket,
  type Candidate,
  type OrderPlan,
  type Scope,
} from "./candidate.ts";
import { isTriggered, type ConditionalClose } from "./order.ts";
import {
  checkFunds,
  checkMinimums,
  freshness,
  isTradable,
  matchMarketOf,
  moreThanShown,
  nothingOffered,
  postOnlyRefusal,
  stale,
  typeRefusal,
} from "./checks.ts";
import type { TradingFacts } from "./facts.ts";
import { buyHold } from "./hold.ts";
import { statusRefusal } from "./market-status.ts";
import { nearestPrice, quantisePrice, quantiseQuantity } from "./quantise.ts";
import { largestSize } from "./largest.ts";
import { riskFacts } from "./limit-facts.ts";
import type { OrderRequest } from "./request.ts";
import { shapeProblem } from "./shape.ts";
import { cappedBuy } from "./spend-cap.ts";

/**
 * The plan of a new order, or the denial with the rule, the limit, the value and the room in it. Where a smaller order of the
 * same kind would be taken, `details.largestQuantity` is the most that fits.
 */
export function assess(facts: TradingFacts, request: OrderRequest, market: AssessmentMarket): Result<OrderPlan> {
  const judged = assessAsIs(facts, request, market);
  if (judged.ok || !SIZE_CODES.has(judged.error.code)) {
    return judged;
  }
  const largest = largestThatFits(facts, request, market);
  const { code, message, details } = judged.error;
  return largest === null
    ? judged
    : refuse(code, `${message} The most that fits is ${largest}.`, { ...details, largestQuantity: largest });
}

/** The request in the terms of the venue: quantised, its cost turned into a quantity, told apart as entry or exit. */
export function candidateOf(
  facts: TradingFacts,
  request: OrderRequest,
  market: AssessmentMarket,
): Result<{ readonly candidate: Candidate; readonly instrument: Instrument }> {
  const shape = shapeProblem(request, market.marketTime);
  if (shape !== null) {
    return { ok: false, error: shape };
  }
  const view = market.markets[request.symbol];
  const instrument = view?.instrument ?? market.instruments[request.symbol];
  if (instrument === undefined) {
    return refuse(
      "MARKET_UNAVAILABLE",
      `The market ${request.symbol} cannot be reached just now. Try again in a moment.`,
      { symbol: request.symbol },
    );
  }
  const size = sizeOf(facts, request, view, instrument);
  if (!size.ok) {
    return size;
  }
  const { symbol, side } = request;
  const { quantity, capPrice } = size.value;
  const type = capPrice === null ? request.type : "limit";
  return ok({
    instrument,
    candidate: {
      symbol,
      side,
      orderType: type,
      timeInForce: request.type === "market" ? "ioc" : request.timeInForce,
      postOnly: request.postOnly,
      quantity,
      limitPrice: request.limitPrice === undefined ? capPrice : quantisePrice(request.limitPrice, side, instrument),
      triggerPrice: request.triggerPrice === undefined ? null : nearestPrice(request.triggerPrice, instrument),
      trailingPercent: request.trailingPercent ?? null,
      conditionalClose: quantisedClose(request.conditionalClose, side, instrument),
      expiresAt: request.expiresAt ?? null,
      protection: entryProtection(facts.limits, request, intentOf(instrument, side, facts.currency)),
      intent: intentOf(instrument, side, facts.currency),
    },
  });
}

/** Its prices on the tick; it trades on the other side. */
function quantisedClose(
  close: ConditionalClose | undefined,
  side: Side,
  instrument: Instrument,
): ConditionalClose | null {
  if (close === undefined) {
    return null;
  }
  const { type, triggerPrice, limitPrice } = close;
  return {
    type,
    triggerPrice: triggerPrice === null ? null : nearestPrice(triggerPrice, instrument),
    limitPrice: limitPrice === null ? null : quantisePrice(limitPrice, side === "buy" ? "sell" : "buy", instrument),
  };
}

/** Refusals that a smaller order of the same kind might not meet. */
const SIZE_CODES: ReadonlySet<ErrorCode> = new Set([
  "INSUFFICIENT_FUNDS",
  "INSUFFICIENT_INVENTORY",
  "ORDER_VALUE_LIMIT",
  "POSITION_LIMIT",
  "POSITION_QUANTITY_LIMIT",
  "POSITION_PERCENT_LIMIT",
  "EXPOSURE_LIMIT",
  "RISK_PER_TRADE_LIMIT",
] as const);

function assessAsIs(facts: TradingFacts, request: OrderRequest, market: AssessmentMarket): Result<OrderPlan> {
  const read = candidateOf(facts, request, market);
  return read.ok ? judgeCandidate(facts, read.value.candidate, read.value.instrument, market, NEW_ORDER) : read;
}

const NEW_ORDER: Scope = { isNew: true, enlarges: true, risk: true, filled: ZERO };

/**
 * The largest order of this kind that would be taken now, in base; null when none would. Used by "use the most that fits" and
 * by the shares of what is available on the order form.
 */
export function largestThatFits(facts: TradingFacts, request: OrderRequest, market: AssessmentMarket): Decimal | null {
  const { cost: _cost, ...rest } = request;
  const read = candidateOf(facts, { ...rest, quantity: ONE }, market);
  if (!read.ok) {
    return null;
  }
  const { candidate, instrument } = read.value;
  const quantity = largestSize(facts, candidate, instrument, market);
  if (quantity === null || !isPositive(quantity)) {
    return null;
  }
  return assessAsIs(facts, { ...rest, quantity }, market).ok ? quantity : null;
}

/**
 * TRADING §2: an exit reduces managed inventory and nothing else, so it is a sale for the account currency. One for more
 * than is held is refused for that, whatever it is called.
 */
export function intentOf(instrument: Instrument, side: Side, currency: Asset): Intent {
  return side === "sell" && instrument.quote === currency ? "exit" : "entry";
}

/** Judges an order whose numbers are final. */
export function judgeCandidate(
  facts: TradingFacts,
  order: Candidate,
  instrument: Instrument,
  market: AssessmentMarket,
  scope: Scope,
): Result<OrderPlan> {
  const status = statusRefusal(instrument.status, { ...order, type: order.orderType });
  if (status !== null) {
    return refuse("MARKET_STATUS", `${order.symbol} ${status}.`, { symbol: order.symbol, status: instrument.status });
  }
  const price = freshness(facts, order, instrument, market);
  if (!price.ok) {
    return price;
  }
  const type = typeRefusal(facts, order, market);
  if (!type.ok) {
    return type;
  }
  const rate = price.value.rate;
  const triggered = isTriggered(order.orderType);
  const matchMarket = price.value.tradable && !triggered ? matchMarketOf(facts, order.symbol, market) : null;
  const mark = market.markets[order.symbol]?.quote.mark ?? null;
  const valued = valuedPrice(order, mark);
  const minimums = checkMinimums(
    { ...order, limitPrice: valued, quantity: add(order.quantity, scope.filled) },
    instrument,
    matchMarket,
  );
  if (!minimums.ok) {
    return minimums;
  }
  if (order.postOnly && order.limitPrice !== null && matchMarket !== null) {
    if (wouldCross(order.side, order.limitPrice, matchMarket)) {
      return postOnlyRefusal(order, matchMarket);
    }
  }
  const match =
    matchMarket === null ? null : matchOrder(matchOrderOf(order), matchMarket, feeRate(facts.fees, "taker"));
  if (match !== null && order.orderType === "market" && match.takes.length === 0 && !sellsAtExchange(facts, order)) {
    return nothingOffered(order, match);
  }
  // At an exchange all of it is sent and may fill beyond what is shown, where neither limits nor funds were looked at.
  const beyond = facts.exchange && order.orderType === "market" && order.intent === "entry";
  if (match !== null && beyond && isPositive(match.rest)) {
    return moreThanShown(order, match);
  }
  const foreign = foreignLevel(order, instrument, facts.currency);
  if (foreign !== null) {
    return refuse(
      "PRICE_INVALID",
      `A ${foreign} of ${instrument.base} rests on ${instrument.base}/${facts.currency}, and this order is priced in ${instrument.quote}: say it in percent, or change the position's after the fill.`,
      { field: foreign },
    );
  }
  const unsafe = checkEntryProtection(order.protection ?? NO_PROTECTION, expectedEntry(order, market, rate));
  if (!unsafe.ok) {
    return unsafe;
  }
  const refusal = scope.risk
    ? firstRefusal(judge(riskFacts(facts, order, instrument, market, match, rate, scope)))
    : null;
  if (refusal !== null) {
    return { ok: false, error: refusal };
  }
  const hold = holdOf(facts, order, instrument, match, valued);
  const funds = checkFunds(facts, order, instrument, hold);
  if (!funds.ok) {
    return funds;
  }
  // An exchange has the price itself: only paper has to wait for one, a triggered order to be armed.
  const arms = triggered && price.value.tradable;
  const waitingFor = match === null && !facts.exchange && !arms ? WAITING_FOR_PRICE : null;
  return ok({ ...order, instrument, conversionRate: rate, hold, match, waitingFor });
}

/** A level at a price of another quote would be taken for one in account currency; null: there is none. */
function foreignLevel(order: Candidate, instrument: Instrument, currency: Asset): "stop" | "target" | null {
  if (order.protection === null || instrument.quote === currency) {
    return null;
  }
  const { stop, target } = order.protection;
  return stop?.type === "price" ? "stop" : target?.type === "price" ? "target" : null;
}

const NO_PROTECTION = { stop: null, target: null };

/** What the entry is expected to be filled at, in account currency; null while nobody knows. */
function expectedEntry(order: Candidate, market: AssessmentMarket, rate: Decimal): Decimal | null {
  const quote = market.markets[order.symbol]?.quote;
  const price = order.limitPrice ?? order.triggerPrice ?? quote?.ask?.[0] ?? quote?.mark ?? null;
  return price === null ? null : multiply(price, rate);
}

/** `capPrice`: the price over which nothing is bought; null where the order names no amount that has to hold at an exchange. */
type Size = { readonly quantity: Decimal; readonly capPrice: Decimal | null };

function sizeOf(
  facts: TradingFacts,
  request: OrderRequest,
  view: MarketView | undefined,
  instrument: Instrument,
): Result<Size> {
  if (request.quantity !== undefined) {
    return ok({ quantity: quantiseQuantity(request.quantity, instrument), capPrice: null });
  }
  if (view === undefined || !isTradable(view) || view.book === null) {
    return stale(request.symbol, view);
  }
  const levels = takeableLevels("buy", {
    instrument,
    book: view.book,
    tapeTradeId: view.tapeTradeId,
    taken: facts.taken[request.symbol] ?? [],
    own: [],
  });
  const budget = request.cost ?? ZERO;
  const capped = facts.exchange ? cappedBuy(levels, budget, facts, instrument) : null;
  return capped === null
    ? ok({
        quantity: quantityForBudget(levels, budget, feeRate(facts.fees, "taker"), instrument, true),
        capPrice: null,
      })
    : ok({ quantity: capped.quantity, capPrice: capped.limitPrice });
}

function matchOrderOf(order: Candidate) {
  return { ...order, type: order.orderType };
}

/** An exit is never kept from an exchange because we see no bids: it may. */
function sellsAtExchange(facts: TradingFacts, order: Candidate): boolean {
  return facts.exchange && order.intent === "exit";
}

/** What the order would keep back. */
export function holdOf(
  facts: TradingFacts,
  order: Candidate,
  instrument: Instrument,
  match: Match | null,
  valued: Decimal | null,
): Hold {
  if (order.side === "sell") {
    return { asset: instrument.base, amount: order.quantity };
  }
  const amount =
    valued === null
      ? sum((match?.takes ?? []).map(({ cost, fee }) => add(cost, fee)))
      : buyHold(valued, order.quantity, worstFeeRate(facts.fees), instrument);
  return { asset: instrument.quote, amount };
}
