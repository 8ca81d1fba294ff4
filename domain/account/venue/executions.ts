/** Executions, each booked once by its id and by its trade, in whatever order they come (TRADING §6 "Fills"). */
import type { Order } from "../../orders/order.ts";
import { tradeKeyOf, type VenueExecution, type VenueOrder } from "../../venue/reports.ts";
import type { AccountEvent } from "../events.ts";
import { isTerminal } from "../../orders/transitions.ts";
import { record, stamp, type Turn } from "../turn.ts";
import { raiseAlert } from "./alerts.ts";
import { parentOf } from "./children.ts";
import type { VenueCommand } from "./commands.ts";
import { bookExternalExecution } from "./external.ts";
import { bookExecution } from "./fill.ts";
import { nameAnew, ownOrder, settleEnding, takeChild } from "./orders.ts";
import { confirmPlacement } from "./replies.ts";
import { liveOrder, liveOrders } from "../open-orders.ts";
import { valueByTrade } from "./value-flows.ts";

/**
 * Books what is new of them. An execution whose order nobody can tell is left: it is read again, with its order, rather than
 * taken for somebody else's.
 */
export function bookExecutions(turn: Turn, command: Extract<VenueCommand, { type: "book_executions" }>): void {
  const orders = new Map(command.orders.map((order) => [order.venueOrderId, order]));
  for (const execution of command.executions) {
    // A stop may have been filled in the very moment in which it was made: whose it is has to be known before.
    const clientOrderId = execution.clientOrderId ?? orders.get(execution.venueOrderId)?.clientOrderId ?? null;
    const past = pastOrder(turn, { venueOrderId: execution.venueOrderId, clientOrderId });
    if (past !== null) {
      nameAnew(turn, past, execution.venueOrderId);
    }
  }
  const seen = new Set<string>(turn.context.booked);
  for (const execution of command.executions.toSorted((left, right) => left.time - right.time)) {
    const { executionId } = execution;
    if (seen.has(executionId)) {
      continue;
    }
    seen.add(executionId);
    const trade = tradeKeyOf(execution);
    if (trade !== null && seen.has(trade)) {
      record(turn, { type: "execution_also_named", ...stamp(turn.context), executionId, trade });
      continue;
    }
    const before = turn.events.length;
    bookOne(turn, execution, orders.get(execution.venueOrderId) ?? null);
    if (trade !== null && turn.events.slice(before).some(isFill)) {
      seen.add(trade);
    }
  }
}

function isFill({ type }: AccountEvent): boolean {
  return type === "fill_booked" || type === "external_fill_booked";
}

function bookOne(turn: Turn, execution: VenueExecution, report: VenueOrder | null): void {
  valueByTrade(turn, execution);
  const name = {
    venueOrderId: execution.venueOrderId,
    clientOrderId: execution.clientOrderId ?? report?.clientOrderId ?? null,
  };
  const live = ownOrder(turn, name);
  if (live !== null) {
    if (live.venue?.placement !== "confirmed") {
      confirmPlacement(turn, live.id, execution.venueOrderId);
    }
    bookLive(turn, live.id, execution);
    return;
  }
  const past = pastOrder(turn, name);
  if (past !== null) {
    bookLate(turn, past, execution);
    return;
  }
  const parent = report === null || report.type === null ? null : parentOf(turn, report);
  if (report !== null && parent !== null) {
    takeChild(turn, report, parent, turn.context.now);
    bookLive(turn, report.venueOrderId, execution);
    return;
  }
  if (report !== null && !mayBeOurChild(turn, report)) {
    bookExternalExecution(turn, execution);
  }
}

/** A conditional close whose parent is an order of ours that the exchange has not named yet: whose it is shows later. */
function mayBeOurChild(turn: Turn, { parentVenueOrderId }: VenueOrder): boolean {
  return (
    parentVenueOrderId !== null &&
    liveOrders(turn.state.orders).some(
      ({ conditionalClose, venue }) => conditionalClose !== null && venue?.venueOrderId === null,
    )
  );
}

function bookLive(turn: Turn, orderId: string, execution: VenueExecution): void {
  const order = liveOrder(turn.state.orders, orderId);
  const instrument = order === undefined ? undefined : turn.state.instruments[order.symbol];
  if (order === undefined || instrument === undefined) {
    return;
  }
  record(turn, bookExecution(turn.state, order, order.hold, instrument, execution, turn.context));
  settleEnding(turn, orderId);
}

/** A fill of an order that the account has ended already: booked all the same, and told (TRADING §2, §6). */
function bookLate(turn: Turn, order: Order, execution: VenueExecution): void {
  const instrument = turn.state.instruments[order.symbol];
  if (instrument === undefined) {
    return;
  }
  nameAnew(turn, order, execution.venueOrderId);
  if (!turn.state.ended.some(({ id }) => id === order.id)) {
    record(turn, { type: "order_recalled", ...stamp(turn.context), order });
  }
  record(turn, bookExecution(turn.state, order, null, instrument, execution, turn.context));
  raiseAlert(
    turn,
    "critical",
    `A fill came after its order had ended as ${order.status}: ${order.side} ${execution.quantity} ${order.symbol} at ${execution.price}. It is booked; look at the position.`,
    order.id,
  );
}

function pastOrder(
  turn: Turn,
  name: { readonly venueOrderId: string; readonly clientOrderId: string | null },
): Order | null {
  const ended = turn.state.ended.find(
    ({ id, venueOrderId }) => id === name.clientOrderId || venueOrderId === name.venueOrderId,
  );
  const { pastOrders } = turn.context;
  const recalled =
    pastOrders[name.venueOrderId] ?? (name.clientOrderId === null ? undefined : pastOrders[name.clientOrderId]);
  const order = ended ?? recalled ?? null;
  return order !== null && isTerminal(order.status) ? order : null;
}
