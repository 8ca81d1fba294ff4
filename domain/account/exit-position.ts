/**
 * Selling a paper position at once because the desk has to: at its target, past its stop, flattened. Unlike a click it is never
 * refused for want of a price or of bids: it waits for the next market and says so (TRADING §2, §4).
 */
import { isBelow, ONE, subtract, type Decimal } from "../decimal.ts";
import type { Asset, Instrument } from "../market.ts";
import { WAITING_FOR_PRICE } from "../orders/candidate.ts";
import { valuationSymbol } from "../orders/conversion.ts";
import type { OrderOrigin } from "../orders/order.ts";
import { quantiseQuantity } from "../orders/quantise.ts";
import { heldByOthers } from "../protection/resting-stop.ts";
import { giveWay } from "./give-way.ts";
import { holdingOf } from "./holdings.ts";
import { nextId } from "./next-id.ts";
import { matchWaiting } from "./retry.ts";
import { record, stamp, type Turn } from "./turn.ts";

/**
 * Sells all of the managed holding that no other order holds. Answers the id of the order, or null when there is nothing that
 * can be sold: the rest is under the pair's minimum, or other orders sell it already (a second exit joins the first).
 */
export function exitPosition(turn: Turn, asset: Asset, origin: OrderOrigin, reason: string): string | null {
  const { state, context } = turn;
  const symbol = valuationSymbol(asset, state.currency);
  const instrument = context.markets[symbol]?.instrument ?? state.instruments[symbol];
  if (instrument === undefined) {
    return null;
  }
  const quantity = sellable(turn, asset, instrument);
  if (isBelow(quantity, instrument.minimumQuantity)) {
    return null;
  }
  giveWay(turn, asset, quantity);
  const orderId = nextId(turn);
  record(turn, {
    type: "order_submitted",
    ...stamp(context),
    orderId,
    symbol,
    side: "sell",
    orderType: "market",
    timeInForce: "ioc",
    postOnly: false,
    quantity,
    limitPrice: null,
    triggerPrice: null,
    trailingPercent: null,
    conditionalClose: null,
    expiresAt: null,
    deadline: null,
    waitsFor: [],
    origin,
    intent: "exit",
    hold: { asset, amount: quantity },
    instrument,
    conversionRate: ONE,
    fees: state.fees,
    waitingFor: `${reason} ${WAITING_FOR_PRICE}`,
  });
  matchWaiting(turn, orderId);
  return orderId;
}

/** What of the managed holding no other order holds, on the pair's lot. */
export function sellable({ state }: Turn, asset: Asset, instrument: Instrument): Decimal {
  const free = subtract(holdingOf(state.holdings, asset).managed, heldByOthers(state, asset));
  return quantiseQuantity(free, instrument);
}
