import type { Order } from "../orders/order.ts";
import { isTerminal, nextStatus, type OrderStep } from "../orders/transitions.ts";
import { ENDED_ORDERS_KEPT, FAULTS_KEPT, type AccountState, type OpenOrder } from "./state.ts";
import { liveOrder, withOrder, withoutOrder } from "./open-orders.ts";

/** Moves an order one step along the table; one that ended leaves the live orders. */
export function step(
  state: AccountState,
  orderId: string,
  how: OrderStep,
  seq: number,
  change: (order: OpenOrder) => OpenOrder,
  at: number,
  lateTotals: Partial<Order> = {},
): AccountState {
  const order = liveOrder(state.orders, orderId);
  if (order === undefined) {
    return stepEnded(state, orderId, how, seq, lateTotals);
  }
  const next = nextStatus(order.status, how);
  if (!next.ok) {
    return withFault(state, seq, `${orderId}: ${next.error.message}`);
  }
  const changed: OpenOrder = { ...change(order), status: next.value, updatedAt: at, seq };
  if (!isTerminal(next.value)) {
    return { ...state, orders: withOrder(state.orders, changed) };
  }
  return {
    ...state,
    orders: withoutOrder(state.orders, orderId),
    ended: [...state.ended, plainOrder(changed)].slice(-ENDED_ORDERS_KEPT),
  };
}

function stepEnded(
  state: AccountState,
  orderId: string,
  how: OrderStep,
  seq: number,
  lateTotals: Partial<Order>,
): AccountState {
  const order = state.ended.find(({ id }) => id === orderId);
  const next = order === undefined ? undefined : nextStatus(order.status, how);
  if (order === undefined || next === undefined || !next.ok) {
    const was = order === undefined ? "not known" : order.status;
    return withFault(state, seq, `order ${orderId} is ${was} and cannot be ${how}`);
  }
  const late = { ...order, ...lateTotals, status: next.value, seq };
  return { ...state, ended: state.ended.map((other) => (other.id === orderId ? late : other)) };
}

/** The order as the world sees it, without what only the account needs. */
export function plainOrder(order: OpenOrder): Order {
  const {
    intent: _i,
    hold: _h,
    queue: _q,
    waiting: _w,
    conversionRate: _c,
    feeSchedule: _s,
    fillCount: _f,
    venue: _v,
    ...shown
  } = order;
  return shown;
}

/** A live order, or one that ended a short while ago. */
export function findOrder(state: AccountState, orderId: string): Order | undefined {
  return liveOrder(state.orders, orderId) ?? state.ended.find(({ id }) => id === orderId);
}

/** The state with what is the same of an order wherever it stands, live or ended lately, changed. */
export function changeKnown(
  state: AccountState,
  orderId: string,
  change: <T extends Order>(order: T) => T,
): AccountState {
  const live = liveOrder(state.orders, orderId);
  if (live !== undefined) {
    const changed = change(live);
    return changed === live ? state : { ...state, orders: withOrder(state.orders, changed) };
  }
  const isKnown = state.ended.some(({ id }) => id === orderId);
  return isKnown
    ? { ...state, ended: state.ended.map((order) => (order.id === orderId ? change(order) : order)) }
    : state;
}

/** The state with a note of what must never happen and did, for the shell to report. */
export function withFault(state: AccountState, seq: number, message: string): AccountState {
  return { ...state, faults: [...state.faults, { seq, message }].slice(-FAULTS_KEPT) };
}
