/**
 * One private subscription: asked for, acknowledged, complete with its snapshot, and asked for anew after a gap (PROTOCOL §5.2,
 * §6.1). A subscription that is refused or not answered leaves the heartbeats running, so both are looked at.
 */
import type { Milliseconds } from "../../../../domain/market.ts";
import type { PrivateChannel } from "../../../../domain/venue/execution-stream-facts.ts";
import { reconnectDelay } from "../../../market-feed/venue/backoff.ts";
import type { SocketReply } from "./frames.ts";
import { isInvalidSession } from "./refusals.ts";
import type { WireObject } from "./wire.ts";

/** For the acknowledgement and the snapshot, which came within half a second in recordings. */
const ANSWER_LIMIT_MS = 10_000;
/** Gaps that follow each other this closely are met with growing patience. */
const CALM_AFTER_MS = 30_000;
const LONGEST_REST_MS = 30_000;
/** How often one subscription is asked for again because of what the venue answered, before it counts as refused. */
const MOST_RETRIES = 3;

/** What the `take`n reply means for the connection. */
export type ChannelVerdict =
  | { readonly kind: "ignored" }
  | { readonly kind: "acknowledged" }
  | { readonly kind: "invalid session" }
  | { readonly kind: "refused"; readonly text: string };

type Stream = { readonly complete: boolean; expectSnapshot(): void; lose(): void };

export type ChannelPorts = {
  readonly now: () => Milliseconds;
  readonly random: () => number;
  readonly nextRequestId: () => number;
  /** Sends a request with the connection's token; false when the line is down. */
  readonly send: (requestId: number, method: "subscribe" | "unsubscribe", params: WireObject) => boolean;
};

const paramsOf: Readonly<Record<PrivateChannel, WireObject>> = {
  executions: { channel: "executions", snap_orders: true, snap_trades: true, order_status: true, ratecounter: true },
  balances: { channel: "balances", snapshot: true },
};

type Phase =
  | { readonly kind: "off" }
  /** Between a gap and the next try. */
  | { readonly kind: "resting"; readonly until: Milliseconds }
  | { readonly kind: "leaving" | "asking"; readonly requestId: number; readonly until: Milliseconds }
  | { readonly kind: "acknowledged"; readonly until: Milliseconds };

const IGNORED: ChannelVerdict = { kind: "ignored" };

export class Channel {
  readonly name: PrivateChannel;
  readonly #stream: Stream;
  readonly #ports: ChannelPorts;
  #phase: Phase = { kind: "off" };
  #renewals = 0;
  #renewedAt: Milliseconds | null = null;
  #retries = 0;

  constructor(name: PrivateChannel, stream: Stream, ports: ChannelPorts) {
    this.name = name;
    this.#stream = stream;
    this.#ports = ports;
  }

  /** Acknowledged, and everything since the snapshot was seen. */
  get isComplete(): boolean {
    return this.#phase.kind === "acknowledged" && this.#stream.complete;
  }

  get dueAt(): Milliseconds {
    return this.#phase.kind === "off" || this.isComplete ? Infinity : this.#phase.until;
  }

  /** Subscribes on a new connection. */
  begin(): void {
    this.#renewals = 0;
    this.#renewedAt = null;
    this.#retries = 0;
    this.#ask();
  }

  /** The connection is gone. */
  end(): void {
    this.#phase = { kind: "off" };
    this.#stream.lose();
  }

  /** Leaves the subscription and asks for it anew: at once the first time, later when that happens again and again. */
  renew(): void {
    if (this.#phase.kind === "off" || this.#phase.kind === "resting" || this.#phase.kind === "leaving") {
      return;
    }
    const now = this.#ports.now();
    const isSoonAgain = this.#renewedAt !== null && now - this.#renewedAt < CALM_AFTER_MS;
    this.#renewals = isSoonAgain ? this.#renewals + 1 : 1;
    this.#renewedAt = now;
    this.#stream.lose();
    const rest = reconnectDelay(this.#renewals, this.#ports.random(), LONGEST_REST_MS);
    if (rest > 0) {
      this.#phase = { kind: "resting", until: now + rest };
    } else {
      this.#leave();
    }
  }

  /** Takes a reply that nobody else waits for. */
  take(reply: SocketReply): ChannelVerdict {
    const phase = this.#phase;
    if (phase.kind !== "leaving" && phase.kind !== "asking") {
      return IGNORED;
    }
    // A refusal for the token was recorded without a request id.
    const isOurs = reply.requestId === null ? reply.channel === this.name : reply.requestId === phase.requestId;
    if (!isOurs) {
      return IGNORED;
    }
    if (reply.error !== null && isInvalidSession(reply.error) && this.#retries < MOST_RETRIES) {
      return { kind: "invalid session" };
    }
    if (phase.kind === "leaving") {
      // Refused because there is nothing to leave is as good.
      this.#ask();
      return IGNORED;
    }
    if (reply.error === null) {
      this.#phase = { kind: "acknowledged", until: phase.until };
      this.#retries = 0;
      return { kind: "acknowledged" };
    }
    if (/^already subscribed/i.test(reply.error) && this.#retries < MOST_RETRIES) {
      this.#retries += 1;
      this.#leave();
      return IGNORED;
    }
    return { kind: "refused", text: reply.error };
  }

  /** Asks again with a new token. */
  retry(): void {
    if (this.#phase.kind === "leaving" || this.#phase.kind === "asking") {
      this.#retries += 1;
      this.#leave();
    }
  }

  /** Does what is due. False when the venue did not answer in time: the connection is of no use. */
  check(now: Milliseconds): boolean {
    if (now < this.dueAt) {
      return true;
    }
    if (this.#phase.kind === "resting") {
      this.#leave();
      return true;
    }
    return false;
  }

  #leave(): void {
    this.#request("leaving", "unsubscribe", { channel: this.name });
  }

  #ask(): void {
    this.#stream.expectSnapshot();
    this.#request("asking", "subscribe", paramsOf[this.name]);
  }

  #request(kind: "leaving" | "asking", method: "subscribe" | "unsubscribe", params: WireObject): void {
    const requestId = this.#ports.nextRequestId();
    // Remembered first: the reply may be here before `send` returns.
    this.#phase = { kind, requestId, until: this.#ports.now() + ANSWER_LIMIT_MS };
    if (!this.#ports.send(requestId, method, params)) {
      this.end();
    }
  }
}
