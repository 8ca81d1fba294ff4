import type { Hold } from "../account/state.ts";
import { compare, isAbove, isPositive, isZero, ONE, subtract, ZERO, type Decimal } from "../decimal.ts";
import type { Instrument, MarketView, Symbol } from "../market.ts";
import type { Match, MatchMarket } from "../paper/match.ts";
import { ok, refuse, type Result } from "../problem.ts";
import type { AssessmentMarket, Candidate } from "./candidate.ts";
import { conversionRate } from "./conversion.ts";
import { freeBalance, type TradingFacts } from "./facts.ts";
import { isTriggered } from "./order.ts";
import { costOf, quantityDecimals } from "./quantise.ts";
import { triggersBelow } from "./trigger.ts";

/** The refusals of the venue's rules and of funds, each naming the rule, the limit and the value. */
/** True when orders can be matched against the market now: a fresh price and a verified book. */
export function isTradable(view: MarketView | undefined): view is MarketView & { readonly book: object } {
  return view !== undefined && view.quote.fresh && view.book !== null;
}

/** The market of a symbol as matching needs it, or null when it cannot be traded on now. */
export function matchMarketOf(facts: TradingFacts, symbol: Symbol, market: AssessmentMarket): MatchMarket | null {
  const view = market.markets[symbol];
  if (view === undefined || !isTradable(view) || view.book === null) {
    return null;
  }
  return {
    instrument: view.instrument,
    book: view.book,
    tapeTradeId: view.tapeTradeId,
    taken: facts.taken[symbol] ?? [],
    own: facts.orders.filter((order) => order.symbol === symbol),
  };
}

/** TRADING §2: entries without a fresh price are denied; an exit waits for one. */
export function freshness(
  facts: TradingFacts,
  order: Candidate,
  instrument: Instrument,
  market: AssessmentMarket,
): Result<{ readonly tradable: boolean; readonly rate: Decimal }> {
  const view = market.markets[order.symbol];
  const tradable = isTradable(view);
  if (order.intent === "exit") {
    return ok({ tradable, rate: ONE });
  }
  // Without a mark every limit would pass (CASES "no price"), so an entry needs one as well as a book.
  if (!tradable || view.quote.mark === null) {
    return stale(order.symbol, view);
  }
  const conversion = conversionRate(instrument.quote, facts.currency, market.markets);
  if (conversion === null || !conversion.fresh) {
    return refuse(
      "QUOTE_STALE",
      `${instrument.quote} has no fresh ${facts.currency} price, so what ${order.symbol} is worth is not known. Orders that add to a position are not taken until it is back.`,
      { symbol: `${instrument.quote}/${facts.currency}`, reason: conversion === null ? "no_data" : "stale" },
    );
  }
  return ok({ tradable, rate: conversion.rate });
}

/** The denial of an order that needs a price while there is none. */
export function stale(symbol: Symbol, view: MarketView | undefined): Result<never> {
  const reason = view?.quote.staleReason ?? (view?.book === null ? "book_unverified" : "no_data");
  const since = view?.quote.staleSince ?? null;
  return refuse(
    "QUOTE_STALE",
    `${symbol} has no fresh price just now. Orders that add to a position are not taken until it is back; exits and cancels are.`,
    { symbol, reason, ...(since === null ? {} : { since: String(since) }) },
  );
}

/**
 * Triggered orders need an exchange that holds them, and a trigger that has not been reached: one that would fire at once is
 * a slip of side or price (CASES "stop on the wrong side of the market").
 */
export function typeRefusal(facts: TradingFacts, order: Candidate, market: AssessmentMarket): Result<null> {
  if (!isTriggered(order.orderType) && order.conditionalClose === null) {
    return ok(null);
  }
  if (!facts.exchange && order.conditionalClose !== null) {
    return refuse(
      "ORDER_TYPE_UNAVAILABLE",
      "A conditional close is the exchange's own: a paper account has no exchange. Give the order a stop or a target instead.",
      { type: order.orderType },
    );
  }
  for (const price of [order.triggerPrice, order.conditionalClose?.triggerPrice, order.conditionalClose?.limitPrice]) {
    if (price !== null && price !== undefined && !isPositive(price)) {
      return refuse("PRICE_INVALID", `A price of ${order.symbol} rounds to zero on its tick.`, { value: price });
    }
  }
  const quote = market.markets[order.symbol]?.quote;
  const last = quote?.fresh === true ? (quote.lastTrade?.price ?? quote.mark) : null;
  const { conditionalClose: close } = order;
  const entered = order.limitPrice ?? last;
  if (close !== null && close.triggerPrice !== null && entered !== null) {
    const side = order.side === "buy" ? "sell" : "buy";
    const firesBelow = triggersBelow(close.type, side);
    if (!isBeyond(close.triggerPrice, entered, firesBelow)) {
      return refuse(
        "PRICE_INVALID",
        `A conditional ${close.type} at ${close.triggerPrice} would be triggered at once by the fill at ${entered}: it has to be ${firesBelow ? "below" : "above"} that.`,
        { field: "conditionalClose", value: close.triggerPrice, limit: entered },
      );
    }
  }
  if (order.triggerPrice === null || last === null) {
    return ok(null);
  }
  const firesBelow = triggersBelow(order.orderType, order.side);
  return isBeyond(order.triggerPrice, last, firesBelow)
    ? ok(null)
    : refuse(
        "PRICE_INVALID",
        `A ${order.orderType} ${order.side} at ${order.triggerPrice} would be triggered at once: the last trade was at ${last}, and it has to be ${firesBelow ? "below" : "above"} that.`,
        { value: order.triggerPrice, limit: last },
      );
}

