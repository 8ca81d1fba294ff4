import { readFileSync } from "node:fs";
import { TIMEFRAME_MS } from "../../domain/candles/timeframe.ts";
import { TIMEFRAMES, type Timeframe } from "../../domain/market.ts";

const rowsLookedAt = 1_000;

/**
 * The shortest timeframe that a recording (Kraken's OHLCVT CSV: unix seconds first) can tell apart. Intervals without trades
 * are left out of such files, so the shortest distance of two rows counts. One row or none: a minute, the simulator's own.
 */
export function finestTimeframe(file: string): Timeframe {
  const times = readFileSync(file, "utf8")
    .split("\n", rowsLookedAt)
    .flatMap((line) => (/^\d{9,11},/.test(line) ? [Number.parseInt(line, 10) * 1_000] : []))
    .toSorted((left, right) => left - right);
  const distances = times.slice(1).map((time, index) => time - (times[index] ?? time));
  const shortest = Math.min(...distances.filter((distance) => distance > 0));
  if (!Number.isFinite(shortest)) {
    return "1m";
  }
  return TIMEFRAMES.find((timeframe) => TIMEFRAME_MS[timeframe] >= shortest) ?? "1d";
}
