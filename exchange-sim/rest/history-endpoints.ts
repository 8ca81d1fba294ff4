import { SECOND, type Micros } from "../clock.ts";
import { isLive, type Order, type UserTrade } from "../engine/orders.ts";
import { assetByName } from "../instruments.ts";
import { formatUnits } from "../units.ts";
import type { Json } from "../ws/json.ts";
import { answered, failed, type Answer, type Params } from "./envelope.ts";
import type { Call, PrivateContext, PrivateEndpoint } from "./private-context.ts";
import { commaList, flag } from "./private-request.ts";
import { assetOf, ledgerRow, orderRow, tradeRow } from "./private-rows.ts";

const pageLength = 50;
const mostOrders = 50;
const mostTrades = 20;

function historyCost({ switches }: PrivateContext): number {
  return switches.value("historyCost") === "2" ? 2 : 4;
}

/** Orders, trades and ledger entries, open and past, in pages. */
export const historyEndpoints: Readonly<Record<string, PrivateEndpoint>> = {
  OpenOrders: { cost: 1, permissions: ["query-open-trades"], answer: openOrders },
  ClosedOrders: { cost: 1, permissions: ["query-closed-trades"], answer: closedOrders },
  QueryOrders: { cost: 1, permissions: ["query-open-trades", "query-closed-trades"], answer: queryOrders },
  TradesHistory: { cost: historyCost, permissions: ["query-closed-trades"], answer: tradesHistory },
  QueryTrades: { cost: 1, permissions: ["query-closed-trades"], answer: queryTrades },
  Ledgers: { cost: historyCost, permissions: ["query-ledger"], answer: ledgers },
  QueryLedgers: {
    cost: ({ switches }) => (switches.value("queryLedgersCost") === "2" ? 2 : 1),
    permissions: ["query-ledger"],
    answer: queryLedgers,
  },
  OrderAmends: { cost: 1, permissions: ["query-open-trades"], answer: orderAmends },
};

/** What a lagging read shows of an order: nothing yet, or as if it were still open. */
function visible(context: PrivateContext, order: Order): "hidden" | "open" | "closed" {
  const lag = context.readLag();
  const now = context.engine.now;
  if (lag > 0 && order.openedAt > now - lag) {
    return "hidden";
  }
  return isLive(order) || (lag > 0 && (order.closedAt ?? 0) > now - lag) ? "open" : "closed";
}

function matches(params: Params, order: Order): boolean {
  const userref = params.get("userref");
  const clientOrderId = params.get("cl_ord_id");
  return (
    (userref === undefined || String(order.terms.userref ?? 0) === userref) &&
    (clientOrderId === undefined || order.terms.clientOrderId === clientOrderId)
  );
}

function openOrders({ context, account, request: { params } }: Call): Answer {
  const candidates = context.readLag() > 0 ? [...account.orders.values()] : [...account.live.values()];
  const rows = candidates
    .filter((order) => visible(context, order) === "open" && matches(params, order))
    .reverse()
    .map((order): [string, Json] => {
      const row = orderRow(order, context.switches, flag(params, "trades"));
      return [order.id, isLive(order) ? row : { ...row, status: "open", closetm: undefined, reason: undefined }];
    });
  return answered({ open: Object.fromEntries(rows) });
}

/** A bound of a history: unix seconds or an id. */
function bound(text: string | undefined, timeOf: (id: string) => Micros | undefined): Micros | undefined {
  if (text === undefined || text === "") {
    return undefined;
  }
  return /^\d+(\.\d+)?$/.test(text) ? Math.round(Number(text) * SECOND) : timeOf(text);
}

/** `start` is exclusive, `end` inclusive (PROTOCOL §2.3). */
function within<T>(
  call: Call,
  rows: readonly T[],
  time: (row: T) => Micros,
  idTime: (id: string) => Micros | undefined,
): T[] {
  const start = bound(call.request.params.get("start"), idTime);
  const end = bound(call.request.params.get("end"), idTime);
  const exclusive = call.context.switches.value("historyStartExclusive");
  return rows.filter((row) => {
    const at = time(row);
    const afterStart = start === undefined || (exclusive ? at > start : at >= start);
    return afterStart && (end === undefined || at <= end);
  });
}

/** One page, newest first, with the number of all. */
function page<T>(params: Params, rows: readonly T[], key: string, row: (each: T) => [string, Json]): Answer {
  const offset = Number(params.get("ofs") ?? "0");
  if (!Number.isInteger(offset) || offset < 0) {
    return failed("EGeneral:Invalid arguments:ofs");
  }
  const newestFirst = [...rows].reverse();
  const listed = Object.fromEntries(newestFirst.slice(offset, offset + pageLength).map(row));
  return answered({ [key]: listed, count: flag(params, "without_count") ? undefined : rows.length });
}

