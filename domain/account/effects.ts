/**
 * What the outside must do for an account, derived from its state. A decision's effects are the difference between before
 * and after, so the two can never disagree, and a restart registers everything again from the state alone (TRADING §4, §6).
 */
import { priceAlertRows } from "../alerts/state.ts";
import type { Milliseconds, Symbol, TriggerRow } from "../market.ts";
import type { Effect } from "./decision.ts";
import { protectionStanding } from "../protection/standing.ts";
import type { AccountState, OpenOrder } from "./state.ts";
import { orderRows, targetRows } from "./watched-levels.ts";
import { liveOrders, perOrder, unsharedOrders } from "./open-orders.ts";

/** All levels to watch for the account: of resting orders, of armed ones, of targets (triggers/rows.ts). */
export function triggerRows(state: AccountState): readonly TriggerRow[] {
  return [...rowsOf(state, liveOrders(state.orders)), ...targetRows(state), ...priceAlertRows(state)];
}

function rowsOf(state: AccountState, orders: readonly OpenOrder[]): readonly TriggerRow[] {
  return orders.flatMap((order) => orderRows(state, order));
}

type Expiry = { readonly orderId: string; readonly at: Milliseconds };

const expiriesOf = perOrder(expiryOf);

/** When live orders expire, in market time. */
export function expiries(state: AccountState): readonly Expiry[] {
  return expiriesOf(state.orders);
}

function expiryOf({ id, expiresAt, venue }: OpenOrder): readonly Expiry[] {
  // An exchange ends its orders itself.
  return expiresAt === null || venue !== null ? [] : [{ orderId: id, at: expiresAt }];
}

const waitingOf = perOrder(({ waiting, symbol }) => (waiting ? [symbol] : []));

/** Symbols with orders that wait for a fresh price. */
export function waitingSymbols(state: AccountState): readonly Symbol[] {
  if (state.venue !== null) {
    return [];
  }
  return [...new Set([...waitingOf(state.orders), ...pendingStops(state)])];
}

/** Pairs of positions whose stop could not be armed yet, for want of a market. */
function pendingStops(state: AccountState): readonly Symbol[] {
  return Object.values(state.protections).flatMap(({ asset, symbol }) =>
    protectionStanding(state, asset).status === "pending" ? symbol : [],
  );
}

const symbolsOf = perOrder(({ symbol }) => [symbol]);

/** Symbols whose prices the account depends on: its positions' and its orders'. */
export function pinnedSymbols(state: AccountState): readonly Symbol[] {
  const owned = [...Object.keys(state.holdings), ...Object.keys(state.venue?.unvalued ?? {})];
  const held = owned.filter((asset) => asset !== state.currency);
  const traded = symbolsOf(state.orders);
  const watched = Object.values(state.priceAlerts).map(({ symbol }) => symbol);
  return [...new Set([...held.map((asset) => `${asset}/${state.currency}`), ...traded, ...watched])].sort();
}

/** The work between two states. */
export function effectsBetween(before: AccountState, after: AccountState): readonly Effect[] {
  return [...triggerEffects(before, after), ...expiryEffects(before, after), ...waitingEffects(before, after)];
}

function triggerEffects(before: AccountState, after: AccountState): readonly Effect[] {
  const touched = unsharedOrders(before.orders, after.orders);
  const rows = [...rowsOf(after, touched.after), ...targetRows(after), ...priceAlertRows(after)];
  const hadRows = [...rowsOf(before, touched.before), ...targetRows(before), ...priceAlertRows(before)];
  const had = new Map(hadRows.map((row) => [row.orderId, row.version]));
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
  const touched = unsharedOrders(before.orders, after.orders);
  const had = new Set(touched.before.flatMap(expiryOf).map(({ orderId }) => orderId));
  const now = touched.after.flatMap(expiryOf);
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
