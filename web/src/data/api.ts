/** Every route of the desk, typed by the contract. Answers are values: `{ok: true, value}` or `{ok: false, error}`. */
import type { z } from "zod";
import {
  account,
  accountDetail,
  accountList,
  boughtCost,
  equityCurve,
  type AdoptRequest,
  type OpenAccountRequest,
  type SettingsRequest,
} from "../../../contract/accounts.ts";
import { candlePage, marketList, type CandlePage, type MarketList } from "../../../contract/markets.ts";
import {
  cancelAllResult,
  cancelExternalResult,
  fillPage,
  order,
  orderPage,
  placedOrder,
  type AmendOrderRequest,
  type CancelAllResult,
  type CancelExternalResult,
  type OrderView,
  type PlacedOrder,
  type ProtectPositionRequest,
} from "../../../contract/orders.ts";
import { symbolToPath } from "../../../contract/symbols.ts";
import { eventList } from "../../../contract/trader-socket.ts";
import type { AccountView, BoughtCostView } from "../../../contract/accounts.ts";
import type { Decimal } from "../../../domain/decimal.ts";
import type { Side, Timeframe } from "../../../domain/market.ts";
import type { ConditionalClose, OrderType, TimeInForce } from "../../../domain/orders/order.ts";
import type { Result } from "../../../domain/problem.ts";
import type { StopPlan, TargetPlan } from "../../../domain/protection/protection.ts";
import { request } from "./http.ts";

/** contract/orders placeOrderRequest, as it is sent. */
export type PlaceOrder = {
  readonly symbol: string;
  readonly side: Side;
  readonly type: OrderType;
  readonly quantity?: Decimal;
  readonly cost?: Decimal;
  readonly limitPrice?: Decimal;
  readonly triggerPrice?: Decimal;
  readonly trailingPercent?: Decimal;
  readonly conditionalClose?: ConditionalClose;
  readonly stop?: StopPlan | null;
  readonly target?: TargetPlan | null;
  readonly timeInForce?: TimeInForce;
  readonly postOnly?: boolean;
  readonly expiresAt?: number;
};

export type HistoryFilter = {
  readonly symbol?: string | undefined;
  readonly side?: Side | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
};

// Markets, public

export function fetchMarkets(): Promise<Result<MarketList>> {
  return request("/api/markets", marketList);
}

export function fetchCandles(
  symbol: string,
  interval: Timeframe,
  before?: number,
  limit = 500,
): Promise<Result<CandlePage>> {
  return request(`/api/markets/${symbolToPath(symbol)}/candles`, candlePage, { query: { interval, before, limit } });
}

// Orders. `intent` is the idempotency key of the wish: newIntent() of http.ts, kept for its repetitions.

export function placeOrder(accountId: string, wish: PlaceOrder, intent: string): Promise<Result<PlacedOrder>> {
  return request(`/api/accounts/${accountId}/orders`, placedOrder, { method: "POST", body: wish, intent });
}

export function amendOrder(
  accountId: string,
  orderId: string,
  change: AmendOrderRequest,
  intent: string,
): Promise<Result<PlacedOrder>> {
  return request(`/api/accounts/${accountId}/orders/${orderId}`, placedOrder, {
    method: "PATCH",
    body: change,
    intent,
  });
}

/** Changes the stop and the target of a position: absent leaves it, null takes it away. */
export function protectPosition(
  accountId: string,
  asset: string,
  wish: ProtectPositionRequest,
  intent: string,
): Promise<Result<AccountView>> {
  return request(`/api/accounts/${accountId}/positions/${encodeURIComponent(asset)}/protection`, account, {
    method: "PUT",
    body: wish,
    intent,
  });
}

export function cancelOrder(accountId: string, orderId: string, intent: string): Promise<Result<OrderView>> {
  return request(`/api/accounts/${accountId}/orders/${orderId}`, order, { method: "DELETE", intent });
}

/** Every open order of the account, or those of one symbol. */
export function cancelAllOrders(
  accountId: string,
  symbol: string | undefined,
  intent: string,
): Promise<Result<CancelAllResult>> {
  return request(`/api/accounts/${accountId}/orders`, cancelAllResult, { method: "DELETE", intent, query: { symbol } });
}

