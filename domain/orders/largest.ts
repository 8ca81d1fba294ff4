import {
  add,
  decimal,
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
import type { RiskFacts } from "../risk/facts.ts";
import { roomFor } from "../risk/room.ts";
import type { Instrument } from "../market.ts";
import { matchOrder, takeableLevels } from "../paper/match.ts";
import { quantityForBudget } from "../paper/walk.ts";
import { valuedPrice, type AssessmentMarket, type Candidate } from "./candidate.ts";
import { matchMarketOf } from "./checks.ts";
import { conversionRate } from "./conversion.ts";
import { freeBalance, type TradingFacts } from "./facts.ts";
import { buyHold } from "./hold.ts";
import { riskFacts } from "./limit-facts.ts";
import { largestFitting, quantiseQuantity, quantityDecimals } from "./quantise.ts";

/** The most that funds, inventory and the rules of size leave room for; null when there is no price to tell. */
export function largestSize(
  facts: TradingFacts,
  order: Candidate,
  instrument: Instrument,
  market: AssessmentMarket,
): Decimal | null {
  if (order.side === "sell") {
    const free = quantiseQuantity(freeBalance(facts, instrument.base), instrument);
    return order.intent === "exit" ? free : withinRules(facts, order, instrument, market, free);
  }
  const free = freeBalance(facts, instrument.quote);
  const affordable =
    order.limitPrice === null
      ? fromBook(facts, order, market, free, true)
      : affordableAtLimit(facts, order.limitPrice, instrument, free);
  return affordable === null ? null : withinRules(facts, order, instrument, market, affordable);
}

/** As much of `most` as the rules of size allow. */
function withinRules(
  facts: TradingFacts,
  order: Candidate,
  instrument: Instrument,
  market: AssessmentMarket,
  most: Decimal,
): Decimal | null {
  const rate = conversionRate(instrument.quote, facts.currency, market.markets)?.rate ?? null;
  if (rate === null || !isPositive(rate)) {
    return null;
  }
  const scope = { isNew: true, enlarges: true, risk: true, filled: ZERO };
  const factsOf = (quantity: Decimal): RiskFacts => {
    const candidate = { ...order, quantity };
    const book = order.limitPrice === null ? matchMarketOf(facts, order.symbol, market) : null;
    const match = book === null ? null : matchOrder({ ...candidate, type: order.orderType }, book, takerRate(facts));
    return riskFacts(facts, candidate, instrument, market, match, rate, scope);
  };
  const room = roomFor(factsOf(most));
  const capped = capByValue(facts, order, instrument, market, room.value, rate, most);
  if (capped === null) {
    return null;
  }
  const byQuantity = capByQuantity(order, instrument, market, room.quantity, capped);
  if (byQuantity === null) {
    return null;
  }
  const isWalk = order.limitPrice === null;
  const lossOf = (quantity: Decimal): Decimal => factsOf(quantity).worstCase.loss ?? ZERO;
  const byLoss = capByLoss(lossOf, instrument, room.loss, byQuantity, isWalk);
  // Where it moves the stop of the position down, the others' loss at that level is spent before it.
  const position = isPositive(byLoss) ? factsOf(byLoss).worstCase.position : null;
  if (position === null || room.loss === null) {
    return byLoss;
  }
  const left = subtract(room.loss, position.lossOfOthers);
  const added = (quantity: Decimal): Decimal =>
    subtract(factsOf(quantity).worstCase.position?.loss ?? ZERO, position.lossOfOthers);
  return isPositive(left) ? capByLoss(added, instrument, left, byLoss, isWalk) : ZERO;
}

function capByValue(
  facts: TradingFacts,
  order: Candidate,
  instrument: Instrument,
  market: AssessmentMarket,
  room: Decimal | null,
  rate: Decimal,
  most: Decimal,
): Decimal | null {
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

/** A limit in units of what is acquired: of a buy its own quantity, of a sale what it brings. */
function capByQuantity(
  order: Candidate,
  instrument: Instrument,
  market: AssessmentMarket,
  room: Decimal | null,
  most: Decimal,
): Decimal | null {
  if (room === null) {
    return most;
  }
  if (order.side === "buy") {
    return smallest(most, quantiseQuantity(room, instrument));
  }
  const price = valuedPrice(order, market.markets[order.symbol]?.quote.mark ?? null) ?? bestBid(order, market);
  return price === null || !isPositive(price)
    ? null
    : smallest(most, divide(room, price, quantityDecimals(instrument), "down"));
}

function bestBid(order: Candidate, market: AssessmentMarket): Decimal | null {
  return market.markets[order.symbol]?.quote.bid?.[0] ?? null;
}

/** The loss grows with the quantity, and nearly in proportion: it is estimated so, and searched for around that. */
function capByLoss(
  lossOf: (quantity: Decimal) => Decimal,
  instrument: Instrument,
  room: Decimal | null,
  most: Decimal,
  isWalk: boolean,
): Decimal {
  const fits = (quantity: Decimal): boolean => room === null || !isAbove(lossOf(quantity), room);
  if (room === null || !isPositive(most) || fits(most)) {
    return most;
  }
  const decimals = quantityDecimals(instrument);
  const loss = lossOf(most);
  let low = divide(multiply(most, room), loss, decimals, "down");
  while (isPositive(low) && !fits(low)) {
    low = divide(multiply(low, NEARLY), ONE, decimals, "down");
  }
  // Only the walk through a book makes it out of proportion.
  const high = isWalk ? most : smallest(most, divide(multiply(low, A_LITTLE_MORE), ONE, decimals, "up"));
  return isPositive(low) ? largestFitting(low, high, decimals, fits) : ZERO;
}

const NEARLY = decimal("0.999");
const A_LITTLE_MORE = decimal("1.001");

function takerRate(facts: TradingFacts): Decimal {
  return feeRate(facts.fees, "taker");
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
  const rate = takerRate(facts);
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
