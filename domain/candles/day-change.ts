/** Change over 24 hours: against the price of 24 hours ago, never today's open (CASES, market data). */
import { HUNDRED, divide, isZero, multiply, subtract, type Decimal } from "../decimal.ts";

export const DAY_MS = 86_400_000;
const PERCENT_DECIMALS = 2;

export type DayChange = { readonly change: Decimal | null; readonly percent: Decimal | null };

/** Absolute change in quote and percent at two decimals, half-even; null where a price is unknown. */
export function dayChange(reference: Decimal | null, last: Decimal | null): DayChange {
  if (reference === null || last === null) {
    return { change: null, percent: null };
  }
  const change = subtract(last, reference);
  const percent = isZero(reference)
    ? null
    : divide(multiply(change, HUNDRED), reference, PERCENT_DECIMALS, "half-even");
  return { change, percent };
}
