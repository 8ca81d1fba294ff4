import { isPositive, largest, smallest, subtract, ZERO, type Decimal } from "../decimal.ts";
import type { Side, Trade } from "../market.ts";
import { isThrough, reaches } from "./consumed.ts";

export type PrintEffect = {
  /** Quantity still ahead of the order afterwards. */
  readonly ahead: Decimal;
  /** What the print gives the order. */
  readonly filled: Decimal;
};

/**
 * What one print does to one resting order (TRADING §3). At the order's price it first serves the queue ahead; through the
 * price it serves the order at once. Never more than its size less what the account already had of it. Null: it does not
 * reach the order.
 */
export function applyPrint(
  order: { readonly side: Side; readonly limitPrice: Decimal; readonly remaining: Decimal; readonly ahead: Decimal },
  print: Pick<Trade, "price" | "quantity">,
  consumed: Decimal,
): PrintEffect | null {
  if (!reaches(order.side, order.limitPrice, print.price)) {
    return null;
  }
  const through = isThrough(order.side, order.limitPrice, print.price);
  const served = through ? ZERO : smallest(order.ahead, print.quantity);
  const left = largest(ZERO, subtract(subtract(print.quantity, served), consumed));
  const filled = isPositive(left) ? smallest(order.remaining, left) : ZERO;
  return { ahead: through ? ZERO : subtract(order.ahead, served), filled };
}
