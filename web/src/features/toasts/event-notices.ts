/** Events of the journal as notices: what happened, in the words of the field. Several at once of one kind become one. */
import type { FillView, OrderView } from "../../../../contract/orders.ts";
import type { Changes, JournalEventView } from "../../../../contract/trader-socket.ts";
import { divide, isNegative, isZero, sum, type Decimal } from "../../../../domain/decimal.ts";
import type { NoticeTone } from "../../data/notices.ts";
import { formatDecimal, formatProfit, formatQuantity } from "../../ui/format.ts";
import { exchangeNotice } from "./exchange-notices.ts";

export type EventNotice = {
  readonly tone: NoticeTone;
  readonly title: string;
  readonly detail: string | null;
  readonly time: number;
  /** Of events that are read from the journal too. */
  readonly key?: string;
};

export type Heard = { readonly event: JournalEventView; readonly changes: Changes };

/** What the events of one moment say. Denials are left out: the form that was refused shows them itself. */
export function noticesOf(heard: readonly Heard[]): readonly EventNotice[] {
  const fills = heard.filter(({ event }) => event.type === "fill_booked").flatMap(({ changes }) => changes.fills ?? []);
  const cancelled = ordersOf(heard, "order_cancelled");
  return [
    ...groupByOrder(fills).map(fillNotice),
    ...(cancelled.length > 3 ? [manyCancelled(cancelled)] : cancelled.map(endNotice)),
    ...ordersOf(heard, "order_expired").map(endNotice),
    ...ordersOf(heard, "order_rejected").map(endNotice),
    ...ordersOf(heard, "order_unknown").map(unknownNotice),
    ...heard.flatMap(({ event }) => exchangeNotice(event) ?? []),
  ];
}

/** What is still known of the time before this page was opened, for the Alerts list. */
export function noticesOfPast(fills: readonly FillView[], ended: readonly OrderView[]): readonly EventNotice[] {
  return [
    ...groupByOrder(fills).map(fillNotice),
    ...ended.filter((order) => order.status !== "filled").map(endNotice),
  ].toSorted((left, right) => right.time - left.time);
}

/** "Bought 0.01 BTC @ 64 250.1", several fills of one order added up at their average. */
export function fillNotice(fills: readonly FillView[]): EventNotice {
  const last = fills.at(-1);
  if (last === undefined) {
    throw new RangeError("a notice needs a fill");
  }
  const quantity = sum(fills.map((fill) => fill.quantity));
  const cost = sum(fills.map((fill) => fill.cost));
  const base = last.symbol.split("/")[0] ?? last.symbol;
  const verb = last.side === "buy" ? "Bought" : "Sold";
  const average = averagePrice(fills, quantity, cost);
  const profits = fills.flatMap((fill) => fill.realisedProfit ?? []);
  const profit = profits.length === 0 ? null : sum(profits);
  const parts = [
    profit === null ? null : `Realised ${formatProfit(profit)}`,
    last.late ? "Filled while the desk was away, booked late" : null,
  ].filter((part) => part !== null);
  return {
    tone: profit !== null && isNegative(profit) ? "info" : "success",
    title: `${causeWord(last)}${verb} ${formatQuantity(quantity)} ${base} @ ${formatDecimal(average)}`,
    detail: parts.length === 0 ? null : `${parts.join(". ")}.`,
    time: last.time,
  };
}

/** What sold without anybody's click. */
function causeWord({ origin }: FillView): string {
  switch (origin) {
    case "stop":
      return "Stopped out: ";
    case "target":
      return "Target reached: ";
    case "emergency":
      return "Emergency exit: ";
    case "flatten":
      return "Flattened: ";
    default:
      return "";
  }
}

function endNotice(order: OrderView): EventNotice {
  const word = { cancelled: "Cancelled", expired: "Expired", rejected: "Rejected by the exchange" } as const;
  const status = order.status === "expired" || order.status === "rejected" ? order.status : "cancelled";
  const filled = isZero(order.filledQuantity) ? null : `${formatQuantity(order.filledQuantity)} of it was filled.`;
  const details = [order.reason, filled].filter((text) => text !== null && text !== "");
  return {
    tone: status === "rejected" ? "error" : "info",
    title: `${word[status]}: ${orderWords(order)}`,
    detail: details.length === 0 ? null : details.join(" "),
    time: order.updatedAt,
  };
}

function unknownNotice(order: OrderView): EventNotice {
  return {
    tone: "warning",
    title: `Sent, not confirmed yet: ${orderWords(order)}`,
    detail: "The desk is checking with Kraken and will not send it again.",
    time: order.updatedAt,
  };
}

function manyCancelled(orders: readonly OrderView[]): EventNotice {
  return {
    tone: "info",
    title: `Cancelled ${orders.length} orders`,
    detail: [...new Set(orders.map((order) => order.symbol))].join(", "),
    time: Math.max(...orders.map((order) => order.updatedAt)),
  };
}

/** "buy 0.01 BTC/USD at 64 000", "sell 0.01 BTC/USD, trigger 60 000". */
export function orderWords(order: OrderView): string {
  if (order.triggerPrice !== null) {
    return `${order.side} ${formatQuantity(order.quantity)} ${order.symbol}, trigger ${formatDecimal(order.triggerPrice)}`;
  }
  const price = order.limitPrice === null ? "at market" : `at ${formatDecimal(order.limitPrice)}`;
  return `${order.side} ${formatQuantity(order.quantity)} ${order.symbol} ${price}`;
}

function ordersOf(heard: readonly Heard[], type: JournalEventView["type"]): readonly OrderView[] {
  return heard.filter(({ event }) => event.type === type).flatMap(({ changes }) => changes.orders ?? []);
}

function groupByOrder(fills: readonly FillView[]): readonly (readonly FillView[])[] {
  return [...Map.groupBy(fills, (fill) => fill.orderId).values()];
}

/** At the decimals of the finest fill price; exact when all fills had one price. */
function averagePrice(fills: readonly FillView[], quantity: Decimal, cost: Decimal): Decimal {
  const prices = new Set(fills.map((fill) => fill.price));
  const [only] = prices;
  if (only !== undefined && prices.size === 1) {
    return only;
  }
  const decimals = Math.max(...[...prices].map((price) => price.split(".")[1]?.length ?? 0));
  return divide(cost, quantity, decimals, "half-even");
}
