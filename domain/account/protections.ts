/** What is wanted for each position after an event: its stop, its target, and how far a stop that trails has come. */
import { isAbove, isPositive, ZERO } from "../decimal.ts";
import type { Asset } from "../market.ts";
import type { Protection } from "../protection/protection.ts";
import type { TargetReached, TriggerMoved } from "./events.ts";
import type { AccountState } from "./state.ts";
import { liveOrder } from "./open-orders.ts";

type Protections = AccountState["protections"];

/** Null: nothing is wanted any more. */
export function changedProtections(protections: Protections, asset: Asset, protection: Protection | null): Protections {
  const { [asset]: _before, ...others } = protections;
  return protection === null ? others : { ...others, [asset]: protection };
}

/** It has done its work: the stop stays for what may be left. */
export function reachedTarget(protections: Protections, event: TargetReached): Protections {
  const protection = protections[event.asset];
  return protection === undefined
    ? protections
    : {
        ...protections,
        [event.asset]: {
          ...protection,
          target: null,
          targetArmedTradeId: event.tradeId,
          version: protection.version + 1,
          changedAt: event.marketTime,
        },
      };
}

/** Marks what protected a position that has closed with the event: none of it is of the next position of the asset. */
export function withClosed(before: AccountState, after: AccountState): AccountState {
  if (before.holdings === after.holdings) {
    return after;
  }
  const closed = Object.values(after.protections).filter(
    ({ asset, over }) =>
      over !== true &&
      isPositive(before.holdings[asset]?.managed ?? ZERO) &&
      !isPositive(after.holdings[asset]?.managed ?? ZERO),
  );
  return closed.length === 0
    ? after
    : {
        ...after,
        protections: {
          ...after.protections,
          ...Object.fromEntries(closed.map((protection) => [protection.asset, { ...protection, over: true as const }])),
        },
      };
}

/**
 * The order of a trailing stop has moved, and the stop with it: whatever order carries it next begins there, so that the level
 * never falls (TRADING §4), and every figure of the position is by that level.
 */
export function trailedOn(state: AccountState, { orderId, triggerPrice }: TriggerMoved): Protections {
  const { protections } = state;
  const order = liveOrder(state.orders, orderId);
  const protection = order?.origin === "stop" ? protections[order.hold.asset] : undefined;
  const stop = protection?.stop ?? null;
  // An order at another distance is on its way out: where it has come says nothing of the stop that takes its place.
  const isItsOrder = stop?.type === "trailing" && order?.trailingPercent === stop.percent;
  if (protection === undefined || stop?.type !== "trailing" || !isItsOrder || !isAbove(triggerPrice, stop.price)) {
    return protections;
  }
  return { ...protections, [protection.asset]: { ...protection, stop: { ...stop, price: triggerPrice } } };
}
