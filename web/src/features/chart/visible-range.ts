import type { AutoscaleInfo } from "lightweight-charts";

/** A level farther than this from the candles in view would press them flat: it stays outside. */
const FARTHEST = 0.2;

/** The price range of the candles in view, widened to the levels that are near enough to be worth seeing. */
export function withLevels(base: AutoscaleInfo | null, levels: readonly number[]): AutoscaleInfo | null {
  const range = base?.priceRange ?? null;
  if (base === null || range === null) {
    return base;
  }
  const middle = (range.minValue + range.maxValue) / 2;
  const near = levels.filter((level) => Math.abs(level - middle) <= middle * FARTHEST);
  return {
    ...base,
    priceRange: {
      minValue: Math.min(range.minValue, ...near),
      maxValue: Math.max(range.maxValue, ...near),
    },
  };
}
