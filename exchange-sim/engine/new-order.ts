import type { Micros } from "../clock.ts";
import type { Ids } from "../ids.ts";
import { opposite } from "./order-book.ts";
import { closePrices } from "./order-prices.ts";
import { remainingQuantity, type Amend, type Order, type OrderTerms } from "./orders.ts";

/** An order as it is when it is accepted. */
export function newOrder(
  ids: Ids,
  number: number,
  account: string,
  terms: OrderTerms,
  parent: string | undefined,
  now: Micros,
): Order {
  const waits = terms.startAt !== undefined && terms.startAt > now;
  const order: Order = {
    id: ids.order(),
    account,
    openedAt: now,
    number,
    parent,
    terms,
    status: waits ? "pending" : "open",
    reason: undefined,
    closedAt: undefined,
    trigger:
      terms.trigger === undefined ? undefined : { ...terms.trigger, triggeredAt: undefined, triggeredPrice: undefined },
    limit: terms.limit,
    filled: 0n,
    exactCost: 0n,
    exactFee: 0n,
    postedCost: 0n,
    postedFee: 0n,
    cost: 0n,
    fee: 0n,
    trades: [],
    amends: [],
    touchedAt: now,
    amended: false,
    resting: undefined,
  };
  order.amends.push(amendRecord(ids, order, "original", undefined, now));
  return order;
}

/** A row of OrderAmends. */
export function amendRecord(
  ids: Ids,
  order: Order,
  kind: Amend["kind"],
  reason: string | undefined,
  now: Micros,
): Amend {
  return {
    id: ids.amend(),
    kind,
    quantity: order.terms.quantity,
    remaining: order.terms.inQuote ? order.terms.quantity : remainingQuantity(order),
    limit: order.limit,
    trigger: order.trigger?.price,
    reason,
    postOnly: order.terms.postOnly,
    time: now,
  };
}

/** The terms of the order that a fill of `quantity` leaves behind; undefined when the parent has no close. */
export function closeTerms(parent: OrderTerms, quantity: bigint, last: number): OrderTerms | undefined {
  const { close, pair, feeCurrency, userref } = parent;
  const side = opposite(parent.side);
  const prices = close === undefined ? undefined : closePrices(pair, side, close, last);
  if (close === undefined || prices === undefined) {
    return undefined;
  }
  const { reference, ...rest } = prices;
  return {
    pair,
    side,
    type: close.type,
    quantity,
    inQuote: false,
    ...rest,
    trigger: rest.trigger === undefined ? undefined : { ...rest.trigger, reference },
    timeInForce: "GTC",
    postOnly: false,
    feeCurrency,
    selfTrade: "cancel-newest",
    startAt: undefined,
    expireAt: undefined,
    close: undefined,
    userref,
    clientOrderId: undefined,
    flags: [],
  };
}
