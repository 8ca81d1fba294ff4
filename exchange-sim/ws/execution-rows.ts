import { isoMicros } from "../clock.ts";
import { isTriggered, type Order, type OrderStatus, type UserTrade } from "../engine/orders.ts";
import type { ExecutionEvent } from "../engine/trading.ts";
import { divide, rescale } from "../units.ts";
import { numberText, priceText, quantityText } from "./frames.ts";
import type { Json } from "./json.ts";

type Row = Readonly<Record<string, Json>>;

/** What tells a client which order is meant: its own id, or the user reference, 0 when unused (PROTOCOL §6.1). */
function identity(order: Order): Row {
  const { clientOrderId, userref } = order.terms;
  return {
    ...(clientOrderId === undefined ? { order_userref: userref ?? 0 } : { cl_ord_id: clientOrderId }),
    order_id: order.id,
  };
}

function orderStatus(order: Order): string {
  const ended: Partial<Record<OrderStatus, string>> = { closed: "filled", canceled: "canceled", expired: "expired" };
  return (
    ended[order.status] ?? (order.filled > 0n ? "partially_filled" : order.status === "pending" ? "pending_new" : "new")
  );
}

function totals(order: Order): Row {
  const { pair } = order.terms;
  const average = order.filled === 0n ? 0n : divide(order.exactCost, order.filled, "half-up");
  return {
    cum_qty: quantityText(pair, order.filled),
    cum_cost: numberText(order.cost, pair.costDecimals),
    fee_usd_equiv: numberText(feeInQuote(order), pair.costDecimals),
    avg_price: numberText(average, pair.priceDecimals),
  };
}

/** The fee in units of the quote's cost decimals, whatever it was charged in. */
function feeInQuote(order: Order): bigint {
  if (order.terms.feeCurrency === "quote" || order.filled === 0n) {
    return order.fee;
  }
  return divide(order.cost * order.fee, order.filled, "half-up");
}

function triggerMembers(order: Order): Row {
  const { trigger, terms } = order;
  if (trigger === undefined || !isTriggered(terms.type)) {
    return { stop_price: priceText(terms.pair, 0) };
  }
  const price = priceText(terms.pair, trigger.price);
  return {
    triggers: {
      price,
      price_type: trigger.trail === undefined ? "static" : trigger.trail.kind === "percent" ? "pct" : "quote",
      reference: trigger.reference,
      status: trigger.triggeredAt === undefined ? "untriggered" : "triggered",
      last_price: trigger.triggeredPrice === undefined ? undefined : priceText(terms.pair, trigger.triggeredPrice),
      timestamp: trigger.triggeredAt === undefined ? undefined : isoMicros(trigger.triggeredAt),
    },
    stop_price: price,
    trigger: trigger.reference,
  };
}

/** Every fact about an order: `pending_new` and the rows of a snapshot. */
export function fullRow(order: Order, kind: "pending_new" | "new"): Row {
  const { terms } = order;
  const { pair } = terms;
  const snapshot = kind === "new";
  return {
    ...identity(order),
    symbol: pair.symbol,
    ...(terms.inQuote
      ? {
          cash_order_qty: numberText(
            rescale(terms.quantity, pair.priceDecimals + pair.quantityDecimals, pair.costDecimals, "half-up"),
            pair.costDecimals,
          ),
        }
      : { order_qty: quantityText(pair, terms.quantity) }),
    cum_cost: numberText(order.cost, pair.costDecimals),
    ...(snapshot ? totals(order) : {}),
    time_in_force: terms.timeInForce,
    exec_type: kind,
    side: terms.side,
    order_type: terms.type,
    limit_price_type: "static",
    limit_price: order.limit === undefined ? undefined : priceText(pair, order.limit),
    ...triggerMembers(order),
    order_status: snapshot ? orderStatus(order) : "pending_new",
    expire_time: terms.expireAt === undefined ? undefined : isoMicros(terms.expireAt),
    effective_time: terms.startAt === undefined ? undefined : isoMicros(terms.startAt),
    post_only: terms.postOnly ? true : undefined,
    fee_usd_equiv: numberText(feeInQuote(order), pair.costDecimals),
    fee_ccy_pref: terms.feeCurrency === "base" ? "fcib" : "fciq",
    contingent: terms.close === undefined ? undefined : { order_type: terms.close.type },
    ext_ord_id: undefined,
    timestamp: isoMicros(order.openedAt),
  };
}

/** A fill, as in the live stream and in a snapshot of trades. */
export function tradeExecutionRow(
  order: Order,
  trade: UserTrade,
  status: string,
  withTotals: boolean,
  executionId: string,
): Row {
  const { pair } = trade;
  const inBase = trade.feeCurrency === "base";
  const fee = inBase ? quantityText(pair, trade.fee) : numberText(trade.fee, pair.costDecimals);
  const usd = inBase ? divide(trade.cost * trade.fee, trade.quantity, "half-up") : trade.fee;
  return {
    ...identity(order),
    exec_id: executionId,
    exec_type: "trade",
    trade_id: trade.publicId,
    symbol: pair.symbol,
    side: trade.side,
    last_qty: quantityText(pair, trade.quantity),
    last_price: priceText(pair, trade.price),
    liquidity_ind: trade.maker ? "m" : "t",
    cost: numberText(trade.cost, pair.costDecimals),
    order_type: trade.orderType,
    timestamp: isoMicros(trade.time),
    order_status: status,
    ...(withTotals ? totals(order) : {}),
    fee_usd_equiv: numberText(usd, pair.costDecimals),
    fees: [{ asset: inBase ? pair.base.name : pair.quote.name, qty: fee }],
  };
}

export interface RowOptions {
  /** Whether the trade row of the last fill already says `filled`; the documented one does not (PROTOCOL §6.1). */
  readonly lastTradeSaysFilled: boolean;
  readonly executionId: (trade: UserTrade) => string;
}

/** The delta that tells of an event: ids, status, time and what changed (PROTOCOL §6.1). */
export function executionRow(event: ExecutionEvent, options: RowOptions): Row {
  const { order, kind, trade } = event;
  const { terms } = order;
  const head = { timestamp: isoMicros(event.time), order_status: orderStatus(order), exec_type: kind };
  switch (kind) {
    case "pending_new":
      return fullRow(order, "pending_new");
    case "trade": {
      const complete = !terms.inQuote && order.filled === terms.quantity;
      const status = complete && options.lastTradeSaysFilled ? "filled" : "partially_filled";
      return trade === undefined ? head : tradeExecutionRow(order, trade, status, true, options.executionId(trade));
    }
    case "new":
      return { ...head, ...identity(order) };
    case "filled":
      return { ...head, ...totals(order), ...identity(order) };
    case "amended":
    case "restated":
      return {
        ...head,
        cum_qty: quantityText(terms.pair, order.filled),
        reason: event.reason,
        amended: true,
        order_qty: quantityText(terms.pair, terms.quantity),
        limit_price: order.limit === undefined ? undefined : priceText(terms.pair, order.limit),
        limit_price_type: "static",
        ...(order.trigger === undefined ? {} : triggerMembers(order)),
        ...identity(order),
      };
    case "canceled":
    case "expired":
      return { ...head, ...totals(order), cancel_reason: event.reason, reason: event.reason, ...identity(order) };
    case "status":
      return { ...head, ...triggerMembers(order), ...identity(order) };
  }
}
