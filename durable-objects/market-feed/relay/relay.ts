/**
 * A relay between the root feed and many clients: one connection to the root, however many sockets hang on it. It watches
 * what its clients watch, keeps the values that the root sends, and publishes them with the same conflation (DESIGN, parts).
 */
import { marketServerFrame, type MarketServerFrame, type Topic } from "../../../contract/market-socket.ts";
import type { Market, Milliseconds, Symbol } from "../../../domain/market.ts";
import { ok, refuse, type Problem, type Result } from "../../../domain/problem.ts";
import { log } from "../../lib/log.ts";
import { FanOut } from "../fan-out/fan-out.ts";
import type { BookState, FeedSource } from "../fan-out/publishers.ts";
import type { ClientSocket } from "../fan-out/session.ts";
import { parseTopicKey, topicKey, type TopicKey } from "../fan-out/topics.ts";
import { LONGEST_DELAY_MS } from "../venue/backoff.ts";
import { VenueLink, type LinkSocket } from "../venue/link.ts";
import { Waiters } from "../waiters.ts";
import { TopicCache } from "./topic-cache.ts";

export type RelayPorts = {
  readonly market: Market;
  readonly dial: () => Promise<LinkSocket>;
  readonly now: () => Milliseconds;
  readonly random: () => number;
  readonly after: (milliseconds: number, run: () => void) => void;
};

type Subscription = {
  state: "asked" | "made" | "refused";
  readonly cache: TopicCache;
  error: Problem | null;
};

const WATCH_WAIT_MS = 6_000;
const ACKNOWLEDGE_AFTER_MS = 1_000;
const CHECK_EVERY_MS = 1_000;
const TOPICS_PER_FRAME = 100;

export class Relay {
  readonly fanOut: FanOut;
  readonly #ports: RelayPorts;
  readonly #link: VenueLink;
  readonly #waiters = new Waiters();
  readonly #topics = new Map<TopicKey, Subscription>();
  #rootConnected = false;
  #marketTime: Milliseconds | null = null;
  #acknowledgedAt: Milliseconds = 0;
  #checkedAt: Milliseconds = 0;
  #requestId = 0;

