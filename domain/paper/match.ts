/**
 * What happens to an order that reaches the paper market: what it takes, and what becomes of the rest. Nothing is changed
 * here; the plan says all of it, and the estimate on the order form is the same plan (TRADING §3).
 */
import { compare, isAbove, isPositive, isZero, smallest, subtract, ZERO, type Decimal } from "../decimal.ts";
import type { Intent } from "../account/state.ts";
import type { QueueArrival } from "../account/events.ts";
import type { BookView, Instrument, Level, Milliseconds, Side } from "../market.ts";
import type { OrderType, TimeInForce } from "../orders/order.ts";
import type { TakenLevel } from "../account/state.ts";
import { changedLevels, openLevels, type BookSide, type LevelName, type OpenLevel } from "./liquidity.ts";
import { isWithin, walkQuantity, type Take } from "./walk.ts";

/** What matching needs to know of the account's own live orders on the symbol. */
export type OwnOrder = {
  readonly id: string;
  readonly side: Side;
  readonly limitPrice: Decimal | null;
  /** It stands in the market: not waiting for a price. */
  readonly resting: boolean;
  /** Quantity of others that trades before it; null where that is not known. */
  readonly queueAhead: Decimal | null;
};

export type MatchOrder = {
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly limitPrice: Decimal | null;
  readonly quantity: Decimal;
  readonly intent: Intent;
  readonly expiresAt: Milliseconds | null;
};

export type Match = {
  readonly takes: readonly Take[];
  /** Quantity that is not taken at once. */
  readonly rest: Decimal;
  readonly outcome: "filled" | "rests" | "cancelled";
  /** Why the rest is cancelled, as a sentence. */
  readonly reason: string | null;
  /** Own orders on the other side that an exit removes before it trades. */
  readonly cancelFirst: readonly string[];
  /** Its place if it rests (known even while it is all taken). Null for an order that never rests. */
  readonly queue: QueueArrival | null;
  readonly forgottenLevels: readonly LevelName[];
};

export type MatchMarket = {
  readonly instrument: Instrument;
  readonly book: Pick<BookView, "bids" | "asks">;
  readonly tapeTradeId: number;
  readonly taken: readonly TakenLevel[];
  readonly own: readonly OwnOrder[];
};

/**
 * Matches an order against the book as this account may still take it.
 *
 * Own orders never trade with each other. An entry that would meet an own resting order takes what stands before that order
 * and the rest is cancelled, as Kraken's default `cancel-newest` does. An exit must not be held up by an own entry: the own
 * orders that it would meet are cancelled first (`cancel-oldest`).
 */
export function matchOrder(order: MatchOrder, market: MatchMarket, rate: Decimal): Match {
  const { instrument, book } = market;
  const levels = takeableLevels(order.side, market);
  const meets = market.own.filter((own) => own.resting && own.side !== order.side && own.limitPrice !== null);
  const free = walkQuantity(levels, order, rate, instrument);
  const cancelFirst = order.intent === "exit" ? meets.filter((own) => isMet(order, own, free.takes)) : [];
  const blocked = order.intent === "exit" ? null : firstMet(order, meets);
  const walk =
    blocked === null ? free : walkQuantity(levelsBefore(levels, order.side, blocked), order, rate, instrument);
  return {
    takes: walk.takes,
    rest: walk.rest,
    ...restOf(order, walk.rest, blocked),
    cancelFirst: cancelFirst.map(({ id }) => id),
    queue: canRest(order) ? { ahead: shownAt(order, book), armedTradeId: market.tapeTradeId } : null,
    forgottenLevels: changedLevels(book.bids, book.asks, market.taken),
  };
}

/** The levels that an order of this side takes from, less what the account has taken already, best first. */
export function takeableLevels(side: Side, market: MatchMarket): readonly OpenLevel[] {
  const bookSide: BookSide = side === "buy" ? "ask" : "bid";
  return openLevels(side === "buy" ? market.book.asks : market.book.bids, bookSide, market.taken);
}

