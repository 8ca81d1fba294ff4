/**
 * The private WebSocket of one key (TRADING §6, PROTOCOL §6): a connection, two subscriptions whose deltas are put together, and
 * trading over the same line. It is live only while both subscriptions are complete; whoever wants to trade before that takes
 * REST. One timer at a time, through the port, and none while it is closed.
 */
import type { Milliseconds } from "../../../../domain/market.ts";
import { BalanceStream } from "../../../../domain/venue/execution-stream-balances.ts";
import type { PrivateChannel, StreamTurn } from "../../../../domain/venue/execution-stream-facts.ts";
import { ExecutionStream } from "../../../../domain/venue/execution-stream.ts";
import type { VenueReply } from "../../../../domain/venue/failure.ts";
import type { VenueAmendWish, VenueCancelWish, VenueOrderWish } from "../../../../domain/venue/wishes.ts";
import { log, logUnexpected } from "../../../lib/log.ts";
import { LONGEST_DELAY_MS } from "../../../market-feed/venue/backoff.ts";
import { Channel, type ChannelPorts } from "./channel.ts";
import { Connection } from "./connection.ts";
import { readPrivateFrame, type PrivateMessage, type SocketReply } from "./frames.ts";
import type {
  AmendedOrder,
  CancelAccepted,
  CancelledCount,
  PlacedOrder,
  PrivateSocketControl,
  PrivateSocketEvents,
  PrivateSocketPorts,
  PrivateSocketState,
  SendOptions,
} from "./port.ts";
import { replyFailure } from "./refusals.ts";
import { requestText } from "./requests.ts";
import { TokenKeeper } from "./token-keeper.ts";
import { SocketTrading } from "./trading.ts";
import type { WireObject } from "./wire.ts";

/** The venue tells its status right after the connect (PROTOCOL §5.1). */
const STATUS_LIMIT_MS = 10_000;
/** An accepted order shows in `executions` within this; else the channel is silent while the heartbeats go on. */
const ROWS_LIMIT_MS = 5_000;

export class PrivateSocket implements PrivateSocketControl {
  readonly #ports: PrivateSocketPorts;
  readonly #events: PrivateSocketEvents;
  readonly #tokens: TokenKeeper;
  readonly #connection: Connection;
  readonly #trading: SocketTrading;
  #executions: ExecutionStream;
  #balances: BalanceStream;
  #channels: Readonly<Record<PrivateChannel, Channel>>;
  #token: string | null = null;
  /** Until when the status has to come; null once it did. */
  #statusDueAt: Milliseconds | null = null;
  #isRenewingToken = false;
  #isLive = false;
  #wasLive = false;
  #requestId = 0;
  /** Accepted orders of which no row has come yet, and until when one has to. */
  readonly #expected = new Map<string, Milliseconds>();
  #timer: { readonly at: Milliseconds; readonly cancel: () => void } | null = null;

