import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CallCounters, matchingCost as venueCost, MatchingCounters } from "../../exchange-sim/engine/rate-counters.ts";
import {
  charge,
  freshCounters,
  matchingCost,
  TIERS,
  waitUntil,
  type RateCost,
  type Tier,
} from "../../domain/venue/rate-counters.ts";
import type { VenueUrgency } from "../../domain/venue/wishes.ts";

const START = 1_790_000_000_000;
const ADD = 1;
const urgencies: readonly VenueUrgency[] = ["protective", "ordinary"];

/** The longest pause of a run, milliseconds: from bursts, in which only the limit is met, to long rests. */
const rhythm = fc.constantFrom(20, 300, 3_000, 60_000);
/** Of the longest. */
const pause = fc.integer({ min: 0, max: 1_000 });
const size = { minLength: 150, maxLength: 250 } as const;
const tier = fc.constantFrom(...TIERS);

type Step = {
  readonly pause: number;
  readonly action: "add" | "amend" | "cancel";
  readonly age: number;
  readonly symbol: string;
  readonly urgency: VenueUrgency;
  /** Sends when the model says, not only when there is room at once. */
  readonly waits: boolean;
};

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    pause,
    action: fc.constantFrom("add", "amend", "cancel"),
    age: fc.oneof(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 0, max: 400_000 })),
    symbol: fc.constantFrom("BTC/USD", "ETH/USD"),
    urgency: fc.constantFrom(...urgencies),
    waits: fc.boolean(),
  }),
  size,
);

describe("whatever the modelled counters let through, the venue takes", () => {
  it("orders, amends and cancels of any age, in any rhythm, of any tier", () => {
    let sent = 0;
    let held = 0;
    fc.assert(
      fc.property(tier, rhythm, steps, (of, longest, list) => {
        const venue = new MatchingCounters();
        let model = freshCounters(of, START);
        let now = START;
        for (const step of list) {
          now += Math.round((longest * step.pause) / 1_000);
          const points = step.action === "add" ? ADD : matchingCost(step.action, step.age);
          const cost: RateCost = { calls: 0, matching: [{ symbol: step.symbol, points }] };
          const at = waitUntil(model, cost, step.urgency, now);
          if (at === null || (at > now && !step.waits)) {
            held += 1;
            continue;
          }
          now = at;
          const hundredths = step.action === "add" ? ADD * 100 : venueCost(step.action, step.age * 1_000);
          expect(hundredths).toBe(points * 100);
          expect(venue.take("account", step.symbol, of, hundredths, now * 1_000)).toBe(true);
          model = charge(model, cost, now);
          sent += 1;
        }
      }),
      { numRuns: 300 },
    );
    // The property would hold of a model that sends nothing.
    expect(sent).toBeGreaterThan(1_000);
    expect(held).toBeGreaterThan(1_000);
  });

  it("calls of any cost, in any rhythm, of any tier", () => {
    const call = fc.record({
      pause,
      calls: fc.constantFrom(1, 2, 4),
      urgency: fc.constantFrom(...urgencies),
      waits: fc.boolean(),
    });
    let held = 0;
    fc.assert(
      fc.property(tier, rhythm, fc.array(call, size), (of, longest, list) => {
        const venue = new CallCounters();
        let model = freshCounters(of, START);
        let now = START;
        for (const step of list) {
          now += Math.round((longest * step.pause) / 1_000);
          const cost: RateCost = { calls: step.calls, matching: [] };
          const at = waitUntil(model, cost, step.urgency, now);
          if (at === null || (at > now && !step.waits)) {
            held += 1;
            continue;
          }
          now = at;
          expect(venue.take("key", of, step.calls, now * 1_000)).toBe(true);
          model = charge(model, cost, now);
        }
      }),
      { numRuns: 300 },
    );
    expect(held).toBeGreaterThan(1_000);
  });

  it.each<[Tier, number]>([
    ["starter", 15],
    ["intermediate", 20],
    ["pro", 20],
  ])("and it is as much as the venue takes of a %s at once", (of, most) => {
    const venue = new CallCounters();
    let model = freshCounters(of, START);
    const cost: RateCost = { calls: 1, matching: [] };
    for (let count = 0; count < most; count += 1) {
      expect(waitUntil(model, cost, "protective", START)).toBe(START);
      expect(venue.take("key", of, 1, START * 1_000)).toBe(true);
      model = charge(model, cost, START);
    }
    expect(waitUntil(model, cost, "protective", START)).toBeGreaterThan(START);
    expect(venue.take("key", of, 1, START * 1_000)).toBe(false);
  });
});
