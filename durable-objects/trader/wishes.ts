/** Each write of the port as a wish: the command, how long it waits for the feed, what its answer is. */
import type { AccountView } from "../../contract/accounts.ts";
import {
  adoptRequest,
  depositRequest,
  resetRequest,
  settingsRequest,
  type AdoptRequest,
  type SettingsRequest,
} from "../../contract/accounts.ts";
import {
  amendOrderRequest,
  closePositionRequest,
  placeOrderRequest,
  protectPositionRequest,
  type AmendOrderRequest,
  type CancelAllResult,
  type ClosePositionRequest,
  type FillView,
  type OrderView,
  type PlacedOrder,
  type PlaceOrderRequest,
  type ProtectPositionRequest,
} from "../../contract/orders.ts";
import type { Decimal } from "../../domain/decimal.ts";
import type { Symbol } from "../../domain/market.ts";
import { ok, refuse, type Result } from "../../domain/problem.ts";
import { parseTrusted } from "../lib/trusted-json.ts";
import { unknownAccount, type Accepted, type Wish } from "./commands.ts";
import { checked } from "./checked.ts";
import { intentOf, type Intent } from "./idempotency.ts";
import type { Principal, ProposedOrder, Write } from "./port.ts";
import type { Store } from "./store.ts";
import type { Turn } from "./turn.ts";
import { accountView, fillView, findOrder } from "./views.ts";

/**
 * Acceptance is visible within a second or is an error (TRADING §2). The feed answers within 0.8 s whatever happens; this is
 * for one that hangs, and leaves a tenth for the rest of the way.
 */
const ENTRY_PATIENCE_MS = 900;
/** Exits and cancels do not wait longer for a feed that is away: they need none (TRADING §2). */
const EXIT_PATIENCE_MS = 900;

export function placeWish(
  principal: Principal,
  accountId: string,
  write: Write<PlaceOrderRequest>,
): Result<Wish<PlacedOrder>> {
  const request = checked(placeOrderRequest, write.request);
  if (!request.ok) {
    return request;
  }
  const entry = request.value.side === "buy";
  return ok({
    accountId,
    command: { type: "place_order", request: request.value },
    origin: principal.via === "api" ? "api" : "manual",
    intent: placeIntent(accountId, write),
    patienceMs: entry ? ENTRY_PATIENCE_MS : EXIT_PATIENCE_MS,
    needsMarket: entry,
    answer: (turn, decision, id) => placedOrder(turn, decision, accountId, id),
  });
}

/** "The same order": the key, the account and the body. */
export function placeIntent(accountId: string, write: Write<unknown>): Intent {
  return intentOf(write, `place ${accountId}`);
}

export function closeWish(
  accountId: string,
  asset: string,
  write: Write<ClosePositionRequest>,
): Result<Wish<PlacedOrder>> {
  const request = checked(closePositionRequest, write.request);
  if (!request.ok) {
    return request;
  }
  return ok({
    accountId,
    command: { type: "close_position", asset, ...request.value },
    origin: "close",
    intent: intentOf(write, `close ${accountId} ${asset}`),
    patienceMs: EXIT_PATIENCE_MS,
    needsMarket: false,
    answer: (turn, decision, id) => placedOrder(turn, decision, accountId, id),
  });
}

/** Repeating it changes nothing, so it needs no key. */
export function protectWish(
  accountId: string,
  asset: string,
  asked: ProtectPositionRequest,
): Result<Wish<AccountView>> {
  const request = checked(protectPositionRequest, asked);
  if (!request.ok) {
    return request;
  }
  return ok({
    ...accountWish(accountId),
    command: { type: "protect_position", asset, ...request.value },
    intent: null,
  });
}

/** A model's proposal that the trader executes: an order or a close like any other, with where it came from. */
export function proposedWish(
  principal: Principal,
  accountId: string,
  write: Write<ProposedOrder>,
): Result<Wish<PlacedOrder>> {
  const { order: request, asset, provenance, notAfter } = write.request;
  const wished =
    request === null
      ? closeWish(accountId, asset ?? "", { ...write, request: { percent: 100 } })
      : placeWish(principal, accountId, { ...write, request });
  return wished.ok ? ok({ ...wished.value, origin: "assistant", proposed: { provenance, notAfter } }) : wished;
}

export function amendWish(
  store: Store,
  accountId: string,
  orderId: string,
  write: Write<AmendOrderRequest>,
): Result<Wish<PlacedOrder>> {
  const request = checked(amendOrderRequest, write.request);
  if (!request.ok) {
    return request;
  }
  return ok({
    accountId,
    command: { type: "amend_order", orderId, request: request.value },
    origin: "manual",
    intent: intentOf(write, `amend ${accountId} ${orderId}`),
    patienceMs: ENTRY_PATIENCE_MS,
    needsMarket: false,
    answer: (turn, decision) => placedOrder(turn, decision, accountId, orderId, fillsBefore(store, orderId)),
  });
}

