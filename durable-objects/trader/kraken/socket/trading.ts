/** Orders, amends and cancels over the socket (PROTOCOL §6.3). Everything up to the send happens in one turn. */
import type { Milliseconds, Symbol } from "../../../../domain/market.ts";
import { fullCounter, noAnswer, notUnderstood, type VenueAction } from "../../../../domain/venue/errors.ts";
import type { VenueFailure, VenueReply } from "../../../../domain/venue/failure.ts";
import { ADD_COST, type RateCost } from "../../../../domain/venue/rate-counters.ts";
import type { VenueAmendWish, VenueCancelWish, VenueOrderWish, VenueUrgency } from "../../../../domain/venue/wishes.ts";
import { calledOff, rateLimited, tooLate } from "../rest/not-sent.ts";
import type { RateKeeper } from "../rest/rate-keeper.ts";
import { CancelReplies } from "./cancel-replies.ts";
import type { SocketReply } from "./frames.ts";
import { PendingRequests } from "./pending.ts";
import type { AmendedOrder, CancelAccepted, CancelledCount, PlacedOrder, PrivateTrading, SendOptions } from "./port.ts";
import { isInvalidSession, notHandedOver, replyFailure } from "./refusals.ts";
import { addOrderParams, amendOrderParams, cancelOrderParams, type Encoded } from "./requests.ts";
import type { WireObject } from "./wire.ts";

/** A reply that takes longer is given up; the request may have been carried out. */
export const REPLY_LIMIT_MS = 5_000;
/** The venue wants deadlines from half a second to a minute ahead (PROTOCOL §2.4); the way there takes some of it. */
const SHORTEST_DEADLINE_MS = 1_000;
const LONGEST_DEADLINE_MS = 55_000;

export type TradingPorts = {
  readonly isLive: () => boolean;
  readonly nextRequestId: () => number;
  /** Sends a request with the connection's token; false when it could not be handed over. */
  readonly send: (requestId: number, method: string, params: WireObject) => boolean;
  readonly now: () => Milliseconds;
  readonly rates: RateKeeper;
  /** The venue accepted an order: its rows have to follow. */
  readonly placed: (venueOrderId: string) => void;
  /** The token was refused. */
  readonly invalidSession: () => void;
};

type Request<T> = {
  readonly method: string;
  readonly encoded: Encoded;
  /** Nothing is sent after it. */
  readonly deadline: Milliseconds;
  readonly cost: RateCost;
  readonly urgency: VenueUrgency;
  /** What the reply means; null while further replies are expected. */
  readonly read: (reply: SocketReply) => T | null;
  readonly unsent: (failure: VenueFailure) => T;
  readonly lost: (why: "timeout" | "no answer") => T;
};

export class SocketTrading implements PrivateTrading {
  readonly #ports: TradingPorts;
  readonly #pending = new PendingRequests();

  constructor(ports: TradingPorts) {
    this.#ports = ports;
  }

  get dueAt(): Milliseconds {
    return this.#pending.dueAt;
  }

  /** Gives up replies that are overdue. */
  check(now: Milliseconds): void {
    this.#pending.check(now);
  }

  /** The connection is gone: whatever was sent is ambiguous. */
  loseAll(): void {
    this.#pending.loseAll();
  }

  /** Takes a reply; false when nobody waits for it. */
  take(reply: SocketReply): boolean {
    const isExpected = this.#pending.take(reply);
    if (isExpected && reply.error !== null && isInvalidSession(reply.error)) {
      this.#ports.invalidSession();
    }
    return isExpected;
  }

