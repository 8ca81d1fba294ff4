/**
 * Taking from the book: level by level, at most what it shows (TRADING §3). Costs and fees are rounded per fill, exactly as
 * they will be booked, so that an estimate and the fills it announces are the same figures.
 */
import {
  add,
  compare,
  divide,
  isAbove,
  isPositive,
  largest,
  multiply,
  ONE,
  round,
  smallest,
  subtract,
  unitOf,
  ZERO,
  type Decimal,
} from "../decimal.ts";
import { feeOf } from "../account/fees.ts";
import type { Instrument, Side } from "../market.ts";
import { costOf, largestFitting, quantiseQuantity, quantityDecimals } from "../orders/quantise.ts";
import type { OpenLevel } from "./liquidity.ts";

export type Take = {
  readonly price: Decimal;
  readonly quantity: Decimal;
  readonly cost: Decimal;
  readonly fee: Decimal;
  /** What the venue showed at the level. */
  readonly shown: Decimal;
};

export type Walk = {
  readonly takes: readonly Take[];
  /** Quantity that found nothing. */
  readonly rest: Decimal;
};

/** Whether a level is inside a limit: a buy takes at or under it, a sell at or over. No limit is always inside. */
export function isWithin(side: Side, limitPrice: Decimal | null, price: Decimal): boolean {
  if (limitPrice === null) {
    return true;
  }
  return side === "buy" ? compare(price, limitPrice) <= 0 : compare(price, limitPrice) >= 0;
}

/** Takes `quantity` from the levels (best first) inside the limit. */
export function walkQuantity(
  levels: readonly OpenLevel[],
  order: { readonly side: Side; readonly limitPrice: Decimal | null; readonly quantity: Decimal },
  rate: Decimal,
  instrument: Instrument,
): Walk {
  const takes: Take[] = [];
  let rest = order.quantity;
  for (const level of levels) {
    if (!isPositive(rest) || !isWithin(order.side, order.limitPrice, level.price)) {
      break;
    }
    const quantity = quantiseQuantity(smallest(rest, level.available), instrument);
    if (isPositive(quantity)) {
      takes.push(takeOf(level, quantity, rate, instrument));
      rest = subtract(rest, quantity);
    }
  }
  return { takes, rest };
}

/**
 * The quantity that a budget of quote buys from the levels inside the limit. `withFee` says whether the budget covers the
 * fees too. Where the book ends first, the money left is counted at its last price, so that the order is as large as what
 * was asked for. Never costs more than the budget.
 */
export function quantityForBudget(
  levels: readonly OpenLevel[],
  budget: Decimal,
  rate: Decimal,
  instrument: Instrument,
  withFee: boolean,
): Decimal {
  let left = budget;
  let bought = ZERO;
  let lastPrice: Decimal | null = null;
  for (const level of levels) {
    lastPrice = level.price;
    const whole = quantiseQuantity(level.available, instrument);
    const charge = chargeAt(level.price, whole, rate, instrument, withFee);
    if (isAbove(charge, left)) {
      return add(bought, affordableQuantity(left, level.price, rate, instrument, withFee));
    }
    left = subtract(left, charge);
    bought = add(bought, whole);
  }
  return lastPrice === null ? ZERO : add(bought, affordableQuantity(left, lastPrice, rate, instrument, withFee));
}

/** The most at one price whose rounded cost, with the rounded fee if asked, stays within the budget. */
export function affordableQuantity(
  budget: Decimal,
  price: Decimal,
  rate: Decimal,
  instrument: Instrument,
  withFee: boolean,
): Decimal {
  const most = round(budget, instrument.costDecimals, "down");
  const unitPrice = withFee ? multiply(price, add(ONE, rate)) : price;
  const decimals = quantityDecimals(instrument);
  if (!isPositive(most)) {
    return ZERO;
  }
  const quantity = divide(most, unitPrice, decimals, "down");
  const fits = (candidate: Decimal) => !isAbove(chargeAt(price, candidate, rate, instrument, withFee), most);
  if (fits(quantity)) {
    return quantity;
  }
  // Rounding added at most one unit: one unit less to spend surely makes room for it.
  const less = largest(ZERO, subtract(most, unitOf(instrument.costDecimals)));
  return largestFitting(divide(less, unitPrice, decimals, "down"), quantity, decimals, fits);
}

function chargeAt(price: Decimal, quantity: Decimal, rate: Decimal, instrument: Instrument, withFee: boolean): Decimal {
  const cost = costOf(price, quantity, instrument);
  return withFee ? add(cost, feeOf(cost, rate, instrument.costDecimals)) : cost;
}

function takeOf(level: OpenLevel, quantity: Decimal, rate: Decimal, instrument: Instrument): Take {
  const cost = costOf(level.price, quantity, instrument);
  const fee = feeOf(cost, rate, instrument.costDecimals);
  return { price: level.price, quantity, cost, fee, shown: level.shown };
}
