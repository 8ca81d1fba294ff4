/** Which entries take their stop along, and what becomes of it (TRADING §4, ADR 0011). */
import { isBelow, isPositive, type Decimal } from "../../decimal.ts";
import type { OrderPlan } from "../../orders/candidate.ts";
import { mergedProtection } from "../../protection/plan.ts";
import { allUneven, missingOf, showsAll } from "../../protection/carried-stop.ts";
import type { AccountState } from "../state.ts";
import { record, stamp, type Turn } from "../turn.ts";
import type { VenueCommand } from "./commands.ts";

/**
 * The level of the stop that the entry takes along; null where it takes none. An entry that rests does: it may be filled while
 * nobody is up. One that meets the book at once, where the best offer is `ask`, is answered at once; its many pieces would leave a
 * stop each, and one stop of the desk's is placed for all of them. The exchange places no trailing close at a level of ours, and
 * a stop in another quote is no price of the entry's pair.
 */
export function stopToCarry(state: AccountState, plan: OrderPlan, ask: Decimal | null): Decimal | null {
  const { protection, instrument, limitPrice } = plan;
  if (plan.orderType !== "limit" || plan.timeInForce === "ioc" || limitPrice === null) {
    return null;
  }
  const rests = ask === null || isBelow(limitPrice, ask);
  if (!rests || plan.side !== "buy" || plan.conditionalClose !== null || instrument.quote !== state.currency) {
    return null;
  }
  const wish = protection ?? null;
  if (wish === null || wish.stop === null || wish.stop.type === "trailing") {
    return null;
  }
  const known = state.protections[instrument.base] ?? null;
  const levels = [known, null].map((before) => mergedProtection(before, wish, limitPrice, instrument).stop);
  const fits = levels.find(
    (stop) => stop?.type === "fixed" && isPositive(stop.price) && isBelow(stop.price, limitPrice),
  );
  return known?.stop?.type === "trailing" && wish.isDefault ? null : (fits?.price ?? null);
}

/**
 * The exchange was looked at for the stops of an entry, and what it showed is booked. Once a look has shown everything, what has no
 * stop is protected by the desk. Nothing else settles it, no time that has passed: an unseen stop may have sold already.
 */
export function settleCarriedStop(turn: Turn, command: Extract<VenueCommand, { type: "settle_carried_stop" }>): void {
  const entry = allUneven(turn.state).find(({ id }) => id === command.orderId);
  if (entry !== undefined && showsAll(entry, command)) {
    const { orderId, readAt } = command;
    record(turn, { type: "carried_stop_settled", ...stamp(turn.context), orderId, missing: missingOf(entry), readAt });
  }
}
