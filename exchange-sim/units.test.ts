import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { divide, formatTrimmed, formatUnits, parseUnits, rescale } from "./units.ts";

describe("fixed-point units", () => {
  it("reads back what they print", () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 24n), 10n ** 24n), fc.integer({ min: 0, max: 12 }), (units, decimals) => {
        expect(parseUnits(formatUnits(units, decimals), decimals)).toBe(units);
        expect(parseUnits(formatTrimmed(units, decimals), decimals)).toBe(units);
      }),
    );
  });

  it("read exponents and refuse what is no number or too fine", () => {
    expect(parseUnits("1e-7", 8)).toBe(10n);
    expect(parseUnits("1.5E2", 1)).toBe(1_500n);
    expect(parseUnits("0.10", 1)).toBe(1n);
    expect(parseUnits("0.11", 1)).toBeUndefined();
    expect(parseUnits("0.19", 1, "down")).toBe(1n);
    for (const text of ["", ".", "abc", "1e400", "0x10", "1,5", "NaN"]) {
      expect(parseUnits(text, 8)).toBeUndefined();
    }
  });

  it("round the magnitude down, up or half up", () => {
    expect([divide(7n, 2n, "down"), divide(7n, 2n, "up"), divide(7n, 2n, "half-up")]).toEqual([3n, 4n, 4n]);
    expect([divide(-7n, 2n, "down"), divide(-7n, 2n, "up"), divide(-5n, 4n, "half-up")]).toEqual([-3n, -4n, -1n]);
    expect(rescale(123_456n, 5, 2, "half-up")).toBe(123n);
    expect(rescale(12n, 1, 3, "down")).toBe(1_200n);
  });
});
