import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startExchange, type Exchange } from "../../exchange-sim/exchange.ts";
import type { FaultWish } from "../../exchange-sim/admin/faults.ts";
import { member, privateCall, publicCall, textAt, type Credentials, type Reply } from "./support/rest-client.ts";
import { SocketClient } from "./support/socket-client.ts";
import { readBookFrame, WireBook } from "./support/wire-book.ts";

let exchange: Exchange;
let key: Credentials;
let number = 0;

beforeAll(async () => {
  exchange = await startExchange({ time: "virtual", seed: "faults" });
});
afterAll(async () => {
  await exchange.stop();
});
beforeEach(() => {
  number += 1;
  key = exchange.admin.createKey({ account: `account ${number}`, tier: "pro", deposits: { USD: "100000", BTC: "1" } });
});
afterEach(() => {
  exchange.faults.clear();
});

const limit = { pair: "XBTUSD", type: "buy", ordertype: "limit", price: "60000", volume: "0.1" };

function addOrder(): Promise<Reply> {
  return privateCall(exchange.url, key, "AddOrder", limit);
}

async function openOrders(): Promise<number> {
  return Object.keys(member((await privateCall(exchange.url, key, "OpenOrders")).result, "open") ?? {}).length;
}

describe("a lost answer over REST", () => {
  it.each<[string, FaultWish, number]>([
    ["the order is live although the connection closed", { kind: "dropAnswer", target: "AddOrder", times: 1 }, 1],
    ["nothing happened when the request itself was lost", { kind: "dropRequest", target: "AddOrder", times: 1 }, 0],
  ])("%s", async (_, wish, open) => {
    exchange.faults.add(wish);
    await expect(addOrder()).rejects.toThrow("fetch failed");
    expect(await openOrders()).toBe(open);
    expect((await addOrder()).errors).toEqual([]);
  });

  it.each<[string, FaultWish, number, string | number, number]>([
    ["HTML with the order live", { kind: "html520", target: "AddOrder", times: 1 }, 1, 520, 0],
    ["HTML without", { kind: "html520", target: "AddOrder", times: 1, executed: false }, 0, 520, 0],
    [
      "Unavailable with the order live",
      { kind: "error", target: "AddOrder", text: "EService:Unavailable", executed: true },
      1,
      "EService:Unavailable",
      200,
    ],
    [
      "Unavailable without",
      { kind: "error", target: "AddOrder", text: "EService:Unavailable" },
      0,
      "EService:Unavailable",
      200,
    ],
    [
      "a deadline that elapsed although the order is live",
      { kind: "error", target: "AddOrder", text: "EService:Deadline elapsed", executed: true },
      1,
      "EService:Deadline elapsed",
      200,
    ],
    [
      "a nonce that is refused for once",
      { kind: "invalidNonce", target: "AddOrder", times: 1 },
      0,
      "EAPI:Invalid nonce",
      200,
    ],
    ["too many requests", { kind: "tooManyRequests", target: "AddOrder", times: 1 }, 0, 429, 0],
  ])("%s", async (_, wish, open, expected) => {
    exchange.faults.add(wish);
    const reply = await addOrder();
    expect(typeof expected === "number" ? reply.status : reply.errors[0]).toBe(expected);
    expect(await openOrders()).toBe(open);
  });

  it("is late before or after the order was placed", async () => {
    exchange.faults.add({ kind: "delay", target: "AddOrder", times: 1, milliseconds: 80 });
    const late = addOrder();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await openOrders()).toBe(0);
    expect((await late).errors).toEqual([]);
    exchange.faults.add({ kind: "delayAnswer", target: "AddOrder", times: 1, milliseconds: 80 });
    const slow = addOrder();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await openOrders()).toBe(2);
    await slow;
  });
});

describe("reads that lag", () => {
  it("hide a new order for a while and show a cancelled one as open", async () => {
    exchange.faults.add({ kind: "readsLag", milliseconds: 5_000 });
    const txid = textAt((await addOrder()).result, "txid", 0);
    expect(await openOrders()).toBe(0);
    exchange.advance(6_000);
    expect(await openOrders()).toBe(1);
    await privateCall(exchange.url, key, "CancelOrder", { txid });
    const open = await privateCall(exchange.url, key, "OpenOrders");
    expect(member(open.result, "open", txid, "status")).toBe("open");
    expect(member((await privateCall(exchange.url, key, "ClosedOrders")).result, "count")).toBe(0);
    exchange.advance(6_000);
    expect(await openOrders()).toBe(0);
    expect(member((await privateCall(exchange.url, key, "ClosedOrders")).result, "count")).toBe(1);
  });
});

