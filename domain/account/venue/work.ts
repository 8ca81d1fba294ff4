/**
 * What has to be done at the exchange for an account, derived from its state alone: a restart finds the same work again
 * (TRADING §6 "Effects are rows, not promises"). The shell does an item when its time has come and its lane is free.
 */
import { isAbove } from "../../decimal.ts";
import type { Milliseconds, Symbol } from "../../market.ts";
import { isTriggered } from "../../orders/order.ts";
import type { VenueUrgency } from "../../venue/wishes.ts";
import { allUneven, isUneven, nextLookAt } from "../../protection/carried-stop.ts";
import type { AccountState, OpenOrder } from "../state.ts";
import type { VenueAction } from "./events.ts";
import { isClear, isWaiting, type VenueLink } from "./state.ts";
import { perOrder } from "../open-orders.ts";

/** Most urgent first (TRADING §6). */
export const LANES = ["exits", "unknowns", "entries", "history"] as const;
export type Lane = (typeof LANES)[number];

export type VenueWork =
  | {
      readonly type: "send";
      readonly action: VenueAction;
      readonly orderId: string;
      readonly lane: Lane;
      readonly urgency: VenueUrgency;
      readonly notBefore: Milliseconds;
    }
  /** Cancel what had ended here and lives at the exchange all the same. Asking twice does no harm, so there is no fence. */
  | {
      readonly type: "cancel_stray";
      readonly venueOrderId: string;
      readonly symbol: Symbol;
      readonly lane: "exits";
      readonly notBefore: Milliseconds;
    }
  /** Look for the stops that the exchange made for fills of the entry, or for the fills that it made a stop for. */
  | {
      readonly type: "look_for_stops";
      readonly orderId: string;
      readonly lane: "unknowns";
      readonly notBefore: Milliseconds;
    }
  /** Read the order: OpenOrders, then ClosedOrders by our id, or by the exchange's where it is known. */
  | { readonly type: "resolve"; readonly orderId: string; readonly lane: "unknowns"; readonly notBefore: Milliseconds }
  /** The exchange says that more is filled than is booked. */
  | {
      readonly type: "read_executions";
      readonly orderId: string;
      readonly lane: "unknowns";
      readonly notBefore: Milliseconds;
    };

/** How long an answer is waited for before the order is read instead. */
export const ANSWER_PATIENCE_MS = 5_000;
/** An unknown order is read this often. */
export const RESOLVE_EVERY_MS = 2_000;

/** Reads that may show nothing of an order that the exchange took, before that is told; after it, it is read more seldom. */
export const UNSEEN_READS = 10;
const UNSEEN_EVERY_MS = 300_000;

const workOfOrders = perOrder((order) => (order.venue === null ? [] : workOf(order, order.venue)));

/** The work of an account, most urgent first; nothing for a paper account. */
export function venueWork(state: AccountState): readonly VenueWork[] {
  if (state.venue === null) {
    return [];
  }
  const work = [...workOfOrders(state.orders)];
  for (const { venueOrderId, symbol, strayOf } of Object.values(state.venue.externalOrders)) {
    if (strayOf !== undefined) {
      work.push({ type: "cancel_stray", venueOrderId, symbol, lane: "exits", notBefore: 0 });
    }
  }
  for (const entry of allUneven(state)) {
    work.push({ type: "look_for_stops", orderId: entry.id, lane: "unknowns", notBefore: nextLookAt(entry, null) });
  }
  return work.toSorted((left, right) => LANES.indexOf(left.lane) - LANES.indexOf(right.lane));
}

/** Orders that wait for others to give way, or of which a change does. */
export const waitingSales = perOrder((order) => (order.venue !== null && isWaiting(order.venue) ? [order] : []));

