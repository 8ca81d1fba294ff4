/** Orders as the exchange shows them, held against what the account believes (TRADING §6). */
import { compare, isAbove, isPositive, largest, ZERO, type Decimal } from "../../decimal.ts";
import type { VenueOrder } from "../../venue/reports.ts";
import type { Order } from "../../orders/order.ts";
import type { OpenOrder } from "../state.ts";
import { record, stamp, type Turn } from "../turn.ts";
import { raiseAlert } from "./alerts.ts";
import { assetsOf } from "../../orders/conversion.ts";
import { isProtectiveStop } from "../../protection/resting-stop.ts";
import { wishExit } from "./exit-wish.ts";
import { adoptChild, parentOf, waitsForParent } from "./children.ts";
import type { VenueCommand } from "./commands.ts";
import { noteExternalOrder, noteExternalOrdersGone } from "./external.ts";
import { applyAmend, failAmend } from "./amend-outcome.ts";
import { confirmPlacement, deferAction } from "./replies.ts";
import type { Ending, PendingAmend, VenueLink } from "./state.ts";
import { UNSEEN_READS } from "./work.ts";
import { liveOrder, liveOrders } from "../open-orders.ts";

type CommandOf<T extends VenueCommand["type"]> = Extract<VenueCommand, { type: T }>;

/** Reads can lag writes by seconds (PROTOCOL §2.5): an older look does not undo what was just agreed. */
const READ_LAG_MS = 10_000;
/** TRADING §6: “absent” needs the deadline and this. */
const ABSENCE_AFTER_MS = 60_000;
const EMPTY_READS_NEEDED = 2;

/** Takes over what the exchange says of its orders: own ones, their children, those made by hand. */
export function reportOrders(turn: Turn, command: CommandOf<"report_orders">): void {
  for (const report of command.orders) {
    reportOne(turn, report, command.readAt);
  }
  if (command.complete) {
    noteMissing(turn, command);
    noteExternalOrdersGone(
      turn,
      new Set(command.orders.map(({ venueOrderId }) => venueOrderId)),
      command.readAt - READ_LAG_MS,
    );
  }
}

/** Neither list shows the order. Twice so, 60 s after its deadline, it counts as never taken; a later fill is still booked. */
export function reportAbsence(turn: Turn, command: CommandOf<"report_absence">): void {
  const order = liveOrder(turn.state.orders, command.orderId);
  const link = order?.venue;
  if (order === undefined || link === null || link === undefined) {
    return;
  }
  if (link.placement === "confirmed") {
    noteUnseen(turn, order, link, command.readAt);
    return;
  }
  if (link.placement !== "sent") {
    return;
  }
  if (command.readAt < link.deadline + ABSENCE_AFTER_MS || command.readAt <= (link.emptyReadAt ?? 0)) {
    return;
  }
  const count = link.emptyReads + 1;
  record(turn, { type: "absence_noted", ...stamp(turn.context), orderId: order.id, count, readAt: command.readAt });
  if (count >= EMPTY_READS_NEEDED) {
    record(turn, {
      type: "order_rejected",
      ...stamp(turn.context),
      orderId: order.id,
      reason: "Kraken shows no such order: it was never taken. Should a fill of it appear later, it is booked.",
      released: order.hold,
    });
  }
}

/** Kraken took the order and shows it nowhere: told once, then read on slowly, because it may be live all the same. */
function noteUnseen(turn: Turn, order: OpenOrder, link: VenueLink, readAt: number): void {
  if (link.ending !== null || readAt <= (link.emptyReadAt ?? 0)) {
    return;
  }
  const count = link.emptyReads + 1;
  record(turn, { type: "absence_noted", ...stamp(turn.context), orderId: order.id, count, readAt });
  if (count === UNSEEN_READS) {
    raiseAlert(
      turn,
      "critical",
      `Kraken took the order ${order.side} ${order.quantity} ${order.symbol} and shows it neither open nor closed. It counts as live and is read every 5 minutes; look at it on kraken.com.`,
      order.id,
    );
  }
}

