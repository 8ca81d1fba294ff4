import { SECOND, type Micros } from "../clock.ts";
import type { Tier } from "./accounts.ts";

/** Kraken's two decaying counters (PROTOCOL §3). All in hundredths, so that decay and halves stay exact. */

interface Limits {
  readonly maximum: number;
  readonly decayPerSecond: number;
}

const callLimits: Record<Tier, Limits> = {
  starter: { maximum: 1_500, decayPerSecond: 33 },
  intermediate: { maximum: 2_000, decayPerSecond: 50 },
  pro: { maximum: 2_000, decayPerSecond: 100 },
};

const matchingLimits: Record<Tier, Limits> = {
  starter: { maximum: 6_000, decayPerSecond: 100 },
  intermediate: { maximum: 12_500, decayPerSecond: 234 },
  pro: { maximum: 18_000, decayPerSecond: 375 },
};

export const openOrdersPerPair: Record<Tier, number> = { starter: 60, intermediate: 80, pro: 225 };

/** Extra cost by age, from the youngest. */
const surcharges = {
  amend: [
    [5, 300],
    [10, 200],
    [15, 100],
  ],
  edit: [
    [5, 600],
    [10, 500],
    [15, 400],
    [45, 200],
    [90, 100],
  ],
  cancel: [
    [5, 800],
    [10, 600],
    [15, 500],
    [45, 400],
    [90, 200],
    [300, 100],
  ],
} as const;

/** What an action on an order of this age costs, in hundredths. Age counts from creation or the last amend. */
export function matchingCost(action: "amend" | "edit" | "cancel", age: Micros): number {
  const fixed = action === "cancel" ? 0 : 100;
  const step = surcharges[action].find(([seconds]) => age < seconds * SECOND);
  return fixed + (step?.[1] ?? 0);
}

export const addCost = 100;

/** A batch of n additions costs n/2. */
export function batchAddCost(count: number): number {
  return count * 50;
}

/** A counter that decays with time and refuses what would take it over its limit. */
export class DecayingCounter {
  #value = 0;
  #at: Micros = 0;

  value(limits: Limits, now: Micros): number {
    const seconds = Math.max(0, now - this.#at) / SECOND;
    return Math.max(0, this.#value - seconds * limits.decayPerSecond);
  }

  /** Adds `cost` if the limit allows; returns whether it did. `force` adds it anyway. */
  take(limits: Limits, cost: number, now: Micros, force = false): boolean {
    const value = this.value(limits, now);
    if (!force && value + cost > limits.maximum) {
      return false;
    }
    this.#value = value + cost;
    this.#at = now;
    return true;
  }
}

/** The REST counter of each API key. */
export class CallCounters {
  readonly #byKey = new Map<string, DecayingCounter>();

  take(key: string, tier: Tier, cost: number, now: Micros): boolean {
    const counter = this.#byKey.get(key) ?? new DecayingCounter();
    this.#byKey.set(key, counter);
    return cost === 0 || counter.take(callLimits[tier], cost * 100, now);
  }
}

/** The matching counter of each account and pair, shared by REST and WebSocket. */
export class MatchingCounters {
  readonly #counters = new Map<string, DecayingCounter>();

  take(account: string, symbol: string, tier: Tier, cost: number, now: Micros, force = false): boolean {
    return this.#counter(account, symbol).take(matchingLimits[tier], cost, now, force);
  }

  /** The counter as WebSocket reports it, in whole units with two decimals. */
  value(account: string, symbol: string, tier: Tier, now: Micros): number {
    return this.#counter(account, symbol).value(matchingLimits[tier], now) / 100;
  }

  #counter(account: string, symbol: string): DecayingCounter {
    const key = `${account} ${symbol}`;
    const existing = this.#counters.get(key);
    if (existing !== undefined) {
      return existing;
    }
    const fresh = new DecayingCounter();
    this.#counters.set(key, fresh);
    return fresh;
  }
}

/** `maxratecount` of an executions subscription. */
export function matchingMaximum(tier: Tier): number {
  return matchingLimits[tier].maximum / 100;
}
