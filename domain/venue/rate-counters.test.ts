import { describe, expect, it } from "vitest";
import {
  ADD_COST,
  callPoints,
  charge,
  filled,
  freshCounters,
  hasRoom,
  matchingCost,
  matchingPoints,
  observe,
  openOrderLimit,
  resumed,
  tierOfMaximum,
  undecayed,
  waitUntil,
  withTier,
  type RateCost,
  type RateCounters,
} from "./rate-counters.ts";

const NOW = 1_790_000_000_000;
const SECOND = 1_000;

function matching(points: number, symbol = "BTC/USD"): RateCost {
  return { calls: 0, matching: [{ symbol, points }] };
}

function calls(points: number): RateCost {
  return { calls: points, matching: [] };
}

/** As many as are let through at once. */
function burst(start: RateCounters, cost: RateCost, urgency: "protective" | "ordinary", now = NOW): number {
  let counters = start;
  let count = 0;
  while (hasRoom(counters, cost, urgency, now)) {
    counters = charge(counters, cost, now);
    count += 1;
  }
  return count;
}

describe("the matching counter", () => {
  it("charges 8 for the worked example: add, amend after 7 s, cancel 36 s later", () => {
    expect(ADD_COST + matchingCost("amend", 7 * SECOND) + matchingCost("cancel", 36 * SECOND)).toBe(8);
  });

  it("charges by age at every step of the table", () => {
    const ages = [0, 4.999, 5, 9.999, 10, 14.999, 15, 44.999, 45, 89.999, 90, 299.999, 300];
    expect(ages.map((age) => matchingCost("cancel", age * SECOND))).toEqual([8, 8, 6, 6, 5, 5, 4, 4, 2, 2, 1, 1, 0]);
    expect(ages.map((age) => matchingCost("amend", age * SECOND))).toEqual([4, 4, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 1]);
  });

  it("takes an order of unknown age for the youngest", () => {
    expect([matchingCost("cancel", null), matchingCost("amend", null)]).toEqual([8, 4]);
  });

  it("leaves 20 points to protective actions", () => {
    const counters = freshCounters("starter", NOW);
    expect(burst(counters, matching(1), "ordinary")).toBe(40);
    expect(burst(counters, matching(1), "protective")).toBe(60);
    expect(burst(withTier(counters, "intermediate"), matching(1), "ordinary")).toBe(105);
    expect(burst(withTier(counters, "pro"), matching(1), "protective")).toBe(180);
  });

  it("belongs to one pair", () => {
    let counters = freshCounters("starter", NOW);
    counters = charge(counters, matching(60), NOW);
    expect(hasRoom(counters, matching(1), "protective", NOW)).toBe(false);
    expect(hasRoom(counters, matching(1, "ETH/USD"), "ordinary", NOW)).toBe(true);
    expect(
      hasRoom(
        counters,
        { calls: 0, matching: [...matching(1, "ETH/USD").matching, ...matching(1).matching] },
        "protective",
        NOW,
      ),
    ).toBe(false);
  });

  it("does not hold up a batch of cancels, which the venue takes beyond the limit, but counts it", () => {
    const full = charge(freshCounters("starter", NOW), matching(60), NOW);
    const batch: RateCost = { ...matching(16), beyondLimit: true };
    expect(hasRoom(full, batch, "protective", NOW)).toBe(true);
    expect(matchingPoints(charge(full, batch, NOW), "BTC/USD", NOW)).toBe(76);
  });

  it("decays by the tier's rate, never below zero", () => {
    const counters = charge(freshCounters("intermediate", NOW), matching(100), NOW);
    expect(matchingPoints(counters, "BTC/USD", NOW + 10 * SECOND)).toBe(77);
    expect(matchingPoints(counters, "BTC/USD", NOW + 60 * SECOND)).toBe(0);
    expect(matchingPoints(counters, "ETH/USD", NOW)).toBe(0);
  });

  it("does not decay while the clock stands still or steps back", () => {
    const counters = charge(freshCounters("starter", NOW), matching(60), NOW);
    expect(matchingPoints(counters, "BTC/USD", NOW - 3_600 * SECOND)).toBe(60);
    const again = charge(counters, matching(1), NOW - 3_600 * SECOND);
    expect(matchingPoints(again, "BTC/USD", NOW)).toBe(61);
    expect(waitUntil(counters, matching(1), "protective", NOW - 10 * SECOND)).toBeGreaterThan(NOW);
  });
});

