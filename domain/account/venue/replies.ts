/** What follows from the answer to an action, by its class alone (PROTOCOL §4, TRADING §6). */
import type { VenueFailure } from "../../venue/failure.ts";
import type { OpenOrder } from "../state.ts";
import { record, stamp, type Outcome, type Turn } from "../turn.ts";
import { raiseAlert } from "./alerts.ts";
import { applyAmend, failAmend } from "./amend-outcome.ts";
import type { VenueCommand } from "./commands.ts";
import { proveTrading, suspend } from "./connection.ts";
import { cancelTooLarge } from "./shrink.ts";
import { entryProblem } from "./standing.ts";
import { isClear } from "./state.ts";
import { liveOrder, liveOrders, perOrder } from "../open-orders.ts";

type CommandOf<T extends VenueCommand["type"]> = Extract<VenueCommand, { type: T }>;

/** Between two tries after the key or the account was refused for good. */
const SUSPENDED_RETRY_MS = 60_000;
/** It doubles to this: a key that may read but not cancel would be asked for ever. */
const SUSPENDED_LONGEST_MS = 600_000;

const UNCLEARED = "waited for the stop to give way, and Kraken has not confirmed that in time";

/** The fence: the action leaves the queue, or there is nothing to send (TRADING §6). */
export function sendAction(turn: Turn, command: CommandOf<"send_action">): Outcome {
  const order = liveOrder(turn.state.orders, command.orderId);
  const { now } = turn.context;
  const attempt = order === undefined ? null : nextAttempt(order, command.action);
  if (order === undefined || attempt === null) {
    return {
      problem: {
        code: "CONFLICT",
        message: "There is nothing to send any more.",
        details: { orderId: command.orderId },
      },
      events: [],
    };
  }
  if (attempt.deadline !== null && now > attempt.deadline) {
    dropOne(turn, order);
    return {
      problem: { code: "CONFLICT", message: "Its deadline has passed.", details: { orderId: command.orderId } },
      events: turn.events,
    };
  }
  const closed =
    order.intent === "entry" && command.action !== "cancel" ? entryProblem(turn.state, order.symbol) : null;
  if (closed !== null) {
    // It was judged while trading was open. It waits in the queue until that is so again or its deadline ends it.
    return { problem: closed, events: [] };
  }
  record(turn, {
    type: "action_sent",
    ...stamp(turn.context),
    action: command.action,
    orderId: command.orderId,
    attempt: attempt.number,
    nonce: command.nonce,
  });
  return null;
}

/** Orders of which something waits to be sent. */
const withDeadline = perOrder((order) => {
  const link = order.venue;
  const waits = link?.placement === "queued" || (link?.waitsFor.length ?? 0) > 0 || link?.amend?.stage === "queued";
  return waits ? [order] : [];
});

/** Ends what has waited in the queue past its deadline; it was never executed. */
export function dropOverdue(turn: Turn): void {
  for (const order of withDeadline(turn.state.orders)) {
    dropOne(turn, order);
  }
}

/** The exchange has taken the action. */
export function actionAccepted(turn: Turn, command: CommandOf<"action_accepted">): void {
  const order = liveOrder(turn.state.orders, command.orderId);
  if (order?.venue === undefined || order.venue === null || isOfAnotherAttempt(order, command)) {
    return; // It ended meanwhile: a report was faster than the answer.
  }
  proveTrading(turn, command.action);
  switch (command.action) {
    case "place":
      if (order.venue.placement !== "confirmed") {
        confirmPlacement(turn, order.id, command.venueOrderId);
      }
      return;
    case "cancel":
      if (order.venue.cancel !== null) {
        record(turn, { type: "cancel_accepted", ...stamp(turn.context), orderId: order.id });
      }
      return;
    case "amend":
      if (order.venue.amend !== null) {
        applyAmend(turn, order, order.venue.amend);
      }
  }
}

