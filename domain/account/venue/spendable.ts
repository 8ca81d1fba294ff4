/** What an account may spend or sell of an asset, orders not yet counted. */
import { add, isNegative, largest, multiply, subtract, ZERO, type Decimal } from "../../decimal.ts";
import type { Asset } from "../../market.ts";
import { assetsOf } from "../../orders/conversion.ts";
import { holdingOf, totalOf } from "../holdings.ts";
import type { AccountState } from "../state.ts";

/**
 * On paper everything. At an exchange managed inventory only (TRADING §1), less what orders made by hand keep back there:
 * of an asset they use up external inventory first.
 */
export function spendable(state: AccountState, asset: Asset): Decimal {
  const holding = holdingOf(state.holdings, asset);
  if (state.venue === null) {
    return totalOf(holding);
  }
  const byHand = heldByHand(state, asset);
  const cushion = asset === state.currency ? ZERO : holding.external;
  const taken = largest(ZERO, subtract(byHand, cushion));
  const left = subtract(holding.managed, taken);
  return isNegative(left) ? ZERO : left;
}

/** What live orders made by hand keep back of the asset. */
export function heldByHand(state: AccountState, asset: Asset): Decimal {
  let held = ZERO;
  for (const order of Object.values(state.venue?.externalOrders ?? {})) {
    const rest = subtract(order.quantity, order.filledQuantity);
    const { base, quote } = assetsOf(order.symbol);
    if (order.side === "sell" && base === asset) {
      held = add(held, rest);
    }
    const price = order.limitPrice ?? order.triggerPrice;
    if (order.side === "buy" && quote === asset && price !== null) {
      held = add(held, multiply(rest, price));
    }
  }
  return held;
}
