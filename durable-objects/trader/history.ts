/** What a turn adds to the copy of the journal in D1, as payloads of outbox rows. */
import type { FillView, OrderView } from "../../contract/orders.ts";
import { parseTrusted } from "../lib/trusted-json.ts";
import type { HistoryEvent, HistoryFill, HistoryOrder, HistoryRows } from "./history-rows.ts";
import type { Store, StoredEquity } from "./store.ts";
import type { Recorded } from "./turn.ts";
import { fillView, findOrder, ordersTouched } from "./views.ts";

/** Events of one outbox row: keeps a payload far below the 2 MB of a row. */
const EVENTS_PER_PAYLOAD = 200;

/** Of each account, the orders that the events changed, as the last of them left each. */
export function touchedOrders(recorded: readonly Recorded[]): ReadonlyMap<string, readonly OrderView[]> {
  const latest = new Map<string, OrderView>();
  for (const { event, after } of recorded) {
    for (const orderId of ordersTouched(event)) {
      const order = findOrder(after, orderId);
      if (order !== null) {
        latest.set(orderId, order);
      }
    }
  }
  return Map.groupBy(latest.values(), (order) => order.accountId);
}

/** Payloads for the events of one account, in order. */
export function historyPayloads(recorded: readonly Recorded[], epoch: string): readonly string[] {
  const payloads: string[] = [];
  for (let start = 0; start < recorded.length; start += EVENTS_PER_PAYLOAD) {
    const piece = recorded.slice(start, start + EVENTS_PER_PAYLOAD);
    const orders = [...touchedOrders(piece).values()].flat();
    const fills = piece.flatMap(({ seq, accountId, event }) =>
      event.type === "fill_booked" ? [fillView(accountId, event, seq)] : [],
    );
    payloads.push(
      payload({
        events: piece.map((each) => historyEvent(each, epoch)),
        orders: orders.map((order) => historyOrder(order, epoch)),
        fills: fills.map((fill) => historyFill(fill, epoch)),
        equity: [],
      }),
    );
  }
  return payloads;
}

/** Payload of equity samples. */
export function equityPayload(rows: readonly StoredEquity[]): string {
  return payload({ events: [], orders: [], fills: [], equity: rows });
}

/** A row that only renews the trader's last activity. */
export function activityPayload(): string {
  return payload({ events: [], orders: [], fills: [], equity: [] });
}

/**
 * The next piece of the journal after `seq`, to be sent again, with the orders and fills of its events as they are now;
 * null at the end.
 */
export function rebuildPayload(
  store: Store,
  seq: number,
): { readonly accountId: string; readonly payload: string; readonly last: number } | null {
  const page = store.journalAfter(seq, EVENTS_PER_PAYLOAD);
  const first = page[0];
  if (first === undefined) {
    return null;
  }
  // One account per outbox row, so that the order of each is kept.
  const other = page.findIndex((row) => row.accountId !== first.accountId);
  const rows = other === -1 ? page : page.slice(0, other);
  const events = rows.map((row) => ({
    accountId: row.accountId,
    epoch: row.epoch,
    seq: row.seq,
    time: row.time,
    type: row.type,
    data: parseTrusted<Readonly<Record<string, unknown>>>(row.data),
  }));
  const orderIds = new Set(events.flatMap(({ data }) => (typeof data.orderId === "string" ? [data.orderId] : [])));
  const orders = [...orderIds].flatMap((id) => {
    const view = store.order(first.accountId, id);
    return view === null ? [] : [historyOrder(parseTrusted<OrderView>(view), first.epoch)];
  });
  const fills = rows.flatMap((row) => {
    const view = row.type === "fill_booked" ? store.fillAt(row.seq) : null;
    return view === null ? [] : [historyFill(parseTrusted<FillView>(view), row.epoch)];
  });
  return {
    accountId: first.accountId,
    payload: payload({ events, orders, fills, equity: [] }),
    last: rows.at(-1)?.seq ?? first.seq,
  };
}

function payload(rows: HistoryRows): string {
  return JSON.stringify(rows);
}

function historyEvent(recorded: Recorded, epoch: string): HistoryEvent {
  const { seq, accountId, event } = recorded;
  const { type, ...data } = event;
  return { accountId, epoch, seq, time: event.time, type, data };
}

function historyOrder(order: OrderView, epoch: string): HistoryOrder {
  const { id, accountId, symbol, side, status, createdAt, seq } = order;
  return { id, accountId, symbol, side, status, createdAt, epoch, seq, view: order };
}

function historyFill(fill: FillView, epoch: string): HistoryFill {
  const { id, accountId, orderId, symbol, side, time, seq } = fill;
  return { id, accountId, orderId, symbol, side, time, epoch, seq, view: fill };
}
