/**
 * Judging an order: what would happen to it, or why not. One code path for the trader object (which makes events of the
 * plan) and for the order form (which shows it before anything is sent).
 *
 * TRADING §2: quantised first, judged after: the pair's precision and minimum rules, then risk, then funds. Nothing is ever
 * enlarged.
 */
import { feeRate, worstFeeRate } from "../account/fees.ts";
import type { Hold, Intent } from "../account/state.ts";
import { add, multiply, round, sum, ZERO, type Decimal } from "../decimal.ts";
import { firstRefusal, judge, type LimitFacts } from "../limits/judge.ts";
import type { Asset, Instrument, MarketView, Side } from "../market.ts";
import { matchOrder, takeableLevels, wouldCross, type Match } from "../paper/match.ts";
import { quantityForBudget } from "../paper/walk.ts";
import { ok, refuse, type Result } from "../problem.ts";
import { WAITING_FOR_PRICE, type AssessmentMarket, type Candidate, type OrderPlan, type Scope } from "./candidate.ts";
import {
  checkFunds,
  checkMinimums,
  freshness,
  isTradable,
  matchMarketOf,
  nothingOffered,
  postOnlyRefusal,
  stale,
} from "./checks.ts";
import { currencyDecimals } from "./conversion.ts";
import { acquiredAsset, assetExposure, assetPrice, openPositionAssets, type TradingFacts } from "./facts.ts";
import { buyHold } from "./hold.ts";
import { statusRefusal } from "./market-status.ts";
import { quantisePrice, quantiseQuantity } from "./quantise.ts";
import type { OrderRequest } from "./request.ts";
import { shapeProblem } from "./shape.ts";

/** The plan of a new order, or the denial with the rule, the limit and the value in it. */
export function assess(facts: TradingFacts, request: OrderRequest, market: AssessmentMarket): Result<OrderPlan> {
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
      {
        symbol: request.symbol,
      },
    );
  }
  const sized = sizeOf(facts, request, view, instrument);
  if (!sized.ok) {
    return sized;
  }
  const quantity = sized.value;
  const { side, type } = request;
  const candidate: Candidate = {
    symbol: request.symbol,
    side,
    orderType: type,
    timeInForce: type === "market" ? "ioc" : request.timeInForce,
    postOnly: request.postOnly,
    quantity,
    limitPrice: request.limitPrice === undefined ? null : quantisePrice(request.limitPrice, side, instrument),
    expiresAt: request.expiresAt ?? null,
    intent: intentOf(instrument, side, facts.currency),
  };
  return judgeCandidate(facts, candidate, instrument, market, { isNew: true, risk: true, filled: ZERO });
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
  const rate = price.value.rate;
  const matchMarket = price.value.tradable ? matchMarketOf(facts, order.symbol, market) : null;
  const minimums = checkMinimums({ ...order, quantity: add(order.quantity, scope.filled) }, instrument, matchMarket);
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
  if (match !== null && order.orderType === "market" && match.takes.length === 0) {
    return nothingOffered(order, match);
  }
  const limits = limitFacts(facts, order, instrument, market, match, rate, scope);
  const refusal = scope.risk ? firstRefusal(judge(limits)) : null;
  if (refusal !== null) {
    return { ok: false, error: refusal };
  }
  const hold = holdOf(facts, order, instrument, match);
  const funds = checkFunds(facts, order, instrument, hold);
  if (!funds.ok) {
    return funds;
  }
  const waitingFor = match === null ? WAITING_FOR_PRICE : null;
  return ok({ ...order, instrument, conversionRate: rate, hold, match, waitingFor });
}

function sizeOf(
  facts: TradingFacts,
  request: OrderRequest,
  view: MarketView | undefined,
  instrument: Instrument,
): Result<Decimal> {
  if (request.quantity !== undefined) {
    return ok(quantiseQuantity(request.quantity, instrument));
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
  return ok(quantityForBudget(levels, request.cost ?? ZERO, feeRate(facts.fees, "taker"), instrument, true));
}

function matchOrderOf(order: Candidate) {
  return { ...order, type: order.orderType };
}

/** The facts of the limit rules for this order. */
function limitFacts(
  facts: TradingFacts,
  order: Candidate,
  instrument: Instrument,
  market: AssessmentMarket,
  match: Match | null,
  rate: Decimal,
  scope: Scope,
): LimitFacts {
  const asset = acquiredAsset(order);
  const price = assetPrice(asset, facts.currency, market.markets, { symbol: order.symbol, rate });
  const worth = order.limitPrice === null ? takenCost(match) : multiply(order.limitPrice, order.quantity);
  const decimals = currencyDecimals(instrument, facts.currency, market.instruments);
  const takesPlace = scope.isNew && order.orderType === "limit" && order.timeInForce !== "ioc";
  return {
    limits: facts.limits,
    currency: facts.currency,
    symbol: order.symbol,
    side: order.side,
    intent: order.intent,
    limitPrice: order.limitPrice,
    mark: market.markets[order.symbol]?.quote.mark ?? null,
    orderValue: round(multiply(worth, rate), decimals, "up"),
    acquiredAsset: asset,
    acquiredValue: round(assetExposure(facts, asset, price, market.markets), decimals, "up"),
    positionAssets: openPositionAssets(facts),
    entriesLastMinute: scope.isNew ? facts.entriesLastMinute : null,
    openOrdersOfSymbol: takesPlace ? facts.orders.filter(({ symbol }) => symbol === order.symbol).length : null,
  };
}

function takenCost(match: Match | null): Decimal {
  return match === null ? ZERO : sum(match.takes.map(({ cost }) => cost));
}

function holdOf(facts: TradingFacts, order: Candidate, instrument: Instrument, match: Match | null): Hold {
  if (order.side === "sell") {
    return { asset: instrument.base, amount: order.quantity };
  }
  const amount =
    order.limitPrice === null
      ? sum((match?.takes ?? []).map(({ cost, fee }) => add(cost, fee)))
      : buyHold(order.limitPrice, order.quantity, worstFeeRate(facts.fees), instrument);
  return { asset: instrument.quote, amount };
}
