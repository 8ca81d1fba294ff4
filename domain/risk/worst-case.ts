/** What an entry may lose: the arithmetic of "risk per trade", for the rule, the calculator and the screens alike. */
import { feeRate, worstFeeRate, type FeeSchedule } from "../account/fees.ts";
import { add, divide, isPositive, largest, multiply, ONE, subtract, unitOf, ZERO, type Decimal } from "../decimal.ts";
import type { Asset, Instrument } from "../market.ts";
import type { Candidate } from "../orders/candidate.ts";
import { triggersBelow } from "../orders/trigger.ts";
import { stopAt } from "../protection/plan.ts";
import type { WorstCase } from "./facts.ts";

const PRICE_DECIMALS = 18;
const FINE_TICK = unitOf(PRICE_DECIMALS);

/**
 * The worst case of an order that costs `worth` in account currency and brings `quantity` units. Its fees are the dearer of
 * the two rates; the stop sells as a taker. A stop can be passed in a gap: then it is worse, and nobody can say by how much.
 */
export function worstCaseOf(
  order: Pick<Candidate, "side" | "protection" | "conditionalClose">,
  filled: { readonly worth: Decimal; readonly quantity: Decimal },
  pair: { readonly instrument: Instrument; readonly rate: Decimal; readonly currency: Asset },
  fees: FeeSchedule,
): WorstCase {
  const { worth, quantity } = filled;
  if (!isPositive(quantity) || !isPositive(worth)) {
    return { loss: null, stop: null, entry: null };
  }
  const entry = divide(worth, quantity, PRICE_DECIMALS, "half-even");
  const stop = stopOf(order, entry, pair);
  const paid = add(worth, multiply(worth, worstFeeRate(fees)));
  const back = stop === null ? ZERO : multiply(multiply(stop, quantity), subtract(ONE, feeRate(fees, "taker")));
  return { loss: largest(ZERO, subtract(paid, back)), stop, entry };
}

function stopOf(
  order: Pick<Candidate, "side" | "protection" | "conditionalClose">,
  entry: Decimal,
  { instrument, rate, currency }: { readonly instrument: Instrument; readonly rate: Decimal; readonly currency: Asset },
): Decimal | null {
  const { conditionalClose: close } = order;
  if (order.side === "sell") {
    return null;
  }
  if (close !== null) {
    const isStop = close.type !== "limit" && close.triggerPrice !== null && triggersBelow(close.type, "sell");
    return isStop && close.triggerPrice !== null ? multiply(close.triggerPrice, rate) : null;
  }
  const plan = order.protection?.stop ?? null;
  if (plan === null) {
    return null;
  }
  // The tick of another quote says nothing about a price in account currency.
  const grid = instrument.quote === currency ? instrument : { ...instrument, tickSize: FINE_TICK };
  return stopAt(plan, entry, grid).price;
}