/** The own live order that a report or an execution is about. */
export function ownOrder(
  turn: Turn,
  name: { readonly venueOrderId: string; readonly clientOrderId: string | null },
): OpenOrder | null {
  const byId = name.clientOrderId === null ? undefined : liveOrder(turn.state.orders, name.clientOrderId);
  return byId ?? liveOrders(turn.state.orders).find((order) => order.venue?.venueOrderId === name.venueOrderId) ?? null;
}

/** Ends an order that the exchange has ended, once every fill that the exchange counts is booked. */
export function settleEnding(turn: Turn, orderId: string): void {
  const order = liveOrder(turn.state.orders, orderId);
  const ending = order?.venue?.ending;
  if (order === undefined || ending === null || ending === undefined) {
    return;
  }
  if (isAbove(order.venue?.venueFilled ?? order.filledQuantity, order.filledQuantity)) {
    return;
  }
  if (ending.status === "filled" && compare(order.filledQuantity, order.quantity) >= 0) {
    record(turn, { type: "order_completed", ...stamp(turn.context), orderId, released: order.hold });
    return;
  }
  const reason = order.venue?.cancel?.reason ?? ending.reason ?? ENDING_REASONS[ending.status];
  const unasked = order.venue?.cancel === null && isProtectiveStop(order);
  record(turn, {
    type: ending.status === "expired" ? "order_expired" : "order_cancelled",
    ...stamp(turn.context),
    orderId,
    reason,
    released: order.hold,
  });
  if (unasked) {
    loseStop(turn, order, ending);
  }
}

/** A stop that the exchange ended by itself: told, and what it was for is done by the desk (TRADING §4). */
function loseStop(turn: Turn, order: OpenOrder, { reason, triggered = false }: Ending): void {
  const { base: asset } = assetsOf(order.symbol);
  if (turn.state.protections[asset] === undefined) {
    return;
  }
  const isFirst = !turn.events.some((event) => event.type === "stop_lost" && event.asset === asset);
  if (!isFirst && !triggered) {
    return; // They ended together, and it is told. Of each for itself the desk would wait ever longer with another.
  }
  record(turn, { type: "stop_lost", ...stamp(turn.context), asset, orderId: order.id, reason, triggered });
  const why = reason === null ? "" : ` (${reason.replace(/\.$/, "")})`;
  if (triggered) {
    wishExit(turn, asset, "stop_failed", `Kraken ended the stop of ${asset} at its trigger and sold nothing${why}.`);
  } else {
    const what = `Kraken ended the stop of ${asset}${why}, and nobody here had asked for it.`;
    raiseAlert(turn, "critical", `${what} The desk protects the position again.`, order.id, undefined, asset);
  }
}

const ENDING_REASONS: Readonly<Record<Ending["status"], string>> = {
  filled: "Kraken closed it: what is filled is all of it.",
  cancelled: "Cancelled at Kraken.",
  expired: "Its expiry came.",
};

function reportOne(turn: Turn, report: VenueOrder, readAt: number): void {
  const order = ownOrder(turn, report);
  if (order !== null) {
    reportOwn(turn, order, report, readAt);
    return;
  }
  const past = pastOwn(turn, report);
  if (past !== null) {
    nameAnew(turn, past, report.venueOrderId);
    noteRisen(turn, past, report, readAt);
    return; // Its late fills come as executions.
  }
  if (waitsForParent(turn.state, report)) {
    return;
  }
  const parent = parentOf(turn, report);
  if (parent === null || report.type === null) {
    noteExternalOrder(turn, report);
    return;
  }
  const isStop = (parent.carriedStop ?? null) !== null;
  if (report.status === "open" || report.status === "pending" || isPositive(report.filledQuantity) || isStop) {
    takeChild(turn, report, parent, readAt);
  }
}

/** Takes in a conditional close, with what the exchange says of it already. */
export function takeChild(turn: Turn, report: VenueOrder, parent: Order, readAt: number): void {
  adoptChild(turn, report, parent);
  const child = liveOrder(turn.state.orders, report.venueOrderId);
  if (child !== undefined) {
    reportOwn(turn, child, report, readAt);
  }
}

