import { unitOf, type Decimal } from "../decimal.ts";
import type { Asset, Instrument } from "../market.ts";
import { stopAt } from "../protection/plan.ts";
import type { StopPlan } from "../protection/protection.ts";

/** Decimals of an amount per unit in account currency. */
export const PRICE_DECIMALS = 18;
const FINE_TICK = unitOf(PRICE_DECIMALS);

/** Where a stop would be for an entry at `entry`, both in account currency. */
export function levelOf(plan: StopPlan, entry: Decimal, instrument: Instrument, currency: Asset): Decimal {
  // The tick of another quote says nothing about a price in account currency.
  const grid = instrument.quote === currency ? instrument : { ...instrument, tickSize: FINE_TICK };
  return stopAt(plan, entry, grid).price;
}
