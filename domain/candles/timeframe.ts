/** Lengths and boundaries of candle intervals. All of them divide the UTC day, so boundaries need no calendar. */
import { TIMEFRAMES, type Milliseconds, type Timeframe } from "../market.ts";

const MINUTE = 60_000;

export const TIMEFRAME_MS: Readonly<Record<Timeframe, Milliseconds>> = {
  "1m": MINUTE,
  "5m": 5 * MINUTE,
  "15m": 15 * MINUTE,
  "1h": 60 * MINUTE,
  "4h": 240 * MINUTE,
  "1d": 1_440 * MINUTE,
};

/** Open time of the candle that a moment falls into. */
export function openTime(time: Milliseconds, timeframe: Timeframe): Milliseconds {
  const length = TIMEFRAME_MS[timeframe];
  return time - (((time % length) + length) % length);
}

/** What can be offered when the source is no finer than `finest`: an hourly tape has no 1-minute candles. */
export function timeframesFrom(finest: Timeframe): readonly Timeframe[] {
  return TIMEFRAMES.filter((timeframe) => TIMEFRAME_MS[timeframe] >= TIMEFRAME_MS[finest]);
}
