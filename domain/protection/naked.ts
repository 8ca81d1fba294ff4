/**
 * Naked quantity (TRADING §4): what of a position no stop that rests and no exit that was accepted would sell. What a stop is owed
 * for has a bound; what the trader left without one (no stop wanted, orders of their own hold it) or nothing can protect (under the
 * pair's minimum) is told from it, measured and shown, and never alerts.
 */
import { isPositive, largest, smallest, subtract, sum, ZERO, type Decimal } from "../decimal.ts";
import { instrumentOf } from "../account/facts.ts";
import type { AccountState, OpenOrder } from "../account/state.ts";
import { spendable } from "../account/venue/spendable.ts";
import type { Asset } from "../market.ts";
import { isTriggered } from "../orders/order.ts";
import { quantiseQuantity } from "../orders/quantise.ts";
import { isArmed, triggersBelow } from "../orders/trigger.ts";
import { isTooSmall } from "./too-small.ts";
import { liveOrdersHolding } from "../account/open-orders.ts";

export type Nakedness = {
  /** A stop is wanted for it and does not rest yet. */
  readonly owed: Decimal;
  /** The trader left it so, or it is too little for any stop. */
  readonly left: Decimal;
};

const COVERED: Nakedness = { owed: ZERO, left: ZERO };

/** How much of the managed holding of `asset` is naked now, where a stop is wanted at `stop`. */
export function nakedness(
  state: AccountState,
  asset: Asset,
  stop: Decimal | null = state.protections[asset]?.stop?.price ?? null,
): Nakedness {
  const managed = state.holdings[asset]?.managed ?? ZERO;
  if (asset === state.currency || !isPositive(managed)) {
    return COVERED;
  }
  const holders = liveOrdersHolding(state.orders, asset);
  const sells = holders.filter(leaves);
  const covered = sum(sells.filter(stands).map(remaining));
  const naked = largest(ZERO, subtract(managed, covered));
  if (stop === null || !isPositive(naked)) {
    return { owed: ZERO, left: naked };
  }
  const ownOrders = sum(holders.filter((order) => !leaves(order)).map(({ hold }) => hold.amount));
  const coverable = subtract(smallest(managed, spendable(state, asset)), ownOrders);
  const instrument = instrumentOf(state, asset);
  const wanted = instrument === undefined ? coverable : quantiseQuantity(largest(ZERO, coverable), instrument);
  if (instrument !== undefined && isTooSmall(wanted, stop, instrument)) {
    return { owed: ZERO, left: naked };
  }
  const owed = smallest(naked, largest(ZERO, subtract(wanted, covered)));
  return { owed, left: subtract(naked, owed) };
}

/** True once the order is known to stand where it would act: at the exchange when that has taken it, on paper when it is armed. */
export function stands(order: OpenOrder): boolean {
  const { venue } = order;
  if (venue === null) {
    return !isArmed(order) || order.queue !== null;
  }
  return venue.placement === "confirmed" && venue.ending === null && !venue.missing;
}

/** Whoever placed it: a sale at the market, or one that a falling price sets off. */
function leaves({ side, type }: OpenOrder): boolean {
  return side === "sell" && (type === "market" || (isTriggered(type) && triggersBelow(type, side)));
}

/** What it still sells. An amend that makes it larger counts when the exchange has taken it. */
export function remaining(order: OpenOrder): Decimal {
  return largest(ZERO, subtract(order.quantity, order.filledQuantity));
}
