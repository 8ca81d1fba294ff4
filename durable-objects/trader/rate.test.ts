import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BUDGETS, fullBucket, takeToken, type Bucket, type BucketRule } from "./rate.ts";

const rule = BUDGETS.ordinary;

function takeAt(times: readonly number[], using: BucketRule = rule): readonly boolean[] {
  let bucket: Bucket = fullBucket(using, times[0] ?? 0);
  return times.map((time) => {
    const taken = takeToken(bucket, using, time);
    bucket = taken.bucket;
    return taken.waitMs === 0;
  });
}

describe("the request budget", () => {
  it("admits a burst of 100 and refuses the 101st, saying how long to wait", () => {
    let bucket = fullBucket(rule, 1_000);
    for (let request = 0; request < 100; request += 1) {
      const taken = takeToken(bucket, rule, 1_000);
      expect(taken.waitMs).toBe(0);
      bucket = taken.bucket;
    }
    expect(takeToken(bucket, rule, 1_000).waitMs).toBe(600);
    expect(takeToken(bucket, rule, 1_600).waitMs).toBe(0);
  });

  it("never admits more than capacity plus what time refilled", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 120_000 }), { minLength: 1, maxLength: 400 }), (offsets) => {
        const times = offsets.toSorted((left, right) => left - right);
        const admitted = takeAt(times).filter(Boolean).length;
        const elapsed = (times.at(-1) ?? 0) - (times[0] ?? 0);
        expect(admitted).toBeLessThanOrEqual(rule.capacity + Math.ceil((elapsed * rule.perMinute) / 60_000));
      }),
    );
  });

  it("refills nothing when the clock runs backwards", () => {
    const empty: Bucket = { tokens: 0, at: 10_000 };
    const early = takeToken(empty, rule, 1_000);
    expect(early.waitMs).toBeGreaterThan(0);
    expect(takeToken(early.bucket, rule, 10_000).waitMs).toBeGreaterThan(0);
  });

  it("keeps what protects apart and larger", () => {
    expect(
      takeAt(
        Array.from({ length: 300 }, () => 5),
        BUDGETS.protective,
      ).every(Boolean),
    ).toBe(true);
  });
});