/** An order that was taken for absent had no name at the exchange: by it what the exchange makes for its fills is found. */
export function nameAnew(turn: Turn, past: Order, venueOrderId: string): void {
  const known = turn.state.ended.find(({ id }) => id === past.id);
  if ((known ?? past).venueOrderId === null) {
    record(turn, { type: "order_recalled", ...stamp(turn.context), order: { ...(known ?? past), venueOrderId } });
  }
}

function pastOwn(turn: Turn, { clientOrderId, venueOrderId }: VenueOrder): Order | null {
  const { state, context } = turn;
  return (
    state.ended.find((order) => order.id === clientOrderId || order.venueOrderId === venueOrderId) ??
    context.pastOrders[venueOrderId] ??
    (clientOrderId === null ? undefined : context.pastOrders[clientOrderId]) ??
    null
  );
}

/**
 * TRADING §6: “absent” is not final. The trader was told that this order is over and may have placed another, and a stop has been
 * placed again: what lives all the same is shown and cancelled. What it fills until then is booked as a late fill.
 */
function noteRisen(turn: Turn, past: Order, report: VenueOrder, readAt: number): void {
  const lives = report.status === "open" || report.status === "pending";
  const known = turn.state.venue?.externalOrders[report.venueOrderId] !== undefined;
  if (lives && !known && readAt < past.updatedAt + READ_LAG_MS) {
    return;
  }
  noteExternalOrder(turn, report, past.id);
  if (lives && !known) {
    raiseAlert(
      turn,
      "critical",
      `An order that had ended here as ${past.status} is open at Kraken: ${report.side} ${report.quantity} ${report.symbol}. It is being cancelled; what it fills until then is booked.`,
      past.id,
    );
  }
}

function reportOwn(turn: Turn, before: OpenOrder, report: VenueOrder, readAt: number): void {
  if (before.venue === null || compare(report.filledQuantity, before.filledQuantity) < 0) {
    return; // An older look.
  }
  if (before.venue.placement !== "confirmed" || before.venue.venueOrderId !== report.venueOrderId) {
    confirmPlacement(turn, before.id, report.venueOrderId);
  }
  const order = liveOrder(turn.state.orders, before.id);
  const link = order?.venue;
  if (order === undefined || link === null || link === undefined) {
    return;
  }
  const ending = link.ending ?? endingOf(report);
  const filledQuantity = largest(link.venueFilled, report.filledQuantity);
  if (filledQuantity !== link.venueFilled || ending !== link.ending || link.missing || link.emptyReads > 0) {
    record(turn, {
      type: "order_reported",
      ...stamp(turn.context),
      orderId: order.id,
      venueOrderId: report.venueOrderId,
      filledQuantity,
      ending,
    });
  }
  if (ending === null) {
    compareTerms(turn, order.id, report, readAt);
    resendCancel(turn, order.id, readAt);
  } else {
    takeFinalTerms(turn, order.id, report);
  }
  settleEnding(turn, order.id);
}

function endingOf(report: VenueOrder): Ending | null {
  const { reason } = report;
  const triggered = report.triggered === true ? { triggered: true } : {};
  switch (report.status) {
    case "pending":
    case "open":
      return null;
    case "closed":
      return { status: "filled", reason };
    case "cancelled":
      return { status: "cancelled", reason: reason === null ? null : `Cancelled at Kraken: ${reason}.`, ...triggered };
    case "expired":
      return { status: "expired", reason, ...triggered };
  }
}

/** The order is over: the change that was on its way was made, or it never will be. */
function takeFinalTerms(turn: Turn, orderId: string, report: VenueOrder): void {
  const order = liveOrder(turn.state.orders, orderId);
  const amend = order?.venue?.amend ?? null;
  if (order === undefined || amend === null) {
    return;
  }
  if (report.quantity === amend.quantity && amend.stage !== "queued") {
    applyAmend(turn, order, amend);
  } else {
    failAmend(turn, order, amend, "The order ended before the change was made.");
  }
}

