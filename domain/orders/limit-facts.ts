import { multiply, round, sum, type Decimal } from "../decimal.ts";
import type { Instrument, MarketView } from "../market.ts";
import type { Match } from "../paper/match.ts";
import { addsExposure, equityOf, exposureOf, managedValue } from "../risk/equity.ts";
import { needsEquity, type RiskFacts, type WorstCase } from "../risk/facts.ts";
import { NO_CASE, worstCaseOf } from "../risk/worst-case.ts";
import { valuedPrice, type AssessmentMarket, type Candidate, type Scope } from "./candidate.ts";
import { currencyDecimals } from "./conversion.ts";
import { isTriggered } from "./order.ts";
import {
  acquiredAsset,
  acquiredQuantity,
  assetExposure,
  assetPrice,
  openPositionAssets,
  type TradingFacts,
} from "./facts.ts";

/** The facts of the risk rules for this order. */
export function riskFacts(
  facts: TradingFacts,
  order: Candidate,
  instrument: Instrument,
  market: AssessmentMarket,
  match: Match | null,
  rate: Decimal,
  scope: Scope,
): RiskFacts {
  const { currency } = facts;
  const { markets } = market;
  const asset = acquiredAsset(order);
  const price = assetPrice(asset, currency, markets, { symbol: order.symbol, rate });
  const view = markets[order.symbol];
  const valued = valuedPrice(order, view?.quote.mark ?? null);
  const quantity = valued === null ? sum((match?.takes ?? []).map((take) => take.quantity)) : order.quantity;
  const quoteWorth = valued === null ? takenCost(match) : multiply(valued, order.quantity);
  const worth = multiply(quoteWorth, rate);
  const decimals = currencyDecimals(instrument, currency, market.instruments);
  // An exchange says itself how many exits it takes.
  const isCounted = order.intent === "entry" || !facts.exchange;
  const takesPlace = scope.isNew && isCounted && order.orderType !== "market" && order.timeInForce !== "ioc";
  const worstCase =
    order.intent === "exit"
      ? NO_CASE
      : worstCaseOf(
          facts,
          order,
          { worth, quantity, best: bestPrice(match, rate), filled: scope.filled },
          { instrument, rate },
          markets,
        );
  const equity = needsEquity(facts.limits) ? equityOf(facts, markets) : { value: null, missing: [] };
  return {
    limits: facts.limits,
    currency,
    symbol: order.symbol,
    side: order.side,
    intent: order.intent,
    // The limit of a triggered order is meant for the price at its trigger, not for this one.
    limitPrice: isTriggered(order.orderType) ? null : order.limitPrice,
    // A last good mark is no yardstick: an exit must not be refused for being far from a price that is gone.
    mark: view?.quote.fresh === true ? view.quote.mark : null,
    orderValue: round(worth, decimals, "up"),
    acquiredAsset: asset,
    quantity: order.side === "buy" ? quantity : quoteWorth,
    acquiredValue: round(assetExposure(facts, asset, price, markets), decimals, "up"),
    acquiredQuantity: acquiredQuantity(facts, asset, markets),
    exposure: round(exposureOf(facts, markets), decimals, "up"),
    addsExposure: addsExposure(facts, order),
    positionAssets: openPositionAssets(facts),
    equity,
    managedValue: equity.value === null ? null : managedValue(facts, markets),
    lossBases: facts.lossBases,
    worstCase: rounded(worstCase, decimals),
    quoteAgeMs: ageOf(view),
    marketTime: market.marketTime,
    halts: facts.halts,
    entriesLastMinute: scope.enlarges ? facts.entriesLastMinute : null,
    entryWaitSeconds: scope.enlarges ? (facts.entryWaitSeconds ?? null) : null,
    openOrdersOfSymbol: takesPlace ? facts.orders.filter(({ symbol }) => symbol === order.symbol).length : null,
  };
}

/** How long before the feed's answer anything witnessed that its book is current. */
function ageOf(view: MarketView | undefined): number | null {
  return view === undefined || view.book === null ? null : view.quote.at - view.book.at;
}

function rounded(worst: WorstCase, decimals: number): WorstCase {
  const { loss, position } = worst;
  return {
    ...worst,
    loss: loss === null ? null : round(loss, decimals, "up"),
    position: position === null ? null : { ...position, loss: round(position.loss, decimals, "up") },
  };
}

/** A stop in percent of the fill can be lower than by the limit, where the book is better than that. */
function bestPrice(match: Match | null, rate: Decimal): Decimal | null {
  const [first] = match?.takes ?? [];
  return first === undefined ? null : multiply(first.price, rate);
}

function takenCost(match: Match | null): Decimal {
  return sum((match?.takes ?? []).map(({ cost }) => cost));
}
