import { describe, expect, it } from "vitest";
import { SECOND } from "../clock.ts";
import { addCost, batchAddCost, CallCounters, matchingCost, MatchingCounters } from "./rate-counters.ts";

describe("the matching counter", () => {
  it("charges 8 for the documented example: add, amend after 7 s, cancel 36 s later", () => {
    expect(addCost + matchingCost("amend", 7 * SECOND) + matchingCost("cancel", 36 * SECOND)).toBe(800);
  });

  it("charges young orders more, at every step of the table", () => {
    const cancels = [0, 4.9, 5, 10, 15, 45, 90, 300].map((age) => matchingCost("cancel", age * SECOND));
    expect(cancels).toEqual([800, 800, 600, 500, 400, 200, 100, 0]);
    expect([0, 5, 10, 15].map((age) => matchingCost("amend", age * SECOND))).toEqual([400, 300, 200, 100]);
    expect([0, 5, 10, 15, 45, 90].map((age) => matchingCost("edit", age * SECOND))).toEqual([
      700, 600, 500, 300, 200, 100,
    ]);
    expect(batchAddCost(5)).toBe(250);
  });

  it("refuses at the threshold of the tier and lets pass again as it decays", () => {
    const counters = new MatchingCounters();
    for (let count = 0; count < 60; count += 1) {
      expect(counters.take("a", "BTC/USD", "starter", addCost, 0)).toBe(true);
    }
    expect(counters.take("a", "BTC/USD", "starter", addCost, 0)).toBe(false);
    expect(counters.take("a", "ETH/USD", "starter", addCost, 0)).toBe(true);
    expect(counters.take("b", "BTC/USD", "starter", addCost, 0)).toBe(true);
    expect(counters.take("a", "BTC/USD", "starter", addCost, 1 * SECOND)).toBe(true);
    expect(counters.take("a", "BTC/USD", "starter", addCost, 1 * SECOND)).toBe(false);
    expect(counters.take("a", "BTC/USD", "starter", 800, 1 * SECOND, true)).toBe(true);
  });
});

describe("the call counter", () => {
  it("allows fifteen calls to a starter, then one every three seconds", () => {
    const counters = new CallCounters();
    const calls = Array.from({ length: 16 }, () => counters.take("k", "starter", 1, 0));
    expect(calls.filter(Boolean)).toHaveLength(15);
    expect(counters.take("k", "starter", 1, 3 * SECOND)).toBe(false);
    expect(counters.take("k", "starter", 1, 4 * SECOND)).toBe(true);
    expect(counters.take("k", "starter", 0, 4 * SECOND)).toBe(true);
  });
});
