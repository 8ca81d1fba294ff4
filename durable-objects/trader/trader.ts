/**
 * The serial owner of everything one user trades (DESIGN "The trader is a journal"). This class is the platform's view of it:
 * RPC, socket, alarm. Each method says who asks, against which budget, and what for; the work is in the parts.
 */
import { DurableObject } from "cloudflare:workers";
import { z } from "zod";
import type {
  AccountState as AccountStateView,
  AccountView,
  OpenAccountRequest,
  PositionView,
  SettingsRequest,
  ValuationView,
} from "../../contract/accounts.ts";
import { ERROR_STATUS } from "../../contract/errors.ts";
import type {
  AmendOrderRequest,
  CancelAllResult,
  ClosePositionRequest,
  OrderView,
  PlacedOrder,
  PlaceOrderRequest,
} from "../../contract/orders.ts";
import type { JournalEventView } from "../../contract/trader-socket.ts";
import type { AccountState } from "../../domain/account/state.ts";
import type { Decimal } from "../../domain/decimal.ts";
import type { Symbol, TriggerDelivery } from "../../domain/market.ts";
import { ok, refuse, type Problem, type Result } from "../../domain/problem.ts";
import { log, type LogFields } from "../lib/log.ts";
import { ensureAccount, openAccount } from "./accounts.ts";
import { fulfil, unknownAccount, type Wish } from "./commands.ts";
import { bookDeliveries } from "./deliveries.ts";
import { valueNow } from "./equity.ts";
import { exportEverything } from "./export.ts";
import { accountStateView, journalView } from "./frames.ts";
import { runDueJobs } from "./jobs.ts";
import { assemble, type Parts } from "./parts.ts";
import { SOCKET_PRINCIPAL_HEADER, type Principal, type TraderPort, type Write } from "./port.ts";
import type { Budget } from "./rate.ts";
import { MAXIMUM_SOCKETS } from "./sockets.ts";
import { accountView, openOrderViews, positionViews } from "./views.ts";
import {
  amendWish,
  cancelAllWish,
  cancelWish,
  closeWish,
  depositWish,
  placedOrderOf,
  placeWish,
  resetWish,
  settingsWish,
} from "./wishes.ts";

const socketPrincipal = z.object({
  userId: z.string().min(1),
  sessionId: z.string().min(1),
  sessionExpiresAt: z.number(),
  via: z.enum(["page", "api"]),
});