function workOf(order: OpenOrder, link: VenueLink): readonly VenueWork[] {
  const { id: orderId } = order;
  const work: VenueWork[] = [];
  const exit = order.intent === "exit";
  if (link.placement === "queued" && link.cancel === null && link.waitsFor.length === 0) {
    const notBefore = link.notBefore ?? 0;
    work.push({
      type: "send",
      action: "place",
      orderId,
      lane: exit ? "exits" : "entries",
      urgency: exit ? "protective" : "ordinary",
      notBefore,
    });
  }
  if (link.cancel?.stage === "queued" && link.placement !== "queued" && link.ending === null) {
    const notBefore = link.cancel.notBefore ?? 0;
    work.push({ type: "send", action: "cancel", orderId, lane: "exits", urgency: "protective", notBefore });
  }
  if (
    link.amend?.stage === "queued" &&
    isClear(link.amend) &&
    link.cancel === null &&
    link.placement === "confirmed" &&
    link.ending === null
  ) {
    const urgency = exit ? "protective" : "ordinary";
    const notBefore = link.amend.notBefore ?? 0;
    work.push({ type: "send", action: "amend", orderId, lane: exit ? "exits" : "entries", urgency, notBefore });
  }
  const readAt = resolveAt(order, link);
  if (readAt !== null) {
    work.push({ type: "resolve", orderId, lane: "unknowns", notBefore: readAt });
  }
  if (isAbove(link.venueFilled, order.filledQuantity)) {
    work.push({ type: "read_executions", orderId, lane: "unknowns", notBefore: 0 });
  }
  return work;
}

/**
 * Orders of which something is still to be told: the answer, the end where it never rests, fills. As long as there is one, the
 * private socket is open, which tells it at once and for no call (TRADING §6 "Private WebSocket").
 */
export const movingOrders = perOrder((order) => (isMoving(order) ? [order] : []));

function isMoving(order: OpenOrder): boolean {
  const link = order.venue;
  return (
    link !== null &&
    (link.placement !== "confirmed" ||
      order.status === "unknown" ||
      link.cancel !== null ||
      link.amend !== null ||
      link.ending !== null ||
      link.waitsFor.length > 0 ||
      isAbove(link.venueFilled, order.filledQuantity) ||
      isUneven(order) ||
      neverRests(order))
  );
}

function neverRests({ timeInForce, type }: OpenOrder): boolean {
  return timeInForce === "ioc" && !isTriggered(type);
}

/** When the order has to be read, if it has to be. */
function resolveAt(order: OpenOrder, link: VenueLink): Milliseconds | null {
  if (link.ending !== null) {
    // How it ended is known, only its fills are still to come: reading it again would starve what reads them.
    return null;
  }
  if (link.placement === "confirmed" && link.emptyReads >= UNSEEN_READS) {
    return (link.emptyReadAt ?? 0) + UNSEEN_EVERY_MS;
  }
  if (order.status === "unknown" || link.missing || link.cancel?.stage === "accepted") {
    return 0;
  }
  const times = [
    link.placement === "sent" ? answerDue(link.sentAt) : null,
    link.cancel?.stage === "sent" ? answerDue(link.cancel.sentAt) : null,
    link.amend?.stage === "sent" ? answerDue(link.amend.sentAt) : null,
    // It never rests, so it has ended: where no socket tells how, it is read.
    link.placement === "confirmed" && neverRests(order) ? (link.sentAt ?? 0) + FILL_PATIENCE_MS : null,
    // The exchange ends it by its own clock; reading it then is how the desk learns when no socket tells.
    link.placement === "confirmed" && order.expiresAt !== null ? order.expiresAt + EXPIRY_PATIENCE_MS : null,
  ].filter((at) => at !== null);
  return times.length === 0 ? null : Math.min(...times);
}

const EXPIRY_PATIENCE_MS = 2_000;
const FILL_PATIENCE_MS = 500;

function answerDue(sentAt: Milliseconds | null): Milliseconds | null {
  return sentAt === null ? null : sentAt + ANSWER_PATIENCE_MS;
}
