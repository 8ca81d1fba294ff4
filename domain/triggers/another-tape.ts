/**
 * A venue's tape can begin anew: a simulated exchange with a new state, another replay. Trade ids then start over, and nothing
 * that was remembered of the old tape (the last id, armed rows, candles) may be compared with the new one.
 */
import type { Milliseconds, Trade } from "../market.ts";

/** Where a tape stood: its newest print. */
export type TapeMark = { readonly tradeId: number; readonly time: Milliseconds };

/** Ids give the order of a tape (PROTOCOL §2.2); clocks of its two sources may differ by this much and no more. */
const TOLERANCE_MS = 5_000;

/**
 * True when these prints cannot belong to the tape that stood at `known`. A whole snapshot holds the newest print, so it cannot
 * end before it; and on one tape a higher id is never earlier, a lower one never later.
 */
export function isAnotherTape(known: TapeMark, trades: readonly Trade[], isSnapshot: boolean): boolean {
  if (isSnapshot && trades.length > 0 && trades.every(({ id }) => id < known.tradeId)) {
    return true;
  }
  return trades.some(({ id, time }) =>
    id <= known.tradeId ? time > known.time + TOLERANCE_MS : time < known.time - TOLERANCE_MS,
  );
}
