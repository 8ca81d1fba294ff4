/**
 * What the worker may ask of a trader object. The worker has already authenticated; the principal says who is asking, and
 * every method counts against that user's rate budget before it does anything (exits and cancels in a budget of their own).
 */
import type {
  AdoptRequest,
  BoughtCostView,
  AccountState,
  AccountView,
  OpenAccountRequest,
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
import type { PositionView } from "../../contract/accounts.ts";
import type { AnswerMessage } from "../../domain/assistant/alert-answer.ts";
import type { AccountSnapshot } from "../../domain/assistant/snapshot.ts";
import type { Decimal } from "../../domain/decimal.ts";
import type { Symbol } from "../../domain/market.ts";
import type { OrderProvenance } from "../../domain/orders/order.ts";
import type { Result } from "../../domain/problem.ts";
import type { StopMode } from "../../domain/risk/halts-stop.ts";
import type { KeySlot } from "../../domain/venue/keys.ts";
import type { TriggerReceiver } from "../market-feed/port.ts";
import type { Resealed } from "./credentials/seals.ts";
import type { NotifySubmission } from "./notify/submission.ts";
import type { KeySubmission } from "./credentials/submission.ts";

export type Principal = {
  readonly userId: string;
  readonly sessionId: string;
  readonly sessionExpiresAt: number;
  /** How the request came: the page (cookie) or a program (bearer token). Recorded as the order's origin. */
  readonly via: "page" | "api";
};

/** What a proposal asks for: an order, or the close of a position (`order` null). Nothing is placed after `notAfter` (wall). */
export type ProposedOrder = {
  readonly order: PlaceOrderRequest | null;
  readonly asset: string | null;
  readonly provenance: OrderProvenance;
  readonly notAfter: number;
};

/** The answer to it, with what each rule said in the turn that decided. Null: a close, or nothing was judged. */
export type ExecutedOrder = Result<PlacedOrder> & {
  readonly verdict: (Pick<RiskCheckView, "rules" | "denial"> & { readonly at: number }) | null;
};

/** An order write with its idempotency key; `body` is the canonical text whose equality decides "same request". */
export type Write<T> = { readonly idempotencyKey: string; readonly body: string; readonly request: T };

export type TraderPort = TriggerReceiver & {
  /** Counts one request of a read that is answered elsewhere (history, markets). */
  admit(principal: Principal): Promise<Result<null>>;
  accounts(principal: Principal): Promise<Result<readonly AccountView[]>>;
  account(
    principal: Principal,
    accountId: string,
  ): Promise<Result<AccountState & { readonly valuation: ValuationView }>>;
  openAccount(principal: Principal, write: Write<OpenAccountRequest>): Promise<Result<AccountView>>;
  deposit(
    principal: Principal,
    accountId: string,
    write: Write<{ readonly amount: Decimal }>,
  ): Promise<Result<AccountView>>;
  resetAccount(
    principal: Principal,
    accountId: string,
    write: Write<{ readonly startingBalance: Decimal }>,
  ): Promise<Result<AccountView>>;
  /** The rules of the account, what of them waits, and how it stands against them now. */
  risk(principal: Principal, accountId: string): Promise<Result<RiskView>>;
  changeRisk(principal: Principal, accountId: string, settings: RiskSettingsView): Promise<Result<RiskView>>;
  changeSomeRisk(principal: Principal, accountId: string, change: RiskChangeRequest): Promise<Result<RiskView>>;
  /** Every rule's say on an order that is not placed. */
  checkRisk(principal: Principal, accountId: string, request: RiskCheckRequest): Promise<Result<RiskCheckView>>;
  changeSettings(principal: Principal, accountId: string, request: SettingsRequest): Promise<Result<AccountView>>;

  placeOrder(principal: Principal, accountId: string, write: Write<PlaceOrderRequest>): Promise<Result<PlacedOrder>>;
  amendOrder(
    principal: Principal,
    accountId: string,
    orderId: string,
    write: Write<AmendOrderRequest>,
  ): Promise<Result<PlacedOrder>>;
  cancelOrder(principal: Principal, accountId: string, orderId: string, write: Write<null>): Promise<Result<OrderView>>;
  cancelAll(
    principal: Principal,
    accountId: string,
    symbol: Symbol | null,
    write: Write<null>,
  ): Promise<Result<CancelAllResult>>;
  closePosition(
    principal: Principal,
    accountId: string,
    asset: string,
    write: Write<ClosePositionRequest>,
  ): Promise<Result<PlacedOrder>>;

  /** Changes the stop and the target of a position (TRADING §4). */
  protectPosition(
    principal: Principal,
    accountId: string,
    asset: string,
    request: ProtectPositionRequest,
  ): Promise<Result<AccountView>>;

  /** Takes external inventory into the desk's own at the stated cost. Exchange accounts only. */
  boughtCost(principal: Principal, accountId: string, asset: string): Promise<Result<BoughtCostView>>;

  adoptHolding(
    principal: Principal,
    accountId: string,
    asset: string,
    write: Write<AdoptRequest>,
  ): Promise<Result<AccountView>>;
  /** Cancels orders that were made by hand at the exchange: those that the caller has confirmed, and no other (TRADING §5). */
  cancelExternalOrders(
    principal: Principal,
    accountId: string,
    venueOrderIds: readonly string[],
  ): Promise<Result<CancelExternalResult>>;

  /** The account's part of what a model is told. */
  snapshotForAssistant(principal: Principal, accountId: string): Promise<Result<AccountSnapshot>>;
  /** As placeOrder and closePosition, for a proposal that the trader executes. */
  executeProposal(principal: Principal, accountId: string, write: Write<ProposedOrder>): Promise<ExecutedOrder>;

  /** Rung by cron, for nobody in particular: looks after the trader's levels and does what is overdue (TRADING §4). */
  sweep(): Promise<{ readonly open: boolean }>;

  /** Stops one account, or all of them (null): never refused for the budget, nor for a feed or a D1 that is away. */
  stop(principal: Principal, accountId: string | null, mode: StopMode): Promise<Result<StopReport>>;
  /** Ends the halts of an account; HALT_NOT_OVER before their time unless a new baseline is taken. */
  resume(principal: Principal, accountId: string, how: ResumeRequest["how"]): Promise<Result<Resumed>>;

  priceAlerts(principal: Principal, accountId: string): Promise<Result<PriceAlertList>>;
  setPriceAlert(
    principal: Principal,
    accountId: string,
    write: Write<PriceAlertRequest>,
  ): Promise<Result<PriceAlertView>>;
  removePriceAlert(
    principal: Principal,
    accountId: string,
    priceAlertId: string,
    write: Write<null>,
  ): Promise<Result<PriceAlertList>>;

  /** What became of an order that a proposal led to. The assistant looks by itself: nobody's request, nobody's activity. */
  orderForAssistant(accountId: string, orderId: string): Promise<Result<PlacedOrder>>;

  /** What came of a run that price alerts started: raised as an alert, once for each run. The assistant's own, as above. */
  tellAlertAnswer(accountId: string, runId: string, answer: AnswerMessage): Promise<Result<null>>;

  openOrders(principal: Principal, accountId: string): Promise<Result<readonly OrderView[]>>;
  order(principal: Principal, accountId: string, orderId: string): Promise<Result<PlacedOrder>>;
  positions(principal: Principal, accountId: string): Promise<Result<readonly PositionView[]>>;
  events(
    principal: Principal,
    accountId: string,
    after: number,
    limit: number,
  ): Promise<Result<{ readonly epoch: string; readonly events: readonly JournalEventView[]; readonly last: number }>>;

  notifications(principal: Principal): Promise<Result<NotificationsView>>;
  /** Addresses and tokens come sealed: no plaintext crosses RPC. */
  changeNotifications(
    principal: Principal,
    submission: NotifySubmission,
  ): Promise<Result<{ readonly view: NotificationsView; readonly tookSecret: boolean }>>;
  testNotifications(principal: Principal, channel: NotificationChannel): Promise<Result<TestNotificationResult>>;
  removeNotifications(principal: Principal, channel: NotificationChannel | null): Promise<Result<NotificationsView>>;

  krakenCredentials(principal: Principal): Promise<Result<KrakenCredentialsView>>;
  /** Keys come sealed: no plaintext crosses RPC. */
  connectKraken(principal: Principal, submission: KeySubmission): Promise<Result<KrakenCredentialsView>>;
  replaceKraken(principal: Principal, submission: KeySubmission): Promise<Result<KrakenCredentialsView>>;
  testKraken(principal: Principal, slot: KeySlot): Promise<Result<KrakenTestView>>;
  removeKraken(principal: Principal, slot: KeySlot, force: boolean): Promise<Result<KrakenCredentialsView>>;
  /** Decryptions, newest first. */
  credentialUses(principal: Principal, cursor: string | null, limit: number): Promise<Result<CredentialUsePage>>;
  /** Called by the operator's rotation of the vault's master: encrypts every key anew. Repeating it changes nothing. */
  reseal(): Promise<Result<Resealed>>;

  /** Closes the sockets of the given sessions (all of them when null) with 4401. */
  revokeSessions(sessionIds: readonly string[] | null): Promise<void>;
  /** Everything the trader object knows, for "export my data". */
  exportData(principal: Principal): Promise<Result<Readonly<Record<string, unknown>>>>;
  /** Whether `erase` would be refused, because orders or positions of the desk are at an exchange (LEFT_AT_EXCHANGE). */
  mayErase(principal: Principal): Promise<Result<null>>;
  /** Erases the object: sockets closed, journal gone. The worker erases D1. */
  erase(principal: Principal): Promise<Result<null>>;
  /** Sends the whole journal to D1 again (idempotent); answers how many rows were queued. */
  rebuildHistory(principal: Principal): Promise<Result<{ readonly queued: number }>>;
  /** Rows that the history database would not take; above 0 history is incomplete. */
  parkedRows(principal: Principal): Promise<Result<number>>;
  /** Called by cron for idle guests: last time anything was asked by the user; `now` while an account has a key of an exchange. */
  lastActive(now?: number): Promise<number | null>;
  /** A guest who signs up gets a new user id and keeps the trader. Repeating it changes nothing. */
  adoptOwner(oldUserId: string, newUserId: string): Promise<Result<null>>;
  /** Replays the whole journal and compares the outcome with what the object believes. */
  verifyJournal(principal: Principal): Promise<Result<{ readonly events: number; readonly matches: boolean }>>;
};

/** Headers by which the worker hands an authenticated socket upgrade to Trader.fetch; it always overwrites them. */
export const SOCKET_PRINCIPAL_HEADER = "x-trade-principal";
