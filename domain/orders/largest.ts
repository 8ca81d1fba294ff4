import {
  add,
  divide,
  isAbove,
  isPositive,
  largest,
  multiply,
  ONE,
  smallest,
  subtract,
  sum,
  TWO,
  unitOf,
  ZERO,
  type Decimal,
} from "../decimal.ts";
import { feeRate, worstFeeRate } from "../account/fees.ts";
import { valueRoom } from "../risk/judge.ts";
import type { Instrument } from "../market.ts";
import { takeableLevels } from "../paper/match.ts";
import { quantityForBudget } from "../paper/walk.ts";
import type { AssessmentMarket, Candidate } from "./candidate.ts";
import { matchMarketOf } from "./checks.ts";
import { conversionRate } from "./conversion.ts";
import { freeBalance, type TradingFacts } from "./facts.ts";
import { buyHold } from "./hold.ts";
import { limitFacts } from "./limit-facts.ts";
import { largestFitting, quantiseQuantity, quantityDecimals } from "./quantise.ts";

/** The most that funds, inventory and the value limits leave room for; null when there is no price to tell. */
export function largestSize(
  facts: TradingFacts,
  order: Candidate,
  instrument: Instrument,
  market: AssessmentMarket,
): Decimal | null {
  const rate = conversionRate(instrument.quote, facts.currency, market.markets)?.rate ?? null;
  if (order.side === "sell") {
    const free = quantiseQuantity(freeBalance(facts, instrument.base), instrument);
    return order.intent === "exit" ? free : capByValue(facts, order, instrument, market, rate, free);
  }
  const free = freeBalance(facts, instrument.quote);
  const affordable =
    order.limitPrice === null
      ? fromBook(facts, order, market, free, true)
      : affordableAtLimit(facts, order.limitPrice, instrument, free);
  return affordable === null ? null : capByValue(facts, order, instrument, market, rate, affordable);
}

function capByValue(
  facts: TradingFacts,
  order: Candidate,
  instrument: Instrument,
  market: AssessmentMarket,
  rate: Decimal | null,
  most: Decimal,
): Decimal | null {
  if (rate === null || !isPositive(rate)) {
    return null;
  }
  const scope = { isNew: true, risk: true, filled: ZERO };
  const room = valueRoom(limitFacts(facts, order, instrument, market, null, rate, scope));
  if (room === null) {
    return most;
  }
  const budget = divide(room, rate, instrument.costDecimals, "down");
  const worth =
    order.limitPrice === null
      ? fromBook(facts, order, market, budget, false)
      : divide(budget, order.limitPrice, quantityDecimals(instrument), "down");
  return worth === null ? null : smallest(most, worth);
}

/** What a budget of quote buys from the book, at most what the book shows. */
function fromBook(
  facts: TradingFacts,
  order: Candidate,
  market: AssessmentMarket,
  budget: Decimal,
  withFee: boolean,
): Decimal | null {
  const book = matchMarketOf(facts, order.symbol, market);
  if (book === null) {
    return null;
  }
  const levels = takeableLevels(order.side, book);
  const shown = sum(levels.map(({ available }) => available));
  const rate = feeRate(facts.fees, "taker");
  return smallest(
    quantiseQuantity(shown, book.instrument),
    quantityForBudget(levels, budget, rate, book.instrument, withFee),
  );
}

/** The most whose hold, rounded up as it will be, is covered. */
function affordableAtLimit(facts: TradingFacts, price: Decimal, instrument: Instrument, free: Decimal): Decimal {
  const rate = worstFeeRate(facts.fees);
  const unitPrice = multiply(price, add(ONE, rate));
  const decimals = quantityDecimals(instrument);
  if (!isPositive(unitPrice) || !isPositive(free)) {
    return ZERO;
  }
  const quantity = divide(free, unitPrice, decimals, "down");
  const fits = (candidate: Decimal) => !isAbove(buyHold(price, candidate, rate, instrument), free);
  if (fits(quantity)) {
    return quantity;
  }
  // Price and fee are each rounded up: two units less to spend surely make room for that.
  const less = largest(ZERO, subtract(free, multiply(unitOf(instrument.costDecimals), TWO)));
  return largestFitting(divide(less, unitPrice, decimals, "down"), quantity, decimals, fits);
}
