/**
 * The serial owner of everything one user trades (DESIGN "The trader is a journal"). This class is the platform's view of it:
 * RPC, socket, alarm. Each method says who asks, against which budget, and what for; the work is in the parts.
 */
import { DurableObject } from "cloudflare:workers";
import type {
  AccountState as AccountStateView,
  AccountView,
  AdoptRequest,
  BoughtCostView,
  OpenAccountRequest,
  PositionView,
  SettingsRequest,
  ValuationView,
} from "../../contract/accounts.ts";
import type {
  AmendOrderRequest,
  CancelAllResult,
  CancelExternalResult,
  ClosePositionRequest,
  OrderView,
  PlacedOrder,
  PlaceOrderRequest,
  ProtectPositionRequest,
} from "../../contract/orders.ts";
import type { CredentialUsePage, KrakenCredentialsView, KrakenTestView } from "../../contract/credentials.ts";
import type { ResumeRequest, Resumed, StopReport } from "../../contract/halts.ts";
import type { NotificationChannel, NotificationsView, TestNotificationResult } from "../../contract/notifications.ts";
import type { PriceAlertList, PriceAlertRequest, PriceAlertView } from "../../contract/price-alerts.ts";
import type {
  RiskChangeRequest,
  RiskCheckRequest,
  RiskCheckView,
  RiskSettingsView,
  RiskView,
} from "../../contract/risk.ts";
import type { JournalEventView } from "../../contract/trader-socket.ts";
import { isConnected, leftBehind } from "../../domain/account/venue/left-behind.ts";
import type { Decimal } from "../../domain/decimal.ts";
import type { Symbol, TriggerDelivery } from "../../domain/market.ts";
import type { AnswerMessage } from "../../domain/assistant/alert-answer.ts";
import type { AccountSnapshot } from "../../domain/assistant/snapshot.ts";
import { ok, refuse, type Result } from "../../domain/problem.ts";
import type { StopMode } from "../../domain/risk/halts-stop.ts";
import type { KeySlot } from "../../domain/venue/keys.ts";
import type { LogFields } from "../lib/log.ts";
import { openAccount } from "./accounts.ts";
import { accountSnapshot } from "./assistant-snapshot.ts";
import { checked } from "./checked.ts";
import type { Resealed } from "./credentials/seals.ts";
import { reseal } from "./credentials/reseal.ts";
import { keySubmission, type KeySubmission } from "./credentials/submission.ts";
import { fulfil, unknownAccount } from "./commands.ts";
import { bookDeliveries } from "./deliveries.ts";
import { valueNow } from "./equity.ts";
import { exportEverything } from "./export.ts";
import { accountStateView, journalView } from "./frames.ts";
import { runDueJobs } from "./jobs.ts";
import { assemble, planOpenRisk, planSamples, type Parts } from "./parts.ts";
import { cancelExternal, orderOutcome, placedOutcome } from "./kraken/answers.ts";
import { notifySubmission, type NotifySubmission } from "./notify/submission.ts";
import type { ExecutedOrder, Principal, ProposedOrder, TraderPort, Write } from "./port.ts";
import { sweep } from "./nets/sweep.ts";
import { knowsTime, read, readAccount, urgent, wish, write, type Asked } from "./requests.ts";
import { keptVerdict } from "./judge-order.ts";
import { alertAnswerWish, priceAlertList, removePriceAlertWish, setPriceAlertWish } from "./price-alerts.ts";
import { resumeAccount, stopAccounts } from "./stop.ts";
import { checkRisk, readRisk, riskChangeWish, riskWish } from "./risk.ts";
import { acceptSocket } from "./upgrade.ts";
import { boughtCost } from "./bought-cost.ts";
import { accountView, openOrderViews, positionViews } from "./views.ts";
import {
  adoptWish,
  amendWish,
  cancelAllWish,
  cancelWish,
  closeWish,
  depositWish,
  placedOrderOf,
  placeIntent,
  placeWish,
  proposedWish,
  protectWish,
  resetWish,
  settingsWish,
} from "./wishes.ts";
import { liveOrder, NO_ORDERS } from "../../domain/account/open-orders.ts";