/** True when a limit order would trade at once: against the venue's book, or against an own resting order. */
export function wouldCross(side: Side, limitPrice: Decimal, market: MatchMarket): boolean {
  const best = (side === "buy" ? market.book.asks : market.book.bids)[0];
  return (
    (best !== undefined && isWithin(side, limitPrice, best[0])) ||
    market.own.some(
      (own) =>
        own.resting && own.side !== side && own.limitPrice !== null && isWithin(side, limitPrice, own.limitPrice),
    )
  );
}

function canRest(order: MatchOrder): boolean {
  return order.type === "limit" && order.timeInForce !== "ioc";
}

function restOf(
  order: MatchOrder,
  rest: Decimal,
  blocked: OwnOrder | null,
): { readonly outcome: Match["outcome"]; readonly reason: string | null } {
  if (isZero(rest)) {
    return { outcome: "filled", reason: null };
  }
  const amount = rest === order.quantity ? "Nothing was filled" : `${rest} of ${order.quantity} was not filled`;
  if (blocked !== null) {
    const own = `${blocked.side} order at ${blocked.limitPrice}`;
    return { outcome: "cancelled", reason: `${amount}: it would have met your own resting ${own}.` };
  }
  if (canRest(order)) {
    return { outcome: "rests", reason: null };
  }
  return {
    outcome: "cancelled",
    reason:
      order.type === "market"
        ? `${amount}: the order book showed no more.`
        : `${amount}: the order book showed no more at ${order.limitPrice} or better (immediate or cancel).`,
  };
}

/** The own order of the other side that an entry would reach first. */
function firstMet(order: MatchOrder, own: readonly OwnOrder[]): OwnOrder | null {
  let first: OwnOrder | null = null;
  for (const other of own) {
    const reached = other.limitPrice !== null && isWithin(order.side, order.limitPrice, other.limitPrice);
    if (reached && (first === null || standsBefore(order.side, other, first))) {
      first = other;
    }
  }
  return first;
}

function standsBefore(side: Side, left: OwnOrder, right: OwnOrder): boolean {
  const order = compare(left.limitPrice ?? ZERO, right.limitPrice ?? ZERO);
  if (order !== 0) {
    return side === "buy" ? order < 0 : order > 0;
  }
  return isAbove(right.queueAhead ?? ZERO, left.queueAhead ?? ZERO);
}

/** The levels that trade before an own order: better prices whole, its own price as far as others stand ahead of it. */
function levelsBefore(levels: readonly OpenLevel[], side: Side, own: OwnOrder): readonly OpenLevel[] {
  const before: OpenLevel[] = [];
  for (const level of levels) {
    if (level.price === own.limitPrice) {
      const available = smallest(level.available, own.queueAhead ?? ZERO);
      return isPositive(available) ? [...before, { ...level, available }] : before;
    }
    if (own.limitPrice === null || !isWithin(side, own.limitPrice, level.price)) {
      return before;
    }
    before.push(level);
  }
  return before;
}

/** Whether an exit reaches an own order: through its limit, or by the prices that a market exit takes. */
function isMet(order: MatchOrder, own: OwnOrder, takes: readonly Take[]): boolean {
  if (own.limitPrice === null) {
    return false;
  }
  const furthest = order.limitPrice ?? takes.at(-1)?.price;
  return furthest !== undefined && isWithin(order.side, furthest, own.limitPrice);
}

/** The quantity of others at the order's own price as it arrives. */
function shownAt(order: MatchOrder, book: MatchMarket["book"]): Decimal {
  const levels: readonly Level[] = order.side === "buy" ? book.bids : book.asks;
  return levels.find(([price]) => price === order.limitPrice)?.[1] ?? ZERO;
}

/** What is left of an order. */
export function restQuantity(order: { readonly quantity: Decimal; readonly filledQuantity: Decimal }): Decimal {
  return subtract(order.quantity, order.filledQuantity);
}
