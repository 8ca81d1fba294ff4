/** What an account remembers of its naked quantity: per position, and the longest that anything ever was (TRADING §4). */
import { isPositive, multiply, type Decimal } from "../decimal.ts";
import type { AccountEvent } from "../account/events.ts";
import { findOrder } from "../account/order-steps.ts";
import { holdingOf } from "../account/holdings.ts";
import type { AccountState } from "../account/state.ts";
import type { Asset, Milliseconds } from "../market.ts";
import { assetsOf } from "../orders/conversion.ts";
import { nakedness } from "./naked.ts";
import {
  follow,
  NAKED_BOUND_MS,
  nakedNow,
  nakedSince,
  NEVER_NAKED,
  NOTHING_NAKED,
  type NakedPosition,
  type NakedSpell,
  type NakedTime,
  type NakedWatch,
} from "./naked-time.ts";
import { liveOrder } from "../account/open-orders.ts";

const NEW_POSITION: NakedPosition = { owed: NEVER_NAKED, left: NEVER_NAKED, alerted: false };

/** The account `after` an event, with what the event did to its naked quantity. */
export function evolveNaked(before: AccountState, after: AccountState, event: AccountEvent): AccountState {
  if (event.type === "account_opened" || event.type === "account_reset") {
    return { ...after, naked: NOTHING_NAKED };
  }
  let { naked } = after;
  const only = soleAsset(before, after, event);
  for (const asset of assetsIn(before, after)) {
    if (isTouched(before, after, asset, only)) {
      naked = followed(naked, after, asset, event);
    }
  }
  if (event.type === "alert_raised" && event.about === "unprotected" && event.asset !== undefined) {
    naked = alerted(naked, event.asset);
  }
  return naked === after.naked ? after : { ...after, naked };
}

/** Positions of which something has been without the stop that it is owed for longer than the bound, and nobody was told. */
export function overdue({ naked }: AccountState, now: Milliseconds): readonly Asset[] {
  return Object.keys(naked.positions).filter((asset) => (alertAt(naked, asset) ?? Infinity) <= now);
}

/** When to look for the next alert, if nothing changes before; null: there will be none. */
export function nakedAlertDueAt({ naked }: AccountState): Milliseconds | null {
  const times = Object.keys(naked.positions).flatMap((asset) => alertAt(naked, asset) ?? []);
  return times.length === 0 ? null : Math.min(...times);
}

function alertAt({ positions }: NakedWatch, asset: Asset): Milliseconds | null {
  const position = positions[asset];
  const since = position === undefined || position.alerted ? null : nakedSince(position.owed);
  return since === null ? null : since + NAKED_BOUND_MS + 1;
}

function assetsIn(before: AccountState, after: AccountState): ReadonlySet<Asset> {
  return new Set([...Object.keys(before.naked.positions), ...Object.keys(after.holdings)]);
}

/**
 * The asset whose cover an event of one order can change; null: of any. With a thousand orders open, looking at all of them for every
 * holding and event is what costs.
 */
function soleAsset(before: AccountState, after: AccountState, event: AccountEvent): Asset | null {
  if (!("orderId" in event) || event.orderId === null) {
    return null;
  }
  const order = liveOrder(after.orders, event.orderId) ?? liveOrder(before.orders, event.orderId);
  return order?.hold.asset ?? null;
}

/** Whether anything that decides about cover changed. */
function isTouched(before: AccountState, after: AccountState, asset: Asset, only: Asset | null): boolean {
  return (
    asset !== after.currency &&
    (before.holdings[asset] !== after.holdings[asset] ||
      before.protections[asset] !== after.protections[asset] ||
      (before.orders !== after.orders && (only === null || only === asset)) ||
      before.venue?.externalOrders !== after.venue?.externalOrders)
  );
}

function followed(naked: NakedWatch, after: AccountState, asset: Asset, event: AccountEvent): NakedWatch {
  const known = naked.positions[asset];
  const { owed, left } = nakedness(after, asset, stopOf(after, asset, event));
  const isHeld = isPositive(holdingOf(after.holdings, asset).managed);
  if (known === undefined && !isPositive(owed) && !isPositive(left)) {
    return naked;
  }
  const at = event.marketTime;
  const { owed: owedBefore, left: leftBefore, alerted: wasAlerted } = known ?? NEW_POSITION;
  const owedTime = next(owedBefore, owed, at, boughtAt(after, event));
  const longest =
    owedTime.longestMs > owedBefore.longestMs ? longer(naked.longest, asset, owedTime, at) : naked.longest;
  if (!isHeld) {
    const { [asset]: _gone, ...positions } = naked.positions;
    return { positions, longest };
  }
  const leftTime = next(leftBefore, left, at, at);
  const isAlerted = wasAlerted && owedTime.lots.length > 0;
  if (owedTime === owedBefore && leftTime === leftBefore) {
    return naked;
  }
  const position = { owed: owedTime, left: leftTime, alerted: isAlerted };
  return { positions: { ...naked.positions, [asset]: position }, longest };
}

/** Where its stop is wanted. An entry's own takes effect in the turn of its first fill, so from that fill on it is owed. */
function stopOf(state: AccountState, asset: Asset, event: AccountEvent): Decimal | null {
  const stop = state.protections[asset]?.stop ?? null;
  if (stop !== null || event.type !== "fill_booked" || event.side !== "buy" || assetsOf(event.symbol).base !== asset) {
    return stop?.price ?? null;
  }
  const brings = findOrder(state, event.orderId)?.protection?.stop ?? null;
  return brings === null ? null : multiply(event.price, event.conversionRate);
}

function next(time: NakedTime, quantity: Decimal, at: Milliseconds, since: Milliseconds): NakedTime {
  return quantity === nakedNow(time) ? time : follow(time, quantity, at, since);
}

/** At an exchange a fill is there before it is told; on paper a position is there when it is booked. */
function boughtAt({ venue }: AccountState, event: AccountEvent): Milliseconds {
  return venue !== null && event.type === "fill_booked" ? event.filledAt : event.marketTime;
}

function longer(known: NakedSpell | null, asset: Asset, { longestMs }: NakedTime, endedAt: Milliseconds): NakedSpell {
  return known !== null && known.milliseconds >= longestMs ? known : { asset, milliseconds: longestMs, endedAt };
}

function alerted(naked: NakedWatch, asset: Asset): NakedWatch {
  const position = naked.positions[asset];
  return position === undefined
    ? naked
    : { ...naked, positions: { ...naked.positions, [asset]: { ...position, alerted: true } } };
}
