/**
 * Market time. It is the machine's clock while the venue agrees with it, and the newest time that the venue has shown where it
 * does not: in a replay or in virtual time the market's clock is the tape's.
 */
import type { Market, Milliseconds } from "../../domain/market.ts";

/** A venue this far from our clock does not run on it. */
const REAL_TIME_LIMIT_MS = 60_000;

export class MarketClock {
  readonly #market: Market;
  readonly #now: () => Milliseconds;
  #seen: Milliseconds | null = null;
  #realTime = true;

  constructor(market: Market, now: () => Milliseconds) {
    this.#market = market;
    this.#now = now;
  }

  /** False in a replay before the venue has shown its time: the machine's clock would be years off. */
  get isKnown(): boolean {
    return this.#market !== "replay" || this.#seen !== null;
  }

  /** Takes the time stamp of something that just happened at the venue. */
  observe(time: Milliseconds | null): void {
    if (time === null || (this.#seen !== null && time <= this.#seen)) {
      return;
    }
    this.#seen = time;
    this.#realTime = this.#market !== "replay" && Math.abs(time - this.#now()) <= REAL_TIME_LIMIT_MS;
  }

  /** The tape began anew (another replay): what was seen before means nothing. */
  restart(): void {
    this.#seen = null;
    this.#realTime = true;
  }

  marketTime(): Milliseconds {
    return this.#market === "live" || this.#realTime || this.#seen === null ? this.#now() : this.#seen;
  }
}
