/** The domain's views as the contract's types: the same fields, lists that JSON may change. The one place where they meet. */
import type { AccountView, BalanceView, PositionView } from "../../contract/accounts.ts";
import type { DenialView, FillView, OrderView } from "../../contract/orders.ts";
import type { AccountEvent, FillBooked, OrderDenied } from "../../domain/account/events.ts";
import type { AccountState } from "../../domain/account/state.ts";
import * as domain from "../../domain/account/views.ts";
import type { Order } from "../../domain/orders/order.ts";

export function accountView(state: AccountState): AccountView {
  const view = domain.accountView(state);
  const { exchange } = view;
  return {
    ...view,
    balances: [...view.balances],
    positions: [...view.positions],
    halts: [...view.halts],
    priceAlerts: [...view.priceAlerts],
    exchange:
      exchange === null
        ? null
        : { ...exchange, externalOrders: [...exchange.externalOrders], differences: [...exchange.differences] },
  };
}

export function balanceViews(state: AccountState): BalanceView[] {
  return [...domain.balanceViews(state)];
}

export function positionViews(state: AccountState): PositionView[] {
  return [...domain.positionViews(state)];
}

/** Newest first. */
export function openOrderViews(state: AccountState): OrderView[] {
  return domain
    .openOrderViews(state)
    .toSorted((left, right) => right.createdAt - left.createdAt || right.seq - left.seq);
}

/** Newest first; the state keeps the last fifty. */
export function endedOrderViews(state: AccountState): Order[] {
  return state.ended.toReversed();
}

/** An order that lives or ended lately. */
export function findOrder(state: AccountState, orderId: string): OrderView | null {
  return domain.orderView(state, orderId) ?? null;
}

export function fillView(accountId: string, event: FillBooked, seq: number): FillView {
  return domain.fillView(event, accountId, seq);
}

export function denialView(accountId: string, event: OrderDenied, seq: number): DenialView {
  const view = domain.denialView(event, accountId, seq);
  return { ...view, error: { ...view.error, details: { ...view.error.details } } };
}

/** Ids of the orders that an event changed. */
export function ordersTouched(event: AccountEvent): readonly string[] {
  switch (event.type) {
    case "order_submitted":
    case "order_opened":
    case "order_rejected":
    case "order_unknown":
    case "fill_booked":
    case "order_amended":
    case "cancel_requested":
    case "order_cancelled":
    case "order_expired":
    case "amend_requested":
    case "amend_released":
    case "amend_failed":
    case "exit_released":
    case "order_completed":
    case "order_reported":
    case "action_sent":
    case "action_deferred":
    case "cancel_accepted":
      return [event.orderId];
    case "queue_advanced":
      return event.newTape === true ? event.orders.map(({ orderId }) => orderId) : [];
    case "account_opened":
    case "account_reset":
    case "deposited":
    case "settings_changed":
    case "order_denied":
    case "amend_denied":
    case "day_started":
    default:
      return [];
  }
}
