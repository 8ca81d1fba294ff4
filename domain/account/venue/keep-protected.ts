/**
 * What every decision on an exchange account ends with: the stops that rest at the exchange become what is wanted (TRADING §4,
 * ADR 0011). One step per asset at a time: while anything of a stop is on its way, or its outcome is not known, nothing else is
 * asked for, so that the resting stops are never for more than the position. At start the same rule finds the same step.
 */
import { add, compare, isAbove, isBelow, isPositive, smallest, subtract, sum, type Decimal } from "../../decimal.ts";
import type { Asset, Instrument, Milliseconds } from "../../market.ts";
import { quantiseQuantity } from "../../orders/quantise.ts";
import { assetsOf } from "../../orders/conversion.ts";
import type { Protection, ProtectiveStop } from "../../protection/protection.ts";
import { assetsOfStops, heldByOthers, liveExits, restingStops } from "../../protection/resting-stop.ts";
import { unevenEntries } from "../../protection/carried-stop.ts";
import { isTooSmall } from "../../protection/too-small.ts";
import { holdingOf } from "../holdings.ts";
import { beginProtection, endProtection, protectingPair } from "../protect.ts";
import type { AccountState, OpenOrder } from "../state.ts";
import type { Turn } from "../turn.ts";
import { requestCancel } from "./cancel.ts";
import { amendStop, isChangeable } from "./make-room.ts";
import { dropExitReasons } from "./exit-wish.ts";
import { spendable } from "./spendable.ts";
import { dropOldFlatten, exitDue, pursueExit } from "./leave.ts";
import {
  isOutdated,
  lastOf,
  lastStop,
  leavePastStop,
  moveStop,
  placeableAt,
  placeStop,
  REFUSED_RETRY_MS,
  standsIn,
} from "./stop-order.ts";
import { liveOrders } from "../open-orders.ts";
import { waitingSales } from "./work.ts";

/** TRADING §4: while its entry still fills, a stop is amended at most this often. */
const AMEND_EVERY_MS = 5_000;
/** More stops than this for one asset are made fewer, once that costs nothing; at once where there are many. */
const MOST_STOPS = 3;
const MANY_STOPS = 20;
/** Where a fixed order stands in for one that trails, the price is looked at this often. */
const STAND_IN_LOOK_MS = 60_000;
/** The rules of a pair that are not to be had are asked for this often. */
const UNKNOWN_PAIR_LOOK_MS = 10_000;
const FREE_CANCEL_AFTER_MS = 300_000;

/**
 * Takes the next step for every asset that is protected, or has a stop that should not be there. `looked` is true when the
 * price was asked for just now: where it is still not known, it is nowhere to be had.
 */
export function keepProtectedAtExchange(turn: Turn, looked: boolean): void {
  beginProtection(turn);
  const resting = assetsOfStops(turn.state.orders);
  for (const asset of new Set([...Object.keys(turn.state.protections), ...resting])) {
    keepAsset(turn, asset, looked);
  }
}

function keepAsset(turn: Turn, asset: Asset, looked: boolean): void {
  dropOldFlatten(turn, asset);
  const protection = turn.state.protections[asset];
  const isClosed = !isPositive(holdingOf(turn.state.holdings, asset).managed);
  if (isClosed && protection !== undefined) {
    // Whatever is bought from now on is another position, and brings its own.
    endProtection(turn, asset, `The ${asset} position is closed.`);
  }
  if (unevenEntries(turn.state, asset).length > 0) {
    return; // A stop that the exchange makes for a fill is on its way here, or the fill is.
  }
  if (isClosed) {
    cancelStops(turn, asset, `The ${asset} position is closed.`);
    return;
  }
  const instrument = protectingPair(turn, asset);
  const wish = protection?.exit ?? null;
  if (wish !== null && wish.cause !== "past_stop" && instrument !== null && !waitingSale(turn.state, asset)) {
    pursueExit(turn, asset, instrument);
  }
  if (protection === undefined || protection.stop === null) {
    cancelStops(turn, asset, `The ${asset} position has no stop any more.`);
    return;
  }
  if (instrument !== null && maySettle(turn.state, asset)) {
    settleStops(turn, protection, protection.stop, instrument, looked);
  }
}

