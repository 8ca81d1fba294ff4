/** Cancels and amends at an exchange: wishes that wait for its answer. */
import {
  compare,
  divide,
  isAbove,
  isBelow,
  isPositive,
  largest,
  multiply,
  subtract,
  ZERO,
  type Decimal,
} from "../../decimal.ts";
import type { Instrument, Symbol } from "../../market.ts";
import { judgeCandidate } from "../../orders/assess.ts";
import { checkMinimums } from "../../orders/checks.ts";
import { enlarges } from "../../orders/enlarges.ts";
import { buyHold } from "../../orders/hold.ts";
import { hasLimitPrice, isTriggered } from "../../orders/order.ts";
import { nearestPrice, quantisePrice, quantiseQuantity } from "../../orders/quantise.ts";
import type { AmendRequest } from "../../orders/request.ts";
import { ok, refuse, type Problem, type Result } from "../../problem.ts";
import { recordedAmendDenial } from "../amend-denial.ts";
import { worstFeeRate } from "../fees.ts";
import { isProtectiveStop } from "../../protection/resting-stop.ts";
import { amendPositionStop } from "../amend-stop.ts";
import { goneProblem } from "../gone.ts";
import { dropStop } from "../protect.ts";
import { assessmentMarket, marketProblem } from "../place.ts";
import type { OpenOrder } from "../state.ts";
import { record, stamp, type Outcome, type Turn } from "../turn.ts";
import { entryProblem, exchangeFacts } from "./standing.ts";
import { liveOrder, liveOrders } from "../open-orders.ts";

export const AMEND_DEADLINE_MS = 5_000;

/** Asks for the cancel of a live order. One that has never left the queue ends at once. */
export function requestCancel(turn: Turn, orderId: string, reason: string): void {
  const order = liveOrder(turn.state.orders, orderId);
  if (order?.venue?.cancel !== null || order.venue.ending !== null) {
    return; // Gone, or asked for already, or over at the exchange: only its fills are still to be read.
  }
  if (order.venue.placement === "queued") {
    record(turn, { type: "order_cancelled", ...stamp(turn.context), orderId, reason, released: order.hold });
    return;
  }
  record(turn, { type: "cancel_requested", ...stamp(turn.context), orderId, reason });
}

export function cancelAtExchange(turn: Turn, orderId: string): Outcome {
  const order = liveOrder(turn.state.orders, orderId);
  if (order === undefined) {
    return { problem: goneProblem(turn, orderId), events: [] };
  }
  if (isProtectiveStop(order)) {
    // Otherwise the next decision would place it again.
    dropStop(turn, order.hold.asset, "You cancelled its stop.");
  }
  requestCancel(turn, orderId, "Cancelled by you.");
  return null;
}

/**
 * Our own orders only: what was made by hand needs a second confirmation (TRADING §5). Stops that protect a position stay with
 * the position.
 */
export function cancelAllAtExchange(turn: Turn, symbol: Symbol | null): void {
  for (const order of liveOrders(turn.state.orders)) {
    if ((symbol === null || order.symbol === symbol) && !isProtectiveStop(order)) {
      requestCancel(turn, order.id, "Cancelled by you, with all others.");
    }
  }
}

/** Asks for a change of a live order; it keeps its old terms until the exchange has answered. */
export function amendAtExchange(turn: Turn, orderId: string, request: AmendRequest): Outcome {
  const order = liveOrder(turn.state.orders, orderId);
  const instrument = order === undefined ? undefined : turn.state.instruments[order.symbol];
  if (order === undefined || instrument === undefined || order.venue === null) {
    const problem = goneProblem(turn, orderId);
    return problem.code === "NOT_FOUND"
      ? { problem, events: [] }
      : recordedAmendDenial(turn, orderId, request, problem);
  }
  if (isProtectiveStop(order)) {
    return amendPositionStop(turn, order, request);
  }
  const terms = newTerms(order, instrument, request);
  if (!terms.ok) {
    return recordedAmendDenial(turn, orderId, request, terms.error);
  }
  const problem = judgeTerms(turn, order, instrument, terms.value);
  if (problem !== null) {
    return recordedAmendDenial(turn, orderId, request, problem);
  }
  const needed = holdOfTerms(order, terms.value, instrument);
  const after = isAbove(needed, order.hold.amount) ? needed : order.hold.amount;
  record(turn, {
    type: "amend_requested",
    ...stamp(turn.context),
    orderId,
    ...terms.value,
    deadline: turn.context.now + AMEND_DEADLINE_MS,
    hold: { asset: order.hold.asset, before: order.hold.amount, after },
  });
  return null;
}

