/**
 * Two clocks (DESIGN): deadlines, sessions and budgets run on wall time, orders and days on market time. The two are one,
 * except in a replay, whose time is learned from the feed's answers and carried on from the last of them.
 */
import type { Market } from "../../domain/market.ts";

/** A replay may run faster than the wall: nothing that is due by its clock is left alone for longer. */
const REPLAY_LOOK_MS = 5_000;

export class Clock {
  readonly #wall: () => number;
  readonly #replay: boolean;
  /** Market time − wall time by the last answer; null while a replay's time is not known. */
  #offset: number | null;
  #latest = 0;

  constructor(market: Market, wall: () => number) {
    this.#wall = wall;
    this.#replay = market === "replay";
    this.#offset = this.#replay ? null : 0;
  }

  /** False while market time has to be asked for first. */
  get isKnown(): boolean {
    return this.#offset !== null;
  }

  /** False in a replay. */
  get followsWall(): boolean {
    return !this.#replay;
  }

  wall(): number {
    return this.#wall();
  }

  /** Market time now; never runs backwards. */
  market(): number {
    if (this.#offset === null || !this.#replay) {
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

  /** The wall time at which to look whether market time has reached `time`. */
  toWall(time: number): number {
    return this.#replay ? Math.min(time - (this.#offset ?? 0), this.#wall() + REPLAY_LOOK_MS) : time;
  }

  /** The wall time of the next equity sample: each minute, more often in a replay, which may run faster. */
  nextSample(): number {
    const now = this.#wall();
    return this.#replay ? now + REPLAY_LOOK_MS : (Math.floor(now / 60_000) + 1) * 60_000;
  }
}
