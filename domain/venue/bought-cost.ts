/**
 * What the last so many units of an asset were bought for, by the account's own trades: a suggestion for the cost of a holding that
 * is adopted (TRADING §6 "cost from paged TradesHistory where it reaches"). What is left of an asset that was bought and sold is
 * taken to be what was bought last. Nothing here is booked: a history knows no deposits, and whose cost it is says the user.
 */
import { add, divide, isAbove, isPositive, multiply, smallest, subtract, ZERO, type Decimal } from "../decimal.ts";
import type { Asset, Milliseconds, Side, Symbol } from "../market.ts";
import { assetsOf, USUAL_COST_DECIMALS } from "../orders/conversion.ts";

/** A trade of the account; its fee is in the pair's quote. */
export type PastTrade = {
  readonly symbol: Symbol;
  readonly side: Side;
  readonly quantity: Decimal;
  readonly cost: Decimal;
  readonly fee: Decimal;
  readonly time: Milliseconds;
};

export type BoughtCost = {
  /** So much of what was asked for is covered, */
  readonly quantity: Decimal;
  /** for so much, fees included, in account currency, */
  readonly cost: Decimal;
  /** by so many purchases, the oldest of them from then. */
  readonly trades: number;
  readonly since: Milliseconds | null;
  /** The pair of another currency by which more of it came: what that was worth then is not known. */
  readonly stoppedBy: Symbol | null;
};

/** `trades`: newest first. */
export function costOfLastBought(
  trades: readonly PastTrade[],
  asset: Asset,
  currency: Asset,
  wanted: Decimal,
): BoughtCost {
  let quantity = ZERO;
  let cost = ZERO;
  let count = 0;
  let since: Milliseconds | null = null;
  for (const trade of trades) {
    if (!isAbove(wanted, quantity)) {
      break;
    }
    const { base, quote } = assetsOf(trade.symbol);
    const brings = trade.side === "buy" ? base : quote;
    if (brings !== asset || !isPositive(trade.quantity)) {
      continue;
    }
    if (trade.side !== "buy" || quote !== currency) {
      return { quantity, cost, trades: count, since, stoppedBy: trade.symbol };
    }
    const part = smallest(subtract(wanted, quantity), trade.quantity);
    const paid = add(trade.cost, trade.fee);
    quantity = add(quantity, part);
    cost = add(cost, divide(multiply(paid, part), trade.quantity, USUAL_COST_DECIMALS, "half-even"));
    count += 1;
    since = trade.time;
  }
  return { quantity, cost, trades: count, since, stoppedBy: null };
}
