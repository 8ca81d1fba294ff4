import { decimal, multiply, round, largest, type Decimal } from "../decimal.ts";
import type { Liquidity } from "../orders/order.ts";

/** Percent of cost, for example 0.4. */
export type FeeSchedule = { readonly takerPercent: Decimal; readonly makerPercent: Decimal };

export const FEE_PRESETS = ["standard", "new-customer"] as const;
export type FeePreset = (typeof FEE_PRESETS)[number];

/** TRADING §3: the default, and the table that a small account met in September 2026 (PROTOCOL §7). */
export const FEE_SCHEDULES: Readonly<Record<FeePreset, FeeSchedule>> = {
  standard: { takerPercent: decimal("0.4"), makerPercent: decimal("0.25") },
  "new-customer": { takerPercent: decimal("0.8"), makerPercent: decimal("0.4") },
};

const PERCENT = decimal("0.01");

/** The fraction of the cost that is charged: 0.4 % → 0.004. */
export function feeRate(fees: FeeSchedule, liquidity: Liquidity): Decimal {
  return multiply(liquidity === "taker" ? fees.takerPercent : fees.makerPercent, PERCENT);
}

/** The dearer of the two rates: what a hold must cover, since a resting order may yet take (TRADING §1). */
export function worstFeeRate(fees: FeeSchedule): Decimal {
  return multiply(largest(fees.takerPercent, fees.makerPercent), PERCENT);
}

/** The fee of one fill in quote, to the nearest unit of the pair's cost decimals (PROTOCOL §7 "Rounding"). */
export function feeOf(cost: Decimal, rate: Decimal, costDecimals: number): Decimal {
  return round(multiply(cost, rate), costDecimals, "half-even");
}
