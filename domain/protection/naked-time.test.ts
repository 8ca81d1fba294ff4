import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compare, decimal as d, wholeNumber } from "../decimal.ts";
import { follow, nakedNow, nakedSince, NEVER_NAKED, quantitySeconds, type NakedTime } from "./naked-time.ts";

describe("quantity × seconds without a stop", () => {
  it("is the naked quantity times how long each part of it was naked", () => {
    let time = follow(NEVER_NAKED, d("2"), 1_000);
    expect(quantitySeconds(time, 3_000)).toBe("4");
    time = follow(time, d("0.5"), 4_000);
    expect(quantitySeconds(time, 4_000)).toBe("6");
    time = follow(time, d("0"), 8_000);
    expect(time).toEqual({ lots: [], quantitySeconds: "8", longestMs: 7_000 });
  });

  it("takes the oldest under cover first, so that a stop that follows its entry is as late as its latest part", () => {
    let time = follow(NEVER_NAKED, d("1"), 0);
    time = follow(time, d("3"), 4_000);
    time = follow(time, d("2"), 5_000);
    expect([nakedSince(time), time.longestMs]).toEqual([4_000, 5_000]);
  });

  it("begins when it was bought, where that is told later, and never in the future", () => {
    const late = follow(follow(NEVER_NAKED, d("1"), 20_000), d("2"), 30_000, 5_000);
    expect(late.lots).toEqual([
      { quantity: "1", since: 5_000 },
      { quantity: "1", since: 20_000 },
    ]);
    expect(nakedSince(follow(NEVER_NAKED, d("1"), 30_000, 31_000))).toBe(30_000);
  });

  it("keeps a bounded number of lots, and what is put together keeps the older time", () => {
    let time: NakedTime = NEVER_NAKED;
    for (let fill = 1; fill <= 100; fill += 1) {
      time = follow(time, wholeNumber(fill), fill * 1_000);
    }
    expect(time.lots).toHaveLength(32);
    expect([nakedNow(time), nakedSince(time), time.lots.at(-1)?.since]).toEqual(["100", 1_000, 32_000]);
  });

  it("is exact for any course, against a count of single units", () => {
    const step = fc.record({ quantity: fc.nat({ max: 12 }), wait: fc.nat({ max: 20_000 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        let time: NakedTime = NEVER_NAKED;
        let now = 0;
        let units: number[] = [];
        let area = 0;
        let longest = 0;
        for (const { quantity, wait } of steps) {
          now += wait;
          area += units.length * wait;
          const gone = units.slice(0, Math.max(0, units.length - quantity));
          longest = Math.max(longest, ...gone.map((since) => now - since));
          units = units.slice(gone.length);
          units = [...units, ...Array.from({ length: quantity - units.length }, () => now)];
          time = follow(time, wholeNumber(quantity), now);
          expect(nakedNow(time)).toBe(String(units.length));
          expect(nakedSince(time)).toBe(units[0] ?? null);
          expect(time.longestMs).toBe(longest);
          expect(compare(quantitySeconds(time, now), d(String(area / 1_000)))).toBe(0);
        }
      }),
    );
  });
});
