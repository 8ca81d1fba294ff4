/** The topics that anybody watches, and which of them have something new to say. */
import type { Topic } from "../../../contract/market-socket.ts";
import { TIMEFRAMES, type Milliseconds, type Symbol } from "../../../domain/market.ts";
import { makePublisher, type FeedSource, type Publisher } from "./publishers.ts";
import { parseTopicKey, symbolOfKey, topicKey, type TopicKey } from "./topics.ts";

export class PublisherTable {
  readonly #source: FeedSource;
  readonly #entries = new Map<TopicKey, { publisher: Publisher; watchers: number }>();
  readonly #dirty = new Set<TopicKey>();

  constructor(source: FeedSource) {
    this.#source = source;
  }

  /** True while a flush has anything to look at. */
  get isBusy(): boolean {
    return this.#dirty.size > 0;
  }

  isWatched(key: TopicKey): boolean {
    return this.#entries.has(key);
  }

  /** Symbols that anybody looks at. */
  symbols(): ReadonlySet<Symbol> {
    return new Set(Array.from(this.#entries.keys(), symbolOfKey));
  }

  /** One more session watches the topic. */
  add(topic: Topic): void {
    const key = topicKey(topic);
    const entry = this.#entries.get(key) ?? { publisher: makePublisher(topic, this.#source), watchers: 0 };
    entry.watchers += 1;
    this.#entries.set(key, entry);
  }

  /** One session less. */
  release(key: TopicKey): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined) {
      entry.watchers -= 1;
      if (entry.watchers === 0) {
        this.#entries.delete(key);
        this.#dirty.delete(key);
      }
    }
  }

  /** The next flush looks at the topic. */
  mark(key: TopicKey): void {
    this.#dirty.add(key);
  }

  /** Publishers of the symbol begin again, as if nothing had been published yet. */
  restart(symbol: Symbol): void {
    for (const [key, entry] of this.#entries) {
      const topic = symbolOfKey(key) === symbol ? parseTopicKey(key) : null;
      if (topic !== null) {
        entry.publisher = makePublisher(topic, this.#source);
      }
    }
  }

  /** Something of a symbol changed. */
  changed(symbol: Symbol, channel: Topic["channel"]): void {
    const key = `${channel}|${symbol}`;
    const keys = channel === "candles" ? TIMEFRAMES.map((interval) => `${key}|${interval}`) : [key];
    for (const each of keys) {
      if (this.#entries.has(each)) {
        this.#dirty.add(each);
      }
    }
  }

  /** The serialised changes of all topics that are due; the others stay marked. */
  takeDeltas(now: Milliseconds): ReadonlyMap<TopicKey, string> {
    const deltas = new Map<TopicKey, string>();
    for (const key of this.#dirty) {
      const publisher = this.#entries.get(key)?.publisher;
      if (publisher?.isDue(now) === false) {
        continue;
      }
      this.#dirty.delete(key);
      const text = publisher?.delta(now) ?? null;
      if (text !== null) {
        deltas.set(key, text);
      }
    }
    return deltas;
  }

  /** The serialised whole of a topic, or empty text while there is none. */
  snapshot(key: TopicKey): string {
    return this.#entries.get(key)?.publisher.snapshot() ?? "";
  }
}
