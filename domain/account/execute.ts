/** Turning a plan into events: what the trader object does with an order that passed the judge. */
import { isPositive } from "../decimal.ts";
import type { Instrument, Symbol } from "../market.ts";
import type { OrderPlan } from "../orders/candidate.ts";
import type { Match } from "../paper/match.ts";
import { bookFill, type Execution } from "./book-fill.ts";
import type { OrderSubmitted } from "./events.ts";
import { isTriggered, type OrderOrigin } from "../orders/order.ts";
import { armOrder } from "./triggered.ts";
import type { OpenOrder } from "./state.ts";
import { record, stamp, type Turn } from "./turn.ts";
import { liveOrder } from "./open-orders.ts";

/** Books a new order with everything that happens to it at once. */
export function submitOrder(turn: Turn, plan: OrderPlan, orderId: string, origin: OrderOrigin): void {
  cancelOwn(turn, plan.match?.cancelFirst ?? []);
  const { waitingFor } = plan;
  const { fees } = turn.state;
  recordSubmission(turn, plan, { orderId, origin, deadline: null, waitsFor: [], fees, waitingFor });
  if (plan.match !== null) {
    openOrder(turn, orderId, plan.match, plan.instrument);
  } else if (isTriggered(plan.orderType)) {
    armIfPossible(turn, orderId, plan.symbol);
  }
}

function armIfPossible(turn: Turn, orderId: string, symbol: Symbol): void {
  const view = turn.context.markets[symbol];
  if (view?.quote.fresh === true) {
    armOrder(turn, orderId, view);
  }
}

/** A plan that passed the judge becomes an order; what only its venue knows is given. */
export function recordSubmission(
  turn: Turn,
  plan: OrderPlan,
  given: Pick<
    OrderSubmitted,
    "orderId" | "origin" | "deadline" | "waitsFor" | "fees" | "waitingFor" | "protection" | "carriedStopPrice"
  >,
): void {
  record(turn, {
    type: "order_submitted",
    ...stamp(turn.context),
    ...given,
    ...(given.origin === "assistant" && turn.context.provenance !== undefined
      ? { provenance: turn.context.provenance }
      : {}),
    symbol: plan.symbol,
    side: plan.side,
    orderType: plan.orderType,
    timeInForce: plan.timeInForce,
    postOnly: plan.postOnly,
    quantity: plan.quantity,
    limitPrice: plan.limitPrice,
    triggerPrice: plan.triggerPrice,
    trailingPercent: plan.trailingPercent,
    conditionalClose: plan.conditionalClose,
    expiresAt: plan.expiresAt,
    intent: plan.intent,
    protection: plan.protection,
    hold: plan.hold,
    instrument: plan.instrument,
    conversionRate: plan.conversionRate,
  });
}

/** An order that was submitted stands in the market: it opens, takes what it can, and rests or ends. */
export function openOrder(turn: Turn, orderId: string, match: Match, instrument: Instrument): void {
  record(turn, {
    type: "order_opened",
    ...stamp(turn.context),
    orderId,
    queue: match.queue,
    forgottenLevels: match.forgottenLevels,
    venueOrderId: null,
  });
  takeFromBook(turn, orderId, match, instrument);
}

/** The fills of a match and, where the rest may not rest, its end. */
export function takeFromBook(turn: Turn, orderId: string, match: Match, instrument: Instrument): void {
  for (const take of match.takes) {
    executeFill(turn, orderId, instrument, {
      price: take.price,
      quantity: take.quantity,
      liquidity: "taker",
      late: false,
      print: null,
      level: { side: liveOrder(turn.state.orders, orderId)?.side === "sell" ? "bid" : "ask", shown: take.shown },
      filledAt: turn.context.marketTime,
    });
  }
  if (match.outcome === "cancelled") {
    cancelOrder(turn, orderId, match.reason ?? "The rest could not be filled.");
  }
}

/** Books one execution; an order that is gone gets none. */
export function executeFill(turn: Turn, orderId: string, instrument: Instrument, execution: Execution): void {
  const order = liveOrder(turn.state.orders, orderId);
  if (order !== undefined) {
    record(turn, bookFill(turn.state, order, instrument, execution, turn.context));
  }
}

/** Cancels a live order and gives back what it held. */
export function cancelOrder(turn: Turn, orderId: string, reason: string): void {
  const order = liveOrder(turn.state.orders, orderId);
  if (order !== undefined) {
    record(turn, { type: "order_cancelled", ...stamp(turn.context), orderId, reason, released: order.hold });
  }
}

/** Removes the own orders that an exit would meet (paper/match). */
export function cancelOwn(turn: Turn, orderIds: readonly string[]): void {
  for (const orderId of orderIds) {
    cancelOrder(turn, orderId, "Cancelled because an exit of yours would have met it.");
  }
}

/** "0.4 of 1 was filled", for the reason of an order that ends with a rest. */
export function filledSoFar(order: Pick<OpenOrder, "filledQuantity" | "quantity">): string {
  return isPositive(order.filledQuantity)
    ? `${order.filledQuantity} of ${order.quantity} was filled`
    : "nothing was filled";
}
