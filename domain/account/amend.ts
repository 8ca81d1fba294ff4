/**
 * Changing a live order (TRADING §4 "amend", PROTOCOL §2.6): the quantity is the new total, what is filled included. The place
 * in the queue is kept only where nothing but the quantity falls; otherwise the order is judged and matched anew.
 */
import { isBelow, subtract, ZERO, type Decimal } from "../decimal.ts";
import type { Instrument } from "../market.ts";
import { judgeCandidate } from "../orders/assess.ts";
import { checkMinimums } from "../orders/checks.ts";
import { enlarges } from "../orders/enlarges.ts";
import { buyHold } from "../orders/hold.ts";
import { isTriggered } from "../orders/order.ts";
import { isArmed, triggeredAs } from "../orders/trigger.ts";
import { isProtectiveStop } from "../protection/resting-stop.ts";
import type { QueueArrival } from "./events.ts";
import { giveWay } from "./give-way.ts";
import type { AmendRequest } from "../orders/request.ts";
import { refuse, type Problem, type Result } from "../problem.ts";
import { recordedAmendDenial } from "./amend-denial.ts";
import { amendedTerms, type AmendedTerms } from "./amended-terms.ts";
import { amendPositionStop } from "./amend-stop.ts";
import { cancelOwn, openOrder, takeFromBook } from "./execute.ts";
import { tradingFacts } from "./facts.ts";
import { worstFeeRate } from "./fees.ts";
import { goneProblem } from "./gone.ts";
import { assessmentMarket, marketProblem } from "./place.ts";
import type { OpenOrder } from "./state.ts";
import { record, stamp, type Outcome, type Turn } from "./turn.ts";
import { liveOrder } from "./open-orders.ts";

/** Amends a live order, or answers the recorded denial. */
export function amendOrder(turn: Turn, orderId: string, request: AmendRequest): Outcome {
  const order = liveOrder(turn.state.orders, orderId);
  const instrument = order === undefined ? undefined : turn.state.instruments[order.symbol];
  if (order === undefined || instrument === undefined) {
    const problem = goneProblem(turn, orderId);
    return problem.code === "NOT_FOUND"
      ? { problem, events: [] }
      : recordedAmendDenial(turn, orderId, request, problem);
  }
  if (isProtectiveStop(order)) {
    return amendPositionStop(turn, order, request);
  }
  const change = readChange(turn, order, instrument, request);
  if (!change.ok) {
    return recordedAmendDenial(turn, orderId, request, change.error);
  }
  const { quantity, limitPrice, triggerPrice } = change.value;
  const samePrices = limitPrice === order.limitPrice && triggerPrice === order.triggerPrice;
  const onlyLess = samePrices && isBelow(quantity, order.quantity);
  const refused = onlyLess ? reduce(turn, order, instrument, quantity) : replace(turn, order, instrument, change.value);
  return refused === null ? null : recordedAmendDenial(turn, orderId, request, refused);
}

function readChange(
  { context }: Turn,
  order: OpenOrder,
  instrument: Instrument,
  request: AmendRequest,
): Result<AmendedTerms> {
  if (order.expiresAt !== null && order.expiresAt <= context.marketTime) {
    return refuse("ORDER_NOT_OPEN", "The order's expiry has come: it cannot be changed any more.", {
      orderId: order.id,
      status: "expired",
    });
  }
  if (order.status === "cancel_pending" || order.status === "unknown") {
    return refuse("ORDER_NOT_OPEN", `The order is ${order.status} and cannot be changed now.`, {
      status: order.status,
    });
  }
  if (request.limitPrice !== undefined && order.limitPrice === null) {
    return refuse("PRICE_INVALID", "A market order has no limit price.", { field: "limitPrice" });
  }
  if (request.triggerPrice !== undefined && (order.triggerPrice === null || !isArmed(order))) {
    return refuse("PRICE_INVALID", "The order does not wait for a trigger.", { field: "triggerPrice" });
  }
  return amendedTerms(order, instrument, request);
}