/** Nothing of the asset's stops is on its way, and nothing is selling it at once. */
function maySettle(state: AccountState, asset: Asset): boolean {
  return (
    state.venue?.connection.status === "trading" &&
    liveExits(state, asset).length === 0 &&
    !waitingSale(state, asset) &&
    restingStops(state, asset).every(isChangeable)
  );
}

/** A sale that waits for the stop to give way: it is released first, then the stop is what is left. */
function waitingSale(state: AccountState, asset: Asset): boolean {
  return waitingSales(state.orders).some(({ side, symbol }) => side === "sell" && assetsOf(symbol).base === asset);
}

function settleStops(
  turn: Turn,
  protection: Protection,
  stop: ProtectiveStop,
  instrument: Instrument,
  looked: boolean,
): void {
  const { asset } = protection;
  const stops = restingStops(turn.state, asset);
  const wanted = coverable(turn.state, asset, instrument);
  if (isTooSmall(wanted, stop.price, instrument)) {
    cancelStops(turn, asset, `What is left of ${asset} is under the smallest order of ${instrument.symbol}.`);
    return;
  }
  const knows = looked || turn.context.markets[protection.symbol] !== undefined;
  if (stops.length === 0) {
    // The first stop of a position does not wait for a look at the price, unless it begins there.
    if (knows || (stop.type === "fixed" && lastStop(turn.state, asset) === undefined)) {
      placeStop(turn, protection, stop, wanted, instrument);
    }
    return;
  }
  const last = lastOf(turn, protection.symbol);
  const outdated = stops.filter((order) => isOutdated(order, stop, last, instrument));
  if (outdated.length > 0) {
    if (last !== null && compare(last, stop.price) <= 0) {
      leavePastStop(turn, asset, stop.price, last, instrument);
      return;
    }
    if (last !== null) {
      dropExitReasons(turn, asset, ["past_stop"]);
    }
    for (const order of outdated) {
      if (turn.context.marketTime >= changeableAt(order, protection) && (knows || !isRaised(order, stop))) {
        moveStop(turn, order, stop);
      }
    }
    return;
  }
  settleQuantity(turn, protection, stops, wanted, stop, instrument);
}

/** A stop that is put higher may find the price under it: that is looked at first, and then it is an exit and no stop. */
function isRaised({ triggerPrice }: OpenOrder, stop: ProtectiveStop): boolean {
  return triggerPrice === null || isAbove(stop.price, triggerPrice);
}

function settleQuantity(
  turn: Turn,
  protection: Protection,
  stops: readonly OpenOrder[],
  wanted: Decimal,
  stop: ProtectiveStop,
  instrument: Instrument,
): void {
  const [most] = stops.toSorted((left, right) => compare(right.hold.amount, left.hold.amount));
  const [least] = stops.toSorted((left, right) => compare(left.hold.amount, right.hold.amount));
  if (most === undefined || least === undefined) {
    return;
  }
  const covered = sum(stops.map(({ hold }) => hold.amount));
  if (isAbove(covered, wanted)) {
    const rest = subtract(most.hold.amount, subtract(covered, wanted));
    const refused = turn.context.marketTime < changeableAt(most, protection);
    if (refused || !isPositive(rest) || isTooSmall(rest, stop.price, instrument)) {
      requestCancel(turn, most.id, `It covers more than the ${wanted} that are left.`);
    } else {
      amendStop(turn, most, { quantity: rest, triggerPrice: most.triggerPrice }, most.hold.amount);
    }
    return;
  }
  const merged = mergeable(stops, least);
  if (merged !== null && turn.context.marketTime >= mergeAt(stops, merged)) {
    requestCancel(turn, merged.id, "Merged into another stop of the position.");
    return;
  }
  const growable = Math.max(growableAt(turn.state, most), changeableAt(most, protection));
  if (isBelow(covered, wanted) && turn.context.marketTime >= growable) {
    const quantity = add(most.hold.amount, subtract(wanted, covered));
    amendStop(turn, most, { quantity, triggerPrice: most.triggerPrice }, quantity);
  }
}

