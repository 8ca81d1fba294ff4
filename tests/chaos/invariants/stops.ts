/** A stop that is gone is followed by an exit or a new stop: no position that wants one stands without (TRADING §4). */
import type { AccountState } from "../../../domain/account/state.ts";
import { restingStops } from "../../../domain/protection/resting-stop.ts";
import { protectionStanding } from "../../../domain/protection/standing.ts";
import { unevenEntries } from "../../../domain/protection/carried-stop.ts";
import { Broken } from "../story.ts";
import type { Surroundings } from "../surroundings.ts";

/** A refused stop is placed again after 10 s; the rest is for the look at the price and the way to the next commit. */
const WITHIN_MS = 13_000;

export class StopWatch {
  readonly #world: Surroundings;
  /** Since when nothing of the asset's stop is there or on its way, and nothing sells it. */
  #missingSince: ReadonlyMap<string, number> = new Map();
  #state: AccountState | null = null;

  constructor(world: Surroundings) {
    this.#world = world;
  }

  check(state: AccountState | null): void {
    const { time, troubledAt, clock } = this.#world;
    if (state !== this.#state) {
      this.#state = state;
      this.#missingSince = this.#missing(state);
    }
    for (const [asset, since] of this.#missingSince) {
      // A desk that was down, or did not know the time, begins anew.
      const from = Math.max(since, troubledAt, clock.bentAt);
      if (time.now > from + WITHIN_MS) {
        throw new Broken(`${asset} wants a stop and has had neither stop nor exit since ${String(from)}`);
      }
    }
  }

  #missing(state: AccountState | null): ReadonlyMap<string, number> {
    if (state?.venue?.connection.status !== "trading") {
      return new Map();
    }
    // One that was sent and has no answer is read first (TRADING §6): it may be there.
    const missing = Object.keys(state.protections).filter(
      (asset) =>
        protectionStanding(state, asset).status === "pending" &&
        restingStops(state, asset).length === 0 &&
        // Whether the exchange has made one for the fill is being read: until that is known nothing may be placed.
        unevenEntries(state, asset).length === 0,
    );
    return new Map(missing.map((asset) => [asset, this.#missingSince.get(asset) ?? this.#world.time.now]));
  }
}
