/**
 * A market buy for an amount at an exchange: what it may spend has to hold whatever the price does on the way there. Kraken takes a
 * quantity, or an amount without the fee whose size it tells in quote only; so it goes as a limit that fills at once or not at all,
 * at a price at which all of it costs no more than the amount, dearest fee included.
 */
import { feeRate, worstFeeRate } from "../account/fees.ts";
import {
  add,
  decimal,
  isAbove,
  isPositive,
  multiply,
  roundToStep,
  subtract,
  ZERO,
  unitOf,
  type Decimal,
} from "../decimal.ts";
import type { Instrument } from "../market.ts";
import type { OpenLevel } from "../paper/liquidity.ts";
import { affordableQuantity, quantityForBudget } from "../paper/walk.ts";
import type { TradingFacts } from "./facts.ts";

/** So far over the last level that it would take the price may go on the way; so much less than the amount is spent at least. */
const ROOM = decimal("1.001");

export type CappedBuy = { readonly quantity: Decimal; readonly limitPrice: Decimal };

/** The size and the limit of a buy that spends at most `budget` of quote; null while nothing is offered. */
export function cappedBuy(
  levels: readonly OpenLevel[],
  budget: Decimal,
  { fees }: Pick<TradingFacts, "fees">,
  instrument: Instrument,
): CappedBuy | null {
  const wanted = quantityForBudget(levels, budget, feeRate(fees, "taker"), instrument, true);
  const last = lastTaken(levels, wanted);
  if (last === null) {
    return null;
  }
  const limitPrice = roundToStep(multiply(last, ROOM), instrument.tickSize, "up");
  // What is held is rounded up for cost and for fee: a unit each is left for that.
  const unit = unitOf(instrument.costDecimals);
  const most = subtract(budget, add(unit, unit));
  const quantity = isPositive(most) ? affordableQuantity(most, limitPrice, worstFeeRate(fees), instrument, true) : ZERO;
  return { quantity, limitPrice };
}

function lastTaken(levels: readonly OpenLevel[], quantity: Decimal): Decimal | null {
  let taken = ZERO;
  for (const { price, available } of levels) {
    taken = add(taken, available);
    if (!isAbove(quantity, taken)) {
      return price;
    }
  }
  return levels.at(-1)?.price ?? null;
}
