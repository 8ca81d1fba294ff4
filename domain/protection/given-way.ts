/** How much of a position has no stop while another sale of it rests, which a stop cannot cover as well (ADR 0011). */
import { isPositive, smallest, subtract, ZERO, type Decimal } from "../decimal.ts";
import type { AccountState } from "../account/state.ts";
import type { Asset } from "../market.ts";
import type { OrderType } from "../orders/order.ts";
import { heldByOthers, heldByStops } from "./resting-stop.ts";

/** What a sale of `quantity` takes from the stops that cover `covered`, where `free` is left of the position beside them. */
export function takenFromStop(quantity: Decimal, covered: Decimal, free: Decimal): Decimal {
  const missing = subtract(quantity, free);
  return isPositive(missing) ? smallest(missing, covered) : ZERO;
}

/** The same of an order that is to be placed. */
export function takenFromStopOf(state: AccountState, asset: Asset, quantity: Decimal): Decimal {
  const covered = heldByStops(state, asset);
  const managed = state.holdings[asset]?.managed ?? ZERO;
  return takenFromStop(quantity, covered, subtract(subtract(managed, covered), heldByOthers(state, asset)));
}

/** True for a sale that may wait above the price while what it holds has no stop. */
export function waitsAbove(order: { readonly type: OrderType; readonly timeInForce: string }): boolean {
  const isTake = order.type === "take-profit" || order.type === "take-profit-limit";
  return isTake || (order.type === "limit" && order.timeInForce !== "ioc");
}

/** What the trader is told of it. */
export function givenWaySentence(quantity: Decimal, asset: Asset): string {
  return `While this sale rests, ${quantity} ${asset} of the position has no stop. A target keeps the stop: the desk watches it and sells there.`;
}
