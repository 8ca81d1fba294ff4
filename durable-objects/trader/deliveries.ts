import { triggerRows } from "../../domain/account/effects.ts";
import { symbolsNeeded } from "../../domain/account/symbols.ts";
import type { TriggerDelivery } from "../../domain/market.ts";
import { accountsOfMarket, applyPrints, contextOf } from "./commands.ts";
import { NOTHING_SETTLED } from "./feed-client.ts";
import type { Parts } from "./parts.ts";

/** A fill is booked with the rate of its order rather than wait longer. */
const PATIENCE_MS = 1_000;

/**
 * Books prints that the feed brings and answers the ids of the deliveries that are dealt with. Those of orders that are not
 * open any more are too, and the feed is told to forget the orders. The same delivery twice changes nothing: every order
 * knows the last print that it counted.
 */
export async function bookDeliveries(parts: Parts, deliveries: readonly TriggerDelivery[]): Promise<readonly number[]> {
  const { desk, feed, triggers, market, newId, state } = parts;
  // The prints bring their prices; only a pair quoted in something else than the account currency needs its rate.
  const rates = accountsOfMarket(desk.accounts(), market).flatMap((account) =>
    symbolsNeeded(account, { type: "apply_prints", deliveries }),
  );
  const settled = rates.length === 0 ? NOTHING_SETTLED : await feed.settle([...new Set(rates)], PATIENCE_MS);
  desk.turn((turn) => {
    const owed = [...deliveries, ...settled.deliveries];
    applyPrints(parts, turn, owed, contextOf(parts, settled, newId(), "manual"));
  });
  const rows = accountsOfMarket(desk.accounts(), market).flatMap(triggerRows);
  const watched = new Set(rows.map(({ orderId }) => orderId));
  const gone = deliveries.map(({ orderId }) => orderId).filter((orderId) => !watched.has(orderId));
  if (gone.length > 0) {
    triggers.forget(gone);
    state.waitUntil(triggers.flush());
  }
  return deliveries.map((delivery) => delivery.deliveryId);
}
