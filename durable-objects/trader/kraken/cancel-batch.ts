/**
 * Cancels of one pair that wait together where its counter has no room for all of them: one after the other the last would leave
 * when what waits for it is late. The exchange takes them as one call all the same (PROTOCOL §3.2).
 */
import { liveOrder, NO_ORDERS } from "../../../domain/account/open-orders.ts";
import type { AccountState, OpenOrder } from "../../../domain/account/state.ts";
import { touchedAt } from "../../../domain/account/venue/order-age.ts";
import type { VenueWork } from "../../../domain/account/venue/work.ts";
import type { Milliseconds, Symbol } from "../../../domain/market.ts";
import type { VenueFailure } from "../../../domain/venue/failure.ts";
import type { VenueCancelWish } from "../../../domain/venue/wishes.ts";
import { cancelWish, isUnsent } from "./dispatch.ts";
import type { Judge } from "./judge.ts";
import type { KrakenRest } from "./rest/api.ts";
import type { RateKeeper } from "./rest/rate-keeper.ts";

/** PROTOCOL §2.6. */
const MOST_IN_BATCH = 50;
const LEAST_IN_BATCH = 2;
const UNSENT_RETRY_MS = 1_000;

/** The cancels among `items` that have to go as one: the first pair of which there are several and no room for all. */
export function cancelBatch(
  items: readonly VenueWork[],
  state: AccountState,
  rates: RateKeeper,
  now: Milliseconds,
): readonly OpenOrder[] {
  const ofPairs = new Map<Symbol, OpenOrder[]>();
  for (const item of items) {
    const order = item.type === "send" && item.action === "cancel" ? liveOrder(state.orders, item.orderId) : undefined;
    if (order !== undefined && item.notBefore <= now) {
      ofPairs.set(order.symbol, [...(ofPairs.get(order.symbol) ?? []), order]);
    }
  }
  for (const [symbol, orders] of ofPairs) {
    const points = orders.reduce((sum, order) => sum + rates.costOf("cancel", touchedAt(order) ?? undefined), 0);
    const roomAt = rates.waitUntil({ calls: 0, matching: [{ symbol, points }] }, "protective");
    if (orders.length >= LEAST_IN_BATCH && (roomAt === null || roomAt > now)) {
      return orders.slice(0, MOST_IN_BATCH);
    }
  }
  return [];
}

/**
 * Sends them, each behind its own fence; answers when to try again what never left. What has become of each the answer does not
 * tell, not even where it counts all of them: whoever calls reads them.
 */
export async function sendBatch(
  judge: Judge,
  rest: KrakenRest,
  orders: readonly OpenOrder[],
  now: () => Milliseconds,
): Promise<Milliseconds | null> {
  const at = now();
  const wishes: readonly VenueCancelWish[] = orders.map((order) => cancelWish(order, at));
  const attempts = new Map<string, number | undefined>();
  const fence = (nonce: string): boolean => {
    const stands = orders.every(
      ({ id }) => liveOrder(judge.state?.orders ?? NO_ORDERS, id)?.venue?.cancel?.stage === "queued",
    );
    if (!stands) {
      return false; // One of them is over: what is left is asked for anew.
    }
    for (const { id } of orders) {
      if (judge.apply({ type: "send_action", action: "cancel", orderId: id, nonce }).type !== "denied") {
        attempts.set(id, liveOrder(judge.state?.orders ?? NO_ORDERS, id)?.venue?.cancel?.attempts);
      }
    }
    return attempts.size > 0;
  };
  const reply = await rest.cancelOrders(wishes, { urgency: "protective", beforeSend: ({ nonce }) => fence(nonce) });
  for (const [orderId, attempt] of attempts) {
    if (reply.ok) {
      judge.apply({ type: "action_accepted", action: "cancel", orderId, attempt, venueOrderId: null });
    } else {
      const { failure } = reply;
      const told: VenueFailure = isUnsent(failure) ? { ...failure, class: "wait" } : failure;
      judge.apply({ type: "action_failed", action: "cancel", orderId, attempt, failure: told });
    }
  }
  return attempts.size > 0 || reply.ok ? null : (reply.failure.retryAt ?? now() + UNSENT_RETRY_MS);
}