export function cancelWish(accountId: string, orderId: string, write: Write<null>): Wish<OrderView> {
  return {
    accountId,
    command: { type: "cancel_order", orderId },
    origin: "manual",
    intent: intentOf(write, `cancel ${accountId} ${orderId}`),
    patienceMs: EXIT_PATIENCE_MS,
    needsMarket: false,
    answer: (turn, decision) => {
      const placed = placedOrder(turn, decision, accountId, orderId);
      return placed.ok ? ok(placed.value.order) : placed;
    },
  };
}

export function cancelAllWish(accountId: string, symbol: Symbol | null, write: Write<null>): Wish<CancelAllResult> {
  return {
    accountId,
    command: { type: "cancel_all", symbol },
    origin: "manual",
    intent: intentOf(write, `cancel all ${accountId} ${symbol ?? ""}`),
    patienceMs: EXIT_PATIENCE_MS,
    needsMarket: false,
    answer: (turn, decision) => ok({ cancelled: cancelledOrders(turn, decision), failed: [] }),
  };
}

export function depositWish(accountId: string, write: Write<{ readonly amount: Decimal }>): Result<Wish<AccountView>> {
  const request = checked(depositRequest, write.request);
  if (!request.ok) {
    return request;
  }
  return ok({
    ...accountWish(accountId),
    command: { type: "deposit", amount: request.value.amount },
    intent: intentOf(write, `deposit ${accountId}`),
  });
}

export function resetWish(
  accountId: string,
  write: Write<{ readonly startingBalance: Decimal }>,
): Result<Wish<AccountView>> {
  const request = checked(resetRequest, write.request);
  if (!request.ok) {
    return request;
  }
  return ok({
    ...accountWish(accountId),
    command: { type: "reset_account", startingBalance: request.value.startingBalance },
    intent: intentOf(write, `reset ${accountId}`),
  });
}

/** External inventory becomes the desk's own (TRADING §1). */
export function adoptWish(accountId: string, asset: string, write: Write<AdoptRequest>): Result<Wish<AccountView>> {
  const request = checked(adoptRequest, write.request);
  if (!request.ok) {
    return request;
  }
  return ok({
    ...accountWish(accountId),
    command: { type: "adopt_holding", asset, ...request.value },
    intent: intentOf(write, `adopt ${accountId} ${asset}`),
  });
}

/** Repeating it changes nothing, so it needs no key. */
export function settingsWish(accountId: string, asked: SettingsRequest): Result<Wish<AccountView>> {
  const request = checked(settingsRequest, asked);
  if (!request.ok) {
    return request;
  }
  return ok({ ...accountWish(accountId), command: { type: "change_settings", ...request.value }, intent: null });
}

function accountWish(accountId: string): Omit<Wish<AccountView>, "command" | "intent"> {
  return {
    accountId,
    origin: "manual",
    patienceMs: EXIT_PATIENCE_MS,
    needsMarket: false,
    answer: (turn) => {
      const state = turn.account(accountId);
      return state === null ? unknownAccount() : ok(accountView(state));
    },
  };
}

function placedOrder(
  turn: Turn,
  decision: Accepted,
  accountId: string,
  orderId: string,
  before: readonly FillView[] = [],
): Result<PlacedOrder> {
  const state = turn.account(accountId);
  const order = state === null ? null : findOrder(state, orderId);
  if (order === null) {
    throw new Error(`accepted, but there is no order ${orderId}`);
  }
  const fills = turn.recorded.flatMap(({ event, seq }) =>
    event.type === "fill_booked" && event.orderId === orderId ? [fillView(accountId, event, seq)] : [],
  );
  return ok({ order, fills: [...before, ...fills], notices: [...decision.notices] });
}

function cancelledOrders(turn: Turn, decision: Accepted): OrderView[] {
  return turn.recorded.flatMap(({ event, after }) => {
    // At an exchange a cancel is asked for: the order says how it stands.
    const ends = event.type === "order_cancelled" || event.type === "cancel_requested";
    if (!ends || !decision.events.includes(event)) {
      return [];
    }
    const order = findOrder(after, event.orderId);
    return order === null ? [] : [order];
  });
}

/** An order of the past or present with its fills. */
export function placedOrderOf(store: Store, accountId: string, orderId: string): Result<PlacedOrder> {
  const view = store.order(accountId, orderId);
  return view === null
    ? refuse("NOT_FOUND", "There is no such order in this account.")
    : ok({ order: parseTrusted<OrderView>(view), fills: [...fillsBefore(store, orderId)], notices: [] });
}

function fillsBefore(store: Store, orderId: string): readonly FillView[] {
  return store.fillsOfOrder(orderId).map((view) => parseTrusted<FillView>(view));
}
