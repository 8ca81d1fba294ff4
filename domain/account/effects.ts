/**
 * What the outside must do for an account, derived from its state. A decision's effects are the difference between before
 * and after, so the two can never disagree, and a restart registers everything again from the state alone (TRADING §4, §6).
 */
import { priceAlertRows } from "../alerts/state.ts";
import type { Milliseconds, Symbol, TriggerRow } from "../market.ts";
import type { Effect } from "./decision.ts";
import { protectionStanding } from "../protection/standing.ts";
import type { AccountState } from "./state.ts";
import { orderRows, targetRows } from "./watched-levels.ts";

/** All levels to watch for the account: of resting orders, of armed ones, of targets (triggers/rows.ts). */
export function triggerRows(state: AccountState): readonly TriggerRow[] {
  return [
    ...Object.values(state.orders).flatMap((order) => orderRows(state, order)),
    ...targetRows(state),
    ...priceAlertRows(state),
  ];
}

/** When live orders expire, in market time. */
export function expiries(state: AccountState): readonly { readonly orderId: string; readonly at: Milliseconds }[] {
  return Object.values(state.orders).flatMap(({ id, expiresAt, venue }) =>
    // An exchange ends its orders itself.
    expiresAt === null || venue !== null ? [] : { orderId: id, at: expiresAt },
  );
}

/** Symbols with orders that wait for a fresh price. */
export function waitingSymbols(state: AccountState): readonly Symbol[] {
  if (state.venue !== null) {
    return [];
  }
  const waiting = Object.values(state.orders).filter((order) => order.waiting);
  return [...new Set([...waiting.map(({ symbol }) => symbol), ...pendingStops(state)])];
}

/** Pairs of positions whose stop could not be armed yet, for want of a market. */
function pendingStops(state: AccountState): readonly Symbol[] {
  return Object.values(state.protections).flatMap(({ asset, symbol }) =>
    protectionStanding(state, asset).status === "pending" ? symbol : [],
  );
}

/** Symbols whose prices the account depends on: its positions' and its orders'. */
export function pinnedSymbols(state: AccountState): readonly Symbol[] {
  const held = Object.keys(state.holdings).filter((asset) => asset !== state.currency);
  const traded = Object.values(state.orders).map(({ symbol }) => symbol);
  const watched = Object.values(state.priceAlerts).map(({ symbol }) => symbol);
  return [...new Set([...held.map((asset) => `${asset}/${state.currency}`), ...traded, ...watched])].sort();
}

/** The work between two states. */
export function effectsBetween(before: AccountState, after: AccountState): readonly Effect[] {
  return [...triggerEffects(before, after), ...expiryEffects(before, after), ...waitingEffects(before, after)];
}

function triggerEffects(before: AccountState, after: AccountState): readonly Effect[] {
  const rows = triggerRows(after);
  const had = new Map(triggerRows(before).map((row) => [row.orderId, row.version]));
  const has = new Set(rows.map(({ orderId }) => orderId));
  const removed = [...had.keys()].filter((orderId) => !has.has(orderId));
  return [
    ...removed.map((orderId): Effect => ({ type: "remove_trigger", orderId })),
    ...rows
      .filter(({ orderId, version }) => had.get(orderId) !== version)
      .map((row): Effect => ({ type: "set_trigger", row })),
  ];
}

function expiryEffects(before: AccountState, after: AccountState): readonly Effect[] {
  const had = new Set(expiries(before).map(({ orderId }) => orderId));
  const now = expiries(after);
  const has = new Set(now.map(({ orderId }) => orderId));
  return [
    ...[...had].filter((orderId) => !has.has(orderId)).map((orderId): Effect => ({ type: "clear_expiry", orderId })),
    ...now
      .filter(({ orderId }) => !had.has(orderId))
      .map(({ orderId, at }): Effect => ({ type: "schedule_expiry", orderId, at })),
  ];
}

function waitingEffects(before: AccountState, after: AccountState): readonly Effect[] {
  const had = waitingSymbols(before);
  const has = waitingSymbols(after);
  return [
    ...had.filter((symbol) => !has.includes(symbol)).map((symbol): Effect => ({ type: "stop_awaiting", symbol })),
    ...has.filter((symbol) => !had.includes(symbol)).map((symbol): Effect => ({ type: "await_fresh_price", symbol })),
  ];
}
