/**
 * The private WebSocket of one key (TRADING §6, PROTOCOL §6): a connection, two subscriptions whose deltas are put together, and
 * trading over the same line. It is live only while both subscriptions are complete; whoever wants to trade before that takes
 * REST. One timer at a time, through the port, and none while it is closed.
 */
import type { Milliseconds } from "../../../../domain/market.ts";
import type { PrivateChannel, StreamTurn } from "../../../../domain/venue/execution-stream-facts.ts";
import type { VenueReply } from "../../../../domain/venue/failure.ts";
import type { VenueAmendWish, VenueCancelWish, VenueOrderWish } from "../../../../domain/venue/wishes.ts";
import { log, logUnexpected } from "../../../lib/log.ts";
import { LONGEST_DELAY_MS } from "../../../market-feed/venue/backoff.ts";
import { AwaitedRows } from "./awaited-rows.ts";
import { Connection } from "./connection.ts";
import { readPrivateFrame, type PrivateMessage, type SocketReply } from "./frames.ts";
import { OneTimer } from "./one-timer.ts";
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
import { SessionToken } from "./session-token.ts";
import { Subscriptions } from "./subscriptions.ts";
import { TokenKeeper } from "./token-keeper.ts";
import { SocketTrading } from "./trading.ts";
import type { WireObject } from "./wire.ts";

/** The venue tells its status right after the connect (PROTOCOL §5.1). */
const STATUS_LIMIT_MS = 10_000;

export class PrivateSocket implements PrivateSocketControl {
  readonly #ports: PrivateSocketPorts;
  readonly #events: PrivateSocketEvents;
  readonly #tokens: TokenKeeper;
  readonly #connection: Connection;
  readonly #trading: SocketTrading;
  readonly #awaited = new AwaitedRows();
  readonly #timer: OneTimer;
  #subscriptions: Subscriptions;
  readonly #token: SessionToken;
  /** Until when the status has to come; null once it did. */
  #statusDueAt: Milliseconds | null = null;
  #isLive = false;
  #wasLive = false;
  #requestId = 0;

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
    this.#token = new SessionToken(this.#tokens, {
      refused: (failure) => {
        events.refused(failure);
      },
      failed: (reason, retryAt) => {
        this.#connection.reset(reason, retryAt);
      },
      settled: () => {
        this.#arm();
      },
    });
    this.#trading = new SocketTrading({
      isLive: () => this.#isLive,
      nextRequestId: () => this.#nextRequestId(),
      send: (requestId, method, params) => this.#sendRequest(requestId, method, params),
      now: ports.now,
      rates: ports.rates,
      placed: (venueOrderId) => {
        if (this.#subscriptions.executions.order(venueOrderId) === null) {
          this.#awaited.expect(venueOrderId, ports.now());
        }
      },
      invalidSession: () => {
        this.#renewToken("executions");
      },
    });
    this.#timer = new OneTimer(ports.schedule, () => {
      this.check();
    });
    this.#subscriptions = this.#newSubscriptions();
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
    for (const channel of this.#subscriptions.all) {
      if (!channel.check(now)) {
        this.#connection.reset(`${channel.name} not answered`);
      }
    }
    if (this.#awaited.isOverdue(now)) {
      this.#renew("executions");
    }
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
    this.#token.begin(token);
    this.#statusDueAt = this.#ports.now() + STATUS_LIMIT_MS;
    this.#arm();
  }

  #lost(reason: string): void {
    this.#token.end();
    this.#statusDueAt = null;
    this.#awaited.forget();
    this.#isLive = false;
    for (const channel of this.#subscriptions.all) {
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
      this.#subscriptions = this.#newSubscriptions();
    }
    this.#arm();
  }

  #take(message: PrivateMessage, text: string): void {
    const { executions, balances } = this.#subscriptions;
    switch (message.kind) {
      case "executions":
        this.#tell("executions", executions.take(message.frame));
        for (const { venueOrderId, symbol, points } of message.rateCounts) {
          const pair = symbol ?? executions.order(venueOrderId)?.symbol;
          if (pair !== undefined) {
            this.#ports.rates.observe(pair, points);
          }
        }
        this.#awaited.settle((id) => executions.order(id) !== null);
        return;
      case "balances":
        this.#tell("balances", balances.take(message.frame));
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
      for (const channel of this.#subscriptions.all) {
        channel.begin();
      }
    }
  }

  #takeReply(reply: SocketReply): void {
    if (this.#trading.take(reply)) {
      return;
    }
    for (const channel of this.#subscriptions.all) {
      const verdict = channel.take(reply);
      if (verdict.kind === "acknowledged") {
        if (reply.maximumRateCount !== null) {
          this.#ports.rates.observeMaximum(reply.maximumRateCount);
        }
        this.#goLiveWhenComplete();
      } else if (verdict.kind === "invalid session") {
        this.#renewToken(null);
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
    if (!this.#isLive && this.#subscriptions.isComplete) {
      this.#isLive = true;
      this.#wasLive = true;
      this.#events.live();
    }
  }

  /** Frames of the channel were missed, or may have been. */
  #renew(name: PrivateChannel): void {
    log("kraken_socket_gap", { channel: name });
    this.#isLive = false;
    this.#awaited.forget();
    this.#events.gap(name);
    this.#subscriptions.renew(name);
  }

  /** Asks again for what the old token was refused for; `renewed` is bound to the new one. */
  #renewToken(renewed: PrivateChannel | null): void {
    void this.#token.renew(() => {
      for (const channel of this.#subscriptions.all) {
        channel.retry();
      }
      if (renewed !== null) {
        this.#renew(renewed);
      }
    });
  }

  #newSubscriptions(): Subscriptions {
    const { now, random } = this.#ports;
    return new Subscriptions({
      now,
      random,
      nextRequestId: () => this.#nextRequestId(),
      send: (requestId, method, params) => this.#sendRequest(requestId, method, params),
    });
  }

  /** Parameters of subscriptions are inside `params` as those of trading are, and both carry the token. */
  #sendRequest(requestId: number, method: string, params: WireObject): boolean {
    const token = this.#token.value;
    return token !== null && this.#connection.send(requestText(method, { ...params, token }, requestId));
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
      this.#subscriptions.dueAt,
      this.#awaited.dueAt,
    );
  }

  #arm(): void {
    this.#timer.arm(this.#dueAt());
  }
}