/** The exchange has not taken the action, or it is not known whether it has. */
export function actionFailed(turn: Turn, command: CommandOf<"action_failed">): void {
  const { failure, orderId, action } = command;
  const order = liveOrder(turn.state.orders, orderId);
  const exit = order !== undefined && action === "place" && order.intent === "exit" ? wordsOf(order) : null;
  const isTold = failure.class === "suspended" && suspend(turn, failure, action, exit);
  if (order === undefined || isOfAnotherAttempt(order, command)) {
    return;
  }
  switch (action) {
    case "place":
      placementFailed(turn, order, failure, isTold);
      return;
    case "cancel":
      cancelFailed(turn, order, failure);
      return;
    case "amend":
      amendFailed(turn, order, failure);
  }
}

/** At start nobody waits for answers any more: what was on its way is read, cancels are simply sent again. */
export function recover(turn: Turn): void {
  for (const order of liveOrders(turn.state.orders)) {
    const link = order.venue;
    if (link?.placement === "sent" && order.status === "submitting") {
      record(turn, {
        type: "order_unknown",
        ...stamp(turn.context),
        orderId: order.id,
        reason: "The desk was restarted while it was on its way; checking with Kraken.",
      });
    }
    if (link?.cancel?.stage === "sent") {
      deferAction(turn, order.id, "cancel", null, "The desk was restarted while the cancel was on its way.");
    }
  }
}

/** The order stands at the exchange under this id. */
export function confirmPlacement(turn: Turn, orderId: string, venueOrderId: string | null): void {
  record(turn, {
    type: "order_opened",
    ...stamp(turn.context),
    orderId,
    queue: null,
    forgottenLevels: [],
    venueOrderId,
  });
}

/** An answer that names its attempt is of that attempt alone: one that comes twice, or late, is not of the next. */
function isOfAnotherAttempt(
  order: OpenOrder,
  { action, attempt }: CommandOf<"action_accepted"> | CommandOf<"action_failed">,
): boolean {
  const link = order.venue;
  const current =
    action === "place" ? link?.attempts : action === "cancel" ? link?.cancel?.attempts : link?.amend?.attempts;
  return attempt !== undefined && current !== undefined && attempt !== current;
}

function placementFailed(turn: Turn, order: OpenOrder, failure: VenueFailure, isTold: boolean): void {
  const { orderId, link } = { orderId: order.id, link: order.venue };
  if (link === null || link.placement !== "sent") {
    return; // A report has told more already.
  }
  switch (failure.class) {
    case "refused":
    case "suspended":
      reject(turn, order, failure.message, isTold);
      return;
    case "wait": {
      const notBefore = failure.retryAt ?? turn.context.now;
      if (link.cancel !== null) {
        // Never executed, and not wished any more.
        const { reason } = link.cancel;
        record(turn, { type: "order_cancelled", ...stamp(turn.context), orderId, reason, released: order.hold });
        return;
      }
      // One whose outcome was not known is never sent again (TRADING §6), even when a late answer says that it may.
      if (notBefore > link.deadline || order.status !== "submitting") {
        reject(turn, order, failure.message);
        return;
      }
      deferAction(turn, orderId, "place", failure.retryAt, failure.message);
      return;
    }
    case "ambiguous":
    case "gone":
      if (order.status === "submitting" || order.status === "cancel_pending") {
        record(turn, { type: "order_unknown", ...stamp(turn.context), orderId, reason: failure.message });
      }
  }
}

function cancelFailed(turn: Turn, order: OpenOrder, failure: VenueFailure): void {
  if (order.venue?.cancel?.stage !== "sent") {
    return;
  }
  switch (failure.class) {
    case "wait":
      deferAction(turn, order.id, "cancel", failure.retryAt, failure.message);
      return;
    case "suspended": {
      const { attempts } = order.venue.cancel;
      const wait = Math.min(SUSPENDED_RETRY_MS * 2 ** Math.min(attempts - 1, 10), SUSPENDED_LONGEST_MS);
      deferAction(turn, order.id, "cancel", failure.retryAt ?? turn.context.now + wait, failure.message);
      if (attempts === 1) {
        const what = `${order.side} ${order.quantity} ${order.symbol}`;
        raiseAlert(
          turn,
          "critical",
          `An order (${what}) could not be cancelled and is still live at Kraken: ${failure.message} It is cancelled once the key works again.`,
          order.id,
        );
      }
      return;
    }
    case "refused":
    case "gone":
      // Filled, ended or never there: only its state tells which.
      record(turn, { type: "cancel_accepted", ...stamp(turn.context), orderId: order.id });
      return;
    case "ambiguous":
    // Read when its answer is overdue (work).
  }
}

