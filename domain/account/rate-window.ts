import type { Milliseconds } from "../market.ts";
import { enlarges } from "../orders/enlarges.ts";
import type { AmendRequested } from "./venue/events.ts";
import type { OrderAmended } from "./events.ts";
import type { AccountState, OpenOrder } from "./state.ts";

/** Orders per minute are counted over the sixty seconds before the order, by the wall clock. */
export const RATE_WINDOW_MS = 60_000;

/** How many of the times lie within the window before `now`. */
export function countRecent(times: readonly Milliseconds[], now: Milliseconds): number {
  return times.filter((time) => time > now - RATE_WINDOW_MS).length;
}

/** The times with one more; those that no window will count again are dropped. */
export function withRecent(times: readonly Milliseconds[], time: Milliseconds): readonly Milliseconds[] {
  return [...times.filter((each) => each > time - RATE_WINDOW_MS), time];
}

/** A change that makes an entry larger counts as one: otherwise one order would be entered again and again. */
export function countedAmend(
  { recentEntries }: Pick<AccountState, "recentEntries">,
  order: OpenOrder | undefined,
  event: OrderAmended | AmendRequested,
): readonly Milliseconds[] {
  const counts = order !== undefined && order.intent === "entry" && enlarges(order, event);
  return counts ? withRecent(recentEntries, event.time) : recentEntries;
}