/** Cancels those orders of a Kraken account that this desk did not send. Only after a second confirmation that named them. */
export function cancelExternalOrders(
  accountId: string,
  venueOrderIds: readonly string[],
  intent: string,
): Promise<Result<CancelExternalResult>> {
  return request(`/api/accounts/${accountId}/external-orders`, cancelExternalResult, {
    method: "DELETE",
    intent,
    query: { confirm: "external", orders: venueOrderIds.join(",") },
  });
}

/** Sells `percent` (1–100) of the managed position at market, or at `limitPrice`. */
export function closePosition(
  accountId: string,
  asset: string,
  wish: { readonly percent?: number; readonly limitPrice?: Decimal },
  intent: string,
): Promise<Result<PlacedOrder>> {
  return request(`/api/accounts/${accountId}/positions/${asset}/close`, placedOrder, {
    method: "POST",
    body: wish,
    intent,
  });
}

// Accounts

export function fetchAccounts(): Promise<Result<z.output<typeof accountList>>> {
  return request("/api/accounts", accountList);
}

export function fetchAccount(accountId: string): Promise<Result<z.output<typeof accountDetail>>> {
  return request(`/api/accounts/${accountId}`, accountDetail);
}

export function openAccount(
  wish: Partial<OpenAccountRequest> & { readonly name: string },
  intent: string,
): Promise<Result<AccountView>> {
  return request("/api/accounts", account, { method: "POST", body: wish, intent });
}

export function deposit(accountId: string, amount: Decimal, intent: string): Promise<Result<AccountView>> {
  return request(`/api/accounts/${accountId}/deposit`, account, { method: "POST", body: { amount }, intent });
}

export function resetAccount(
  accountId: string,
  startingBalance: Decimal,
  intent: string,
): Promise<Result<AccountView>> {
  return request(`/api/accounts/${accountId}/reset`, account, { method: "POST", body: { startingBalance }, intent });
}

export function changeSettings(accountId: string, change: SettingsRequest): Promise<Result<AccountView>> {
  return request(`/api/accounts/${accountId}/settings`, account, { method: "PATCH", body: change });
}

/** What Kraken's history says that an external holding was bought for. While it is being read: to be asked again. */
export function fetchBoughtCost(accountId: string, asset: string): Promise<Result<BoughtCostView>> {
  return request(`/api/accounts/${accountId}/holdings/${encodeURIComponent(asset)}/cost`, boughtCost);
}

/** External inventory of a Kraken account becomes the desk's own. */
export function adoptHolding(
  accountId: string,
  asset: string,
  wish: AdoptRequest,
  intent: string,
): Promise<Result<AccountView>> {
  return request(`/api/accounts/${accountId}/holdings/${encodeURIComponent(asset)}/adopt`, account, {
    method: "POST",
    body: wish,
    intent,
  });
}

// History

/** The journal after a sequence number, oldest first, at most 500 events. */
export function fetchEvents(accountId: string, after: number): Promise<Result<z.output<typeof eventList>>> {
  return request(`/api/accounts/${accountId}/events`, eventList, { query: { after, limit: 500 } });
}

export function fetchOrders(accountId: string, filter: HistoryFilter): Promise<Result<z.output<typeof orderPage>>> {
  return request(`/api/accounts/${accountId}/orders`, orderPage, { query: { ...filter } });
}

/** One order with its fills, living or ended. */
export function fetchOrder(accountId: string, orderId: string): Promise<Result<PlacedOrder>> {
  return request(`/api/accounts/${accountId}/orders/${orderId}`, placedOrder);
}

export function fetchFills(accountId: string, filter: HistoryFilter): Promise<Result<z.output<typeof fillPage>>> {
  return request(`/api/accounts/${accountId}/fills`, fillPage, { query: { ...filter } });
}

export function fetchEquity(
  accountId: string,
  from: number,
  to: number,
): Promise<Result<z.output<typeof equityCurve>>> {
  return request(`/api/accounts/${accountId}/equity`, equityCurve, { query: { from, to } });
}
