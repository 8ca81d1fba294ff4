import { describe, expect, it } from "vitest";
import { openBench } from "../testing.ts";

/** Mean volume of some candles, as a number for comparing magnitudes. */
function meanVolume(candles: readonly { readonly volume: bigint }[]): number {
  return candles.reduce((total, { volume }) => total + Number(volume), 0) / candles.length;
}

describe("the invented past", () => {
  it("trades about as much as the live market, so that no volume bar jumps where memory or life begins", () => {
    const bench = openBench({ isLively: true, hasPast: true });
    bench.advance(2 * 3_600_000);
    for (const symbol of ["BTC/USD", "ETH/USD"]) {
      const hours = bench.venue.engine.markets.get(symbol)?.candles.series(60)?.upTo(bench.venue.engine.now) ?? [];
      const live = meanVolume(hours.slice(-2, -1));
      const remembered = meanVolume(hours.slice(-12, -4));
      const coarse = meanVolume(hours.slice(-60, -30));
      for (const past of [remembered, coarse]) {
        expect(past / live).toBeGreaterThan(0.4);
        expect(past / live).toBeLessThan(2.5);
      }
    }
  });
});
