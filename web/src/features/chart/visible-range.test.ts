import { expect, it } from "vitest";
import { withLevels } from "./visible-range.ts";

const base = { priceRange: { minValue: 99, maxValue: 101 } };

it("widens the range to levels near the candles, and not to those that would press them flat", () => {
  expect(withLevels(base, [95, 110])?.priceRange).toEqual({ minValue: 95, maxValue: 110 });
  expect(withLevels(base, [50])?.priceRange).toEqual({ minValue: 99, maxValue: 101 });
  expect(withLevels(base, [])?.priceRange).toEqual({ minValue: 99, maxValue: 101 });
  expect(withLevels(null, [95])).toBeNull();
});
