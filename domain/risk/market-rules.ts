/** Rules about the market and the pace: which pairs, how old a price, how far from it, how many orders. */
import { add, compare, largest, ONE, subtract, wholeNumber, ZERO } from "../decimal.ts";
import type { RiskFacts, RuleVerdict } from "./facts.ts";
import { MAXIMUM_OPEN_ORDERS_PER_SYMBOL, MAXIMUM_RESTING_EXITS_PER_SYMBOL } from "./settings.ts";
import { atMost, roomIn, shareOf } from "./verdict.ts";

export function allowedSymbol({ limits, symbol }: RiskFacts): RuleVerdict | null {
  const allowed = limits.allowedSymbols;
  if (allowed === null) {
    return null;
  }
  const names = allowed.length === 0 ? "none" : allowed.join(", ");
  return {
    code: "SYMBOL_NOT_ALLOWED",
    name: "Allowed pairs",
    passed: allowed.includes(symbol),
    unit: "",
    limit: names,
    value: symbol,
    room: null,
    message: `${symbol} is not among the pairs that this account may enter (${names}). Exits are always allowed.`,
  };
}

/** The feed has said that the price is good; the account may want it younger than the feed does. */
export function staleQuote({ limits, quoteAgeMs, symbol }: RiskFacts): RuleVerdict | null {
  if (quoteAgeMs === null) {
    return null;
  }
  const limit = limits.staleAfterSeconds;
  const limitMs = wholeNumber(limit * 1000);
  const age = wholeNumber(Math.max(0, Math.ceil(quoteAgeMs)));
  return atMost(
    {
      code: "QUOTE_STALE",
      name: "Age of the price",
      unit: "ms",
      message: `The price of ${symbol} is ${age} ms old and this account takes none older than ${limit} s. Try again when it moves.`,
    },
    limitMs,
    age,
    roomIn(limitMs, age),
  );
}

export function orderRate({ limits, entriesLastMinute }: RiskFacts): RuleVerdict | null {
  if (entriesLastMinute === null) {
    return null;
  }
  const limit = wholeNumber(limits.ordersPerMinute);
  const before = wholeNumber(entriesLastMinute);
  const value = add(before, ONE);
  return atMost(
    {
      code: "ORDER_RATE_LIMIT",
      name: "Entries a minute",
      unit: "orders",
      message: `Your limit is ${limit} orders a minute that add to a position and this would be number ${value}. Wait a moment; exits and cancels are not counted.`,
    },
    limit,
    value,
    roomIn(limit, before),
  );
}

/** The last of the exchange's rate is kept for exits and cancels (TRADING §2 "Rate"). */
export function protectiveReserve({ entryWaitSeconds, symbol }: RiskFacts): RuleVerdict | null {
  if (entryWaitSeconds === null) {
    return null;
  }
  const wait = wholeNumber(entryWaitSeconds);
  return {
    code: "PROTECTIVE_RESERVE",
    name: "Exchange's rate limit",
    passed: entryWaitSeconds <= 0,
    unit: "s",
    limit: "0",
    value: wait,
    room: null,
    message: `Kraken's limit for orders on ${symbol} is nearly used up; what is left is kept for exits and cancels. Wait ${wait} s.`,
  };
}

export function openOrders({ openOrdersOfSymbol, symbol }: RiskFacts): RuleVerdict | null {
  return openOrdersOfSymbol === null
    ? null
    : numberOfOrders(openOrdersOfSymbol, MAXIMUM_OPEN_ORDERS_PER_SYMBOL, symbol);
}

/** What keeps back an entry keeps back no exit: it may rest as long as any exchange would take it (ADR 0016). */
export function restingExits({ openOrdersOfSymbol, symbol }: RiskFacts): RuleVerdict | null {
  return openOrdersOfSymbol === null
    ? null
    : numberOfOrders(openOrdersOfSymbol, MAXIMUM_RESTING_EXITS_PER_SYMBOL, symbol);
}

function numberOfOrders(open: number, most: number, symbol: string): RuleVerdict {
  const limit = wholeNumber(most);
  const before = wholeNumber(open);
  const value = add(before, ONE);
  return atMost(
    {
      code: "TOO_MANY_OPEN_ORDERS",
      name: "Open orders on the pair",
      unit: "orders",
      message: `At most ${limit} orders can be open on ${symbol} and this would be number ${value}. Cancel one first.`,
    },
    limit,
    value,
    roomIn(limit, before),
  );
}

export function priceCollar({ limits, limitPrice, mark, side, symbol }: RiskFacts): RuleVerdict | null {
  const percent = limits.priceCollarPercent;
  if (percent === null || limitPrice === null || mark === null) {
    return null;
  }
  const share = shareOf(mark, percent);
  const limit = side === "buy" ? add(mark, share) : largest(ZERO, subtract(mark, share));
  const passed = side === "buy" ? compare(limitPrice, limit) <= 0 : compare(limitPrice, limit) >= 0;
  const [far, bound] = side === "buy" ? ["above", "at most"] : ["below", "at least"];
  return {
    code: "PRICE_COLLAR",
    name: "Price collar",
    passed,
    unit: "price",
    limit,
    value: limitPrice,
    room: limit,
    message: `A ${side} limit of ${limitPrice} is more than ${percent} % ${far} the ${symbol} price of ${mark}. Your price collar allows ${bound} ${limit}.`,
  };
}
