/**
 * Kraken's REST API as the trader uses it: what is asked, what comes back, what it needs of its surroundings. Answers are
 * values in our terms (domain/venue); nothing of Kraken's spelling passes this border. client.ts is the implementation.
 */
import type { Decimal } from "../../../../domain/decimal.ts";
import type { Instrument, Milliseconds } from "../../../../domain/market.ts";
import type { VenueReply } from "../../../../domain/venue/failure.ts";
import type { Lane } from "../../../../domain/venue/lanes.ts";
import type { NameTable } from "../../../../domain/venue/names.ts";
import type {
  VenueExecution,
  VenueFees,
  VenueHoldings,
  VenueLedgerRow,
  VenueOrder,
} from "../../../../domain/venue/reports.ts";
import type {
  KeyPermission,
  VenueAmendWish,
  VenueCancelWish,
  VenueOrderWish,
  VenueUrgency,
} from "../../../../domain/venue/wishes.ts";
import type { RateKeeper } from "./rate-keeper.ts";

export type RestRequest = {
  readonly url: string;
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
};

export type RestAnswer = { readonly status: number; readonly body: string };

/**
 * Sends one request; rejects when there is no answer. The client keeps the time-out itself and aborts `signal` after it, or
 * when something more urgent has to go; what comes later is not listened to.
 */
export type Transport = (request: RestRequest, signal: AbortSignal) => Promise<RestAnswer>;

export type RestClock = {
  /** Wall time: nonces, deadlines and counters run on it. */
  now(): Milliseconds;
  /** Runs `run` later, unless the function that it returns is called first. */
  after(milliseconds: Milliseconds, run: () => void): () => void;
};

/** The last nonce of the key, in storage that outlives the object. Synchronous: it is written before the call leaves. */
export type NonceStore = { last(): string | null; save(nonce: string): void };

/** A key ready to sign with. The client overwrites `secretBytes` with zeros as soon as it has signed. */
export type RestCredentials = { readonly key: string; readonly secretBytes: Uint8Array<ArrayBuffer> };

export type KrakenRestPorts = {
  /** For example https://api.kraken.com. */
  readonly base: string;
  readonly transport: Transport;
  readonly clock: RestClock;
  readonly nonces: NonceStore;
  /** Null: there is no key. Asked for before every call, with Kraken's name of it, for the log of decryptions. */
  readonly credentials: (method: string) => Promise<RestCredentials | null>;
  readonly names: () => NameTable;
  /** Shared with whoever else sends orders of the account: the matching counter is one (PROTOCOL §3.2). */
  readonly rates: RateKeeper;
};

/** What the fence writes when an action leaves the queue (TRADING §6). */
export type Fence = {
  readonly nonce: string;
  readonly sentAt: Milliseconds;
  /** The deadline that the engine is told: the wish's own, but at least what Kraken accepts from now. */
  readonly deadline: Milliseconds;
};

export type CallOptions = {
  readonly lane?: Lane;
  /** Whether the reserve of the counters may be used; else `protective` in the protective lane only. */
  readonly urgency?: VenueUrgency;
};

export type WriteOptions = CallOptions & {
  /**
   * Called after all waiting, in the very turn in which the request is handed to the transport. False calls the action off:
   * nothing is sent and the failure's text is NOT_SENT.calledOff. When it throws, nothing is sent and the call rejects.
   */
  readonly beforeSend?: (fence: Fence) => boolean;
};

/** Texts of failures of calls that never left: nothing was carried out. */
export const NOT_SENT = {
  /** Class `refused`. */
  deadline: "deadline passed before it was sent",
  /** Class `refused`. */
  calledOff: "called off before it was sent",
  /** Class `wait`; `retryAt` says when the modelled counters have room. */
  rateLimit: "held back by the rate limit",
  /** Class `suspended`. */
  noKey: "no key",
  /** Class `wait`: the key could not be read in time. */
  keyNotRead: "key not read in time",
} as const;

/** AddOrder's reply has no status (PROTOCOL §2.4). */
export type PlacedOrder = { readonly venueOrderId: string; readonly description: string };

/** Times are inclusive here: a second is added on either side, because sources differ about the bounds. Rows have ids. */
export type HistoryQuery = {
  /** A time, or the id of a row. */
  readonly start?: Milliseconds | string;
  readonly end?: Milliseconds | string;
  /** How many of the newest rows to pass over; shifts when new rows arrive (PROTOCOL §2.3). */
  readonly offset?: number;
};

/** `start` and `end` are of when the order ended. */
export type ClosedOrdersQuery = HistoryQuery & { readonly clientOrderId?: string };

/**
 * Newest first, at most 50. `sent`: rows of the page as Kraken sent them; fewer `rows` than that means that some could not be
 * understood. `count` is the number of all rows of the query, where it is told.
 */
