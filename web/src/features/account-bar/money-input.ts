/** Reading an amount of paper money that somebody typed. */
import { decimalPlaces, isPositive, parseDecimal, type Decimal } from "../../../../domain/decimal.ts";

export type ReadAmount = { readonly amount: Decimal | null; readonly error: string | null };

/** An amount in dollars with at most two decimals; a sentence when it is none. An empty field is no error yet. */
export function readAmount(text: string): ReadAmount {
  if (text === "") {
    return { amount: null, error: null };
  }
  const amount = parseDecimal(text);
  if (amount === null) {
    return { amount: null, error: "An amount in dollars, such as 2500" };
  }
  if (!isPositive(amount)) {
    return { amount: null, error: "More than nothing" };
  }
  return decimalPlaces(amount) > 2 ? { amount: null, error: "Whole cents at the finest" } : { amount, error: null };
}