function closedOrders(call: Call): Answer {
  const { context, account, request } = call;
  const { params } = request;
  const byOpening = params.get("closetime") === "open";
  const time = (order: Order): Micros => (byOpening ? order.openedAt : (order.closedAt ?? order.openedAt));
  const closed = [...account.orders.values()]
    .filter((order) => visible(context, order) === "closed" && matches(params, order))
    .sort((a, b) => time(a) - time(b) || a.number - b.number);
  const idTime = (id: string): Micros | undefined => {
    const order = account.orders.get(id);
    return order === undefined ? undefined : time(order);
  };
  return page(params, within(call, closed, time, idTime), "closed", (order) => [
    order.id,
    orderRow(order, context.switches, flag(params, "trades")),
  ]);
}

function queryOrders({ context, account, request: { params } }: Call): Answer {
  const ids = commaList(params.get("txid"));
  if (ids.length === 0) {
    const byClientId = params.has("cl_ord_id") && context.switches.value("queryOrdersByClientIdAlone");
    if (!byClientId) {
      return failed("EGeneral:Invalid arguments");
    }
    const found = [...account.orders.values()].filter((order) => matches(params, order));
    return answered(
      Object.fromEntries(found.map((order) => [order.id, orderRow(order, context.switches, flag(params, "trades"))])),
    );
  }
  if (ids.length > mostOrders) {
    return failed("EGeneral:Invalid arguments:txid");
  }
  const rows: [string, Json][] = [];
  for (const id of ids) {
    const order = account.orders.get(id);
    if (order === undefined && context.switches.value("queryOrdersUnknownId") === "refused") {
      return failed("EOrder:Invalid order");
    }
    if (order !== undefined && matches(params, order)) {
      rows.push([id, orderRow(order, context.switches, flag(params, "trades"))]);
    }
  }
  return answered(Object.fromEntries(rows));
}

function tradesHistory(call: Call): Answer {
  const { context, account, request } = call;
  const rows = within(
    call,
    account.trades,
    (trade) => trade.time,
    (id) => account.trades.find((trade) => trade.id === id)?.time,
  );
  return page(request.params, rows, "trades", (trade) => [trade.id, shownTrade(trade, context, request.params)]);
}

function shownTrade(trade: UserTrade, context: PrivateContext, params: Params): Json {
  const row = tradeRow(trade, context.switches);
  return flag(params, "ledgers") ? row : { ...row, ledgers: undefined };
}

function queryTrades({ context, account, request: { params } }: Call): Answer {
  const ids = commaList(params.get("txid"));
  if (ids.length === 0 || ids.length > mostTrades) {
    return failed("EGeneral:Invalid arguments:txid");
  }
  const rows = account.trades
    .filter((trade) => ids.includes(trade.id))
    .map((trade): [string, Json] => [trade.id, tradeRow(trade, context.switches)]);
  return answered(Object.fromEntries(rows));
}

function ledgers(call: Call): Answer {
  const { account, request } = call;
  const { params } = request;
  const names = commaList(params.get("asset") === "all" ? undefined : params.get("asset"));
  const wanted = names.map((name) => assetByName(name)?.name);
  if (wanted.includes(undefined)) {
    return failed("EQuery:Unknown asset");
  }
  const type = params.get("type") ?? "all";
  const entries = account.ledger.filter(
    (entry) => (wanted.length === 0 || wanted.includes(entry.asset)) && (type === "all" || entry.type === type),
  );
  const rows = within(
    call,
    entries,
    (entry) => entry.time,
    (id) => account.ledger.find((entry) => entry.id === id)?.time,
  );
  return page(params, rows, "ledger", (entry) => [entry.id, ledgerRow(entry, assetOf(entry))]);
}

function queryLedgers({ account, request: { params } }: Call): Answer {
  const ids = commaList(params.get("id"));
  if (ids.length === 0 || ids.length > mostTrades) {
    return failed("EGeneral:Invalid arguments:id");
  }
  const rows = account.ledger
    .filter((entry) => ids.includes(entry.id))
    .map((entry): [string, Json] => [entry.id, ledgerRow(entry, assetOf(entry))]);
  return answered(Object.fromEntries(rows));
}

function orderAmends({ account, request: { params } }: Call): Answer {
  const order = account.orders.get(params.get("order_id") ?? "");
  if (order === undefined) {
    return failed("EOrder:Invalid order");
  }
  const { pair } = order.terms;
  const amends = order.amends.map((amend) => ({
    amend_id: amend.id,
    amend_type: amend.kind,
    order_qty: formatUnits(amend.quantity, pair.quantityDecimals),
    remaining_qty: formatUnits(amend.remaining, pair.quantityDecimals),
    limit_price: amend.limit === undefined ? undefined : formatUnits(BigInt(amend.limit), pair.priceDecimals),
    trigger_price: amend.trigger === undefined ? undefined : formatUnits(BigInt(amend.trigger), pair.priceDecimals),
    reason: amend.reason,
    post_only: amend.postOnly,
    timestamp: Math.floor(amend.time / 1_000),
  }));
  return answered({ amends, count: amends.length });
}
