/** What is wanted for each position after an event: its stop, its target, and how far a stop that trails has come. */
import { isAbove } from "../decimal.ts";
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

/**
 * The order of a trailing stop has moved, and the stop with it: whatever order carries it next begins there, so that the level
 * never falls (TRADING §4), and every figure of the position is by that level.
 */
export function trailedOn(state: AccountState, { orderId, triggerPrice }: TriggerMoved): Protections {
  const { protections } = state;
  const order = liveOrder(state.orders, orderId);
  const protection = order?.origin === "stop" ? protections[order.hold.asset] : undefined;
  const stop = protection?.stop ?? null;
  if (protection === undefined || stop?.type !== "trailing" || !isAbove(triggerPrice, stop.price)) {
    return protections;
  }
  return { ...protections, [protection.asset]: { ...protection, stop: { ...stop, price: triggerPrice } } };
}
