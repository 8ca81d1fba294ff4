import type { Milliseconds } from "../market.ts";

/** Orders per minute are counted over the sixty seconds before the order, by the wall clock. */
export const RATE_WINDOW_MS = 60_000;

/** How many of the times lie within the window before `now`. */
export function countRecent(times: readonly Milliseconds[], now: Milliseconds): number {
  return times.filter((time) => time > now - RATE_WINDOW_MS).length;
}