export type Terms = {
  readonly quantity: Decimal;
  readonly limitPrice: Decimal | null;
  readonly triggerPrice: Decimal | null;
};

/** What the order has to hold on these terms, for what of it is not filled. */
export function holdOfTerms(order: OpenOrder, terms: Terms, instrument: Instrument): Decimal {
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

function newTerms(order: OpenOrder, instrument: Instrument, request: AmendRequest): Result<Terms> {
  const link = order.venue;
  if (order.status !== "open" && order.status !== "partially_filled") {
    return refuse("ORDER_NOT_OPEN", `The order is ${order.status} and cannot be changed now.`, {
      status: order.status,
    });
  }
  if (link?.amend !== null) {
    return refuse("CONFLICT", "A change of this order is on its way to Kraken. Wait for its answer.", {});
  }
  if (request.limitPrice !== undefined && !hasLimitPrice(order.type)) {
    return refuse("PRICE_INVALID", `A ${order.type} order has no limit price.`, { field: "limitPrice" });
  }
  if (request.triggerPrice !== undefined && (!isTriggered(order.type) || order.type === "trailing-stop")) {
    return refuse("PRICE_INVALID", `A ${order.type} order has no trigger price.`, { field: "triggerPrice" });
  }
  const quantity = request.quantity === undefined ? order.quantity : quantiseQuantity(request.quantity, instrument);
  const limitPrice =
    request.limitPrice === undefined ? order.limitPrice : quantisePrice(request.limitPrice, order.side, instrument);
  const triggerPrice =
    request.triggerPrice === undefined ? order.triggerPrice : nearestPrice(request.triggerPrice, instrument);
  if (quantity === order.quantity && limitPrice === order.limitPrice && triggerPrice === order.triggerPrice) {
    return refuse("NOTHING_CHANGED", "The order has this quantity and price already.", {});
  }
  if (compare(quantity, order.filledQuantity) <= 0) {
    return refuse(
      "AMEND_BELOW_FILLED",
      `${order.filledQuantity} ${instrument.base} of the order is filled already; the new total of ${quantity} must be more. To stop here, cancel it.`,
      { limit: order.filledQuantity, value: quantity },
    );
  }
  return ok({ quantity, limitPrice, triggerPrice });
}

/** Less of the same is no new risk; everything else is judged as the order that it becomes. */
function judgeTerms(turn: Turn, order: OpenOrder, instrument: Instrument, terms: Terms): Problem | null {
  const { state, context } = turn;
  const samePrice = terms.limitPrice === order.limitPrice && terms.triggerPrice === order.triggerPrice;
  const valued = terms.limitPrice ?? terms.triggerPrice;
  const minimums = checkMinimums({ ...order, quantity: terms.quantity, limitPrice: valued }, instrument, null);
  if (!minimums.ok) {
    return minimums.error;
  }
  if (samePrice && isBelow(terms.quantity, order.quantity)) {
    return null;
  }
  const refused = order.intent === "entry" ? entryProblem(state, order.symbol) : null;
  if (refused !== null) {
    return refused;
  }
  const clash = marketProblem(state, context);
  if (clash !== null) {
    return clash;
  }
  const plan = judgeCandidate(
    { ...exchangeFacts(state, context.now, order.symbol, [order]), entryWaitSeconds: context.entryWaitSeconds },
    {
      ...terms,
      symbol: order.symbol,
      side: order.side,
      orderType: order.type,
      timeInForce: order.timeInForce,
      postOnly: order.postOnly,
      quantity: subtract(terms.quantity, order.filledQuantity),
      trailingPercent: order.trailingPercent,
      conditionalClose: null,
      protection: order.protection ?? null,
      expiresAt: order.expiresAt,
      intent: order.intent,
    },
    context.markets[order.symbol]?.instrument ?? instrument,
    assessmentMarket(state, context),
    { isNew: false, enlarges: enlarges(order, terms), risk: true, filled: order.filledQuantity },
  );
  return plan.ok ? null : plan.error;
}
