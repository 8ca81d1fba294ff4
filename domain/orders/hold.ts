/** What an open order keeps back (TRADING §1 "holds rounded up"). */
import { add, multiply, round, type Decimal } from "../decimal.ts";
import type { Instrument } from "../market.ts";
import { costCeiling } from "./quantise.ts";

/**
 * Quote that backs a limit buy of `quantity`: its price, and the fee at the dearer rate, since it may yet take; each rounded
 * up to the pair's cost decimals. A sell is backed by its own quantity of base.
 */
export function buyHold(price: Decimal, quantity: Decimal, rate: Decimal, instrument: Instrument): Decimal {
  const fee = round(multiply(multiply(price, quantity), rate), instrument.costDecimals, "up");
  return add(costCeiling(price, quantity, instrument), fee);
}
