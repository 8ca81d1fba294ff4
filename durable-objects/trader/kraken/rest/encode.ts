/**
 * Our wishes in Kraken's words (PROTOCOL §2.4, §2.6): ordered parameters, and the two body texts they can be sent as. Quantities
 * and prices go out as the text they are.
 */
import type { Decimal } from "../../../../domain/decimal.ts";
import type { Milliseconds } from "../../../../domain/market.ts";
import type { OrderType } from "../../../../domain/orders/order.ts";
import type {
  VenueAmendWish,
  VenueCancelWish,
  VenueOrderName,
  VenueOrderWish,
} from "../../../../domain/venue/wishes.ts";
import type { HistoryQuery } from "./api.ts";

/** Parameters of a call in the order in which they are sent, without nonce and deadline. */
export type Params = readonly (readonly [name: string, value: string])[];

/** A member of a JSON body. */
type JsonValue = string | readonly JsonValue[] | { readonly [name: string]: JsonValue };
export type JsonParams = Readonly<Record<string, JsonValue>>;

/** A body as `application/x-www-form-urlencoded`; brackets, commas, `+` and `%` are escaped (PROTOCOL §1.2). */
export function formBody(params: Params): string {
  return params.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join("&");
}

/** A body as `application/json`, which lists need (PROTOCOL §1.2). */
export function jsonBody(nonce: string, params: JsonParams): string {
  return JSON.stringify({ nonce, ...params });
}

/** Parameters of AddOrder. Throws on a wish that lacks what its type needs: that is a bug of who made it. */
export function orderParams(wish: VenueOrderWish): Params {
  const { instrument, side, type, quantity, postOnly, conditionalClose } = wish;
  const params: [string, string][] = [
    ["pair", instrument.restName],
    ["type", side],
    ["ordertype", type],
    ["volume", quantity],
    ...pricesOf(wish, ["price", "price2"]),
  ];
  if (type !== "market" && type !== "limit") {
    // Triggers act on the last trade (TRADING §4).
    params.push(["trigger", "last"]);
  }
  if (type !== "market" && wish.timeInForce !== "gtc") {
    params.push(["timeinforce", wish.timeInForce.toUpperCase()]);
  }
  if (type !== "market" && wish.timeInForce === "gtd") {
    params.push(["expiretm", unixSeconds(needed(wish.expiresAt, "expiry"))]);
  }
  // Fees are always asked in the quote currency: what the venue takes by default differs between sources (PROTOCOL §2.4).
  params.push(["oflags", postOnly ? "post,fciq" : "fciq"], ["stptype", wish.selfTrade]);
  if (conditionalClose !== null) {
    const prices = pricesOf({ ...conditionalClose, trailingPercent: null }, ["close[price]", "close[price2]"]);
    params.push(["close[ordertype]", conditionalClose.type], ...prices);
  }
  params.push(["cl_ord_id", wish.clientOrderId.toLowerCase()]);
  return params;
}

/** Parameters of AmendOrder. What is null stays as it is. */
export function amendParams(wish: VenueAmendWish): Params {
  const params: [string, string][] = [nameParam(wish)];
  for (const [name, value] of [
    ["order_qty", wish.quantity],
    ["limit_price", wish.limitPrice],
    ["trigger_price", wish.triggerPrice],
  ] as const) {
    if (value !== null) {
      params.push([name, value]);
    }
  }
  if (wish.postOnly) {
    params.push(["post_only", "true"]);
  }
  return params;
}

/** Parameters of CancelOrder. */
export function cancelParams(wish: Pick<VenueCancelWish, "venueOrderId" | "clientOrderId">): Params {
  return [nameParam(wish)];
}

/** Members of CancelOrderBatch: at most 50 orders. */
export function cancelBatchParams(orders: readonly VenueOrderName[]): JsonParams {
  const known = orders.flatMap(({ venueOrderId }) => venueOrderId ?? []);
  const unknown = orders.flatMap(({ venueOrderId, clientOrderId }) => (venueOrderId === null ? clientOrderId : []));
  return {
    orders: known,
    ...(unknown.length === 0 ? {} : { cl_ord_ids: unknown }),
  };
}

/** The deadline after which the engine refuses the action: RFC3339 in UTC. */
export function deadlineParam(deadline: Milliseconds): readonly [string, string] {
  return ["deadline", new Date(deadline).toISOString()];
}

/** Bounds and offset of a history. A second more on either side: sources differ about whether the bounds belong to it. */
export function historyParams({ start, end, offset }: HistoryQuery): Params {
  const params: [string, string][] = [];
  if (start !== undefined) {
    params.push(["start", typeof start === "string" ? start : String(Math.max(0, Math.floor(start / 1_000) - 1))]);
  }
  if (end !== undefined) {
    params.push(["end", typeof end === "string" ? end : String(Math.ceil(end / 1_000) + 1)]);
  }
  if (offset !== undefined && offset > 0) {
    params.push(["ofs", String(offset)]);
  }
  return params;
}

/** Kraken names orders by its own id where we know it, else by ours. */
function nameParam({ venueOrderId, clientOrderId }: VenueOrderName): [string, string] {
  return venueOrderId === null ? ["cl_ord_id", clientOrderId.toLowerCase()] : ["txid", venueOrderId];
}

type Prices = {
  readonly type: OrderType;
  readonly limitPrice: Decimal | null;
  readonly triggerPrice: Decimal | null;
  readonly trailingPercent: Decimal | null;
};

/** `price` is the limit of a limit order and the trigger of a triggered one, whose limit is `price2`. */
function pricesOf(order: Prices, [first, second]: readonly [string, string]): [string, string][] {
  switch (order.type) {
    case "market":
      return [];
    case "limit":
      return [[first, needed(order.limitPrice, "limit price")]];
    case "stop-loss":
    case "take-profit":
      return [[first, needed(order.triggerPrice, "trigger price")]];
    case "stop-loss-limit":
    case "take-profit-limit":
      return [
        [first, needed(order.triggerPrice, "trigger price")],
        [second, needed(order.limitPrice, "limit price")],
      ];
    case "trailing-stop":
      return [[first, `+${needed(order.trailingPercent, "trailing distance")}%`]];
  }
}

function unixSeconds(time: Milliseconds): string {
  return String(Math.floor(time / 1_000));
}

function needed<T>(value: T | null, what: string): T {
  if (value === null) {
    throw new RangeError(`the order has no ${what}`);
  }
  return value;
}
