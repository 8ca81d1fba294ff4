import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startExchange, type Exchange } from "../../exchange-sim/exchange.ts";
import { member, privateCall, textAt, type Credentials } from "./support/rest-client.ts";
import { SocketClient } from "./support/socket-client.ts";

let exchange: Exchange;
let key: Credentials;
let token: string;
let client: SocketClient;
let number = 0;

beforeAll(async () => {
  exchange = await startExchange({ time: "virtual", seed: "sockets" });
});
afterAll(async () => {
  await exchange.stop();
});
beforeEach(async () => {
  number += 1;
  key = exchange.admin.createKey({ account: `account ${number}`, tier: "pro", deposits: { USD: "100000", BTC: "2" } });
  token = textAt((await privateCall(exchange.url, key, "GetWebSocketsToken")).result, "token");
  client = await SocketClient.open(exchange.wsAuthUrl);
});
afterEach(() => {
  client.close();
});

const limit = { symbol: "BTC/USD", side: "buy", order_type: "limit", order_qty: 0.1, limit_price: 60_000 };

async function subscribe(params: object = {}): Promise<void> {
  await client.request("subscribe", { channel: "executions", token, ...params }, 1);
  await client.request("subscribe", { channel: "balances", token }, 2);
  await client.next(({ json }) => member(json, "channel") === "balances");
}

function trade(method: string, params: object, requestId: number): Promise<unknown> {
  return client.request(method, { token, ...params }, requestId);
}

function rows(channel: string): unknown[] {
  return client.channel(channel).flatMap((frame) => {
    const data = member(frame, "data");
    return Array.isArray(data) ? data.map((row: unknown) => row) : [];
  });
}

/** Waits until everything that was sent before has arrived. */
async function settle(): Promise<void> {
  const from = client.frames.length;
  client.send({ method: "ping", req_id: 99_999 });
  await client.next(({ json }) => member(json, "req_id") === 99_999, from);
}

