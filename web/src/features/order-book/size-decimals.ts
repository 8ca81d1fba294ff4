import { isBelow, isZero, ONE, round, unitOf, type Decimal } from "../../../../domain/decimal.ts";
import { formatDecimal } from "../../ui/format.ts";

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

/** A size at so many decimals; one too small for them is "<0.001", never a zero that is none. */
export function sizeText(size: Decimal, decimals: number): string {
  return !isZero(size) && isZero(round(size, decimals, "half-even"))
    ? `<${formatDecimal(unitOf(decimals))}`
    : formatDecimal(size, { decimals });
}
