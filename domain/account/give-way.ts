/** A resting stop gives way to any other sale of the asset, in the same turn: resized, never dropped (CASES "partial close"). */
import { isBelow, isPositive, subtract, ZERO, type Decimal } from "../decimal.ts";
import type { Asset } from "../market.ts";
import { restingStops } from "../protection/resting-stop.ts";
import { cancelOrder } from "./execute.ts";
import { freeOf, holdingOf } from "./holdings.ts";
import type { OpenOrder } from "./state.ts";
import { record, stamp, type Turn } from "./turn.ts";

/** Makes `wanted` of the asset free where resting stops hold it. What other orders hold stays held. */
export function giveWay(turn: Turn, asset: Asset, wanted: Decimal): void {
  for (const stop of restingStops(turn.state, asset)) {
    const missing = subtract(wanted, freeOf(holdingOf(turn.state.holdings, asset)));
    if (!isPositive(missing)) {
      return;
    }
    const rest = subtract(stop.hold.amount, missing);
    const minimum = turn.state.instruments[stop.symbol]?.minimumQuantity ?? ZERO;
    if (!isPositive(rest) || isBelow(rest, minimum)) {
      cancelOrder(turn, stop.id, `Gave way to a sale of ${asset}.`);
    } else {
      resizeStop(turn, stop, rest);
    }
  }
}

/** The stop for `rest` from now on, at the same level and armed as it was. */
export function resizeStop(turn: Turn, stop: OpenOrder, rest: Decimal): void {
  record(turn, {
    type: "order_amended",
    ...stamp(turn.context),
    orderId: stop.id,
    version: stop.version + 1,
    quantity: rest,
    limitPrice: stop.limitPrice,
    triggerPrice: stop.triggerPrice,
    hold: { asset: stop.hold.asset, before: stop.hold.amount, after: rest },
    fees: stop.feeSchedule,
    queue: null,
    waitingFor: stop.waiting ? stop.reason : null,
    forgottenLevels: [],
  });
}
