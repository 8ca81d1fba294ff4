/** The order that carries a position's stop at the exchange: of which kind it has to be, when it may be placed, and its move to another level. */
import { compare, decimal, isBelow, multiply, ONE, type Decimal } from "../../decimal.ts";
import type { Asset, Instrument, Milliseconds } from "../../market.ts";
import { assetsOf } from "../../orders/conversion.ts";
import type { Order } from "../../orders/order.ts";
import { trailedTrigger } from "../../orders/trigger.ts";
import { replaceableAt } from "../../protection/exit-wish.ts";
import type { Protection, ProtectiveStop } from "../../protection/protection.ts";
import { recordSubmission } from "../execute.ts";
import { holdingOf } from "../holdings.ts";
import { nextId } from "../next-id.ts";
import type { AccountState, OpenOrder } from "../state.ts";
import { lastPrice } from "../triggered.ts";
import type { Turn } from "../turn.ts";
import { requestCancel } from "./cancel.ts";
import { dropExitReasons, wishExit } from "./exit-wish.ts";
import { pursueExit } from "./leave.ts";
import { amendStop } from "./make-room.ts";
import { exchangeFees } from "./standing.ts";

/** After the exchange has refused a stop it is asked again this much later. */
export const REFUSED_RETRY_MS = 10_000;
/** The price is up there again when it has a fifth of a percent to spare: at the very level the two kinds would take turns. */
const SURELY_THERE = decimal("0.998");
/** A stop has time to leave: unlike an exit it names no price that goes stale. */
const PLACE_DEADLINE_MS = 30_000;

/** `last`: where the price is, if it was looked at. */
export function isOutdated(
  order: OpenOrder,
  stop: ProtectiveStop,
  last: Decimal | null,
  instrument: Instrument,
): boolean {
  if (stop.type === "fixed") {
    return order.trailingPercent !== null || order.triggerPrice !== stop.price;
  }
  return standsIn(order, stop)
    ? last !== null && !wouldFall(stop, multiply(last, SURELY_THERE), instrument)
    : order.trailingPercent !== stop.percent;
}

/** A fixed order carries a stop that trails until the price is up there again. */
export function standsIn(order: OpenOrder, stop: ProtectiveStop): boolean {
  return stop.type === "trailing" && order.trailingPercent === null && order.triggerPrice === stop.price;
}

/**
 * An order that trails from `last` would lie under what the stop has reached before: the exchange takes a distance for it and no
 * level (PROTOCOL §2.4), and a stop only moves in favour (TRADING §4). A fixed one at that level is placed instead.
 */
function wouldFall(stop: ProtectiveStop, last: Decimal | null, instrument: Instrument): boolean {
  return (
    stop.type === "trailing" &&
    last !== null &&
    isBelow(trailedTrigger("sell", last, stop.percent, instrument), stop.price)
  );
}

export function lastOf({ context }: Turn, symbol: string): Decimal | null {
  const view = context.markets[symbol];
  return view === undefined ? null : lastPrice(view);
}

export function moveStop(turn: Turn, order: OpenOrder, stop: ProtectiveStop): void {
  if (stop.type === "trailing" || order.trailingPercent !== null) {
    // The exchange changes no order into another kind (PROTOCOL §2.6).
    requestCancel(turn, order.id, "Replaced by another kind of stop.");
  } else {
    amendStop(turn, order, { quantity: order.quantity, triggerPrice: stop.price }, order.hold.amount);
  }
}

export function placeStop(
  turn: Turn,
  { asset, symbol }: Protection,
  stop: ProtectiveStop,
  quantity: Decimal,
  instrument: Instrument,
): void {
  const { state, context } = turn;
  const last = lastOf(turn, symbol);
  if (last !== null && compare(last, stop.price) <= 0) {
    leavePastStop(turn, asset, stop.price, last, instrument);
    return;
  }
  dropExitReasons(turn, asset, ["past_stop"]); // The price came back before anything was sold.
  if (context.marketTime < placeableAt(state, asset)) {
    return;
  }
  // Where the price is not to be had the level alone is sure.
  const trails = stop.type === "trailing" && last !== null && !wouldFall(stop, last, instrument);
  recordSubmission(
    turn,
    {
      symbol,
      side: "sell",
      orderType: trails ? "trailing-stop" : "stop-loss",
      timeInForce: "gtc",
      postOnly: false,
      quantity,
      limitPrice: null,
      triggerPrice: trails ? null : stop.price,
      trailingPercent: trails ? stop.percent : null,
      conditionalClose: null,
      expiresAt: null,
      protection: null,
      intent: "exit",
      instrument,
      conversionRate: ONE,
      hold: { asset, amount: quantity },
      match: null,
      waitingFor: null,
    },
    {
      orderId: nextId(turn),
      origin: "stop",
      deadline: context.now + PLACE_DEADLINE_MS,
      waitsFor: [],
      fees: exchangeFees(state, symbol) ?? state.fees,
      waitingFor: null,
    },
  );
}

/** TRADING §4 "Past the stop already: exit now, recorded as emergency exit". */
export function leavePastStop(turn: Turn, asset: Asset, level: Decimal, last: Decimal, instrument: Instrument): void {
  wishExit(turn, asset, "past_stop", `${asset} last traded at ${last}, past its stop at ${level}.`);
  pursueExit(turn, asset, instrument);
}

/** After a refusal not at once again: the exchange would say the same. */
export function placeableAt(state: AccountState, asset: Asset): Milliseconds {
  const last = lastStop(state, asset);
  const refused = last?.status === "rejected" ? last.updatedAt + REFUSED_RETRY_MS : 0;
  return Math.max(refused, replaceableAt(state.protections[asset]?.lost));
}

/** A stop of the position that has ended already: before another is placed the price is looked at. */
export function lastStop(state: AccountState, asset: Asset): Order | undefined {
  const { openedAt } = holdingOf(state.holdings, asset);
  return state.ended.findLast(
    ({ origin, symbol, createdAt }) => origin === "stop" && createdAt >= openedAt && assetsOf(symbol).base === asset,
  );
}
