/** The one place that knows how full the account's counters are. REST and the private socket charge the same one. */
import type { Milliseconds, Symbol } from "../../../../domain/market.ts";
import {
  charge,
  filled,
  freshCounters,
  matchingCost,
  observe,
  resumed,
  tierOfMaximum,
  undecayed,
  waitUntil,
  withTier,
  type RateCost,
  type RateCounters,
  type Tier,
} from "../../../../domain/venue/rate-counters.ts";
import type { VenueUrgency } from "../../../../domain/venue/wishes.ts";

/** An order counts as this much younger than we believe: the venue's clock for it started when the order arrived. */
const TRAVEL_MS = 1_000;

/** A call is given up after so long, and arrives by then or hardly ever. */
export const LONGEST_TRAVEL_MS = 10_000;

export type RateKeeperPorts = {
  readonly now: () => Milliseconds;
  /** Called with every change; `saved` of a later life starts from it. */
  readonly save: (counters: RateCounters) => void;
  /** What an earlier life kept; null: nothing was ever sent. */
  readonly saved: RateCounters | null;
};

export class RateKeeper {
  readonly #ports: RateKeeperPorts;
  #counters: RateCounters;
  /** Sent and not answered. */
  readonly #travelling = new Set<{ readonly cost: RateCost; readonly since: Milliseconds }>();

  constructor(ports: RateKeeperPorts) {
    this.#ports = ports;
    const now = ports.now();
    this.#counters =
      ports.saved === null ? freshCounters("starter", now) : resumed(ports.saved, LONGEST_TRAVEL_MS, now);
  }

  get counters(): RateCounters {
    return this.#counters;
  }

  /** When the action may be sent; now when at once, null when it never fits. */
  waitUntil(cost: RateCost, urgency: VenueUrgency): Milliseconds | null {
    const now = this.#ports.now();
    let counters = this.#counters;
    for (const each of this.#travelling) {
      counters = undecayed(counters, each.cost, each.since, now);
    }
    return waitUntil(counters, cost, urgency, now);
  }

  /** Counts an action that is being sent. */
  charge(cost: RateCost): void {
    this.#set(charge(this.#counters, cost, this.#ports.now()));
  }

  /** Counts a call that is being sent. What is returned has to be called when it has surely arrived. */
  depart(cost: RateCost): () => void {
    this.charge(cost);
    const call = { cost, since: this.#ports.now() };
    this.#travelling.add(call);
    return () => {
      if (this.#travelling.delete(call)) {
        this.#set(undecayed(this.#counters, call.cost, call.since, this.#ports.now()));
      }
    };
  }

  /** What the venue says its counter of the pair stands at (`ratecounter` of an executions row). */
  observe(symbol: Symbol, points: number): void {
    this.#set(observe(this.#counters, symbol, points, this.#ports.now()));
  }

  /** `maxratecount` of the executions ack tells the tier; any other number changes nothing. */
  observeMaximum(maximum: number): void {
    const tier = tierOfMaximum(maximum);
    if (tier !== null) {
      this.setTier(tier);
    }
  }

  setTier(tier: Tier): void {
    this.#set(withTier(this.#counters, tier));
  }

  /** The venue refused for the limit: of the pair's matching counter, or of calls when null. */
  refusedForRate(symbol: Symbol | null): void {
    this.#set(filled(this.#counters, symbol, this.#ports.now()));
  }

  /** Points that a cancel or amend of an order costs that was placed or last amended then. */
  costOf(action: "amend" | "cancel", touchedAt: Milliseconds | undefined): number {
    const age = touchedAt === undefined ? null : Math.max(0, this.#ports.now() - touchedAt - TRAVEL_MS);
    return matchingCost(action, age);
  }

  #set(counters: RateCounters): void {
    if (counters !== this.#counters) {
      this.#counters = counters;
      this.#ports.save(counters);
    }
  }
}
