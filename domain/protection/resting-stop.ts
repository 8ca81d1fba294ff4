/** The order that carries a position's stop, found in the live orders: it is remembered nowhere else. */
import { subtract, sum, ZERO, type Decimal } from "../decimal.ts";
import type { AccountState, OpenOrder } from "../account/state.ts";
import type { Asset } from "../market.ts";
import { liveOrdersHolding, perOrder } from "../account/open-orders.ts";

const STOP_TYPES: ReadonlySet<OpenOrder["type"]> = new Set(["stop-loss", "stop-loss-limit", "trailing-stop"] as const);

/** Orders by which the desk (or the trader's close) sells a position at once. */
const EXIT_ORIGINS: ReadonlySet<OpenOrder["origin"]> = new Set(["close", "target", "emergency", "flatten"] as const);

/** True for an order that only protects: it rests until its trigger, and gives way to any other sale. */
export function isProtectiveStop(order: Pick<OpenOrder, "origin" | "triggeredBy">): boolean {
  return order.origin === "stop" && (order.triggeredBy ?? null) === null;
}

/** A sale that waits under the price: the desk's own stop, one that the trader placed, a child of an entry. */
export function isStopOfAnyKind(
  order: Pick<OpenOrder, "origin" | "triggeredBy" | "side" | "intent" | "type">,
): boolean {
  const waits = (order.triggeredBy ?? null) === null && order.side === "sell" && order.intent === "exit";
  return isProtectiveStop(order) || (waits && STOP_TYPES.has(order.type));
}

/** Stop orders that the trader placed for the asset, beside what the desk keeps. */
export function ownStops(state: AccountState, asset: Asset): readonly OpenOrder[] {
  return liveOrdersHolding(state.orders, asset).filter((order) => isStopOfAnyKind(order) && !isProtectiveStop(order));
}

/** The protective stops of the asset that rest, the oldest first. On paper there is at most one. */
export function restingStops(state: AccountState, asset: Asset): readonly OpenOrder[] {
  return liveOrdersHolding(state.orders, asset).filter(isProtectiveStop);
}

/** Assets for which the desk has placed a stop, each as often as there are. */
export const assetsOfStops = perOrder(({ origin, hold }) => (origin === "stop" ? [hold.asset] : []));

/** What the resting stops of the asset hold: it is free for any other sale, which makes them give way. */
export function heldByStops(state: AccountState, asset: Asset): Decimal {
  return sum(restingStops(state, asset).map(({ hold }) => hold.amount));
}

/** What orders other than resting stops hold of the asset. */
export function heldByOthers(state: AccountState, asset: Asset): Decimal {
  return subtract(state.holdings[asset]?.held ?? ZERO, heldByStops(state, asset));
}

/** The live orders that are selling the position at once: one exit per asset, a second joins it (TRADING §4). */
export function liveExits(state: AccountState, asset: Asset): readonly OpenOrder[] {
  return liveOrdersHolding(state.orders, asset).filter(isExitAtOnce);
}

/** True for a live order that sells what is held at once. */
export function isExitAtOnce(
  order: Pick<OpenOrder, "origin" | "triggeredBy" | "side" | "type" | "timeInForce">,
): boolean {
  return (
    order.side === "sell" &&
    (EXIT_ORIGINS.has(order.origin) || (order.origin === "stop" && !isProtectiveStop(order))) &&
    (order.type !== "limit" || order.timeInForce === "ioc")
  );
}

/** What the live exits of the asset have still to sell. */
export function beingSold(state: AccountState, asset: Asset): Decimal {
  return sum(liveExits(state, asset).map(({ quantity, filledQuantity }) => subtract(quantity, filledQuantity)));
}
