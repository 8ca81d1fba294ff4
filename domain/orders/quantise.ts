/** Making a wish representable at the venue, never larger and never worse than asked (TRADING §1 "Rounding"). */
import { add, compare, divide, multiply, round, roundToStep, subtract, TWO, unitOf, type Decimal } from "../decimal.ts";
import type { Instrument, Side } from "../market.ts";

/** Decimals of a quantity: the fewer of the pair's and of the asset's own (CASES "precision"). */
export function quantityDecimals(instrument: Instrument): number {
  return Math.min(instrument.quantityDecimals, instrument.baseDecimals);
}

/** The quantity rounded down. Zero when it is under one lot. */
export function quantiseQuantity(quantity: Decimal, instrument: Instrument): Decimal {
  return round(quantity, quantityDecimals(instrument), "down");
}

/** The limit price on the tick: a buy rounds down, a sell up. */
export function quantisePrice(price: Decimal, side: Side, instrument: Instrument): Decimal {
  return roundToStep(price, instrument.tickSize, side === "buy" ? "down" : "up");
}

/** A trigger price on the nearest tick: it is compared with trades, so neither side of it is the safe one. */
export function nearestPrice(price: Decimal, instrument: Instrument): Decimal {
  return roundToStep(price, instrument.tickSize, "half-even");
}

/** price × quantity in quote at the pair's cost decimals, ties to even. */
export function costOf(price: Decimal, quantity: Decimal, instrument: Instrument): Decimal {
  return round(multiply(price, quantity), instrument.costDecimals, "half-even");
}

/** As costOf, rounded up: what a hold must cover. */
export function costCeiling(price: Decimal, quantity: Decimal, instrument: Instrument): Decimal {
  return round(multiply(price, quantity), instrument.costDecimals, "up");
}

/**
 * The largest quantity between `low` (which fits) and `high` (which need not) that fits, at `decimals` places. `fits` must not
 * turn true again once it was false. Rounding makes the edge uneven, so it is searched rather than computed.
 */
export function largestFitting(
  low: Decimal,
  high: Decimal,
  decimals: number,
  fits: (quantity: Decimal) => boolean,
): Decimal {
  const lot = unitOf(decimals);
  let best = low;
  let top = high;
  while (compare(best, top) < 0) {
    const middle = add(best, divide(add(subtract(top, best), lot), TWO, decimals, "down"));
    if (fits(middle)) {
      best = middle;
    } else {
      top = subtract(middle, lot);
    }
  }
  return best;
}