function amendFailed(turn: Turn, order: OpenOrder, failure: VenueFailure): void {
  const amend = order.venue?.amend;
  if (amend?.stage !== "sent") {
    return;
  }
  const waits = failure.class === "wait" && (failure.retryAt ?? turn.context.now) <= amend.deadline;
  if (waits) {
    deferAction(turn, order.id, "amend", failure.retryAt, failure.message);
    return;
  }
  if (failure.class !== "ambiguous" && failure.class !== "gone") {
    failAmend(turn, order, amend, failure.message);
    cancelTooLarge(turn, order.id);
  }
}

function dropOne(turn: Turn, order: OpenOrder): void {
  const { now } = turn.context;
  const link = order.venue;
  if (link === null) {
    return;
  }
  if (link.placement === "queued" && link.waitsFor.length === 0 && now > link.deadline) {
    reject(turn, order, `It could not be sent to Kraken in time${order.reason === null ? "." : `: ${order.reason}`}`);
    return;
  }
  if (link.waitsFor.length > 0 && now > link.deadline && (link.waitReason ?? null) === null) {
    const reason = "The orders that hold what it sells are still not cancelled at Kraken.";
    deferAction(turn, order.id, "place", null, reason);
    raiseAlert(
      turn,
      "critical",
      `An exit cannot leave yet (sell ${order.quantity} ${order.symbol}): ${reason}`,
      order.id,
    );
    return;
  }
  if (link.amend?.stage === "queued" && now > link.amend.deadline) {
    const why = isClear(link.amend) ? "could not be sent to Kraken in time" : UNCLEARED;
    failAmend(turn, order, link.amend, `The change ${why}; the order is as it was.`);
    cancelTooLarge(turn, order.id);
  }
}

function reject(turn: Turn, order: OpenOrder, reason: string, isTold = false): void {
  record(turn, {
    type: "order_rejected",
    ...stamp(turn.context),
    orderId: order.id,
    reason,
    released: order.hold,
  });
  if (order.intent === "exit" && !isTold) {
    // CASES "silent failure of a protective action".
    raiseAlert(turn, "critical", `An exit was not executed (${wordsOf(order)}): ${reason}`, order.id);
  }
}

function wordsOf({ side, quantity, symbol }: OpenOrder): string {
  return `${side} ${quantity} ${symbol}`;
}

/** Back to the queue: it was not executed and is sent again, not before `notBefore`. */
export function deferAction(
  turn: Turn,
  orderId: string,
  action: CommandOf<"send_action">["action"],
  notBefore: number | null,
  reason: string,
): void {
  record(turn, { type: "action_deferred", ...stamp(turn.context), action, orderId, notBefore, reason });
}

function nextAttempt(
  order: OpenOrder,
  action: CommandOf<"send_action">["action"],
): { readonly number: number; readonly deadline: number | null } | null {
  const link = order.venue;
  if (link === null) {
    return null;
  }
  switch (action) {
    case "place":
      return link.placement === "queued" && link.cancel === null && link.waitsFor.length === 0
        ? { number: link.attempts + 1, deadline: link.deadline }
        : null;
    case "cancel":
      return link.cancel?.stage === "queued" && link.placement !== "queued"
        ? { number: link.cancel.attempts + 1, deadline: null }
        : null;
    case "amend":
      return link.amend?.stage === "queued" &&
        isClear(link.amend) &&
        link.cancel === null &&
        link.placement === "confirmed"
        ? { number: link.amend.attempts + 1, deadline: link.amend.deadline }
        : null;
  }
}
