import type { Pair } from "../instruments.ts";
import { rescale } from "../units.ts";

/** Cost in ticks × quantity units as an amount of the quote asset. */
export function quoteAmount(pair: Pair, exactCost: bigint, rounding: "up" | "down" | "half-up"): bigint {
  return rescale(exactCost, pair.priceDecimals + pair.quantityDecimals, pair.quote.decimals, rounding);
}

/** Base quantity as an amount of the base asset. */
export function baseAmount(pair: Pair, quantity: bigint, rounding: "up" | "down" | "half-up" = "half-up"): bigint {
  return rescale(quantity, pair.quantityDecimals, pair.base.decimals, rounding);
}
