/** Orders that the exchange makes by itself for the fills of one of ours: conditional closes (PROTOCOL §2.4). */
import { multiply, ONE, type Decimal } from "../../decimal.ts";
import type { VenueOrder } from "../../venue/reports.ts";
import { intentOf } from "../../orders/assess.ts";
import { conversionRate } from "../../orders/conversion.ts";
import type { Order } from "../../orders/order.ts";
import type { AccountState } from "../state.ts";
import { record, stamp, type Turn } from "../turn.ts";
import { haltsInForce } from "../../risk/halt.ts";
import { requestCancel } from "./cancel.ts";
import { exchangeFees } from "./standing.ts";
import { liveOrder, liveOrders } from "../open-orders.ts";

/**
 * Whether it may be the stop that an entry took along, which its source does not tell: counted as made by hand it would keep the
 * position from being closed. It is read, and then told.
 */
export function waitsForParent(state: AccountState, report: VenueOrder): boolean {
  return (
    report.isParentUntold === true &&
    report.side === "sell" &&
    liveOrder(state.orders, report.venueOrderId) === undefined &&
    (report.clientOrderId === null || liveOrder(state.orders, report.clientOrderId) === undefined) &&
    state.venue?.externalOrders[report.venueOrderId] === undefined &&
    !state.ended.some(({ venueOrderId }) => venueOrderId === report.venueOrderId) &&
    [...liveOrders(state.orders), ...state.ended].some(
      ({ symbol, carriedStop }) => symbol === report.symbol && (carriedStop ?? null) !== null,
    )
  );
}

/** The own order, live or ended, whose conditional close the report is; null when it has no parent or that is not ours. */
export function parentOf(turn: Turn, report: Pick<VenueOrder, "parentVenueOrderId">): Order | null {
  const parentId = report.parentVenueOrderId;
  if (parentId === null) {
    return null;
  }
  const known = [...liveOrders(turn.state.orders), ...turn.state.ended];
  return known.find(({ venueOrderId }) => venueOrderId === parentId) ?? turn.context.pastOrders[parentId] ?? null;
}

/** Takes the child in as an order of the desk, under the exchange's id. */
export function adoptChild(turn: Turn, report: VenueOrder, parent: Order): void {
  const { state, context } = turn;
  const instrument = state.instruments[report.symbol];
  if (instrument === undefined || report.type === null || liveOrder(state.orders, report.venueOrderId) !== undefined) {
    return;
  }
  const intent = intentOf(instrument, report.side, state.currency);
  record(turn, {
    type: "order_submitted",
    ...stamp(context),
    orderId: report.venueOrderId,
    symbol: report.symbol,
    side: report.side,
    orderType: report.type,
    timeInForce: "gtc",
    postOnly: false,
    quantity: report.quantity,
    limitPrice: report.limitPrice,
    triggerPrice: report.triggerPrice,
    trailingPercent: null,
    conditionalClose: null,
    expiresAt: report.expiresAt,
    deadline: context.now,
    waitsFor: [],
    // The stop that the entry took along protects the position like any other; what a trader asked for by name stays theirs.
    origin: (parent.carriedStop ?? null) === null ? "conditional" : "stop",
    parentOrderId: parent.id,
    intent,
    // A resting stop keeps nothing back at the exchange; here it does, so that nothing is promised twice.
    hold: { asset: report.side === "sell" ? instrument.base : instrument.quote, amount: holdOf(report) },
    instrument,
    conversionRate: conversionRate(instrument.quote, state.currency, context.markets)?.rate ?? ONE,
    fees: exchangeFees(state, report.symbol) ?? state.fees,
    waitingFor: null,
  });
  record(turn, {
    type: "order_opened",
    ...stamp(context),
    orderId: report.venueOrderId,
    queue: null,
    forgottenLevels: [],
    venueOrderId: report.venueOrderId,
  });
  if (intent === "entry" && haltsInForce(state.halts, context.marketTime).length > 0) {
    // The exchange made it by itself, for an order of before the halt: a halted account opens nothing (TRADING §5).
    requestCancel(turn, report.venueOrderId, "Cancelled because the account is halted.");
  }
  // The socket tells of it before anything tells its parent: until then it counted as made by hand.
  if (turn.state.venue?.externalOrders[report.venueOrderId] !== undefined) {
    record(turn, {
      type: "external_order_ended",
      ...stamp(context),
      venueOrderId: report.venueOrderId,
      status: "gone",
    });
  }
}

function holdOf(report: VenueOrder): Decimal {
  const price = report.limitPrice ?? report.triggerPrice;
  return report.side === "sell" || price === null ? report.quantity : multiply(price, report.quantity);
}
