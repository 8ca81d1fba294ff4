/**
 * Kraken's two decaying counters as we model them (PROTOCOL §3.1, §3.2), so that they are never passed: one for REST calls per
 * key, one for orders per pair, shared by REST and WebSocket. Plain data: every function answers a new value.
 *
 * Amounts are whole hundred-thousandths of a counter point, so that every decay per millisecond is a whole number too.
 */
import type { Milliseconds, Symbol } from "../market.ts";
import type { VenueUrgency } from "./wishes.ts";

/** From the slowest to the fastest. An account whose tier is not known counts as the first. */
export const TIERS = ["starter", "intermediate", "pro"] as const;
export type Tier = (typeof TIERS)[number];

export type Counter = {
  readonly units: number;
  readonly at: Milliseconds;
};

/** The counters of one key. Plain data, to be kept in storage. */
export type RateCounters = {
  readonly tier: Tier;
  readonly calls: Counter;
  readonly matching: Readonly<Record<Symbol, Counter>>;
};

/** What one action adds: points of the call counter, and of the matching counters of pairs. */
export type RateCost = {
  readonly calls: number;
  readonly matching: readonly { readonly symbol: Symbol; readonly points: number }[];
  /** The venue takes it even when the matching counter passes its limit, as it does with batch cancels. */
  readonly beyondLimit?: boolean;
};

type Limit = { readonly maximum: number; readonly decayPerMillisecond: number };

const UNITS = 100_000;
const callLimits: Readonly<Record<Tier, Limit>> = {
  starter: { maximum: 15, decayPerMillisecond: 33 },
  intermediate: { maximum: 20, decayPerMillisecond: 50 },
  pro: { maximum: 20, decayPerMillisecond: 100 },
};
const matchingLimits: Readonly<Record<Tier, Limit>> = {
  starter: { maximum: 60, decayPerMillisecond: 100 },
  intermediate: { maximum: 125, decayPerMillisecond: 234 },
  pro: { maximum: 180, decayPerMillisecond: 375 },
};
const openOrderLimits: Readonly<Record<Tier, number>> = { starter: 60, intermediate: 80, pro: 225 };

/** What is kept free for protective actions (TRADING §2 "Rate"). */
export const CALL_RESERVE = 6;
export const MATCHING_RESERVE = 20;

/** Extra points by age in seconds, from the youngest. */
const surcharges = {
  amend: [
    [5, 3],
    [10, 2],
    [15, 1],
  ],
  cancel: [
    [5, 8],
    [10, 6],
    [15, 5],
    [45, 4],
    [90, 2],
    [300, 1],
  ],
} as const;

/** The venue's own counter is believed downwards only when nothing of ours was on its way for so long. */
const SETTLED_MS = 5_000;

export const ADD_COST = 1;

/** Points of the matching counter. Age counts from the placing or the last amend; null: not known, the youngest. */
export function matchingCost(action: "amend" | "cancel", age: Milliseconds | null): number {
  const fixed = action === "amend" ? 1 : 0;
  const step = surcharges[action].find(([seconds]) => (age ?? 0) < seconds * 1_000);
  return fixed + (step?.[1] ?? 0);
}

/** Both counters at zero. */
export function freshCounters(tier: Tier, now: Milliseconds): RateCounters {
  return { tier, calls: { units: 0, at: now }, matching: {} };
}

/** How many orders may be open in one pair (PROTOCOL §3.2). */
export function openOrderLimit(tier: Tier): number {
  return openOrderLimits[tier];
}

/** The tier whose matching counter has that maximum, as the ack of `executions` tells it; null for any other number. */
export function tierOfMaximum(maximum: number): Tier | null {
  return TIERS.find((tier) => matchingLimits[tier].maximum === maximum) ?? null;
}

/** The same counters under another tier. */
export function withTier(counters: RateCounters, tier: Tier): RateCounters {
  return counters.tier === tier ? counters : { ...counters, tier };
}

/** Whether the action may be sent now. An ordinary one leaves the reserve free. */
export function hasRoom(counters: RateCounters, cost: RateCost, urgency: VenueUrgency, now: Milliseconds): boolean {
  return waitUntil(counters, cost, urgency, now) === now;
}

/** The earliest time at which the action may be sent if nothing else is; `now` when it may go at once; null: never. */
export function waitUntil(
  counters: RateCounters,
  cost: RateCost,
  urgency: VenueUrgency,
  now: Milliseconds,
): Milliseconds | null {
  const { tier, calls, matching } = counters;
  const reserve = urgency === "ordinary" ? 1 : 0;
  const times = [roomAt(calls, callLimits[tier], cost.calls, reserve * CALL_RESERVE, now)];
  for (const { symbol, points } of cost.beyondLimit === true ? [] : cost.matching) {
    times.push(roomAt(matching[symbol], matchingLimits[tier], points, reserve * MATCHING_RESERVE, now));
  }
  return times.reduce((latest, time) => (latest === null || time === null ? null : Math.max(latest, time)), now);
}