  place(wish: VenueOrderWish, options: SendOptions): Promise<VenueReply<PlacedOrder>> | null {
    const { symbol } = wish.instrument;
    return this.#dispatch(options, () => ({
      method: "add_order",
      encoded: addOrderParams(wish, this.#deadlineToTell(wish.deadline)),
      deadline: wish.deadline,
      cost: costOf([{ symbol, points: ADD_COST }]),
      urgency: options.urgency ?? "ordinary",
      ...this.#single("order", symbol, ({ venueOrderId }) => {
        if (venueOrderId === null) {
          return null;
        }
        this.#ports.placed(venueOrderId);
        return { venueOrderId };
      }),
    }));
  }

  amend(wish: VenueAmendWish, options: SendOptions): Promise<VenueReply<AmendedOrder>> | null {
    const { symbol } = wish.instrument;
    return this.#dispatch(options, () => ({
      method: "amend_order",
      encoded: amendOrderParams(wish, this.#deadlineToTell(wish.deadline)),
      deadline: wish.deadline,
      cost: costOf([{ symbol, points: this.#ports.rates.costOf("amend", wish.touchedAt) }]),
      urgency: options.urgency ?? "ordinary",
      ...this.#single("amend", symbol, ({ amendId }) => (amendId === null ? null : { amendId })),
    }));
  }

  cancel(wish: VenueCancelWish, options: SendOptions): Promise<VenueReply<CancelAccepted>> | null {
    const several = this.cancelSeveral([wish], options);
    return several?.then(([only]) => only ?? { ok: false, failure: notUnderstood("cancel") }) ?? null;
  }

  cancelSeveral(
    wishes: readonly VenueCancelWish[],
    options: SendOptions,
  ): Promise<readonly VenueReply<CancelAccepted>[]> | null {
    const replies = new CancelReplies(wishes, (text) => this.#failure(text, "cancel", onlySymbol(wishes)));
    return this.#dispatch(options, () => ({
      method: "cancel_order",
      encoded: { ok: true, params: cancelOrderParams(wishes) },
      deadline: Math.min(...wishes.map(({ deadline }) => deadline)),
      cost: this.#cancelCost(wishes),
      urgency: options.urgency ?? "protective",
      read: (reply) => (replies.take(reply) ? replies.outcomes(notUnderstood("cancel")) : null),
      unsent: (failure) => wishes.map(() => ({ ok: false, failure })),
      lost: (why) => replies.outcomes(noAnswer(why, "cancel", this.#ports.now())),
    }));
  }

  cancelAll(deadline: Milliseconds, options: SendOptions): Promise<VenueReply<CancelledCount>> | null {
    return this.#dispatch(options, () => ({
      method: "cancel_all",
      encoded: { ok: true, params: {} },
      deadline,
      cost: costOf([]),
      urgency: options.urgency ?? "protective",
      ...this.#single("cancel", null, ({ count }) => (count === null ? null : { count })),
    }));
  }

  #dispatch<T>(options: SendOptions, describe: () => Request<T>): Promise<T> | null {
    if (!this.#ports.isLive()) {
      return null;
    }
    const request = describe();
    const { encoded, cost } = request;
    const now = this.#ports.now();
    if (!encoded.ok) {
      const failure: VenueFailure = { class: "refused", text: "not sent", message: encoded.message, retryAt: null };
      return Promise.resolve(request.unsent(failure));
    }
    if (now >= request.deadline) {
      return Promise.resolve(request.unsent(tooLate()));
    }
    const roomAt = this.#ports.rates.waitUntil(cost, request.urgency);
    if (roomAt === null || roomAt > now) {
      return Promise.resolve(request.unsent(rateLimited(roomAt, now)));
    }
    if (!options.beforeSend({ sentAt: now, deadline: this.#deadlineToTell(request.deadline) })) {
      return Promise.resolve(request.unsent(calledOff()));
    }
    this.#ports.rates.charge(cost);
    return this.#send(request, encoded.params, now);
  }

  #send<T>(request: Request<T>, params: WireObject, now: Milliseconds): Promise<T> {
    return new Promise((resolve) => {
      const requestId = this.#ports.nextRequestId();
      let isSent = false;
      // Registered first: the reply may be here before `send` returns.
      this.#pending.add(requestId, {
        due: now + REPLY_LIMIT_MS,
        take: (reply) => {
          const outcome = request.read(reply);
          if (outcome !== null) {
            resolve(outcome);
          }
          return outcome !== null;
        },
        lost: (why) => {
          resolve(isSent ? request.lost(why) : request.unsent(notHandedOver()));
        },
      });
      isSent = this.#ports.send(requestId, request.method, params);
      if (!isSent) {
        this.#pending.lose(requestId);
      }
    });
  }

  /** How a request with exactly one reply is read. */
  #single<V>(
    action: VenueAction,
    symbol: Symbol | null,
    value: (reply: SocketReply) => V | null,
  ): Pick<Request<VenueReply<V>>, "read" | "unsent" | "lost"> {
    return {
      read: (reply) => {
        if (reply.error !== null) {
          return { ok: false, failure: this.#failure(reply.error, action, symbol) };
        }
        const found = value(reply);
        return found === null ? { ok: false, failure: notUnderstood(action) } : { ok: true, value: found };
      },
      unsent: (failure) => ({ ok: false, failure }),
      lost: (why) => ({ ok: false, failure: noAnswer(why, action, this.#ports.now()) }),
    };
  }

  #failure(text: string, action: VenueAction, symbol: Symbol | null): VenueFailure {
    if (symbol !== null && fullCounter(text) === "matching") {
      this.#ports.rates.refusedForRate(symbol);
    }
    return replyFailure(text, action, this.#ports.now());
  }

  #cancelCost(wishes: readonly VenueCancelWish[]): RateCost {
    const points = new Map<Symbol, number>();
    for (const { symbol, touchedAt } of wishes) {
      points.set(symbol, (points.get(symbol) ?? 0) + this.#ports.rates.costOf("cancel", touchedAt));
    }
    return costOf(Array.from(points, ([symbol, sum]) => ({ symbol, points: sum })));
  }

  /** The wish's own deadline, moved into what the venue accepts from now. */
  #deadlineToTell(deadline: Milliseconds): Milliseconds {
    const now = this.#ports.now();
    return Math.min(Math.max(deadline, now + SHORTEST_DEADLINE_MS), now + LONGEST_DEADLINE_MS);
  }
}

function costOf(matching: RateCost["matching"]): RateCost {
  return { calls: 0, matching };
}

function onlySymbol(wishes: readonly VenueCancelWish[]): Symbol | null {
  const [first] = wishes;
  return first !== undefined && wishes.every(({ symbol }) => symbol === first.symbol) ? first.symbol : null;
}