/** Whether the change that was asked for shows, or the exchange has changed the order by itself. */
function compareTerms(turn: Turn, orderId: string, report: VenueOrder, readAt: number): void {
  const order = liveOrder(turn.state.orders, orderId);
  const link = order?.venue;
  if (order === undefined || link === null || link === undefined) {
    return;
  }
  if (link.amend !== null) {
    if (link.amend.stage === "sent") {
      compareAmend(turn, order, link.amend, report, readAt);
    }
    return;
  }
  noteTrailing(turn, order, report);
  const terms = reportedTerms(order, report);
  const same =
    terms.quantity === order.quantity &&
    terms.limitPrice === order.limitPrice &&
    (order.type === "trailing-stop" || terms.triggerPrice === order.triggerPrice);
  if (same || readAt < order.updatedAt + READ_LAG_MS) {
    return;
  }
  applyAmend(turn, order, restated(order, link, terms));
  raiseAlert(
    turn,
    "warning",
    `Kraken changed an order of yours: ${order.side} ${terms.quantity} ${order.symbol}${terms.limitPrice === null ? "" : ` at ${terms.limitPrice}`}.`,
    order.id,
  );
}

/** The exchange moves a trailing stop by itself and tells where it stands when it is asked. */
function noteTrailing(turn: Turn, order: OpenOrder, { triggerPrice }: VenueOrder): void {
  const isTrailing = order.type === "trailing-stop" && order.side === "sell" && triggerPrice !== null;
  if (isTrailing && (order.triggerPrice === null || isAbove(triggerPrice, order.triggerPrice))) {
    record(turn, { type: "trigger_moved", ...stamp(turn.context), orderId: order.id, triggerPrice, tradeId: 0 });
  }
}

function compareAmend(turn: Turn, order: OpenOrder, amend: PendingAmend, report: VenueOrder, readAt: number): void {
  const terms = reportedTerms(order, report);
  const done =
    terms.quantity === amend.quantity &&
    terms.limitPrice === amend.limitPrice &&
    (order.type === "trailing-stop" || terms.triggerPrice === amend.triggerPrice);
  if (done) {
    applyAmend(turn, order, amend);
    return;
  }
  if (readAt > amend.deadline + READ_LAG_MS) {
    failAmend(turn, order, amend, "Kraken did not make the change; the order is as it was.");
  }
}

function reportedTerms(
  order: OpenOrder,
  report: VenueOrder,
): { readonly quantity: Decimal; readonly limitPrice: Decimal | null; readonly triggerPrice: Decimal | null } {
  return {
    quantity: report.quantity,
    limitPrice: report.limitPrice ?? order.limitPrice,
    triggerPrice: report.triggerPrice ?? order.triggerPrice,
  };
}

function restated(order: OpenOrder, link: VenueLink, terms: ReturnType<typeof reportedTerms>): PendingAmend {
  return {
    stage: "sent",
    attempts: 0,
    ...terms,
    sentAt: null,
    deadline: link.deadline,
    notBefore: null,
    holdBefore: order.hold.amount,
    holdRaised: ZERO,
  };
}

/** A cancel that was taken and did nothing, or whose answer was lost, is asked for again: that cannot harm. */
function resendCancel(turn: Turn, orderId: string, readAt: number): void {
  const cancel = liveOrder(turn.state.orders, orderId)?.venue?.cancel;
  if (cancel === null || cancel === undefined || cancel.stage === "queued") {
    return;
  }
  if (readAt > (cancel.sentAt ?? cancel.requestedAt) + READ_LAG_MS / 2) {
    deferAction(turn, orderId, "cancel", null, "Kraken still shows it open: the cancel is sent again.");
  }
}

/** Own orders that a complete list of the open ones does not show have ended, or the list was early: each is read. */
function noteMissing(turn: Turn, command: CommandOf<"report_orders">): void {
  const shown = new Set(command.orders.map(({ venueOrderId }) => venueOrderId));
  for (const order of liveOrders(turn.state.orders)) {
    const link = order.venue;
    const expected = link !== null && link.placement === "confirmed" && link.venueOrderId !== null;
    if (expected && !shown.has(link.venueOrderId ?? "") && !link.missing && link.ending === null) {
      record(turn, { type: "order_missed", ...stamp(turn.context), orderId: order.id });
    }
  }
}