export class Trader extends DurableObject<Env> implements TraderPort {
  #assembled: Parts | null = null;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    state.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
    const { schedule, triggers } = this.#parts();
    // Start-up is the recovery path: local alarms do not survive a restart, and the feed may have lost our rows.
    state.waitUntil(schedule.arm());
    state.waitUntil(triggers.start());
  }

  async admit(principal: Principal): Promise<Result<null>> {
    return this.#read(principal, () => ok(null));
  }

  async accounts(principal: Principal): Promise<Result<readonly AccountView[]>> {
    return this.#read(principal, ({ desk }) => ok(desk.accounts().map(accountView)));
  }

  async account(
    principal: Principal,
    accountId: string,
  ): Promise<Result<AccountStateView & { readonly valuation: ValuationView }>> {
    return this.#readAccount(principal, accountId, async (parts, state) => {
      const valuation = await valueNow(parts, state);
      return ok({ ...accountStateView(parts.desk, parts.desk.account(accountId) ?? state), valuation });
    });
  }

  async openAccount(principal: Principal, write: Write<OpenAccountRequest>): Promise<Result<AccountView>> {
    return this.#write("open_account", principal, "ordinary", {}, (parts) => openAccount(parts, write));
  }

  async deposit(
    principal: Principal,
    accountId: string,
    write: Write<{ readonly amount: Decimal }>,
  ): Promise<Result<AccountView>> {
    return this.#wish("deposit", principal, "ordinary", { account: accountId }, () => depositWish(accountId, write));
  }

  async resetAccount(
    principal: Principal,
    accountId: string,
    write: Write<{ readonly startingBalance: Decimal }>,
  ): Promise<Result<AccountView>> {
    return this.#wish("reset", principal, "ordinary", { account: accountId }, () => resetWish(accountId, write));
  }

  async changeSettings(
    principal: Principal,
    accountId: string,
    request: SettingsRequest,
  ): Promise<Result<AccountView>> {
    return this.#wish("settings", principal, "ordinary", { account: accountId }, () =>
      settingsWish(accountId, request),
    );
  }

  async placeOrder(
    principal: Principal,
    accountId: string,
    write: Write<PlaceOrderRequest>,
  ): Promise<Result<PlacedOrder>> {
    // Long only: a sale can do nothing but reduce, so it has the budget of exits.
    const budget = write.request.side === "sell" ? "protective" : "ordinary";
    return this.#wish("place", principal, budget, { account: accountId, symbol: write.request.symbol }, () =>
      placeWish(principal, accountId, write),
    );
  }

  async amendOrder(
    principal: Principal,
    accountId: string,
    orderId: string,
    write: Write<AmendOrderRequest>,
  ): Promise<Result<PlacedOrder>> {
    const exit = this.#parts().desk.account(accountId)?.orders[orderId]?.intent === "exit";
    const budget = exit ? "protective" : "ordinary";
    return this.#wish("amend", principal, budget, { account: accountId, order: orderId }, ({ desk }) =>
      amendWish(desk.store, accountId, orderId, write),
    );
  }

  async cancelOrder(
    principal: Principal,
    accountId: string,
    orderId: string,
    write: Write<null>,
  ): Promise<Result<OrderView>> {
    return this.#wish("cancel", principal, "protective", { account: accountId, order: orderId }, () =>
      ok(cancelWish(accountId, orderId, write)),
    );
  }

  async cancelAll(
    principal: Principal,
    accountId: string,
    symbol: Symbol | null,
    write: Write<null>,
  ): Promise<Result<CancelAllResult>> {
    return this.#wish("cancel_all", principal, "protective", { account: accountId, symbol }, () =>
      ok(cancelAllWish(accountId, symbol, write)),
    );
  }

  async closePosition(
    principal: Principal,
    accountId: string,
    asset: string,
    write: Write<ClosePositionRequest>,
  ): Promise<Result<PlacedOrder>> {
    return this.#wish("close", principal, "protective", { account: accountId, asset }, () =>
      closeWish(accountId, asset, write),
    );
  }

  async openOrders(principal: Principal, accountId: string): Promise<Result<readonly OrderView[]>> {
    return this.#readAccount(principal, accountId, (_parts, state) => ok(openOrderViews(state)));
  }

  async order(principal: Principal, accountId: string, orderId: string): Promise<Result<PlacedOrder>> {
    return this.#readAccount(principal, accountId, ({ desk }) => placedOrderOf(desk.store, accountId, orderId));
  }

  async positions(principal: Principal, accountId: string): Promise<Result<readonly PositionView[]>> {
    return this.#readAccount(principal, accountId, (_parts, state) => ok(positionViews(state)));
  }

  async events(
    principal: Principal,
    accountId: string,
    after: number,
    limit: number,
  ): Promise<Result<{ readonly epoch: string; readonly events: readonly JournalEventView[]; readonly last: number }>> {
    return this.#readAccount(principal, accountId, ({ desk }, state) =>
      ok({
        epoch: desk.epoch,
        events: desk.store.accountJournalAfter(accountId, after, limit).map(journalView),
        last: state.seq,
      }),
    );
  }

  async deliverTriggers(deliveries: readonly TriggerDelivery[]): Promise<readonly number[]> {
    const parts = this.#parts();
    try {
      return await bookDeliveries(parts, deliveries);
    } catch (error) {
      // Not acknowledged: the feed brings them again.
      parts.schedule.reload();
      parts.unexpected("deliveries_failed", error, { deliveries: deliveries.length });
      return [];
    }
  }

  async revokeSessions(sessionIds: readonly string[] | null): Promise<void> {
    this.#parts().sockets.revoke(sessionIds);
  }

  async exportData(principal: Principal): Promise<Result<Readonly<Record<string, unknown>>>> {
    return this.#read(principal, ({ desk, traderId }) => ok(exportEverything(desk, traderId)));
  }

  async erase(principal: Principal): Promise<Result<null>> {
    return this.#write("erase", principal, "protective", {}, async (parts) => {
      parts.sockets.revoke(null);
      parts.desk.close();
      await parts.historian.settle();
      await parts.triggers.unregister();
      await this.ctx.storage.deleteAll();
      this.#assembled = null;
      return ok(null);
    });
  }

  async rebuildHistory(principal: Principal): Promise<Result<{ readonly queued: number }>> {
    return this.#write("rebuild_history", principal, "ordinary", {}, ({ historian }) => {
      const queued = historian.rebuild();
      this.ctx.waitUntil(historian.drain());
      return ok({ queued });
    });
  }

  async lastActive(): Promise<number | null> {
    return this.#parts().admission.lastActive;
  }

  async adoptOwner(oldUserId: string, newUserId: string): Promise<Result<null>> {
    return this.#parts().admission.adopt(oldUserId, newUserId);
  }

  async verifyJournal(principal: Principal): Promise<Result<{ readonly events: number; readonly matches: boolean }>> {
    return this.#write("verify_journal", principal, "ordinary", {}, ({ desk }) => ok(desk.verify()));
  }

  /** The upgrade of an authenticated socket; nothing else is served here. */
  override async fetch(request: Request): Promise<Response> {
    const parts = this.#parts();
    const principal = readPrincipal(request.headers.get(SOCKET_PRINCIPAL_HEADER));
    if (request.headers.get("upgrade") !== "websocket" || principal === null) {
      return refusal({ code: "BAD_REQUEST", message: "Only the desk's own sockets are served here.", details: {} });
    }
    const admitted = this.#admitSocket(parts, principal);
    if (!admitted.ok) {
      return refusal(admitted.error);
    }
    try {
      if (!(await knowsTime(parts))) {
        return refusal(timeless());
      }
      ensureAccount(parts);
      parts.schedule.setNoLaterThan("sessions", "", principal.sessionExpiresAt);
      await parts.schedule.arm();
      return parts.sockets.accept(principal);
    } catch (error) {
      parts.unexpected("socket_failed", error, { session: principal.sessionId });
      return refusal(internal());
    }
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    const { sockets, unexpected } = this.#parts();
    try {
      sockets.receive(socket, message);
    } catch (error) {
      unexpected("socket_frame_failed", error, {});
      sockets.failed(socket);
    }
  }

  override async webSocketClose(socket: WebSocket, code: number): Promise<void> {
    this.#parts().sockets.closed(socket, code);
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    this.#parts().sockets.failed(socket);
  }

  override async alarm(): Promise<void> {
    const parts = this.#parts();
    parts.schedule.rang();
    try {
      await knowsTime(parts);
      await runDueJobs(parts);
    } finally {
      await parts.schedule.arm();
    }
  }

  #parts(): Parts {
    this.#assembled ??= assemble(this.ctx, this.env);
    return this.#assembled;
  }

  #admitSocket({ admission, clock, sockets }: Parts, principal: Principal): Result<null> {
    if (principal.sessionExpiresAt <= clock.wall()) {
      return refuse("SESSION_EXPIRED", "The session has expired. Sign in again.");
    }
    if (sockets.count() >= MAXIMUM_SOCKETS) {
      return refuse("RATE_LIMITED", `More than ${MAXIMUM_SOCKETS} connections are open. Close some of them.`);
    }
    return admission.recognise(principal.userId);
  }

  async #wish<T>(
    name: string,
    principal: Principal,
    budget: Budget,
    ids: LogFields,
    wish: (parts: Parts) => Result<Wish<T>>,
  ): Promise<Result<T>> {
    return this.#write(name, principal, budget, ids, async (parts) => {
      const wished = wish(parts);
      return wished.ok ? fulfil(parts, wished.value) : wished;
    });
  }

  /** One command: admitted, carried out, logged. What nobody expected is reported and answered INTERNAL. */
  async #write<T>(
    name: string,
    principal: Principal,
    budget: Budget,
    ids: LogFields,
    work: (parts: Parts) => Result<T> | Promise<Result<T>>,
  ): Promise<Result<T>> {
    const { clock, traderId } = this.#parts();
    const startedAt = clock.wall();
    const result = await this.#guarded(name, principal, budget, work);
    const code = result.ok ? "OK" : result.error.code;
    log("command", { command: name, trader: traderId, ...ids, code, ms: clock.wall() - startedAt });
    return result;
  }

  async #read<T>(principal: Principal, work: (parts: Parts) => Result<T> | Promise<Result<T>>): Promise<Result<T>> {
    return this.#guarded("read", principal, "ordinary", work);
  }

  async #readAccount<T>(
    principal: Principal,
    accountId: string,
    work: (parts: Parts, state: AccountState) => Result<T> | Promise<Result<T>>,
  ): Promise<Result<T>> {
    return this.#read(principal, (parts) => {
      const state = parts.desk.account(accountId);
      return state === null ? unknownAccount<T>() : work(parts, state);
    });
  }

  async #guarded<T>(
    name: string,
    principal: Principal,
    budget: Budget,
    work: (parts: Parts) => Result<T> | Promise<Result<T>>,
  ): Promise<Result<T>> {
    const parts = this.#parts();
    try {
      const admitted = parts.admission.admit(principal, budget);
      if (!admitted.ok) {
        return admitted;
      }
      if (!(await knowsTime(parts))) {
        return { ok: false, error: timeless() };
      }
      ensureAccount(parts);
      return await work(parts);
    } catch (error) {
      parts.schedule.reload();
      parts.unexpected("command_failed", error, { command: name });
      return { ok: false, error: internal() };
    }
  }
}

/** Whether market time is known; in a replay the feed has to tell it once. */
async function knowsTime({ clock, feed }: Parts): Promise<boolean> {
  return clock.isKnown || (await feed.tellTime());
}

function timeless(): Problem {
  return {
    code: "MARKET_UNAVAILABLE",
    message: "The replay has not told its time yet. Try again in a moment.",
    details: {},
  };
}

function readPrincipal(header: string | null): Principal | null {
  if (header === null) {
    return null;
  }
  try {
    const parsed = socketPrincipal.safeParse(JSON.parse(header));
    return parsed.success ? parsed.data : null;
  } catch {
    // Not JSON, so not from our worker.
    return null;
  }
}

function refusal(error: Problem): Response {
  return Response.json({ error }, { status: ERROR_STATUS[error.code] });
}

function internal(): Problem {
  return {
    code: "INTERNAL",
    message: "Something went wrong on our side and was reported. Nothing was changed by this request.",
    details: {},
  };
}
