import { isBelow, ONE, type Decimal } from "../../../../domain/decimal.ts";

/**
 * Decimals of a size in the book and on the tape: as many as the price has whole digits, so that the last digit is worth
 * about one unit of quote whatever the asset is. For display in narrow columns only; figures of own money are never cut.
 */
export function sizeDecimals(price: Decimal | null | undefined, quantityDecimals: number): number {
  if (price === null || price === undefined || isBelow(price, ONE)) {
    return Math.min(2, quantityDecimals);
  }
  const whole = price.split(".", 1)[0] ?? "";
  return Math.min(whole.length, quantityDecimals);
}