/** The counters after the action was sent. Charged whether or not it is accepted, as the venue does. */
export function charge(counters: RateCounters, cost: RateCost, now: Milliseconds): RateCounters {
  const { tier } = counters;
  const calls = cost.calls === 0 ? counters.calls : add(counters.calls, callLimits[tier], cost.calls, now);
  const matching = { ...counters.matching };
  for (const { symbol, points } of cost.matching) {
    if (points > 0) {
      matching[symbol] = add(matching[symbol], matchingLimits[tier], points, now);
    }
  }
  return { ...counters, calls, matching };
}

/**
 * The counters with what has decayed since then of an action that may not have arrived yet: the venue counts it when it does, so
 * that until its answer nothing of it has surely decayed there.
 */
export function undecayed(
  counters: RateCounters,
  cost: RateCost,
  since: Milliseconds,
  now: Milliseconds,
): RateCounters {
  const { tier } = counters;
  const restored = (counter: Counter | undefined, limit: Limit, points: number): Counter => {
    const lost = Math.min(points * UNITS, Math.max(0, now - since) * limit.decayPerMillisecond);
    return { units: decayed(counter, limit, now) + lost, at: Math.max(now, counter?.at ?? now) };
  };
  const calls = cost.calls === 0 ? counters.calls : restored(counters.calls, callLimits[tier], cost.calls);
  const matching = { ...counters.matching };
  for (const { symbol, points } of cost.matching) {
    if (points > 0) {
      matching[symbol] = restored(matching[symbol], matchingLimits[tier], points);
    }
  }
  return { ...counters, calls, matching };
}

/** As an earlier life left them: what was on its way when it ended may have arrived `travel` later. */
export function resumed(counters: RateCounters, travel: Milliseconds, now: Milliseconds): RateCounters {
  const later = (counter: Counter): Counter => ({
    ...counter,
    at: Math.max(counter.at, Math.min(now, counter.at + travel)),
  });
  const matching = Object.fromEntries(
    Object.entries(counters.matching).map(([symbol, counter]) => [symbol, later(counter)]),
  );
  return { ...counters, calls: later(counters.calls), matching };
}

/** What the venue says its matching counter of the pair stands at. Higher is believed at once, lower once ours is settled. */
export function observe(counters: RateCounters, symbol: Symbol, points: number, now: Milliseconds): RateCounters {
  const { tier, matching } = counters;
  const known = matching[symbol];
  const told = Math.ceil(points * UNITS);
  if (told <= decayed(known, matchingLimits[tier], now) && known !== undefined && now - known.at < SETTLED_MS) {
    return counters;
  }
  return { ...counters, matching: { ...matching, [symbol]: { units: told, at: now } } };
}

/** Points of the matching counter of a pair now, rounded up. */
export function matchingPoints({ tier, matching }: RateCounters, symbol: Symbol, now: Milliseconds): number {
  return Math.ceil(decayed(matching[symbol], matchingLimits[tier], now) / UNITS);
}

/** Points of the call counter now, rounded up. */
export function callPoints({ tier, calls }: RateCounters, now: Milliseconds): number {
  return Math.ceil(decayed(calls, callLimits[tier], now) / UNITS);
}

/** After "Rate limit exceeded": the venue counts more than we do, so our counter is taken as full. */
export function filled(counters: RateCounters, symbol: Symbol | null, now: Milliseconds): RateCounters {
  const { tier, matching } = counters;
  if (symbol === null) {
    return { ...counters, calls: { units: callLimits[tier].maximum * UNITS, at: now } };
  }
  const full = { units: matchingLimits[tier].maximum * UNITS, at: now };
  return { ...counters, matching: { ...matching, [symbol]: full } };
}

function add(counter: Counter | undefined, limit: Limit, points: number, now: Milliseconds): Counter {
  return { units: decayed(counter, limit, now) + points * UNITS, at: Math.max(now, counter?.at ?? now) };
}

function decayed(counter: Counter | undefined, limit: Limit, now: Milliseconds): number {
  if (counter === undefined) {
    return 0;
  }
  // A clock that steps back lets nothing decay; a unit is kept back each time, so that rounding at the venue can not matter.
  const elapsed = Math.max(0, now - counter.at);
  return elapsed === 0 ? counter.units : Math.max(0, counter.units - elapsed * limit.decayPerMillisecond + 1);
}

function roomAt(
  counter: Counter | undefined,
  limit: Limit,
  points: number,
  reserve: number,
  now: Milliseconds,
): Milliseconds | null {
  if (points === 0) {
    return now;
  }
  const most = (limit.maximum - reserve - points) * UNITS;
  if (most < 0) {
    return null;
  }
  const surplus = decayed(counter, limit, now) - most;
  if (surplus <= 0) {
    return now;
  }
  // Decay begins at the counter's own time, which lies ahead after the clock stepped back.
  const begin = Math.max(now, counter?.at ?? now);
  return begin + Math.ceil((surplus + 1) / limit.decayPerMillisecond);
}
