/**
 * Two clocks (DESIGN): deadlines, sessions and budgets run on wall time, orders and days on market time. The two are one,
 * except in a replay, whose time is learned from the feed's answers and carried on from the last of them.
 */
import type { Market } from "../../domain/market.ts";

export class Clock {
  readonly #wall: () => number;
  readonly #replay: boolean;
  #offset = 0;
  #latest = 0;

  constructor(market: Market, wall: () => number) {
    this.#wall = wall;
    this.#replay = market === "replay";
  }

  wall(): number {
    return this.#wall();
  }

  /** Market time now; never runs backwards. */
  market(): number {
    if (!this.#replay) {
      return this.#wall();
    }
    this.#latest = Math.max(this.#latest, this.#wall() + this.#offset);
    return this.#latest;
  }

  /** Learns the market time that an answer of the feed carries. */
  saw(marketTime: number): void {
    if (this.#replay) {
      this.#offset = marketTime - this.#wall();
      this.#latest = Math.max(this.#latest, marketTime);
    }
  }

  /** The wall time at which market time will be `time` if both run alike. */
  toWall(time: number): number {
    return this.#replay ? time - this.#offset : time;
  }
}