/**
 * When the stop may be changed: at once, or some time after the exchange has refused that same change. Asked again at once it would
 * say the same, and the rate limit would be used up that a cancel needs.
 */
function changeableAt({ venue }: OpenOrder, { changedAt }: Protection): Milliseconds {
  const failedAt = venue?.amendFailedAt ?? null;
  return failedAt === null || failedAt < changedAt ? 0 : failedAt + REFUSED_RETRY_MS;
}

/** The stop that is to go into another; null while there are few. */
function mergeable(stops: readonly OpenOrder[], least: OpenOrder): OpenOrder | null {
  return stops.length > MOST_STOPS ? least : null;
}

/** Cancelling an order costs the rate limit less the older it is, and nothing from five minutes on (PROTOCOL §3.2). */
function mergeAt(stops: readonly OpenOrder[], { updatedAt }: OpenOrder): Milliseconds {
  return stops.length > MANY_STOPS ? 0 : updatedAt + FREE_CANCEL_AFTER_MS;
}

/** When the stop may grow: at once, unless its entry still fills. */
function growableAt(state: AccountState, stop: OpenOrder): Milliseconds {
  const fills = liveOrders(state.orders).some(
    (order) => order.side === "buy" && assetsOf(order.symbol).base === stop.hold.asset,
  );
  return fills ? stop.updatedAt + AMEND_EVERY_MS : 0;
}

/** What a stop can cover: managed, on hand, in no other order; on the lot. */
function coverable(state: AccountState, asset: Asset, instrument: Instrument): Decimal {
  const { managed } = holdingOf(state.holdings, asset);
  const sellable = subtract(smallest(managed, spendable(state, asset)), heldByOthers(state, asset));
  return quantiseQuantity(sellable, instrument);
}

/**
 * When the shell has to look again by itself, because no answer of the exchange will: a stop that may grow later, one that was
 * refused, a price that was last looked at `lookedAt`. Null: never.
 */
export function protectionDueAt(state: AccountState, lookedAt: Milliseconds = 0): Milliseconds | null {
  if (state.venue === null) {
    return null;
  }
  const times = Object.values(state.protections).flatMap((protection) => {
    const { asset, stop, exit } = protection;
    if (unevenEntries(state, asset).length > 0) {
      return [];
    }
    const wish = exit?.cause === "past_stop" ? null : exitDue(state, asset);
    if (wish !== null && !waitingSale(state, asset)) {
      return wish;
    }
    const instrument = state.instruments[`${asset}/${state.currency}`];
    if (stop === null || !maySettle(state, asset)) {
      return [];
    }
    if (instrument === undefined) {
      // Of what was adopted and never traded the rules of the pair are not known: they come with the look at its price.
      return Math.max(placeableAt(state, asset), lookedAt === 0 ? 0 : lookedAt + UNKNOWN_PAIR_LOOK_MS);
    }
    const wanted = coverable(state, asset, instrument);
    const stops = restingStops(state, asset);
    if (isTooSmall(wanted, stop.price, instrument)) {
      return [];
    }
    if (stops.length === 0) {
      return Math.max(placeableAt(state, asset), exitDue(state, asset) ?? 0);
    }
    const outdated = stops.filter((order) => isOutdated(order, stop, null, instrument));
    if (outdated.length > 0) {
      return Math.min(...outdated.map((order) => changeableAt(order, protection)));
    }
    const [least] = stops.toSorted((left, right) => compare(left.hold.amount, right.hold.amount));
    const merged = least === undefined ? null : mergeable(stops, least);
    const covered = sum(stops.map(({ hold }) => hold.amount));
    return [
      ...(stops.some((order) => standsIn(order, stop)) ? [lookedAt + STAND_IN_LOOK_MS] : []),
      ...(merged === null ? [] : [mergeAt(stops, merged)]),
      ...(isBelow(covered, wanted)
        ? [Math.max(...stops.map((order) => Math.max(growableAt(state, order), changeableAt(order, protection))))]
        : []),
    ];
  });
  return times.length === 0 ? null : Math.min(...times);
}

function cancelStops(turn: Turn, asset: Asset, reason: string): void {
  for (const order of restingStops(turn.state, asset)) {
    requestCancel(turn, order.id, reason);
  }
}