function isBeyond(trigger: Decimal, price: Decimal, below: boolean): boolean {
  return below ? compare(trigger, price) < 0 : compare(trigger, price) > 0;
}

/** The pair's tick, smallest quantity and smallest cost. A market order is valued at the touch. */
export function checkMinimums(
  order: Pick<Candidate, "symbol" | "side" | "quantity" | "limitPrice">,
  instrument: Instrument,
  market: MatchMarket | null,
): Result<null> {
  const { quantity, limitPrice, symbol } = order;
  if (limitPrice !== null && !isPositive(limitPrice)) {
    return refuse(
      "PRICE_INVALID",
      `On ${symbol} prices are multiples of ${instrument.tickSize}; this one rounds to zero.`,
      {
        tickSize: instrument.tickSize,
      },
    );
  }
  if (compare(quantity, instrument.minimumQuantity) < 0 || isZero(quantity)) {
    return refuse(
      "QUANTITY_TOO_SMALL",
      `The smallest order on ${symbol} is ${instrument.minimumQuantity} ${instrument.base}; this one is ${quantity} (sizes are cut to ${quantityDecimals(instrument)} decimals, never enlarged).`,
      { limit: instrument.minimumQuantity, value: quantity, minimum: instrument.minimumQuantity },
    );
  }
  const touch = market === null ? undefined : (order.side === "buy" ? market.book.asks : market.book.bids)[0];
  const price = limitPrice ?? touch?.[0] ?? null;
  const cost = price === null ? null : costOf(price, quantity, instrument);
  if (cost !== null && compare(cost, instrument.minimumCost) < 0) {
    return refuse(
      "COST_TOO_SMALL",
      `The smallest order on ${symbol} is worth ${instrument.minimumCost} ${instrument.quote}; this one is worth ${cost}.`,
      { limit: instrument.minimumCost, value: cost, minimum: instrument.minimumCost },
    );
  }
  return ok(null);
}

/** The denial of a post-only order, with the price it would have met. */
export function postOnlyRefusal(order: Candidate, market: MatchMarket): Result<never> {
  const best = (order.side === "buy" ? market.book.asks : market.book.bids)[0]?.[0] ?? null;
  const against =
    best === null ? "an order of your own" : `the best ${order.side === "buy" ? "ask" : "bid"} of ${best}`;
  return refuse(
    "POST_ONLY_WOULD_CROSS",
    `A post-only ${order.side} at ${order.limitPrice} would trade at once against ${against}.`,
    { value: order.limitPrice ?? "", ...(best === null ? {} : { limit: best }) },
  );
}

/** The denial of a market order that finds nothing to trade with. */
export function nothingOffered(order: Candidate, match: Match): Result<never> {
  const side = order.side === "buy" ? "asks" : "bids";
  return refuse(
    "UNREALISABLE_SIZE",
    match.reason === null ? `${order.symbol} shows no ${side}.` : `${order.symbol}: ${match.reason}`,
    {
      value: order.quantity,
      room: "0",
    },
  );
}

/** The denial of a market order at an exchange for more than its book shows. */
export function moreThanShown(order: Candidate, match: Match): Result<never> {
  const shown = subtract(order.quantity, match.rest);
  return refuse(
    "UNREALISABLE_SIZE",
    `${order.symbol} shows ${shown} to take and this order is for ${order.quantity}: what the rest would cost is not known. Use a limit order or a smaller size.`,
    { limit: shown, value: order.quantity, room: shown },
  );
}

/** TRADING §1: spot, long only: no more is spent or sold than is free. */
export function checkFunds(facts: TradingFacts, order: Candidate, instrument: Instrument, hold: Hold): Result<null> {
  const free = freeBalance(facts, hold.asset);
  if (!isAbove(hold.amount, free)) {
    return ok(null);
  }
  const details = { limit: free, value: hold.amount, room: free, asset: hold.asset };
  if (order.side === "sell") {
    const held = facts.balances[hold.asset]?.held ?? ZERO;
    const where = isPositive(held) ? ` (${held} more backs open orders)` : "";
    return refuse(
      "INSUFFICIENT_INVENTORY",
      `${hold.amount} ${hold.asset} cannot be sold: ${free} ${hold.asset} is available${where}.`,
      details,
    );
  }
  return refuse(
    "INSUFFICIENT_FUNDS",
    `This order needs ${hold.amount} ${instrument.quote} with fees and ${free} ${instrument.quote} is available.`,
    details,
  );
}
