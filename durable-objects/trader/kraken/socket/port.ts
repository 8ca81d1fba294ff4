/**
 * The private WebSocket as the trader's shell sees it (TRADING §6). One socket serves one key. It is opened while somebody
 * watches or an order needs it, and everything it can do has REST as its fallback: a method that can not send answers null
 * at once.
 */
import type { PrivateChannel, StreamFact } from "../../../../domain/venue/execution-stream-facts.ts";
import type { VenueFailure, VenueReply } from "../../../../domain/venue/failure.ts";
import type { Milliseconds } from "../../../../domain/market.ts";
import type { VenueAmendWish, VenueCancelWish, VenueOrderWish, VenueUrgency } from "../../../../domain/venue/wishes.ts";
import type { LinkSocket } from "../../../market-feed/venue/link.ts";
import type { Fence, WebSocketsToken } from "../rest/api.ts";
import type { RateKeeper } from "../rest/rate-keeper.ts";

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
  /** The account's counters, shared with REST: charged with every send, and told what the venue counts. */
  readonly rates: RateKeeper;
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
  /** online, maintenance, cancel_only, post_only. */
  systemStatus(system: string): void;
  /** The key or account was refused a token or a subscription; it tries again at `failure.retryAt` or slowly. */
  refused(failure: VenueFailure): void;
};

/** disconnected: closed by us. connecting: until both snapshots are here, also again after a gap. backoff: waits to dial. */
export type PrivateSocketState = "disconnected" | "connecting" | "live" | "backoff";

/** What the fence writes. The socket needs no nonce. */
export type SocketFence = Omit<Fence, "nonce">;

export type SendOptions = {
  /** Whether the reserve of the matching counter may be used. Else `protective` for cancels, `ordinary` for the rest. */
  readonly urgency?: VenueUrgency;
  /**
   * Called in the very turn in which the frame is handed to the socket, right before: the place of the fence (TRADING §6). False
   * calls the action off: nothing is sent and the failure's text is NOT_SENT.calledOff. What it throws is thrown on.
   */
  readonly beforeSend: (fence: SocketFence) => boolean;
};

export type PlacedOrder = { readonly venueOrderId: string };
export type AmendedOrder = { readonly amendId: string };
export type CancelAccepted = { readonly accepted: true };
export type CancelledCount = { readonly count: number };

/**
 * Trading over the socket. Null, at once and before `beforeSend`: not live, use REST. Else the answer is a promise that never
 * rejects. A reply that does not come in time, or a connection that breaks first, is an `ambiguous` failure (PROTOCOL §6.3). What
 * was never sent fails as it does over REST, with a text of NOT_SENT.
 */
export type PrivateTrading = {
  place(wish: VenueOrderWish, options: SendOptions): Promise<VenueReply<PlacedOrder>> | null;
  amend(wish: VenueAmendWish, options: SendOptions): Promise<VenueReply<AmendedOrder>> | null;
  /** The venue took the cancel; whether the order was filled before has to be read from the facts or by REST. */
  cancel(wish: VenueCancelWish, options: SendOptions): Promise<VenueReply<CancelAccepted>> | null;
  /** One answer per order, in their order. The earliest deadline counts for all. */
  cancelSeveral(
    wishes: readonly VenueCancelWish[],
    options: SendOptions,
  ): Promise<readonly VenueReply<CancelAccepted>[]> | null;
  /** Every open order of the account, those made by hand too (TRADING §5). */
  cancelAll(deadline: Milliseconds, options: SendOptions): Promise<VenueReply<CancelledCount>> | null;
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
