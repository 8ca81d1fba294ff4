/** The age of an order as the exchange counts it for its rate limit (PROTOCOL §3.2). */
import type { Milliseconds } from "../../market.ts";
import type { OpenOrder } from "../state.ts";

/**
 * When the exchange placed the order or last changed it. What the desk alone does with it (asking for a cancel, booking a fill)
 * makes it no younger. Null while it may be as young as can be: not answered yet, or a change of it is on its way.
 */
export function touchedAt({ venue }: Pick<OpenOrder, "venue">): Milliseconds | null {
  const changing = venue?.amend !== null && venue?.amend.stage !== "queued";
  return venue === null || venue.placement !== "confirmed" || changing ? null : (venue.touchedAt ?? null);
}
