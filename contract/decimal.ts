import { z } from "zod";
import { isPositive, parseDecimal, type Decimal } from "../domain/decimal.ts";

// 20 digits before the point and 18 after it hold every amount of every asset; longer text is an attack, not money.
const bounded = /^-?\d{1,20}(?:\.\d{1,18})?$/;

/** Decimal text on the wire, made canonical. Numbers are refused: JSON numbers are floats. */
export const decimalText = z
  .string()
  .regex(bounded, 'must be a plain decimal number in a string, such as "0.25"')
  .transform(toDecimal);

/** As decimalText, above zero. */
export const positiveDecimalText = decimalText.refine(isPositive, "must be above zero");

/** As decimalText, zero or above. */
export const nonNegativeDecimalText = decimalText.refine((value) => !value.startsWith("-"), "must not be negative");

function toDecimal(text: string, context: z.RefinementCtx): Decimal {
  const value = parseDecimal(text);
  if (value === null) {
    context.addIssue({ code: "custom", message: "must be a plain decimal number" });
    return z.NEVER;
  }
  return value;
}