  constructor(ports: RelayPorts) {
    this.#ports = ports;
    this.#link = new VenueLink(
      // The root is our own: no connect budget, and "ping" as text is answered without waking it.
      {
        ...ports,
        dials: () => [],
        recordDial: () => undefined,
        longestDelay: LONGEST_DELAY_MS.own,
        pingText: "ping",
      },
      {
        opened: () => {
          this.#subscribe([...this.#topics.keys()]);
        },
        received: (text) => {
          this.#received(text);
        },
        closed: () => {
          this.#rootConnected = false;
          this.#tellAll();
        },
      },
    );
    this.fanOut = new FanOut({
      market: ports.market,
      now: ports.now,
      marketTime: () => this.#marketTime ?? ports.now(),
      connected: () => this.#isConnected(),
      watch: (topic) => this.#watch(topic),
      beforeFlush: () => {
        if (ports.now() - this.#checkedAt >= CHECK_EVERY_MS) {
          this.check();
        }
      },
      source: this.#source(),
    });
  }

  /** Takes over sockets that outlived the object. */
  start(sockets: readonly ClientSocket[]): void {
    for (const topic of this.fanOut.restore(sockets)) {
      this.#ask(topic);
    }
    this.check();
  }

  /** Keeps the link up while there are clients, and lets go of topics that nobody watches any more. */
  check(): void {
    this.#checkedAt = this.#ports.now();
    if (this.fanOut.size === 0) {
      this.#topics.clear();
      this.#link.rest("no clients");
      return;
    }
    this.#link.check();
    const left = [...this.#topics].flatMap(([key, { state }]) => {
      const topic = parseTopicKey(key);
      return topic !== null && state === "made" && !this.fanOut.isWatched(topic) ? [topic] : [];
    });
    if (left.length > 0) {
      for (const topic of left) {
        this.#topics.delete(topicKey(topic));
      }
      this.#say({ type: "unsubscribe", id: this.#nextId(), topics: left.slice(0, TOPICS_PER_FRAME) });
    }
  }

  async #watch(topic: Topic): Promise<Result<null>> {
    const subscription = this.#ask(topic);
    this.#link.check();
    await this.#waiters.until(() => subscription.state !== "asked", WATCH_WAIT_MS);
    if (subscription.state === "made") {
      return ok(null);
    }
    this.#topics.delete(topicKey(topic));
    return subscription.error === null
      ? refuse("MARKET_UNAVAILABLE", "The market feed cannot be reached at the moment.")
      : { ok: false, error: subscription.error };
  }

  #ask(topic: Topic): Subscription {
    const key = topicKey(topic);
    const known = this.#topics.get(key);
    if (known !== undefined) {
      return known;
    }
    const subscription: Subscription = { state: "asked", cache: new TopicCache(), error: null };
    this.#topics.set(key, subscription);
    this.#subscribe([key]);
    return subscription;
  }

  #subscribe(keys: readonly TopicKey[]): void {
    const topics = keys.flatMap((key) => parseTopicKey(key) ?? []);
    for (let start = 0; start < topics.length; start += TOPICS_PER_FRAME) {
      this.#say({ type: "subscribe", id: this.#nextId(), topics: topics.slice(start, start + TOPICS_PER_FRAME) });
    }
  }

  #received(text: string): void {
    if (text === "pong") {
      return;
    }
    const frame = readServerFrame(text);
    switch (frame?.type) {
      case undefined:
        log("relay_frame_unread", { text: text.slice(0, 200) });
        return;
      case "hello":
        this.#rootConnected = frame.connected;
        this.#marketTime = frame.marketTime;
        this.#tellAll();
        return;
      case "subscribed":
        this.#answered(frame);
        return;
      case "frame":
        this.#apply(frame);
        return;
      case "error":
        log("relay_told_of_error", { code: frame.error.code });
        return;
      case "unsubscribed":
    }
  }

  #answered(frame: Extract<MarketServerFrame, { type: "subscribed" }>): void {
    for (const topic of frame.topics) {
      const subscription = this.#topics.get(topicKey(topic));
      if (subscription !== undefined) {
        subscription.state = "made";
      }
    }
    for (const { topic, error } of frame.refused) {
      const subscription = this.#topics.get(topicKey(topic));
      if (subscription !== undefined) {
        subscription.state = "refused";
        subscription.error = error;
      }
    }
    this.#waiters.notify();
  }

  #apply(frame: Extract<MarketServerFrame, { type: "frame" }>): void {
    this.#marketTime = frame.marketTime;
    if (this.#rootConnected !== frame.connected) {
      this.#rootConnected = frame.connected;
      this.#tellAll();
    }
    for (const update of frame.updates) {
      const { channel, symbol } = update;
      const topic: Topic =
        update.channel === "candles"
          ? { channel: "candles", symbol, interval: update.interval }
          : { channel: update.channel, symbol };
      const key = topicKey(topic);
      const cache = this.#topics.get(key)?.cache;
      const newest = cache?.trades().at(-1)?.id ?? 0;
      if (cache?.apply(update) === false) {
        this.#subscribe([key]);
      } else if ((cache?.trades().at(-1)?.id ?? Infinity) < newest) {
        // The venue's tape began anew.
        this.fanOut.restarted(symbol);
      } else if (channel === "candles" && update.kind === "snapshot") {
        this.fanOut.replaced(topic);
      } else {
        this.fanOut.changed(symbol, channel);
      }
    }
    const now = this.#ports.now();
    if (now - this.#acknowledgedAt >= ACKNOWLEDGE_AFTER_MS) {
      this.#acknowledgedAt = now;
      this.#say({ type: "acknowledge", frame: frame.frame });
    }
  }

  #source(): FeedSource {
    const cacheOf = (topic: Topic): TopicCache | undefined => this.#topics.get(topicKey(topic))?.cache;
    return {
      ticker: (symbol) => {
        const ticker = cacheOf({ channel: "ticker", symbol })?.ticker() ?? null;
        return ticker === null || this.#link.connected
          ? ticker
          : { ...ticker, fresh: false, staleSince: ticker.staleSince ?? this.#marketTime, staleReason: "connecting" };
      },
      book: (symbol) => this.#bookOf(cacheOf({ channel: "book", symbol })),
      trades: (symbol) => cacheOf({ channel: "trades", symbol })?.trades() ?? [],
      candles: (symbol, interval, from) => cacheOf({ channel: "candles", symbol, interval })?.candles(from) ?? [],
    };
  }

  #bookOf(cache: TopicCache | undefined): BookState | null {
    const book = cache?.book() ?? null;
    return book === null || this.#link.connected ? book : { ...book, fresh: false };
  }

  #tellAll(): void {
    const symbols = new Set<Symbol>();
    for (const key of this.#topics.keys()) {
      symbols.add(parseTopicKey(key)?.symbol ?? "");
    }
    for (const symbol of symbols) {
      this.fanOut.changed(symbol, "ticker");
      this.fanOut.changed(symbol, "book");
    }
    this.fanOut.statusChanged();
  }

  #isConnected(): boolean {
    return this.#link.connected && this.#rootConnected;
  }

  #nextId(): number {
    this.#requestId += 1;
    return this.#requestId;
  }

  #say(frame: object): void {
    this.#link.sendText(JSON.stringify(frame));
  }
}

function readServerFrame(text: string): MarketServerFrame | null {
  try {
    const parsed = marketServerFrame.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
