/**
 * What the venue was asked for and what it acknowledged. A refused or unanswered subscription leaves the socket open and the
 * heartbeats running, so an unchecked acknowledgement is a dead market that nobody notices (PROTOCOL §5.2).
 */
import type { Symbol } from "../../../domain/market.ts";

export const SYMBOL_CHANNELS = ["book", "ticker", "trade"] as const;
export type SymbolChannel = (typeof SYMBOL_CHANNELS)[number];
export type Channel = SymbolChannel | "instrument";

/** Depth at which books are kept. */
export const BOOK_DEPTH = 100;

type Request = Readonly<Record<string, unknown>>;
type Send = (request: Request) => number | null;
/** `attempts`: how often it was asked for in vain. */
type State = { status: "asked" | "acknowledged" | "refused"; askedAt: number; attempts: number };

export type Reply = {
  readonly method: string;
  readonly success: boolean;
  readonly error: string | null;
  readonly channel: string | null;
  readonly symbol: string | null;
  readonly requestId: number | null;
};

/** What a reply means for the market it concerns. */
export type ReplyOutcome =
  | { readonly kind: "ignored" }
  | { readonly kind: "acknowledged"; readonly channel: Channel; readonly symbol: Symbol }
  | { readonly kind: "refused"; readonly channel: Channel; readonly symbol: Symbol; readonly error: string };

const GROUP = 10;
const ACKNOWLEDGE_LIMIT_MS = 10_000;
const INSTRUMENT = "*";

export class Subscriptions {
  readonly #send: Send;
  readonly #now: () => number;
  readonly #states = new Map<string, State>();
  readonly #channelOfRequest = new Map<number, Channel>();

  constructor(send: Send, now: () => number) {
    this.#send = send;
    this.#now = now;
  }

  /** A new connection knows nothing: forget every state. */
  forgetAll(): void {
    this.#states.clear();
    this.#channelOfRequest.clear();
  }

  subscribeInstruments(): void {
    this.#ask("instrument", [INSTRUMENT]);
  }

  /** Subscribes all channels of the symbols, a few symbols to a message. */
  subscribe(symbols: readonly Symbol[]): void {
    for (let start = 0; start < symbols.length; start += GROUP) {
      const group = symbols.slice(start, start + GROUP);
      for (const channel of SYMBOL_CHANNELS) {
        this.#ask(channel, group);
      }
    }
  }

  unsubscribe(symbol: Symbol): void {
    for (const channel of SYMBOL_CHANNELS) {
      if (this.#states.delete(stateKey(channel, symbol))) {
        this.#remember(channel, this.#send({ method: "unsubscribe", params: params(channel, [symbol], false) }));
      }
    }
  }

  /** Unsubscribes and subscribes one channel of one symbol, which brings a new snapshot. */
  renew(channel: SymbolChannel, symbol: Symbol): void {
    this.#remember(channel, this.#send({ method: "unsubscribe", params: params(channel, [symbol], false) }));
    this.#ask(channel, [symbol]);
  }

  /** Takes an acknowledgement or a refusal in. */
  take(reply: Reply): ReplyOutcome {
    const channel = this.#channelOf(reply);
    if (reply.method !== "subscribe" || channel === null) {
      return { kind: "ignored" };
    }
    const symbol = reply.symbol ?? INSTRUMENT;
    const state = this.#states.get(stateKey(channel, symbol));
    if (state === undefined) {
      return { kind: "ignored" };
    }
    if (reply.success || reply.error?.toLowerCase().startsWith("already subscribed") === true) {
      state.status = "acknowledged";
      // A renewal that fails later is the first failure, not the second.
      state.attempts = -1;
      return { kind: "acknowledged", channel, symbol };
    }
    state.status = "refused";
    state.askedAt = this.#now();
    return { kind: "refused", channel, symbol, error: reply.error ?? "refused without a reason" };
  }

  /** Asks again for what was not answered in time or refused; answers what had to be asked again. */
  retryOverdue(): readonly { readonly channel: Channel; readonly symbol: Symbol }[] {
    const now = this.#now();
    const overdue = [...this.#states]
      .filter(
        ([, state]) =>
          state.status !== "acknowledged" &&
          now - state.askedAt > ACKNOWLEDGE_LIMIT_MS * 2 ** Math.min(state.attempts, 5),
      )
      .map(([key]) => splitKey(key));
    for (const { channel, symbol } of overdue) {
      this.#ask(channel, [symbol]);
    }
    return overdue;
  }

  #ask(channel: Channel, symbols: readonly Symbol[]): void {
    const requestId = this.#send({ method: "subscribe", params: params(channel, symbols, true) });
    if (requestId === null) {
      return;
    }
    this.#remember(channel, requestId);
    for (const symbol of symbols) {
      const key = stateKey(channel, symbol);
      const attempts = (this.#states.get(key)?.attempts ?? -1) + 1;
      this.#states.set(key, { status: "asked", askedAt: this.#now(), attempts });
    }
  }

  #remember(channel: Channel, requestId: number | null): void {
    if (requestId !== null) {
      this.#channelOfRequest.set(requestId, channel);
    }
    for (const oldest of this.#channelOfRequest.keys()) {
      if (this.#channelOfRequest.size <= 1_000) {
        break;
      }
      this.#channelOfRequest.delete(oldest);
    }
  }

  /** A refusal names no channel: the request id tells which one it was. */
  #channelOf(reply: Reply): Channel | null {
    if (reply.channel === "instrument") {
      return "instrument";
    }
    const named = SYMBOL_CHANNELS.find((each) => each === reply.channel);
    return named ?? (reply.requestId === null ? null : (this.#channelOfRequest.get(reply.requestId) ?? null));
  }
}

function params(channel: Channel, symbols: readonly Symbol[], subscribing: boolean): Request {
  return {
    channel,
    ...(channel === "instrument" ? {} : { symbol: symbols }),
    ...(channel === "book" ? { depth: BOOK_DEPTH } : {}),
    ...(channel === "ticker" ? { event_trigger: "bbo" } : {}),
    // Whether `trade` sends a snapshot by default differs between sources: always say it (PROTOCOL §5.4).
    ...(subscribing ? { snapshot: true } : {}),
  };
}

function stateKey(channel: Channel, symbol: Symbol): string {
  return `${channel} ${symbol}`;
}

function splitKey(key: string): { readonly channel: Channel; readonly symbol: Symbol } {
  const [name = "", symbol = ""] = key.split(" ");
  return { channel: SYMBOL_CHANNELS.find((each) => each === name) ?? "instrument", symbol };
}