export type HistoryPage<T> = { readonly rows: readonly T[]; readonly sent: number; readonly count: number | null };

export type LedgerQuery = HistoryQuery & { readonly type?: string };

export type WebSocketsToken = { readonly token: string; readonly expiresAt: Milliseconds };

export type ApiKeyInfo = {
  readonly name: string;
  /** Those that we have a use for or refuse. */
  readonly permissions: readonly KeyPermission[];
  /** All of them in Kraken's words. */
  readonly allPermissions: readonly string[];
  readonly nonceWindow: number | null;
  readonly validUntil: Milliseconds | null;
  readonly lastUsedAt: Milliseconds | null;
  /** Addresses that may use it; empty: any. */
  readonly allowedAddresses: readonly string[];
};

export type VenueFeeTable = { readonly fees: readonly VenueFees[]; readonly thirtyDayVolume: Decimal | null };

/** Kraken's word: online, maintenance, cancel_only, post_only, limit_only. */
export type SystemStatus = { readonly status: string };

export type KrakenRest = {
  /** Default lane: entries. An exit says `lane: "protective"`. */
  addOrder(wish: VenueOrderWish, options?: WriteOptions): Promise<VenueReply<PlacedOrder>>;
  /** Has the venue check the order without placing it; answers its description. */
  validateOrder(wish: VenueOrderWish, options?: CallOptions): Promise<VenueReply<string>>;
  /** Default lane: entries. */
  amendOrder(wish: VenueAmendWish, options?: WriteOptions): Promise<VenueReply<{ readonly amendId: string }>>;
  /** Default lane of this and the following cancels: protective. `count`: orders that were cancelled. */
  cancelOrder(wish: VenueCancelWish, options?: WriteOptions): Promise<VenueReply<{ readonly count: number }>>;
  /** At most 50. Taken even when the matching counter is full (PROTOCOL §3.2); does not tell which were gone. */
  cancelOrders(
    wishes: readonly VenueCancelWish[],
    options?: WriteOptions,
  ): Promise<VenueReply<{ readonly count: number }>>;
  /** Every order of the account, those made by hand included. */
  cancelAll(deadline: Milliseconds, options?: WriteOptions): Promise<VenueReply<{ readonly count: number }>>;
  /** Dead man's switch over every order of the account; 0 seconds: off. Answers when it will strike. */
  cancelAllAfter(
    seconds: number,
    deadline: Milliseconds,
    options?: WriteOptions,
  ): Promise<VenueReply<{ readonly triggerAt: Milliseconds | null }>>;

  /** Default lane of all reads: history. `resolving` for unknowns, `protective` for a saga. */
  openOrders(clientOrderId?: string | null, options?: CallOptions): Promise<VenueReply<readonly VenueOrder[]>>;
  closedOrders(query: ClosedOrdersQuery, options?: CallOptions): Promise<VenueReply<HistoryPage<VenueOrder>>>;
  /** At most 50 ids. Ids that do not exist are left out of the answer. */
  queryOrders(venueOrderIds: readonly string[], options?: CallOptions): Promise<VenueReply<readonly VenueOrder[]>>;
  tradesHistory(query: HistoryQuery, options?: CallOptions): Promise<VenueReply<HistoryPage<VenueExecution>>>;
  /** What the exchange counts as filled of one order, by the order's own list: two calls, or one where it lists nothing. */
  executionsOf(venueOrderId: string, options?: CallOptions): Promise<VenueReply<readonly VenueExecution[]>>;
  /** At most 20 ids. */
  queryTrades(executionIds: readonly string[], options?: CallOptions): Promise<VenueReply<readonly VenueExecution[]>>;
  ledgers(query: LedgerQuery, options?: CallOptions): Promise<VenueReply<HistoryPage<VenueLedgerRow>>>;
  /** At most 20 ids. */
  queryLedgers(ledgerIds: readonly string[], options?: CallOptions): Promise<VenueReply<readonly VenueLedgerRow[]>>;
  balances(options?: CallOptions): Promise<VenueReply<VenueHoldings>>;
  /** A pair without a fee in the answer is a failure, never a fee of 0. */
  tradeVolume(
    pairs: readonly Pick<Instrument, "symbol" | "restName">[],
    options?: CallOptions,
  ): Promise<VenueReply<VenueFeeTable>>;
  /** Concurrent callers share one request. */
  webSocketsToken(options?: CallOptions): Promise<VenueReply<WebSocketsToken>>;
  /** Needs no permission. Refused with "EGeneral:Unknown method" where it does not exist. */
  apiKeyInfo(options?: CallOptions): Promise<VenueReply<ApiKeyInfo>>;
  /** Public: neither key nor queue. */
  systemStatus(): Promise<VenueReply<SystemStatus>>;

  /** How many calls wait or are on their way. */
  readonly waiting: number;
};
