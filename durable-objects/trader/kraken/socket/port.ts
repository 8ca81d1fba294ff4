/**
 * The private WebSocket as the trader's shell sees it (TRADING §6). One socket serves one key. It is opened while somebody
 * watches or an order needs it, and everything it can do has REST as its fallback: a method that can not send answers null
 * at once.
 */
import type { PrivateChannel, StreamFact } from "../../../../domain/venue/execution-stream-facts.ts";
import type { VenueFailure, VenueReply } from "../../../../domain/venue/failure.ts";
import type { Milliseconds, Symbol } from "../../../../domain/market.ts";
import type { VenueAmendWish, VenueOrderName, VenueOrderWish } from "../../../../domain/venue/wishes.ts";
import type { LinkSocket } from "../../../market-feed/venue/link.ts";

export type WebSocketsToken = { readonly token: string; readonly expiresAt: Milliseconds };

export type PrivateSocketPorts = {
  /** The venue's private address, for example wss://ws-auth.kraken.com/v2. */
  readonly url: string;
  /** Opens a socket; rejects when the venue refuses. `dialVenue` in a Durable Object. */
  readonly dial: (url: string) => Promise<LinkSocket>;
  /** Wall clock: deadlines and token times are the venue's. */
  readonly now: () => Milliseconds;
  /** In [0, 1). */
  readonly random: () => number;
  /** Runs once at the time, and answers what calls it off. Missed or late calls do no harm when `check` is called. */
  readonly schedule: (at: Milliseconds, run: () => void) => () => void;
  /** GetWebSocketsToken. Called for one at a time. */
  readonly token: () => Promise<VenueReply<WebSocketsToken>>;
  /** Takes a dial from the connect budget: 0 when granted and counted, else how long to wait, milliseconds. */
  readonly takeDial: () => Promise<Milliseconds>;
};

export type PrivateSocketEvents = {
  /** In the order of the wire. Snapshots arrive before `live`. */
  facts(facts: readonly StreamFact[]): void;
  /** Both snapshots are here: what the facts said is complete from now on. Reconcile what was missed before. */
  live(): void;
  /** It was live and no longer is; it comes back by itself unless it was closed. Not called for attempts that never got live. */
  down(reason: string): void;
  /** Frames of the channel were missed. It is being subscribed again and `live` follows; reconcile by REST. */
  gap(channel: PrivateChannel): void;
  /** The matching engine's counter of one pair as the venue counts it (PROTOCOL §3.2). */
  rateCounter(symbol: Symbol, value: number): void;
  /** The most that the counter may reach; tells the tier. */
  rateMaximum(value: number): void;
  /** online, maintenance, cancel_only, post_only. */
  systemStatus(system: string): void;
  /** The key or account was refused a token or a subscription; it tries again at `failure.retryAt` or slowly. */
  refused(failure: VenueFailure): void;
};

/** disconnected: closed by us. connecting: until both snapshots are here, also again after a gap. backoff: waits to dial. */
export type PrivateSocketState = "disconnected" | "connecting" | "live" | "backoff";

export type SendOptions = {
  /**
   * Called synchronously right before the frame is handed to the socket, in the same turn: the place of the fence
   * (TRADING §6). Not called when nothing is sent; what it throws is thrown on and nothing is sent.
   */
  readonly beforeSend: (sentAt: Milliseconds) => void;
};

export type PlacedOrder = { readonly venueOrderId: string };
export type AmendedOrder = { readonly amendId: string };
export type CancelAccepted = { readonly accepted: true };
export type CancelledCount = { readonly count: number };

/**
 * Trading over the socket. Null, at once and before `beforeSend`: not live, use REST. Else the promise never rejects: a reply
 * that does not come, or a connection that breaks first, is an `ambiguous` failure (PROTOCOL §6.3), and a wish whose
 * deadline has passed, or which can not be put in the venue's terms, is `refused` without being sent.
 */
export type PrivateTrading = {
  place(wish: VenueOrderWish, options: SendOptions): Promise<VenueReply<PlacedOrder>> | null;
  amend(wish: VenueAmendWish, options: SendOptions): Promise<VenueReply<AmendedOrder>> | null;
  /** The venue took the cancel; whether the order was filled before has to be read from the facts or by REST. */
  cancel(name: VenueOrderName, options: SendOptions): Promise<VenueReply<CancelAccepted>> | null;
  /** One answer per order, in their order. */
  cancelSeveral(
    names: readonly VenueOrderName[],
    options: SendOptions,
  ): Promise<readonly VenueReply<CancelAccepted>[]> | null;
  /** Every open order of the account, those made by hand too (TRADING §5). */
  cancelAll(options: SendOptions): Promise<VenueReply<CancelledCount>> | null;
};

export type PrivateSocketControl = PrivateTrading & {
  readonly state: PrivateSocketState;
  /** When `check` has to be called at the latest; null while closed. */
  readonly nextCheckAt: Milliseconds | null;
  /** Connects and stays connected. After a mass reset (a deploy, an eviction) the first dial waits 0 to 60 s. */
  open(options?: { readonly afterReset: boolean }): void;
  /** Closes for good; pending requests become ambiguous, `down` is called when it was live. */
  close(reason: string): void;
  /** Does what is due: dial, ping, cut a silent line, time requests out. Cheap; call it from the alarm. */
  check(): void;
};