describe("executions and balances", () => {
  it("tell the life of an order in deltas, with a sequence without gaps", async () => {
    await subscribe();
    const added = await trade("add_order", { ...limit, cl_ord_id: "life" }, 10);
    const id = textAt(added, "result", "order_id");
    expect(member(added, "result", "cl_ord_id")).toBe("life");
    await trade("amend_order", { cl_ord_id: "life", order_qty: 0.2 }, 11);
    await trade("cancel_order", { order_id: [id] }, 12);
    await settle();
    const told = rows("executions");
    expect(told.map((row) => member(row, "exec_type"))).toEqual(["pending_new", "new", "amended", "canceled"]);
    expect(told.map((row) => member(row, "symbol"))).toEqual(["BTC/USD", undefined, undefined, undefined]);
    expect(new Set(told.map((row) => member(row, "order_id")))).toEqual(new Set([id]));
    expect(client.channel("executions").map((frame) => member(frame, "sequence"))).toEqual([1, 2, 3, 4, 5]);
  });

  it("tell each fill once, then the end, and two balances per fill", async () => {
    await subscribe();
    await trade(
      "add_order",
      { symbol: "BTC/USD", side: "buy", order_type: "market", order_qty: 0.3, order_userref: 5 },
      10,
    );
    await settle();
    const fills = rows("executions").filter((row) => member(row, "exec_type") === "trade");
    const last = rows("executions").at(-1);
    expect(fills.reduce((sum: number, row) => sum + Number(member(row, "last_qty")), 0)).toBeCloseTo(0.3, 8);
    expect(
      fills.every((row) => member(row, "order_status") === "partially_filled" && member(row, "liquidity_ind") === "t"),
    ).toBe(true);
    expect([member(last, "exec_type"), member(last, "order_status"), member(last, "cum_qty")]).toEqual([
      "filled",
      "filled",
      0.3,
    ]);
    const moves = rows("balances").slice(-fills.length * 2);
    expect(moves.map((row) => member(row, "asset"))).toEqual(fills.flatMap(() => ["BTC", "USD"]));
    const references = moves.map((row) => member(row, "ref_id"));
    expect(references.filter((_, index) => index % 2 === 0)).toEqual(fills.map((row) => member(row, "exec_id")));
    expect(client.channel("balances").map((frame) => member(frame, "sequence"))).toEqual(
      client.channel("balances").map((_, index) => index + 1),
    );
    const history = (await privateCall(exchange.url, key, "TradesHistory")).result;
    expect(Object.keys(member(history, "trades") ?? {}).sort()).toEqual(
      fills.map((row) => String(member(row, "exec_id"))).sort(),
    );
  });

  it("begin with what is open, and with the last trades when asked", async () => {
    await trade("add_order", limit, 10);
    await trade("add_order", { symbol: "BTC/USD", side: "sell", order_type: "market", order_qty: 0.01 }, 11);
    await subscribe({ snap_trades: true });
    await settle();
    const [snapshot] = client.channel("executions");
    expect(member(snapshot, "data", 0)).toMatchObject({ order_status: "new", symbol: "BTC/USD", limit_price: 60_000 });
    expect(member(snapshot, "data", 1)).toMatchObject({ exec_type: "trade", order_status: "filled" });
    expect(member(client.channel("balances")[0], "data")).toHaveLength(2);
  });

  it("come before the reply when switched, and report the rate counter when asked", async () => {
    await subscribe({ ratecounter: true });
    exchange.switches.set("replyOrder", "frames first");
    await trade("add_order", limit, 10);
    exchange.switches.set("replyOrder", "reply first");
    await trade("add_order", limit, 11);
    await settle();
    const order = client.frames.map(({ json }) => member(json, "req_id") ?? member(json, "data", 0, "exec_type"));
    expect(order.indexOf("pending_new")).toBeLessThan(order.indexOf(10));
    expect(order.indexOf(11)).toBeLessThan(order.lastIndexOf("pending_new"));
    expect(member(rows("executions")[0], "ratecount")).toBe(1);
  });

  it("say filled in the last trade, or have ids of their own, when switched", async () => {
    await subscribe();
    exchange.switches.set("lastTradeStatus", "filled");
    exchange.switches.set("executionId", "other");
    await trade("add_order", { symbol: "BTC/USD", side: "buy", order_type: "market", order_qty: 0.0001 }, 10);
    exchange.switches.set("lastTradeStatus", "partially_filled");
    exchange.switches.set("executionId", "trade id");
    await settle();
    const fill = rows("executions").find((row) => member(row, "exec_type") === "trade");
    expect(member(fill, "order_status")).toBe("filled");
    const history = (await privateCall(exchange.url, key, "TradesHistory")).result;
    expect(Object.keys(member(history, "trades") ?? {})).not.toContain(member(fill, "exec_id"));
  });
});