  constructor(ports: PrivateSocketPorts, events: PrivateSocketEvents) {
    this.#ports = ports;
    this.#events = events;
    this.#tokens = new TokenKeeper(ports.token, ports.now);
    this.#connection = new Connection(
      {
        now: ports.now,
        random: ports.random,
        token: () => this.#tokens.fresh(),
        takeDial: ports.takeDial,
        dial: () => ports.dial(ports.url),
      },
      {
        opened: (token) => {
          this.#opened(token);
        },
        received: (text) => {
          this.#received(text);
        },
        lost: (reason) => {
          this.#lost(reason);
        },
        refused: (failure) => {
          events.refused(failure);
        },
        changed: () => {
          this.#arm();
        },
      },
    );
    this.#trading = new SocketTrading({
      isLive: () => this.#isLive,
      nextRequestId: () => this.#nextRequestId(),
      send: (requestId, method, params) => this.#sendRequest(requestId, method, params),
      now: ports.now,
      rates: ports.rates,
      placed: (venueOrderId) => {
        if (this.#executions.order(venueOrderId) === null) {
          this.#expected.set(venueOrderId, ports.now() + ROWS_LIMIT_MS);
        }
      },
      invalidSession: () => {
        void this.#renewToken("executions");
      },
    });
    this.#executions = new ExecutionStream();
    this.#balances = new BalanceStream();
    this.#channels = this.#newChannels();
  }

  get state(): PrivateSocketState {
    if (!this.#connection.isWanted) {
      return "disconnected";
    }
    if (this.#isLive) {
      return "live";
    }
    return this.#connection.isResting ? "backoff" : "connecting";
  }

  get nextCheckAt(): Milliseconds | null {
    const due = this.#dueAt();
    return due === Infinity ? null : due;
  }

  open(options: { readonly afterReset: boolean } = { afterReset: false }): void {
    this.#connection.open(options.afterReset);
    this.check();
  }

  close(reason: string): void {
    this.#connection.close(reason);
    this.#tokens.forget();
    this.#arm();
  }

  check(): void {
    const now = this.#ports.now();
    this.#connection.check(() => `{"method":"ping","req_id":${this.#nextRequestId()}}`);
    this.#trading.check(now);
    if (this.#statusDueAt !== null && now >= this.#statusDueAt) {
      this.#connection.reset("no status");
    }
    for (const channel of Object.values(this.#channels)) {
      if (!channel.check(now)) {
        this.#connection.reset(`${channel.name} not answered`);
      }
    }
    this.#checkExpected(now);
    this.#arm();
  }

  place(wish: VenueOrderWish, options: SendOptions): Promise<VenueReply<PlacedOrder>> | null {
    return this.#armed(this.#trading.place(wish, options));
  }

  amend(wish: VenueAmendWish, options: SendOptions): Promise<VenueReply<AmendedOrder>> | null {
    return this.#armed(this.#trading.amend(wish, options));
  }

  cancel(wish: VenueCancelWish, options: SendOptions): Promise<VenueReply<CancelAccepted>> | null {
    return this.#armed(this.#trading.cancel(wish, options));
  }

  cancelSeveral(
    wishes: readonly VenueCancelWish[],
    options: SendOptions,
  ): Promise<readonly VenueReply<CancelAccepted>[]> | null {
    return this.#armed(this.#trading.cancelSeveral(wishes, options));
  }

  cancelAll(deadline: Milliseconds, options: SendOptions): Promise<VenueReply<CancelledCount>> | null {
    return this.#armed(this.#trading.cancelAll(deadline, options));
  }

  #opened(token: string): void {
    this.#token = token;
    this.#statusDueAt = this.#ports.now() + STATUS_LIMIT_MS;
    this.#arm();
  }

  #lost(reason: string): void {
    // A new connection wants a new token (PROTOCOL §6).
    this.#token = null;
    this.#tokens.forget();
    this.#statusDueAt = null;
    this.#expected.clear();
    this.#isLive = false;
    for (const channel of Object.values(this.#channels)) {
      channel.end();
    }
    const wasLive = this.#wasLive;
    this.#wasLive = false;
    this.#trading.loseAll();
    if (wasLive) {
      this.#events.down(reason);
    }
    this.#arm();
  }

  #received(text: string): void {
    const message = readPrivateFrame(text);
    try {
      this.#take(message, text);
    } catch (error) {
      // The facts of this frame are gone for the shell: begin again and remember nothing, so that they are told once more.
      logUnexpected("kraken_socket_facts_refused", error, { kind: message.kind });
      this.#connection.reset("facts were not taken");
      this.#executions = new ExecutionStream();
      this.#balances = new BalanceStream();
      this.#channels = this.#newChannels();
    }
    this.#arm();
  }

  #take(message: PrivateMessage, text: string): void {
    switch (message.kind) {
      case "executions":
        this.#tell("executions", this.#executions.take(message.frame));
        for (const { venueOrderId, symbol, points } of message.rateCounts) {
          const pair = symbol ?? this.#executions.order(venueOrderId)?.symbol;
          if (pair !== undefined) {
            this.#ports.rates.observe(pair, points);
          }
        }
        for (const id of this.#expected.keys()) {
          if (this.#executions.order(id) !== null) {
            this.#expected.delete(id);
          }
        }
        return;
      case "balances":
        this.#tell("balances", this.#balances.take(message.frame));
        return;
      case "unreadable":
        log("kraken_socket_frame_unreadable", { channel: message.channel });
        this.#renew(message.channel);
        return;
      case "reply":
        this.#takeReply(message.reply);
        return;
      case "status":
        this.#takeStatus(message.system);
        return;
      case "text":
        log("kraken_socket_text", { length: text.length });
        this.#connection.expectMassReset();
        return;
      case "unknown":
        // Its text is not logged: the venue may repeat what was sent, and every request carries the token.
        log("kraken_socket_frame_unknown", { length: text.length });
        return;
      case "heartbeat":
      case "pong":
        return;
    }
  }

  #tell(channel: PrivateChannel, turn: StreamTurn): void {
    if (turn.facts.length > 0) {
      this.#events.facts(turn.facts);
    }
    if (turn.gap) {
      this.#renew(channel);
    }
    this.#goLiveWhenComplete();
  }

  #takeStatus(system: string): void {
    this.#events.systemStatus(system);
    if (this.#statusDueAt !== null) {
      this.#statusDueAt = null;
      for (const channel of Object.values(this.#channels)) {
        channel.begin();
      }
    }
  }

  #takeReply(reply: SocketReply): void {
    if (this.#trading.take(reply)) {
      return;
    }
    for (const channel of Object.values(this.#channels)) {
      const verdict = channel.take(reply);
      if (verdict.kind === "acknowledged") {
        if (reply.maximumRateCount !== null) {
          this.#ports.rates.observeMaximum(reply.maximumRateCount);
        }
        this.#goLiveWhenComplete();
      } else if (verdict.kind === "invalid session") {
        void this.#renewToken(null);
      } else if (verdict.kind === "refused") {
        const failure = replyFailure(verdict.text, "read", this.#ports.now());
        log("kraken_socket_subscription_refused", { channel: channel.name, error: failure.text });
        const longest = failure.class === "suspended" ? this.#ports.now() + LONGEST_DELAY_MS.venue : null;
        this.#connection.reset(`${channel.name} refused: ${failure.text}`, failure.retryAt ?? longest);
        this.#events.refused(failure);
      }
    }
  }

  #goLiveWhenComplete(): void {
    if (!this.#isLive && Object.values(this.#channels).every((channel) => channel.isComplete)) {
      this.#isLive = true;
      this.#wasLive = true;
      this.#events.live();
    }
  }

  /** Frames of the channel were missed, or may have been. */
  #renew(name: PrivateChannel): void {
    log("kraken_socket_gap", { channel: name });
    this.#isLive = false;
    this.#expected.clear();
    this.#events.gap(name);
    this.#channels[name].renew();
  }

  /** Fetches a new token and asks again for what the old one was refused for; `renewed` is bound to the new one. */
  async #renewToken(renewed: PrivateChannel | null): Promise<void> {
    const refusedToken = this.#token;
    if (this.#isRenewingToken || refusedToken === null) {
      return;
    }
    this.#isRenewingToken = true;
    this.#tokens.forget();
    let reason = "the token port failed";
    let retryAt: Milliseconds | null = null;
    try {
      const reply = await this.#tokens.fresh();
      if (this.#token !== refusedToken) {
        return;
      }
      if (reply.ok) {
        this.#token = reply.value;
        this.#isRenewingToken = false;
        for (const channel of Object.values(this.#channels)) {
          channel.retry();
        }
        if (renewed !== null) {
          this.#renew(renewed);
        }
        return;
      }
      reason = `no token: ${reply.failure.text}`;
      retryAt = reply.failure.retryAt;
      this.#events.refused(reply.failure);
    } catch (error) {
      logUnexpected("kraken_socket_token_failed", error, {});
    } finally {
      this.#isRenewingToken = false;
      this.#arm();
    }
    this.#connection.reset(reason, retryAt);
  }

  #checkExpected(now: Milliseconds): void {
    const isSilent = [...this.#expected.values()].some((due) => due <= now);
    if (isSilent) {
      this.#renew("executions");
    }
  }

  #newChannels(): Readonly<Record<PrivateChannel, Channel>> {
    const ports: ChannelPorts = {
      now: this.#ports.now,
      random: this.#ports.random,
      nextRequestId: () => this.#nextRequestId(),
      send: (requestId, method, params) => this.#sendRequest(requestId, method, params),
    };
    return {
      executions: new Channel("executions", this.#executions, ports),
      balances: new Channel("balances", this.#balances, ports),
    };
  }

  /** Parameters of subscriptions are inside `params` as those of trading are, and both carry the token. */
  #sendRequest(requestId: number, method: string, params: WireObject): boolean {
    return (
      this.#token !== null && this.#connection.send(requestText(method, { ...params, token: this.#token }, requestId))
    );
  }

  #nextRequestId(): number {
    // Ids stay below 2^31 (PROTOCOL §5.2).
    this.#requestId = (this.#requestId % 1_000_000_000) + 1;
    return this.#requestId;
  }

  #armed<T>(promise: Promise<T> | null): Promise<T> | null {
    this.#arm();
    return promise;
  }

  #dueAt(): Milliseconds {
    return Math.min(
      this.#connection.dueAt,
      this.#trading.dueAt,
      this.#statusDueAt ?? Infinity,
      ...Object.values(this.#channels).map((channel) => channel.dueAt),
      ...this.#expected.values(),
    );
  }

  /** One timer for whatever is due first. One that rings too early finds nothing to do and sets the next. */
  #arm(): void {
    const due = this.#dueAt();
    if (this.#timer !== null && this.#timer.at <= due && due !== Infinity) {
      return;
    }
    this.#timer?.cancel();
    this.#timer = null;
    if (due !== Infinity) {
      const cancel = this.#ports.schedule(due, () => {
        this.#timer = null;
        this.check();
      });
      this.#timer = { at: due, cancel };
    }
  }
}