describe("private sockets", () => {
  const order = { symbol: "BTC/USD", side: "buy", order_type: "limit", order_qty: 0.1, limit_price: 60_000 };
  let client: SocketClient;
  let token: string;

  beforeEach(async () => {
    token = textAt((await privateCall(exchange.url, key, "GetWebSocketsToken")).result, "token");
    client = await SocketClient.open(exchange.wsAuthUrl);
    await client.request("subscribe", { channel: "executions", token }, 1);
  });
  afterEach(() => {
    client.close();
  });

  async function add(): Promise<void> {
    client.send({ method: "add_order", params: { ...order, token }, req_id: 2 });
    client.send({ method: "ping", req_id: 3 });
    await client.next(({ json }) => member(json, "req_id") === 3);
  }

  function told(): [unknown, unknown][] {
    return client
      .channel("executions")
      .map((frame) => [member(frame, "sequence"), member(frame, "data", 0, "exec_type")]);
  }

  it.each<[FaultWish, [unknown, unknown][]]>([
    [
      { kind: "duplicateFrame", times: 1 },
      [
        [2, "pending_new"],
        [2, "pending_new"],
        [3, "new"],
      ],
    ],
    [
      { kind: "reorderFrames", times: 1 },
      [
        [3, "new"],
        [2, "pending_new"],
      ],
    ],
    [{ kind: "dropFrame", target: "executions", times: 1 }, [[3, "new"]]],
    [
      { kind: "sequenceGap", target: "executions", times: 1 },
      [
        [3, "pending_new"],
        [4, "new"],
      ],
    ],
  ])("can have %o", async (wish, expected) => {
    await client.next(({ json }) => member(json, "type") === "snapshot");
    exchange.faults.add(wish);
    await add();
    expect(told().slice(1)).toEqual(expected);
  });

  it.each<[FaultWish, number, unknown]>([
    [{ kind: "dropAnswer", target: "add_order", times: 1 }, 1, undefined],
    [{ kind: "dropRequest", target: "add_order", times: 1 }, 0, undefined],
    [{ kind: "error", target: "add_order", times: 1, text: "EService:Busy" }, 0, "EService:Busy"],
    [{ kind: "error", target: "add_order", times: 1, text: "EService:Timeout", executed: true }, 1, "EService:Timeout"],
  ])("can have %o for a trading request", async (wish, open, error) => {
    exchange.faults.add(wish);
    await add();
    const reply = client.frames.map(({ json }) => json).find((json) => member(json, "req_id") === 2);
    expect(member(reply, "error")).toBe(error);
    expect(await openOrders()).toBe(open);
  });

  it("can have a token that expired", async () => {
    exchange.admin.expireTokens();
    const other = await SocketClient.open(exchange.wsAuthUrl);
    expect(member(await other.request("subscribe", { channel: "executions", token }, 5), "error")).toBe(
      "ESession:Invalid session",
    );
    other.close();
  });
});

describe("public sockets", () => {
  it("can have a book whose checksum is wrong once", async () => {
    const client = await SocketClient.open(exchange.wsUrl);
    await client.request("subscribe", { channel: "book", symbol: ["BTC/USD"] }, 1);
    exchange.faults.add({ kind: "corruptChecksum", symbol: "BTC/USD", times: 1 });
    exchange.advance(3_000);
    await client.request("ping", {}, 2).catch(() => undefined);
    const book = new WireBook(10);
    const wrong = client.frames.filter(({ text }) => {
      const frame = readBookFrame(text);
      if (frame === undefined) {
        return false;
      }
      book.apply(frame);
      return book.checksum !== frame.checksum;
    });
    expect(wrong).toHaveLength(1);
    client.close();
  });

  it("can have a silent channel with living heartbeats, and data without heartbeats", async () => {
    const client = await SocketClient.open(exchange.wsUrl);
    await client.request("subscribe", { channel: "trade", symbol: ["BTC/USD"], snapshot: false }, 1);
    await client.request("subscribe", { channel: "ticker", symbol: ["BTC/USD"], snapshot: false }, 2);
    exchange.faults.add({ kind: "silentChannel", target: "trade" });
    exchange.advance(5_000);
    await client.next(({ json }) => member(json, "channel") === "heartbeat");
    expect([client.channel("trade").length, client.channel("ticker").length > 0]).toEqual([0, true]);
    exchange.faults.clear();
    exchange.faults.add({ kind: "noHeartbeats" });
    const beats = client.channel("heartbeat").length;
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    exchange.advance(5_000);
    await client.next(({ json }) => member(json, "channel") === "trade");
    expect(client.channel("heartbeat").length).toBe(beats);
    client.close();
  });

  it("can refuse a subscription, or the connection itself", async () => {
    const client = await SocketClient.open(exchange.wsUrl);
    exchange.faults.add({ kind: "ackFailure", target: "book", times: 1 });
    expect(member(await client.request("subscribe", { channel: "book", symbol: ["BTC/USD"] }, 1), "success")).toBe(
      false,
    );
    expect(member(await client.request("subscribe", { channel: "book", symbol: ["BTC/USD"] }, 2), "success")).toBe(
      true,
    );
    exchange.faults.add({ kind: "refuseConnections", times: 1 });
    await expect(SocketClient.open(exchange.wsUrl)).rejects.toThrow("429");
    exchange.faults.add({ kind: "refuseConnections", times: 1, status: 403 });
    await expect(SocketClient.open(exchange.wsUrl)).rejects.toThrow("403");
    client.close();
  });

  it("can send what is no JSON, change their status, and be cut off", async () => {
    const client = await SocketClient.open(exchange.wsUrl);
    exchange.admin.sendText();
    await client.next(({ text }) => text === "CloudFlare WebSocket proxy restarting");
    exchange.admin.setSystemStatus("cancel_only");
    await client.next(({ json }) => member(json, "data", 0, "system") === "cancel_only");
    expect(member((await publicCall(exchange.url, "SystemStatus")).result, "status")).toBe("cancel_only");
    exchange.admin.setSystemStatus("online");
    exchange.admin.dropConnections();
    await client.untilClosed();
    expect(client.closed).toBe(true);
  });
});
