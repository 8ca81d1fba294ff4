/** Trading requests in the venue's terms (PROTOCOL §6.3). Pure: a wish and a deadline in, the parameters out. */
import type { Decimal } from "../../../../domain/decimal.ts";
import type { Instrument, Milliseconds } from "../../../../domain/market.ts";
import { hasLimitPrice, isTriggered } from "../../../../domain/orders/order.ts";
import type { VenueAmendWish, VenueOrderName, VenueOrderWish } from "../../../../domain/venue/wishes.ts";
import { numberToken, wireText, type NumberToken, type WireObject } from "./wire.ts";

type ConditionalClose = NonNullable<VenueOrderWish["conditionalClose"]>;

/** Parameters without the token, or a sentence about why the wish makes no sense at the venue. */
export type Encoded =
  | { readonly ok: true; readonly params: WireObject }
  | { readonly ok: false; readonly message: string };

/** The request's text. */
export function requestText(method: string, params: WireObject, requestId: number): string {
  return wireText({ method, params, req_id: requestId });
}

/** Parameters of `add_order`. Fees are always asked for in quote (TRADING §6 "Fills"). */
export function addOrderParams(wish: VenueOrderWish, deadline: Milliseconds): Encoded {
  const { instrument, type, timeInForce, limitPrice, triggerPrice, trailingPercent, conditionalClose } = wish;
  const needsLimit = hasLimitPrice(type);
  if (needsLimit !== (limitPrice !== null)) {
    return refused(needsLimit ? `A ${type} order needs a limit price.` : `A ${type} order has no limit price.`);
  }
  const isTrailing = type === "trailing-stop";
  if ((isTriggered(type) && !isTrailing) !== (triggerPrice !== null)) {
    return refused(
      triggerPrice === null ? `A ${type} order needs a trigger price.` : `A ${type} order has no trigger.`,
    );
  }
  if (isTrailing !== (trailingPercent !== null)) {
    return refused(isTrailing ? "A trailing stop needs a distance in percent." : `A ${type} order does not trail.`);
  }
  if ((timeInForce === "gtd") !== (wish.expiresAt !== null)) {
    return refused("An order has an expiry exactly when it is good till date.");
  }
  const conditional = conditionalClose === null ? undefined : conditionalParams(conditionalClose, instrument);
  if (conditional === null) {
    return refused("A conditional close needs the prices of its type, and can not trail.");
  }
  const params = {
    order_type: type,
    side: wish.side,
    symbol: instrument.symbol,
    order_qty: numberToken(wish.quantity, instrument.quantityDecimals),
    limit_price: price(limitPrice, instrument),
    triggers: triggerParams(wish),
    // A market order is immediate by nature, and good till cancelled is what the venue takes when nothing is said.
    time_in_force: type === "market" || timeInForce === "gtc" ? undefined : timeInForce,
    expire_time: wish.expiresAt === null ? undefined : rfc3339(wish.expiresAt),
    post_only: wish.postOnly ? true : undefined,
    conditional,
    fee_preference: "quote",
    stp_type: wish.selfTrade.replace("-", "_"),
    deadline: rfc3339(deadline),
    cl_ord_id: wish.clientOrderId.toLowerCase(),
  };
  return { ok: true, params };
}

/** Parameters of `amend_order`. `order_qty` is the total, including what is filled (PROTOCOL §2.6). */
export function amendOrderParams(wish: VenueAmendWish, deadline: Milliseconds): Encoded {
  const { instrument, quantity, limitPrice, triggerPrice } = wish;
  if (quantity === null && limitPrice === null && triggerPrice === null) {
    return refused("An amend has to change something.");
  }
  const params = {
    ...nameParams(wish),
    order_qty: quantity === null ? undefined : numberToken(quantity, instrument.quantityDecimals),
    limit_price: price(limitPrice, instrument),
    trigger_price: price(triggerPrice, instrument),
    post_only: wish.postOnly ? true : undefined,
    deadline: rfc3339(deadline),
  };
  return { ok: true, params };
}

/** Parameters of `cancel_order`: by the venue's ids where they are known, else by ours. */
export function cancelOrderParams(names: readonly VenueOrderName[]): WireObject {
  const venueOrderIds = names.map((name) => name.venueOrderId).filter((id) => id !== null);
  const clientOrderIds = names
    .filter((name) => name.venueOrderId === null)
    .map((name) => name.clientOrderId.toLowerCase());
  return {
    order_id: venueOrderIds.length === 0 ? undefined : venueOrderIds,
    cl_ord_id: clientOrderIds.length === 0 ? undefined : clientOrderIds,
  };
}

function nameParams({ venueOrderId, clientOrderId }: VenueOrderName): WireObject {
  return venueOrderId === null ? { cl_ord_id: clientOrderId.toLowerCase() } : { order_id: venueOrderId };
}

/** Stops act on the last trade (TRADING §4). */
function triggerParams({ type, triggerPrice, trailingPercent, instrument }: VenueOrderWish): WireObject | undefined {
  if (!isTriggered(type)) {
    return undefined;
  }
  return trailingPercent === null
    ? { reference: "last", price: price(triggerPrice, instrument), price_type: "static" }
    : { reference: "last", price: numberToken(trailingPercent, 1), price_type: "pct" };
}

/** Null when the prices do not suit the type. */
function conditionalParams(close: ConditionalClose, instrument: Instrument): WireObject | null {
  const { type, limitPrice, triggerPrice } = close;
  const suits = hasLimitPrice(type) === (limitPrice !== null) && isTriggered(type) === (triggerPrice !== null);
  if (!suits || type === "trailing-stop") {
    return null;
  }
  return {
    order_type: type,
    limit_price: price(limitPrice, instrument),
    trigger_price: price(triggerPrice, instrument),
  };
}

function price(value: Decimal | null, instrument: Instrument): NumberToken | undefined {
  return value === null ? undefined : numberToken(value, instrument.priceDecimals);
}

function rfc3339(time: Milliseconds): string {
  return new Date(time).toISOString();
}

function refused(message: string): Encoded {
  return { ok: false, message };
}
