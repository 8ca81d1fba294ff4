import { compare, type Decimal } from "../decimal.ts";
import type { Instrument } from "../market.ts";
import { costOf, quantiseQuantity } from "../orders/quantise.ts";

/** True where no stop for this much can rest at `price`: under the pair's smallest order, by quantity or by worth. */
export function isTooSmall(quantity: Decimal, price: Decimal, instrument: Instrument): boolean {
  const sold = quantiseQuantity(quantity, instrument);
  return (
    compare(sold, instrument.minimumQuantity) < 0 ||
    compare(costOf(price, sold, instrument), instrument.minimumCost) < 0
  );
}
