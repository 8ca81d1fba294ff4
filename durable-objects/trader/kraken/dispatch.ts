/** Sends what is queued: fence, send, book the reply (TRADING §6). Orders and cancels prefer the private socket. */
import type { OpenOrder } from "../../../domain/account/state.ts";
import { touchedAt } from "../../../domain/account/venue/order-age.ts";
import type { VenueAction } from "../../../domain/account/venue/events.ts";
import type { VenueWork } from "../../../domain/account/venue/work.ts";
import type { Milliseconds } from "../../../domain/market.ts";
import type { VenueFailure, VenueReply } from "../../../domain/venue/failure.ts";
import type { VenueAmendWish, VenueCancelWish, VenueOrderWish } from "../../../domain/venue/wishes.ts";
import type { Judge } from "./judge.ts";
import { NOT_SENT, type KrakenRest, type WriteOptions } from "./rest/api.ts";
import { calledOff } from "./rest/not-sent.ts";
import type { PrivateTrading, SendOptions } from "./socket/port.ts";
import { liveOrder, NO_ORDERS } from "../../../domain/account/open-orders.ts";

type Send = Extract<VenueWork, { type: "send" }>;

/** A cancel has no deadline of its own: it is tried again as long as the order lives. */
const CANCEL_DEADLINE_MS = 5_000;
const NOT_SENT_TEXTS: ReadonlySet<string> = new Set([...Object.values(NOT_SENT), "not sent"]);

export type Dispatch = {
  readonly judge: Judge;
  readonly rest: KrakenRest;
  /** Null: there is none. */
  readonly socket: PrivateTrading | null;
  readonly now: () => Milliseconds;
};

/** Carries a queued action out. Answers when to try again what never left; null: it left, or there was nothing to send. */
export async function send(dispatch: Dispatch, item: Send, order: OpenOrder): Promise<Milliseconds | null> {
  const { judge } = dispatch;
  const { action, orderId, urgency } = item;
  let attempt: number | undefined;
  const fence = (nonce: string | null): boolean => {
    if (judge.apply({ type: "send_action", action, orderId, nonce }).type === "denied") {
      return false;
    }
    attempt = attemptOf(liveOrder(judge.state?.orders ?? NO_ORDERS, orderId), action);
    return true;
  };
  const reply = await call(
    dispatch,
    order,
    action,
    { lane: item.lane === "exits" ? "protective" : "entries", urgency, beforeSend: ({ nonce }) => fence(nonce) },
    { urgency, beforeSend: () => fence(null) },
  );
  if (reply.ok) {
    judge.apply({ type: "action_accepted", action, orderId, attempt, venueOrderId: reply.value });
    return null;
  }
  const { failure } = reply;
  if (attempt === undefined) {
    // It never passed the fence and still waits in the queue; what can never be sent ends by its deadline.
    return failure.retryAt ?? dispatch.now() + UNSENT_RETRY_MS;
  }
  // Past the fence and yet not handed over: it was not executed, and may go again.
  const refused: VenueFailure = isUnsent(failure) ? { ...failure, class: "wait" } : failure;
  judge.apply({ type: "action_failed", action, orderId, attempt, failure: refused });
  return null;
}

const UNSENT_RETRY_MS = 1_000;

async function call(
  { rest, socket, now }: Dispatch,
  order: OpenOrder,
  action: VenueAction,
  overRest: WriteOptions,
  overSocket: SendOptions,
): Promise<VenueReply<string | null>> {
  switch (action) {
    case "place": {
      const wish = orderWish(order);
      return wish === null
        ? { ok: false, failure: calledOff() }
        : map(
            await (socket?.place(wish, overSocket) ?? rest.addOrder(wish, overRest)),
            ({ venueOrderId }) => venueOrderId,
          );
    }
    case "cancel": {
      const wish = cancelWish(order, now());
      return map<unknown, null>(
        await (socket?.cancel(wish, overSocket) ?? rest.cancelOrder(wish, overRest)),
        () => null,
      );
    }
    case "amend": {
      const wish = amendWish(order);
      return wish === null
        ? { ok: false, failure: calledOff() }
        : map<unknown, null>(await (socket?.amend(wish, overSocket) ?? rest.amendOrder(wish, overRest)), () => null);
    }
  }
}

/** The cancel of an order, asked for now. */
export function cancelWish(order: OpenOrder, now: Milliseconds): VenueCancelWish {
  return { ...nameOf(order), symbol: order.symbol, deadline: now + CANCEL_DEADLINE_MS, ...ageOf(order) };
}

/** Whether the call was not even handed over. */
export function isUnsent({ text }: VenueFailure): boolean {
  return NOT_SENT_TEXTS.has(text);
}

/** Null without the pair's rules, which an order that was judged always has. */
function orderWish(order: OpenOrder & { readonly instrument?: VenueOrderWish["instrument"] }): VenueOrderWish | null {
  const { instrument, venue } = order;
  if (instrument === undefined || venue === null) {
    return null;
  }
  const { side, type, timeInForce, postOnly, quantity, limitPrice, triggerPrice, trailingPercent } = order;
  return {
    clientOrderId: order.id,
    instrument,
    side,
    type,
    timeInForce,
    postOnly,
    quantity,
    limitPrice,
    triggerPrice,
    trailingPercent,
    expiresAt: order.expiresAt,
    conditionalClose: order.conditionalClose,
    // Never the exit is what goes when two of ours would meet.
    selfTrade: order.intent === "exit" ? "cancel-oldest" : "cancel-newest",
    deadline: venue.deadline,
  };
}

function amendWish(order: OpenOrder & { readonly instrument?: VenueOrderWish["instrument"] }): VenueAmendWish | null {
  const amend = order.venue?.amend ?? null;
  if (amend === null || order.instrument === undefined) {
    return null;
  }
  return {
    ...nameOf(order),
    instrument: order.instrument,
    quantity: amend.quantity === order.quantity ? null : amend.quantity,
    limitPrice: amend.limitPrice === order.limitPrice ? null : amend.limitPrice,
    triggerPrice: amend.triggerPrice === order.triggerPrice ? null : amend.triggerPrice,
    postOnly: order.postOnly,
    deadline: amend.deadline,
    ...ageOf(order),
  };
}

function ageOf(order: OpenOrder): { readonly touchedAt?: Milliseconds } {
  const at = touchedAt(order);
  return at === null ? {} : { touchedAt: at };
}

function nameOf(order: OpenOrder): { readonly venueOrderId: string | null; readonly clientOrderId: string } {
  return { venueOrderId: order.venue?.venueOrderId ?? null, clientOrderId: order.id };
}

function attemptOf(order: OpenOrder | undefined, action: VenueAction): number | undefined {
  const link = order?.venue;
  return action === "place" ? link?.attempts : (action === "cancel" ? link?.cancel : link?.amend)?.attempts;
}

function map<T, U>(reply: VenueReply<T>, change: (value: T) => U): VenueReply<U> {
  return reply.ok ? { ok: true, value: change(reply.value) } : reply;
}