describe("trading over a socket", () => {
  it("takes every kind of order", async () => {
    const kinds = [
      limit,
      { ...limit, post_only: true, time_in_force: "gtd", expire_time: new Date(Date.UTC(2026, 9, 2)).toISOString() },
      { ...limit, side: "sell", order_type: "stop-loss", limit_price: undefined, triggers: { price: 50_000 } },
      {
        ...limit,
        side: "sell",
        order_type: "trailing-stop",
        limit_price: undefined,
        triggers: { price: 5, price_type: "pct" },
      },
      { ...limit, side: "sell", order_type: "take-profit-limit", triggers: { price: 90_000 }, limit_price: 89_000 },
      { ...limit, conditional: { order_type: "stop-loss", trigger_price: 59_000 } },
      { symbol: "BTC/USD", side: "buy", order_type: "market", cash_order_qty: 100 },
    ];
    for (const [index, order] of kinds.entries()) {
      const reply = await trade("add_order", order, 20 + index);
      expect([index, member(reply, "error"), member(reply, "success")]).toEqual([index, undefined, true]);
    }
    const open = (await privateCall(exchange.url, key, "OpenOrders")).result;
    const types = Object.values(member(open, "open") ?? {}).map((order) => member(order, "descr", "order"));
    expect(types).toContain("sell 0.10000000 XBTUSD @ trailing stop +5.0000%");
    expect(types).toContain("sell 0.10000000 XBTUSD @ take profit 90000.0 -> limit 89000.0");
    expect(member(await trade("cancel_all", {}, 40), "result", "count")).toBe(6);
  });

  it("answers each id of a cancel on its own", async () => {
    const ids = [
      textAt(await trade("add_order", limit, 10), "result", "order_id"),
      textAt(await trade("add_order", limit, 11), "result", "order_id"),
    ];
    client.send({ method: "cancel_order", params: { token, order_id: [...ids, "OAAAAA-BBBBB-CCCCCC"] }, req_id: 12 });
    await client.next(({ json }) => member(json, "error") !== undefined);
    const replies = client.frames.map(({ json }) => json).filter((json) => member(json, "req_id") === 12);
    expect(replies.map((reply) => member(reply, "result", "order_id") ?? member(reply, "error"))).toEqual([
      ...ids,
      "EOrder:Invalid order",
    ]);
  });

  it("refuses texts for numbers, unknown fields, other symbols and, when switched, exponents", async () => {
    const cases: [object, string][] = [
      [{ ...limit, order_qty: "0.1" }, "Order_qty field must be a number_float"],
      [{ ...limit, price: 1 }, "Unsupported field: 'price' for the given msg type: add order"],
      [{ ...limit, symbol: "XBT/USD" }, "Currency pair not supported XBT/USD"],
      [{ ...limit, side: "hold" }, "EGeneral:Invalid arguments:type"],
      [{ ...limit, order_qty: 50 }, "EOrder:Insufficient funds"],
      [{ ...limit, margin: true }, "EOrder:Cannot open position"],
    ];
    for (const [index, [order, error]] of cases.entries()) {
      expect(member(await trade("add_order", order, 30 + index), "error")).toBe(error);
    }
    exchange.switches.set("exponentNumbersAccepted", false);
    client.sendText(
      `{"method":"add_order","req_id":50,"params":{"token":"${token}","symbol":"BTC/USD","side":"buy","order_type":"limit","order_qty":1e-3,"limit_price":60000}}`,
    );
    const reply = await client.next(({ json }) => member(json, "req_id") === 50);
    expect(member(reply.json, "error")).toBe("Order_qty field must be a number_float");
    exchange.switches.set("exponentNumbersAccepted", true);
  });

  it("needs a token that is not older than a quarter of an hour, unless a subscription is up", async () => {
    expect(member(await client.request("add_order", limit, 10), "error")).toBe("Token(s) not found");
    expect(member(await client.request("add_order", { ...limit, token: "wrong" }, 11), "error")).toBe(
      "ESession:Invalid session",
    );
    await subscribe();
    exchange.advance(16 * 60_000);
    expect(member(await trade("add_order", limit, 12), "success")).toBe(true);
    const other = await SocketClient.open(exchange.wsAuthUrl);
    expect(member(await other.request("add_order", { ...limit, token }, 13), "error")).toBe("ESession:Invalid session");
    other.close();
  });

  it("keeps batches together, and their failures as switched", async () => {
    const { symbol, ...order } = limit;
    const poor = { ...order, order_qty: 50 };
    const partial = await trade("batch_add", { symbol, orders: [order, poor] }, 10);
    expect(member(partial, "result", 1)).toEqual({ error: "EOrder:Insufficient funds" });
    exchange.switches.set("batchAddPartialFailure", "reply fails");
    expect(member(await trade("batch_add", { symbol, orders: [order, poor] }, 11), "error")).toBe(
      "EOrder:Insufficient funds",
    );
    exchange.switches.set("batchAddPartialFailure", "row fails");
    const one = [textAt(partial, "result", 0, "order_id")];
    expect(member(await trade("batch_cancel", { orders: one }, 12), "success")).toBe(false);
    exchange.switches.set("batchCancelMinimum", "1");
    expect(member(await trade("batch_cancel", { orders: one }, 13), "orders_cancelled")).toBe(1);
    exchange.switches.set("batchCancelMinimum", "2");
  });

  it("survives a dropped connection: only what was asked for dies with it", async () => {
    await trade("add_order", limit, 10);
    exchange.admin.dropConnections("private");
    await client.untilClosed();
    expect(Object.keys(member((await privateCall(exchange.url, key, "OpenOrders")).result, "open") ?? {})).toHaveLength(
      1,
    );
  });
});
