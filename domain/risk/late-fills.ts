/**
 * Entries that were filled after the halt or the Stop that was to end them: at an exchange a cancel can come too late. What
 * they brought is treated as the halt treats positions, in the same turn.
 */
import { findOrder } from "../account/order-steps.ts";
import type { AccountEvent } from "../account/events.ts";
import type { AccountState, OpenOrder } from "../account/state.ts";
import type { Turn } from "../account/turn.ts";
import type { Asset } from "../market.ts";
import { assetsOf } from "../orders/conversion.ts";
import type { Order } from "../orders/order.ts";
import { haltsInForce, type HaltPositions } from "./halt.ts";
import { ensureStop, goOnSelling, managedAssets } from "./halts-positions.ts";
import { liveOrders } from "../account/open-orders.ts";

/**
 * Ends every decision. Only a fill or the end of an entry sets it off, so that a sale that is refused is not sent again by its
 * own refusal: that is for its next try (on paper the next sample).
 */
export function treatLateFills(turn: Turn): void {
  const wanted = haltsInForce(turn.state.halts, turn.context.marketTime).map(({ positions }) => positions);
  if (!wanted.includes("flatten") && !wanted.includes("protect")) {
    return;
  }
  const came = cameIn(turn);
  for (const asset of managedAssets(turn.state).filter((each) => came.has(each))) {
    treat(turn, asset, wanted);
  }
}

function treat(turn: Turn, asset: Asset, wanted: readonly HaltPositions[]): void {
  if (!wanted.includes("flatten")) {
    ensureStop(turn, asset);
  } else if (!isBeingEntered(turn.state, asset)) {
    goOnSelling(turn, asset, "it came by a fill after trading was stopped", true);
  }
}

/** A sale would meet the entry whose cancel is on its way: the exchange would refuse one of the two. */
function isBeingEntered({ orders }: AccountState, asset: Asset): boolean {
  return liveOrders(orders).some(
    ({ intent, side, symbol, venue }) =>
      intent === "entry" && side === "buy" && assetsOf(symbol).base === asset && venue !== null,
  );
}

/** Assets of orders that this turn filled or ended. */
function cameIn({ state, events }: Turn): ReadonlySet<Asset> {
  const orders = events.flatMap((event) => {
    const id = endsOrFills(event);
    return id === null ? [] : (findOrder(state, id) ?? []);
  });
  return new Set(orders.flatMap((order) => acquiredBy(order)));
}

function endsOrFills(event: AccountEvent): string | null {
  switch (event.type) {
    case "fill_booked":
    case "order_cancelled":
    case "order_expired":
      return event.orderId;
    default:
      return null;
  }
}

function acquiredBy(order: Order | OpenOrder): readonly Asset[] {
  const { base, quote } = assetsOf(order.symbol);
  return order.side === "buy" ? [base] : [quote];
}
