/** What a change of an order holds, and what becomes of it. */
import { compare, divide, isPositive, largest, multiply, subtract, ZERO, type Decimal } from "../../decimal.ts";
import type { Instrument } from "../../market.ts";
import { buyHold } from "../../orders/hold.ts";
import { worstFeeRate } from "../fees.ts";
import { liveOrder } from "../open-orders.ts";
import type { OpenOrder } from "../state.ts";
import type { AmendedTerms } from "../amended-terms.ts";
import { record, stamp, type Turn } from "../turn.ts";
import type { PendingAmend } from "./state.ts";

/** What the order has to hold on these terms, for what of it is not filled. */
export function holdOfTerms(order: OpenOrder, terms: AmendedTerms, instrument: Instrument): Decimal {
  const rest = subtract(terms.quantity, order.filledQuantity);
  const price = terms.limitPrice ?? terms.triggerPrice;
  if (order.side === "sell") {
    return largest(ZERO, rest);
  }
  return price === null
    ? holdInProportion(order, rest, instrument)
    : buyHold(price, rest, worstFeeRate(order.feeSchedule), instrument);
}

/** A trailing buy has no price of its own: as much per unit as it was judged by. */
function holdInProportion(order: OpenOrder, rest: Decimal, instrument: Instrument): Decimal {
  const before = subtract(order.quantity, order.filledQuantity);
  const held = subtract(order.hold.amount, order.venue?.amend?.holdRaised ?? ZERO);
  return isPositive(before) ? divide(multiply(held, rest), before, instrument.costDecimals, "up") : held;
}

/** The change that was asked for has been made. */
export function applyAmend(turn: Turn, order: OpenOrder, amend: PendingAmend): void {
  const instrument = turn.state.instruments[order.symbol];
  const { quantity, limitPrice, triggerPrice } = amend;
  const after = instrument === undefined ? order.hold.amount : holdOfTerms(order, amend, instrument);
  record(turn, {
    type: "order_amended",
    ...stamp(turn.context),
    orderId: order.id,
    version: order.version + 1,
    quantity,
    limitPrice,
    triggerPrice,
    hold: { asset: order.hold.asset, before: order.hold.amount, after },
    fees: order.feeSchedule,
    queue: null,
    waitingFor: order.venue?.cancel?.reason ?? null,
    forgottenLevels: [],
  });
  completeFilled(turn, order.id);
}

/** Ends an order of which all is filled: a fill before the answer to a change could not tell. */
export function completeFilled(turn: Turn, orderId: string): void {
  const order = liveOrder(turn.state.orders, orderId);
  if (order !== undefined && order.venue?.amend === null && compare(order.filledQuantity, order.quantity) >= 0) {
    record(turn, { type: "order_completed", ...stamp(turn.context), orderId, released: order.hold });
  }
}

/** The change was not made: the order is as it was, and holds what it held. */
export function failAmend(turn: Turn, order: OpenOrder, amend: PendingAmend, reason: string): void {
  // Fills since then have taken their part; only what was added for the change goes back.
  const after = largest(ZERO, subtract(order.hold.amount, amend.holdRaised));
  record(turn, {
    type: "amend_failed",
    ...stamp(turn.context),
    orderId: order.id,
    reason,
    hold: { asset: order.hold.asset, before: order.hold.amount, after },
  });
  completeFilled(turn, order.id);
}
