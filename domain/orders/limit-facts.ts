import { multiply, round, sum, ZERO, type Decimal } from "../decimal.ts";
import type { LimitFacts } from "../risk/judge.ts";
import type { Instrument } from "../market.ts";
import type { Match } from "../paper/match.ts";
import { valuedPrice, type AssessmentMarket, type Candidate, type Scope } from "./candidate.ts";
import { currencyDecimals } from "./conversion.ts";
import { isTriggered } from "./order.ts";
import { acquiredAsset, assetExposure, assetPrice, openPositionAssets, type TradingFacts } from "./facts.ts";

/** The facts of the limit rules for this order. */
export function limitFacts(
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
  const quote = market.markets[order.symbol]?.quote;
  const valued = valuedPrice(order, quote?.mark ?? null);
  const worth = valued === null ? takenCost(match) : multiply(valued, order.quantity);
  const decimals = currencyDecimals(instrument, facts.currency, market.instruments);
  const takesPlace = scope.isNew && order.orderType !== "market" && order.timeInForce !== "ioc";
  return {
    limits: facts.limits,
    currency: facts.currency,
    symbol: order.symbol,
    side: order.side,
    intent: order.intent,
    // The limit of a triggered order is meant for the price at its trigger, not for this one.
    limitPrice: isTriggered(order.orderType) ? null : order.limitPrice,
    // A last good mark is no yardstick: an exit must not be refused for being far from a price that is gone.
    mark: quote?.fresh === true ? quote.mark : null,
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