export class Trader extends DurableObject<Env> implements TraderPort {
  #assembled: Parts | null = null;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    state.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
    const { schedule, triggers, kraken } = this.#parts();
    planOpenRisk(this.#parts(), this.#parts().desk.accounts());
    planSamples(this.#parts());
    // Start-up is the recovery path: local alarms do not survive a restart, and the feed may have lost our rows.
    state.waitUntil(schedule.arm());
    state.waitUntil(triggers.start());
    kraken.start();
  }

  async admit(principal: Principal): Promise<Result<null>> {
    return read(this.#parts(), principal, () => ok(null));
  }

  async accounts(principal: Principal): Promise<Result<readonly AccountView[]>> {
    return read(this.#parts(), principal, ({ desk }) => ok(desk.accounts().map(accountView)));
  }

  async account(
    principal: Principal,
    accountId: string,
  ): Promise<Result<AccountStateView & { readonly valuation: ValuationView }>> {
    return readAccount(this.#parts(), principal, accountId, async (parts, state) => {
      const valuation = await valueNow(parts, state);
      return ok({ ...accountStateView(parts.desk, parts.desk.account(accountId) ?? state), valuation });
    });
  }

  async openAccount(principal: Principal, asked: Write<OpenAccountRequest>): Promise<Result<AccountView>> {
    return write(this.#parts(), ordinary("open_account", principal, {}), (parts) => openAccount(parts, asked));
  }

  async deposit(
    principal: Principal,
    accountId: string,
    asked: Write<{ readonly amount: Decimal }>,
  ): Promise<Result<AccountView>> {
    const about = ordinary("deposit", principal, { account: accountId });
    return wish(this.#parts(), about, () => depositWish(accountId, asked));
  }

  async resetAccount(
    principal: Principal,
    accountId: string,
    asked: Write<{ readonly startingBalance: Decimal }>,
  ): Promise<Result<AccountView>> {
    const about = ordinary("reset", principal, { account: accountId });
    return wish(this.#parts(), about, () => resetWish(accountId, asked));
  }

  async changeSettings(
    principal: Principal,
    accountId: string,
    request: SettingsRequest,
  ): Promise<Result<AccountView>> {
    const about = ordinary("settings", principal, { account: accountId });
    return wish(this.#parts(), about, () => settingsWish(accountId, request));
  }

  async risk(principal: Principal, accountId: string): Promise<Result<RiskView>> {
    return readAccount(this.#parts(), principal, accountId, (parts) => readRisk(parts, accountId));
  }

  async changeRisk(principal: Principal, accountId: string, settings: RiskSettingsView): Promise<Result<RiskView>> {
    const about = ordinary("risk", principal, { account: accountId });
    const changed = await wish(this.#parts(), about, () => riskWish(accountId, settings));
    return changed.ok ? readRisk(this.#parts(), accountId, changed.value) : changed;
  }

  async changeSomeRisk(principal: Principal, accountId: string, change: RiskChangeRequest): Promise<Result<RiskView>> {
    const about = ordinary("risk", principal, { account: accountId });
    const changed = await wish(this.#parts(), about, () => riskChangeWish(accountId, change));
    return changed.ok ? readRisk(this.#parts(), accountId, changed.value) : changed;
  }

  async checkRisk(principal: Principal, accountId: string, request: RiskCheckRequest): Promise<Result<RiskCheckView>> {
    return readAccount(this.#parts(), principal, accountId, (parts) => checkRisk(parts, accountId, request));
  }

  async placeOrder(
    principal: Principal,
    accountId: string,
    asked: Write<PlaceOrderRequest>,
  ): Promise<Result<PlacedOrder>> {
    const { side, symbol } = asked.request;
    // Long only: a sale can do nothing but reduce, so it has the budget of exits.
    const about = side === "sell" ? protective : ordinary;
    const startedAt = this.#parts().clock.wall();
    const placed = await wish(this.#parts(), about("place", principal, { account: accountId, symbol }), () =>
      placeWish(principal, accountId, asked),
    );
    return placedOutcome(this.#parts(), accountId, startedAt, placed);
  }

  async amendOrder(
    principal: Principal,
    accountId: string,
    orderId: string,
    asked: Write<AmendOrderRequest>,
  ): Promise<Result<PlacedOrder>> {
    const { desk } = this.#parts();
    const about =
      liveOrder(desk.account(accountId)?.orders ?? NO_ORDERS, orderId)?.intent === "exit" ? protective : ordinary;
    const startedAt = this.#parts().clock.wall();
    const amended = await wish(this.#parts(), about("amend", principal, { account: accountId, order: orderId }), () =>
      amendWish(desk.store, accountId, orderId, asked),
    );
    return placedOutcome(this.#parts(), accountId, startedAt, amended);
  }

  async cancelOrder(
    principal: Principal,
    accountId: string,
    orderId: string,
    asked: Write<null>,
  ): Promise<Result<OrderView>> {
    const about = protective("cancel", principal, { account: accountId, order: orderId });
    const startedAt = this.#parts().clock.wall();
    const cancelled = await wish(this.#parts(), about, () => ok(cancelWish(accountId, orderId, asked)));
    return orderOutcome(this.#parts(), accountId, startedAt, cancelled);
  }

  async cancelAll(
    principal: Principal,
    accountId: string,
    symbol: Symbol | null,
    asked: Write<null>,
  ): Promise<Result<CancelAllResult>> {
    const about = protective("cancel_all", principal, { account: accountId, symbol });
    return wish(this.#parts(), about, () => ok(cancelAllWish(accountId, symbol, asked)));
  }

  async closePosition(
    principal: Principal,
    accountId: string,
    asset: string,
    asked: Write<ClosePositionRequest>,
  ): Promise<Result<PlacedOrder>> {
    const about = protective("close", principal, { account: accountId, asset });
    const startedAt = this.#parts().clock.wall();
    const closed = await wish(this.#parts(), about, () => closeWish(accountId, asset, asked));
    return placedOutcome(this.#parts(), accountId, startedAt, closed);
  }

  async protectPosition(
    principal: Principal,
    accountId: string,
    asset: string,
    request: ProtectPositionRequest,
  ): Promise<Result<AccountView>> {
    const about = protective("protect", principal, { account: accountId, asset });
    return wish(this.#parts(), about, () => protectWish(accountId, asset, request));
  }

  async boughtCost(principal: Principal, accountId: string, asset: string): Promise<Result<BoughtCostView>> {
    return readAccount(this.#parts(), principal, accountId, (parts, state) => boughtCost(parts, state, asset));
  }

  async adoptHolding(
    principal: Principal,
    accountId: string,
    asset: string,
    asked: Write<AdoptRequest>,
  ): Promise<Result<AccountView>> {
    const about = ordinary("adopt", principal, { account: accountId, asset });
    return wish(this.#parts(), about, () => adoptWish(accountId, asset, asked));
  }

  async cancelExternalOrders(
    principal: Principal,
    accountId: string,
    venueOrderIds: readonly string[],
  ): Promise<Result<CancelExternalResult>> {
    const about = protective("cancel_external", principal, { account: accountId });
    return write(this.#parts(), about, (parts) => cancelExternal(parts, accountId, venueOrderIds));
  }

  async snapshotForAssistant(principal: Principal, accountId: string): Promise<Result<AccountSnapshot>> {
    return readAccount(this.#parts(), principal, accountId, async (parts, state) =>
      ok(await accountSnapshot(parts, state)),
    );
  }

  async executeProposal(principal: Principal, accountId: string, asked: Write<ProposedOrder>): Promise<ExecutedOrder> {
    const { order } = asked.request;
    const about = order?.side === "buy" ? ordinary : protective;
    const startedAt = this.#parts().clock.wall();
    const ids = { account: accountId, proposal: asked.request.provenance.proposalId };
    const placed = await wish(this.#parts(), about("execute_proposal", principal, ids), () =>
      proposedWish(principal, accountId, asked),
    );
    const { desk, clock } = this.#parts();
    const verdict = keptVerdict(desk.store, placeIntent(accountId, asked), clock.wall());
    return { ...(await placedOutcome(this.#parts(), accountId, startedAt, placed)), verdict };
  }

  async sweep(): Promise<{ readonly open: boolean }> {
    return sweep(this.#parts());
  }

  async stop(principal: Principal, accountId: string | null, mode: StopMode): Promise<Result<StopReport>> {
    const about = protective("stop", principal, { account: accountId ?? "all", mode });
    return urgent(this.#parts(), about, (parts) => stopAccounts(parts, accountId, mode));
  }

  async resume(principal: Principal, accountId: string, how: ResumeRequest["how"]): Promise<Result<Resumed>> {
    const about = ordinary("resume", principal, { account: accountId, how });
    return write(this.#parts(), about, (parts) => resumeAccount(parts, accountId, how));
  }

  async priceAlerts(principal: Principal, accountId: string): Promise<Result<PriceAlertList>> {
    return readAccount(this.#parts(), principal, accountId, (_parts, state) => ok(priceAlertList(state)));
  }

  async setPriceAlert(
    principal: Principal,
    accountId: string,
    asked: Write<PriceAlertRequest>,
  ): Promise<Result<PriceAlertView>> {
    const about = ordinary("set_price_alert", principal, { account: accountId });
    return wish(this.#parts(), about, () => setPriceAlertWish(accountId, asked));
  }

  async removePriceAlert(
    principal: Principal,
    accountId: string,
    priceAlertId: string,
    asked: Write<null>,
  ): Promise<Result<PriceAlertList>> {
    const about = ordinary("remove_price_alert", principal, { account: accountId });
    return wish(this.#parts(), about, () => ok(removePriceAlertWish(accountId, priceAlertId, asked)));
  }

  async orderForAssistant(accountId: string, orderId: string): Promise<Result<PlacedOrder>> {
    const { desk } = this.#parts();
    return desk.account(accountId) === null ? unknownAccount() : placedOrderOf(desk.store, accountId, orderId);
  }

  async tellAlertAnswer(accountId: string, runId: string, answer: AnswerMessage): Promise<Result<null>> {
    const parts = this.#parts();
    return (await knowsTime(parts))
      ? fulfil(parts, alertAnswerWish(accountId, runId, answer))
      : refuse("MARKET_UNAVAILABLE", "The market's time is not known yet.");
  }

  async openOrders(principal: Principal, accountId: string): Promise<Result<readonly OrderView[]>> {
    return readAccount(this.#parts(), principal, accountId, (_parts, state) => ok(openOrderViews(state)));
  }

  async order(principal: Principal, accountId: string, orderId: string): Promise<Result<PlacedOrder>> {
    return readAccount(this.#parts(), principal, accountId, ({ desk }) =>
      placedOrderOf(desk.store, accountId, orderId),
    );
  }

  async positions(principal: Principal, accountId: string): Promise<Result<readonly PositionView[]>> {
    return readAccount(this.#parts(), principal, accountId, (_parts, state) => ok(positionViews(state)));
  }

  async events(
    principal: Principal,
    accountId: string,
    after: number,
    limit: number,
  ): Promise<Result<{ readonly epoch: string; readonly events: readonly JournalEventView[]; readonly last: number }>> {
    return readAccount(this.#parts(), principal, accountId, ({ desk }, state) => {
      const events = desk.store.accountJournalAfter(accountId, after, limit).map(journalView);
      return ok({ epoch: desk.epoch, events, last: state.seq });
    });
  }

  async notifications(principal: Principal): Promise<Result<NotificationsView>> {
    return read(this.#parts(), principal, ({ notifier }) => ok(notifier.view()));
  }

  async changeNotifications(
    principal: Principal,
    submission: NotifySubmission,
  ): Promise<Result<{ readonly view: NotificationsView; readonly tookSecret: boolean }>> {
    return write(this.#parts(), ordinary("change_notifications", principal, {}), ({ notifier }) => {
      const valid = checked(notifySubmission, submission);
      return valid.ok ? notifier.change(valid.value) : valid;
    });
  }

  async testNotifications(principal: Principal, channel: NotificationChannel): Promise<Result<TestNotificationResult>> {
    return write(this.#parts(), ordinary("test_notifications", principal, { channel }), ({ notifier }) =>
      notifier.test(channel),
    );
  }

  async removeNotifications(
    principal: Principal,
    channel: NotificationChannel | null,
  ): Promise<Result<NotificationsView>> {
    return write(this.#parts(), ordinary("remove_notifications", principal, {}), ({ notifier }) =>
      ok(notifier.remove(channel)),
    );
  }

  async krakenCredentials(principal: Principal): Promise<Result<KrakenCredentialsView>> {
    return read(this.#parts(), principal, ({ keyring }) => ok(keyring.view()));
  }

  async connectKraken(principal: Principal, submission: KeySubmission): Promise<Result<KrakenCredentialsView>> {
    const about = ordinary("connect_kraken", principal, { slot: submission.slot });
    return write(this.#parts(), about, async ({ keyConnector }) => {
      const valid = checked(keySubmission, submission);
      return valid.ok ? keyConnector.connect(valid.value) : valid;
    });
  }

  async replaceKraken(principal: Principal, submission: KeySubmission): Promise<Result<KrakenCredentialsView>> {
    const about = ordinary("replace_kraken", principal, { slot: submission.slot });
    return write(this.#parts(), about, async ({ keyConnector }) => {
      const valid = checked(keySubmission, submission);
      return valid.ok ? keyConnector.replace(valid.value) : valid;
    });
  }

  async testKraken(principal: Principal, slot: KeySlot): Promise<Result<KrakenTestView>> {
    return write(this.#parts(), ordinary("test_kraken", principal, { slot }), ({ keyConnector }) =>
      keyConnector.test(slot),
    );
  }

  async removeKraken(principal: Principal, slot: KeySlot, force: boolean): Promise<Result<KrakenCredentialsView>> {
    return write(this.#parts(), protective("remove_kraken", principal, { slot, force }), ({ keyConnector }) =>
      keyConnector.remove(slot, force),
    );
  }

  async credentialUses(principal: Principal, cursor: string | null, limit: number): Promise<Result<CredentialUsePage>> {
    return read(this.#parts(), principal, ({ keyring }) => keyring.usePage(cursor, limit));
  }

  async reseal(): Promise<Result<Resealed>> {
    return reseal(this.#parts());
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
    return read(this.#parts(), principal, ({ desk, traderId, keyring, notifier }) =>
      ok({
        ...exportEverything(desk, traderId),
        credentials: keyring.exported(),
        notifications: notifier.view(),
      }),
    );
  }

  async mayErase(principal: Principal): Promise<Result<null>> {
    return read(this.#parts(), principal, ({ desk }) => {
      const left = leftBehind(desk.accounts());
      return left === null ? ok(null) : { ok: false, error: left };
    });
  }

  async erase(principal: Principal): Promise<Result<null>> {
    return write(this.#parts(), protective("erase", principal, {}), async (parts) => {
      // What lives at the exchange ends first: nobody could see it or end it afterwards.
      const left = leftBehind(parts.desk.accounts());
      if (left !== null) {
        return { ok: false, error: left };
      }
      parts.sockets.revoke(null);
      await parts.keyConnector.close();
      parts.kraken.stop();
      parts.desk.close();
      await parts.historian.settle();
      await parts.alertQuestions.settle();
      await parts.triggers.unregister();
      await this.ctx.storage.deleteAll();
      this.#assembled = null;
      return ok(null);
    });
  }

  async rebuildHistory(principal: Principal): Promise<Result<{ readonly queued: number }>> {
    return write(this.#parts(), ordinary("rebuild_history", principal, {}), ({ historian }) => {
      const queued = historian.rebuild();
      this.ctx.waitUntil(historian.drain());
      return ok({ queued });
    });
  }

  async parkedRows(principal: Principal): Promise<Result<number>> {
    return read(this.#parts(), principal, ({ historian }) => ok(historian.parkedRows()));
  }

  async verifyJournal(principal: Principal): Promise<Result<{ readonly events: number; readonly matches: boolean }>> {
    return write(this.#parts(), ordinary("verify_journal", principal, {}), ({ desk }) => ok(desk.verify()));
  }

  async lastActive(now?: number): Promise<number | null> {
    const { admission, desk, clock } = this.#parts();
    // An account at an exchange is looked after whether anybody asks or not.
    return desk.accounts().some(isConnected) ? (now ?? clock.wall()) : admission.lastActive;
  }

  async adoptOwner(oldUserId: string, newUserId: string): Promise<Result<null>> {
    return this.#parts().admission.adopt(oldUserId, newUserId);
  }

  /** The upgrade of a socket; nothing else is served here. */
  override async fetch(request: Request): Promise<Response> {
    return acceptSocket(this.#parts(), request);
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
    const { sockets, kraken } = this.#parts();
    sockets.closed(socket, code);
    kraken.wake();
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
}

function ordinary(name: string, principal: Principal, ids: LogFields): Asked {
  return { name, principal, budget: "ordinary", ids };
}

/** Exits, cancels and what else must never wait behind ordinary requests. */
function protective(name: string, principal: Principal, ids: LogFields): Asked {
  return { name, principal, budget: "protective", ids };
}
