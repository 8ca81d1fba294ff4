/** Order objects and the replies of trading calls (PROTOCOL §2.3, §2.4, §2.6). */
import { z } from "zod";
import { decimalFromToken } from "../../../../domain/book/tokens.ts";
import { isZero, type Decimal } from "../../../../domain/decimal.ts";
import { ORDER_TYPES } from "../../../../domain/orders/order.ts";
import { symbolOf, type NameTable } from "../../../../domain/venue/names.ts";
import type { VenueOrder, VenueOrderStatus } from "../../../../domain/venue/reports.ts";
import { amount, integer, optionalText, seconds, secondsOrNone } from "./parse-values.ts";

const statuses: Readonly<Record<string, VenueOrderStatus>> = {
  pending: "pending",
  open: "open",
  closed: "closed",
  canceled: "cancelled",
  expired: "expired",
};

const orderRow = z.object({
  refid: optionalText,
  cl_ord_id: optionalText,
  status: z.enum(["pending", "open", "closed", "canceled", "expired"]),
  reason: optionalText,
  opentm: seconds,
  closetm: secondsOrNone.nullish(),
  expiretm: secondsOrNone.nullish(),
  descr: z.object({
    pair: z.string(),
    type: z.enum(["buy", "sell"]),
    ordertype: z.string(),
    // Relative to the market in orders made by hand ("+1.0%", "#5"): no price then.
    price: z.string().nullish(),
    price2: z.string().nullish(),
  }),
  vol: amount,
  vol_exec: amount,
  stopprice: amount.nullish(),
  // A comma list: stopped (a stop) and touched (a take-profit) tell that the trigger was met.
  misc: z.string().nullish(),
  // Only where it was asked for, and only of an order that has some.
  trades: z.array(z.string()).nullish(),
});
const orderRows = z.record(z.string(), orderRow);

export const openOrdersResult = z.object({ open: orderRows });
export const closedOrdersResult = z.object({ closed: orderRows, count: integer.nullish() });
export const queryOrdersResult = orderRows;

export const addOrderResult = z.object({
  descr: z.object({ order: z.string() }),
  txid: z.tuple([z.string().min(1)]).rest(z.string()),
});
export const validateOrderResult = z.object({ descr: z.object({ order: z.string() }) });
export const amendOrderResult = z.object({ amend_id: z.string() });
export const cancelResult = z.object({ count: integer });
export const cancelAllAfterResult = z.object({ triggerTime: z.string() });

/** Orders of an answer, in its order. */
export function toOrders(rows: z.output<typeof orderRows>, names: NameTable): readonly VenueOrder[] {
  return Object.entries(rows).map(([venueOrderId, row]) => toOrder(venueOrderId, row, names));
}

/** Ids of the executions that the orders of an answer list. */
export function toExecutionIds(rows: z.output<typeof orderRows>): readonly string[] {
  return Object.values(rows).flatMap(({ trades }) => trades ?? []);
}

function toOrder(venueOrderId: string, row: z.output<typeof orderRow>, names: NameTable): VenueOrder {
  const { descr } = row;
  const type = ORDER_TYPES.find((each) => each === descr.ordertype) ?? null;
  const [first, second] = [priceFrom(descr.price), priceFrom(descr.price2)];
  const lives = row.status === "open" || row.status === "pending";
  return {
    venueOrderId,
    clientOrderId: row.cl_ord_id,
    parentVenueOrderId: row.refid === "None" ? null : row.refid,
    // A pair that is no longer listed stands under its REST name.
    symbol: symbolOf(names, descr.pair) ?? descr.pair,
    side: descr.type,
    type,
    status: statuses[row.status] ?? "pending",
    quantity: row.vol,
    filledQuantity: row.vol_exec,
    limitPrice: type === "limit" ? first : type === "stop-loss-limit" || type === "take-profit-limit" ? second : null,
    triggerPrice:
      type === "trailing-stop" ? positive(row.stopprice) : type === "market" || type === "limit" ? null : first,
    ...(/\b(stopped|touched)\b/.test(row.misc ?? "") ? { triggered: true } : {}),
    reason: lives ? null : row.reason,
    openedAt: row.opentm,
    closedAt: row.closetm ?? null,
    expiresAt: row.expiretm ?? null,
  };
}

function priceFrom(text: string | null | undefined): Decimal | null {
  return text === null || text === undefined || !/^\d/.test(text) ? null : positive(decimalFromToken(text));
}

/** 0 stands for no price. */
function positive(value: Decimal | null | undefined): Decimal | null {
  return value === null || value === undefined || isZero(value) ? null : value;
}
