/**
 * What every decision on a paper account ends with: the stops that rest are what is wanted for the positions that are left
 * (TRADING §4). It looks at nothing but the state, so it does not matter what changed it, and a stop that was lost in any way is
 * placed again by the next decision.
 */
import { compare, isPositive, ONE, type Decimal } from "../decimal.ts";
import type { Asset, Instrument, MarketView } from "../market.ts";
import type { Protection, ProtectiveStop } from "../protection/protection.ts";
import { assetsOfStops, restingStops } from "../protection/resting-stop.ts";
import { isTooSmall } from "../protection/too-small.ts";
import { cancelOrder } from "./execute.ts";
import { exitPosition, sellable } from "./exit-position.ts";
import { giveWay, resizeStop } from "./give-way.ts";
import { holdingOf } from "./holdings.ts";
import { nextId } from "./next-id.ts";
import { beginProtection, endProtection } from "./protect.ts";
import type { OpenOrder } from "./state.ts";
import { armOrder, lastPrice } from "./triggered.ts";
import { raiseAlert } from "./venue/alerts.ts";
import { record, stamp, type Turn } from "./turn.ts";

/** Brings the resting stops of a paper account in line with what is wanted, after anything that happened in the turn. */
export function keepProtected(turn: Turn): void {
  beginProtection(turn);
  const resting = assetsOfStops(turn.state.orders);
  for (const asset of new Set([...Object.keys(turn.state.protections), ...resting])) {
    keepAsset(turn, asset);
  }
}

function keepAsset(turn: Turn, asset: Asset): void {
  const protection = turn.state.protections[asset];
  if (!isPositive(holdingOf(turn.state.holdings, asset).managed)) {
    cancelStops(turn, asset, `The ${asset} position is closed.`);
    if (protection !== undefined) {
      endProtection(turn, asset, `The ${asset} position is closed.`);
    }
    return;
  }
  if (protection === undefined || protection.stop === null) {
    cancelStops(turn, asset, `The ${asset} position has no stop any more.`);
    return;
  }
  const view = turn.context.markets[protection.symbol];
  const instrument = view?.instrument ?? turn.state.instruments[protection.symbol];
  if (instrument !== undefined) {
    keepStop(turn, protection, protection.stop, instrument, view);
  }
}

function keepStop(
  turn: Turn,
  protection: Protection,
  stop: ProtectiveStop,
  instrument: Instrument,
  view: MarketView | undefined,
): void {
  const { asset } = protection;
  const [resting, ...surplus] = restingStops(turn.state, asset);
  for (const order of surplus) {
    cancelOrder(turn, order.id, `Another stop of ${asset} stands already.`);
  }
  const wanted = sellable(turn, asset, instrument);
  if (isTooSmall(wanted, stop.price, instrument)) {
    cancelStops(turn, asset, `What is left of ${asset} is under the smallest order of ${instrument.symbol}.`);
    return;
  }
  const last = view === undefined ? null : lastPrice(view);
  if (last !== null && compare(last, stop.price) <= 0 && (resting === undefined || isOutdated(resting, stop))) {
    leaveAtOnce(turn, asset, stop.price, last);
    return;
  }
  if (resting === undefined || isOutdated(resting, stop)) {
    if (view !== undefined) {
      replaceStop(turn, protection, stop, wanted, instrument, view, resting);
    }
    return;
  }
  if (resting.quantity !== wanted) {
    resizeStop(turn, resting, wanted);
  }
}

/** The level or the kind is another; a trailing stop that has moved on by itself is not. */
function isOutdated(resting: OpenOrder, stop: ProtectiveStop): boolean {
  if (stop.type === "trailing") {
    return resting.trailingPercent !== stop.percent;
  }
  return resting.trailingPercent !== null || resting.triggerPrice !== stop.price;
}

function replaceStop(
  turn: Turn,
  { symbol, asset }: Protection,
  stop: ProtectiveStop,
  quantity: Decimal,
  instrument: Instrument,
  view: MarketView,
  resting: OpenOrder | undefined,
): void {
  if (resting !== undefined) {
    cancelOrder(turn, resting.id, `Replaced by a stop at ${stop.price}.`);
  }
  giveWay(turn, asset, quantity);
  const orderId = nextId(turn);
  record(turn, {
    type: "order_submitted",
    ...stamp(turn.context),
    orderId,
    symbol,
    side: "sell",
    orderType: stop.type === "trailing" ? "trailing-stop" : "stop-loss",
    timeInForce: "gtc",
    postOnly: false,
    quantity,
    limitPrice: null,
    triggerPrice: stop.price,
    trailingPercent: stop.type === "trailing" ? stop.percent : null,
    conditionalClose: null,
    expiresAt: null,
    deadline: null,
    waitsFor: [],
    origin: "stop",
    intent: "exit",
    hold: { asset, amount: quantity },
    instrument,
    conversionRate: ONE,
    fees: turn.state.fees,
    waitingFor: null,
  });
  armOrder(turn, orderId, view);
}

/** TRADING §4 "Past the stop already: exit now, recorded as emergency exit". */
function leaveAtOnce(turn: Turn, asset: Asset, level: Decimal, last: Decimal): void {
  const reason = `Emergency exit: ${asset} last traded at ${last}, past its stop at ${level}.`;
  const orderId = exitPosition(turn, asset, "emergency", reason);
  if (orderId !== null) {
    // What the book did not show any bids for waits for the next ones.
    exitPosition(turn, asset, "emergency", reason);
    const message = `${asset} last traded at ${last}, past its stop at ${level}: it is sold at the market now.`;
    raiseAlert(turn, "warning", message, orderId);
  }
}

function cancelStops(turn: Turn, asset: Asset, reason: string): void {
  for (const order of restingStops(turn.state, asset)) {
    cancelOrder(turn, order.id, reason);
  }
}
