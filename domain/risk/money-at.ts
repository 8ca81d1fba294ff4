/** What buying and selling at a price moves, fees included: one arithmetic for rules, panels, cards and lines on the chart. */
import { feeRate, worstFeeRate, type FeeSchedule } from "../account/fees.ts";
import { add, multiply, ONE, subtract, type Decimal } from "../decimal.ts";

/** What is paid for a purchase worth so much, with the dearer of the two fees: whether it takes or rests is not known before. */
export function paidFor(worth: Decimal, fees: FeeSchedule): Decimal {
  return add(worth, multiply(worth, worstFeeRate(fees)));
}

/** What a sale at a price brings after the fee of a taker, as a stop or a target sells. */
export function proceedsAt(quantity: Decimal, price: Decimal, fees: FeeSchedule): Decimal {
  return multiply(multiply(quantity, price), subtract(ONE, feeRate(fees, "taker")));
}