describe("the call counter", () => {
  it("lets fifteen calls of a starter through, nine of them for ordinary purposes", () => {
    const counters = freshCounters("starter", NOW);
    expect(burst(counters, calls(1), "protective")).toBe(15);
    expect(burst(counters, calls(1), "ordinary")).toBe(9);
    expect(burst(counters, calls(4), "ordinary")).toBe(2);
    expect(burst(withTier(counters, "pro"), calls(1), "ordinary")).toBe(14);
  });

  it("is not touched by orders, which cost nothing in it", () => {
    const full = charge(freshCounters("starter", NOW), calls(15), NOW);
    expect(hasRoom(full, matching(1), "ordinary", NOW)).toBe(true);
    expect(callPoints(charge(full, matching(1), NOW), NOW)).toBe(15);
  });
});

describe("waiting", () => {
  it("is exactly as long as the counter needs", () => {
    const full = charge(freshCounters("starter", NOW), matching(60), NOW);
    const at = waitUntil(full, matching(1), "protective", NOW) ?? 0;
    expect(at - NOW).toBeGreaterThanOrEqual(SECOND);
    expect(at - NOW).toBeLessThanOrEqual(SECOND + 1);
    expect(hasRoom(full, matching(1), "protective", at)).toBe(true);
    expect(hasRoom(full, matching(1), "protective", at - 2)).toBe(false);
    const ordinary = waitUntil(full, matching(1), "ordinary", NOW) ?? 0;
    expect(Math.round((ordinary - NOW) / SECOND)).toBe(21);
  });

  it("has no end for what never fits", () => {
    expect(waitUntil(freshCounters("starter", NOW), calls(10), "ordinary", NOW)).toBeNull();
    expect(waitUntil(freshCounters("starter", NOW), calls(10), "protective", NOW)).toBe(NOW);
  });
});

describe("what has not surely arrived", () => {
  it("does not decay: the venue counts it when it comes", () => {
    const sent = charge(charge(freshCounters("pro", NOW), calls(10), NOW), calls(2), NOW);
    const later = NOW + 5 * SECOND;
    expect(callPoints(sent, later)).toBe(8);
    expect(callPoints(undecayed(sent, calls(2), NOW, later), later)).toBe(10);
    const order = charge(freshCounters("pro", NOW), matching(10), NOW);
    expect(matchingPoints(undecayed(order, matching(1), NOW, later), "BTC/USD", later)).toBe(1);
    expect(undecayed(sent, { calls: 0, matching: [] }, NOW, later)).toEqual(sent);
  });

  it("when a life ends may arrive as late as it travels", () => {
    const counters = charge(charge(freshCounters("pro", NOW), calls(10), NOW), matching(10), NOW);
    const soon = resumed(counters, 10 * SECOND, NOW + 3 * SECOND);
    expect(callPoints(soon, NOW + 3 * SECOND)).toBe(10);
    const later = resumed(counters, 10 * SECOND, NOW + 15 * SECOND);
    expect(callPoints(later, NOW + 15 * SECOND)).toBe(6);
    expect(matchingPoints(soon, "BTC/USD", NOW + 3 * SECOND)).toBe(10);
  });
});

describe("what the venue tells of its counter", () => {
  it("is believed at once when it is higher than ours", () => {
    const counters = charge(freshCounters("pro", NOW), matching(10), NOW);
    expect(matchingPoints(observe(counters, "BTC/USD", 42, NOW), "BTC/USD", NOW)).toBe(42);
    expect(matchingPoints(observe(counters, "ETH/USD", 3.5, NOW), "ETH/USD", NOW)).toBe(4);
  });

  it("is believed downwards only when nothing of ours can be on its way", () => {
    const counters = charge(freshCounters("starter", NOW), matching(30), NOW);
    expect(observe(counters, "BTC/USD", 2, NOW + 1 * SECOND)).toBe(counters);
    expect(matchingPoints(observe(counters, "BTC/USD", 2, NOW + 6 * SECOND), "BTC/USD", NOW + 6 * SECOND)).toBe(2);
  });

  it("tells the tier by the maximum", () => {
    expect([60, 125, 180, 99].map(tierOfMaximum)).toEqual(["starter", "intermediate", "pro", null]);
    expect(openOrderLimit("intermediate")).toBe(80);
  });

  it("is a full counter after a refusal for the limit", () => {
    const counters = freshCounters("starter", NOW);
    expect(hasRoom(filled(counters, null, NOW), calls(1), "protective", NOW)).toBe(false);
    expect(hasRoom(filled(counters, "BTC/USD", NOW), matching(1), "protective", NOW)).toBe(false);
    expect(hasRoom(filled(counters, "BTC/USD", NOW), matching(1), "protective", NOW + 2 * SECOND)).toBe(true);
  });
});
