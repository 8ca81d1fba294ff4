/** What every part of one seed's world shares: time, the exchange, the desk's clock, the feed, and the draws. */
import type { MarketView } from "../../domain/market.ts";
import type { NameTable } from "../../domain/venue/names.ts";
import { createRandom, type Random } from "../../exchange-sim/random.ts";
import type { Feature } from "./features.ts";
import { HistoryModel } from "./history.ts";
import type { PrivateLines } from "./private-line.ts";
import { Story } from "./story.ts";
import { VirtualTime } from "./time.ts";
import { ModelExchange, SYMBOLS } from "./venue.ts";

export const START = 1_790_856_000_000;

export class Surroundings {
  readonly time = new VirtualTime(START);
  readonly story = new Story(this.time);
  readonly random: Random;
  /** Draws of its own, so that stories from before protection was drawn stay what they were. */
  readonly protection: Random;
  readonly exchange: ModelExchange;
  readonly clock = new DeskClock(this.time);
  readonly feed: Feed;
  /** Null: the seed has no private socket. */
  readonly lines: PrivateLines | null;
  /** Whether somebody watches the account, so that the socket stays open. */
  watched = false;
  /** Null: the seed has no D1. */
  readonly history: HistoryModel | null;
  names: NameTable = { symbols: {}, assets: {}, pairs: {} };
  /** False once everything works again. */
  storm = true;
  /** When the desk was last disturbed: what was wished before may be late. */
  troubledAt = START;
  readonly #ids: Random;
  readonly #features: ReadonlyMap<Feature, Random>;

  constructor(seed: string, features: readonly Feature[]) {
    this.random = createRandom(`${seed}/world`);
    this.#ids = createRandom(`${seed}/ids`);
    this.protection = createRandom(`${seed}/protection`);
    this.exchange = new ModelExchange(seed, this.time, (text) => {
      this.story.tell(text);
    });
    this.feed = new Feed(this.exchange);
    this.#features = new Map(features.map((feature) => [feature, createRandom(`${seed}/${feature}`)]));
    const socket = this.drawsOf("socket");
    this.lines = socket === null ? null : this.exchange.privateLines(socket.fork("line"));
    const history = this.drawsOf("history");
    this.history = history === null ? null : new HistoryModel(this.time, history.fork("line"));
  }

  /** The feature's own draws; null: it is not in this seed. */
  drawsOf(feature: Feature): Random | null {
    return this.#features.get(feature) ?? null;
  }

  newId(): string {
    const word = (length: number): string => Array.from({ length }, () => this.#ids.integer(16).toString(16)).join("");
    return `${word(8)}-${word(4)}-4${word(3)}-8${word(3)}-${word(12)}`;
  }
}

/** The desk's clock, which may stand still or step back. */
export class DeskClock {
  /** When it was last wrong, or set right again. */
  bentAt = 0;
  readonly #time: VirtualTime;
  #skew = 0;
  #frozenAt: number | null = null;

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  now(): number {
    return Math.floor(this.#frozenAt ?? this.#time.now + this.#skew);
  }

  freeze(): void {
    this.#frozenAt = this.now();
    this.bentAt = Infinity;
  }

  stepTo(skew: number): void {
    this.#frozenAt = null;
    this.#skew = skew;
    this.bentAt = Infinity;
  }

  mend(): void {
    if (this.bentAt === Infinity) {
      this.bentAt = this.#time.now;
    }
    this.#frozenAt = null;
    this.#skew = 0;
  }
}

export const FEED_STATES = ["good", "dead", "stale", "lying"] as const;

export class Feed {
  state: (typeof FEED_STATES)[number] = "good";
  readonly #exchange: ModelExchange;

  constructor(exchange: ModelExchange) {
    this.#exchange = exchange;
  }

  markets(): Readonly<Record<string, MarketView>> {
    if (this.state === "dead") {
      return {};
    }
    const lie = this.state === "lying" ? 1.03 : 1;
    return Object.fromEntries(
      SYMBOLS.map((symbol) => [symbol, this.#exchange.view(symbol, this.state !== "stale", lie)]),
    );
  }
}