/** Less of the same: no new risk, no market needed, the place in the queue stays. */
function reduce(turn: Turn, order: OpenOrder, instrument: Instrument, quantity: Decimal): Problem | null {
  const { limitPrice } = order;
  const minimums = checkMinimums({ ...order, quantity }, instrument, null);
  if (!minimums.ok) {
    return minimums.error;
  }
  const rest = subtract(quantity, order.filledQuantity);
  const needed =
    order.side === "sell"
      ? rest
      : limitPrice === null
        ? order.hold.amount
        : buyHold(limitPrice, rest, worstFeeRate(order.feeSchedule), instrument);
  record(turn, {
    type: "order_amended",
    ...stamp(turn.context),
    orderId: order.id,
    version: order.version + 1,
    quantity,
    limitPrice,
    triggerPrice: order.triggerPrice,
    hold: {
      asset: order.hold.asset,
      before: order.hold.amount,
      after: isBelow(needed, order.hold.amount) ? needed : order.hold.amount,
    },
    fees: order.feeSchedule,
    queue: null,
    waitingFor: order.waiting ? order.reason : null,
    forgottenLevels: [],
  });
  return null;
}

/** Another price or more of it: judged as the order that it becomes, and matched anew. */
function replace(turn: Turn, order: OpenOrder, instrument: Instrument, change: AmendedTerms): Problem | null {
  const { state, context } = turn;
  const clash = marketProblem(state, context);
  if (clash !== null) {
    return clash;
  }
  const rest = subtract(change.quantity, order.filledQuantity);
  const plan = judgeCandidate(
    tradingFacts(state, context.now, order),
    {
      symbol: order.symbol,
      side: order.side,
      orderType: isArmed(order) || !isTriggered(order.type) ? order.type : triggeredAs(order.type),
      timeInForce: order.timeInForce,
      postOnly: order.postOnly,
      quantity: rest,
      limitPrice: change.limitPrice,
      triggerPrice: isArmed(order) ? change.triggerPrice : null,
      trailingPercent: isArmed(order) ? order.trailingPercent : null,
      conditionalClose: null,
      expiresAt: order.expiresAt,
      protection: order.protection ?? null,
      intent: order.intent,
    },
    context.markets[order.symbol]?.instrument ?? instrument,
    assessmentMarket(state, context),
    { isNew: false, enlarges: enlarges(order, change), risk: true, filled: order.filledQuantity },
  );
  if (!plan.ok) {
    return plan.error;
  }
  const { match, hold, waitingFor } = plan.value;
  giveWay(turn, hold.asset, subtract(hold.amount, order.hold.amount));
  cancelOwn(turn, match?.cancelFirst ?? []);
  const isSubmitting = order.status === "submitting";
  record(turn, {
    type: "order_amended",
    ...stamp(context),
    orderId: order.id,
    version: order.version + 1,
    quantity: change.quantity,
    limitPrice: change.limitPrice,
    triggerPrice: change.triggerPrice,
    hold: { asset: hold.asset, before: order.hold.amount, after: hold.amount },
    fees: state.fees,
    queue: isSubmitting ? null : (match?.queue ?? rearmed(turn, order)),
    waitingFor,
    forgottenLevels: match?.forgottenLevels ?? [],
  });
  if (match !== null && isSubmitting) {
    openOrder(turn, order.id, match, instrument);
  } else if (match !== null) {
    takeFromBook(turn, order.id, match, instrument);
  }
  return null;
}

/** An armed order stands from now on at its new trigger: what was traded before does not fire it. */
function rearmed({ context }: Turn, order: OpenOrder): QueueArrival | null {
  const view = context.markets[order.symbol];
  return isArmed(order) && view !== undefined ? { ahead: ZERO, armedTradeId: view.tapeTradeId } : null;
}
