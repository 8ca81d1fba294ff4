import { evictDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { TraderSockets } from "../../../durable-objects/trader/sockets.ts";
import { connect, upgrade } from "./client.ts";
import { ScriptedFeed } from "./scripted-feed.ts";
import { expectOk, newTrader, place, principalOf, query, rawStub, ringAlarm, writeOf } from "./support.ts";

let feed: ScriptedFeed;
let uninstall: () => void;

beforeEach(() => {
  feed = new ScriptedFeed();
  uninstall = feed.install();
});
afterEach(() => {
  vi.useRealTimers();
  uninstall();
});

describe("a trader socket", () => {
  it("says nothing before resume, then hello and a snapshot, then every event with what it changed", async () => {
    const trader = await newTrader();
    const client = await connect(trader);
    expectOk(await place(trader, { quantity: "1", limitPrice: "90" }));
    expect(client.frames).toEqual([]);
    client.resume(null, 0);
    const [snapshot] = await client.waitFor("snapshot");
    const [hello] = await client.waitFor("hello");
    expect(hello).toMatchObject({ epoch: snapshot?.epoch, seq: snapshot?.seq });
    expect(snapshot?.accounts[0]).toMatchObject({
      account: { id: trader.accountId },
      openOrders: [{ status: "open", limitPrice: "90" }],
    });
    expectOk(await place(trader, { type: "market", timeInForce: "ioc", quantity: "1" }));
    const events = await client.waitFor("event", 3);
    expect(events.map((frame) => frame.event.type)).toEqual(["order_submitted", "order_opened", "fill_booked"]);
    expect(events.map((frame) => frame.event.seq)).toEqual([1, 2, 3].map((step) => (hello?.seq ?? 0) + step));
    expect(events[2]?.changes).toMatchObject({
      orders: [{ status: "filled" }],
      fills: [{ quantity: "1", price: "100" }],
      positions: [{ asset: "BTC", quantity: "1" }],
      account: { feesPaid: "0.4" },
    });
    expect(events[2]?.changes.balances?.[0]).toMatchObject({ asset: "USD" });
  });

  it("sends who comes back what it missed, ending in the same state", async () => {
    const trader = await newTrader();
    const before = await connect(trader);
    before.resume(null, 0);
    const [hello] = await before.waitFor("hello");
    before.socket.close(1000, "");
    expect(await before.closeCode()).toBe(1000);
    const { order } = expectOk(await place(trader, { quantity: "1", limitPrice: "90" }));
    await trader.stub().cancelOrder(trader.principal, trader.accountId, order.id, writeOf(null));
    const after = await connect(trader);
    after.resume(hello?.epoch ?? null, hello?.seq ?? 0);
    const events = await after.waitFor("event", 3);
    expect(events.map((frame) => frame.event.type)).toEqual(["order_submitted", "order_opened", "order_cancelled"]);
    expect(events.at(-1)?.changes.orders?.[0]).toMatchObject({ id: order.id, status: "cancelled" });
    expect(events.at(-1)?.changes.balances).toEqual([
      { asset: "USD", total: "10000", held: "0", available: "10000", external: "0" },
    ]);
    expect(after.frames.some((frame) => frame.type === "snapshot")).toBe(false);
  });

  it("sends a snapshot after a gap of more than 500, and for an epoch that is not this journal's", async () => {
    const trader = await newTrader();
    const first = await connect(trader);
    first.resume("another-epoch", 1);
    const [snapshot] = await first.waitFor("snapshot");
    const epoch = snapshot?.epoch ?? "";
    // 501 events that change nothing, as if the object had written them.
    await query(
      trader,
      `WITH RECURSIVE steps (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM steps WHERE n < 501)
       INSERT INTO journal SELECT ${snapshot?.seq ?? 0} + n, '${epoch}', '${trader.accountId}', 1, 'queue_advanced', 1,
         '{"time":1,"marketTime":1,"symbol":"BTC/USD","orders":[]}' FROM steps`,
    );
    await evictDurableObject(rawStub(trader));
    const far = await connect(trader);
    far.resume(epoch, snapshot?.seq ?? 0);
    expect((await far.waitFor("snapshot"))[0]?.seq).toBe((snapshot?.seq ?? 0) + 501);
    const near = await connect(trader);
    near.resume(epoch, (snapshot?.seq ?? 0) + 1);
    expect(await near.waitFor("event", 500)).toHaveLength(500);
  });

  it("hibernates: an eviction keeps it, its session and its right to events", async () => {
    const trader = await newTrader();
    const client = await connect(trader);
    client.resume(null, 0);
    await client.waitFor("snapshot");
    await evictDurableObject(rawStub(trader));
    expectOk(await place(trader, { quantity: "1", limitPrice: "90" }));
    expect((await client.waitFor("event", 2)).map((frame) => frame.event.type)).toEqual([
      "order_submitted",
      "order_opened",
    ]);
    client.socket.send("ping");
    await vi.waitFor(() => {
      expect(client.texts).toContain("pong");
    });
  });

  it("ends with 4401 when its session expires, also when nobody sends anything", async () => {
    const trader = await newTrader();
    const short = { ...trader.principal, sessionExpiresAt: Date.now() + 60_000 };
    const [client, longer] = [await connect(trader, short), await connect(trader)];
    longer.resume(null, 0);
    await longer.waitFor("snapshot");
    vi.useFakeTimers({ now: Date.now() + 60_001, toFake: ["Date"] });
    await ringAlarm(trader, "sessions");
    expect(await client.closeCode()).toBe(4401);
    expect(longer.closes).toEqual([]);
    expect(await query(trader, "SELECT due FROM schedule WHERE job = 'sessions'")).toEqual([
      { due: trader.principal.sessionExpiresAt },
    ]);
  });

  it("ends with 4401 when its session is revoked, and only then", async () => {
    const trader = await newTrader();
    const phone = await connect(trader, principalOf(trader.principal.userId, "phone"));
    const desk = await connect(trader, principalOf(trader.principal.userId, "desk"));
    await trader.stub().revokeSessions(["phone"]);
    expect(await phone.closeCode()).toBe(4401);
    expect(desk.closes).toEqual([]);
    await trader.stub().revokeSessions(null);
    expect(await desk.closeCode()).toBe(4401);
  });

  it("is answered an error for garbage and cut off with 4400 when it goes on", async () => {
    const trader = await newTrader();
    const client = await connect(trader);
    client.socket.send("{");
    client.socket.send(JSON.stringify({ type: "resume", epoch: null, seq: -1, extra: true }));
    client.socket.send(new Uint8Array([1, 2, 3]));
    expect(await client.closeCode()).toBe(4400);
    expect(client.frames.map((frame) => (frame.type === "error" ? frame.error.code : ""))).toEqual([
      "MALFORMED_JSON",
      "BAD_REQUEST",
      "BAD_REQUEST",
    ]);
  });

  it("is cut off with 4429 when it floods", async () => {
    const trader = await newTrader();
    const client = await connect(trader);
    for (let count = 0; count < 30; count += 1) {
      client.resume(null, 0);
    }
    expect(await client.closeCode()).toBe(4429);
    expectOk(await place(trader, { quantity: "1", limitPrice: "90" }));
  });

  it("is refused to another user, to an ended session and to a request that names nobody", async () => {
    const trader = await newTrader();
    expect((await upgrade(trader, principalOf("somebody"))).status).toBe(403);
    expect((await upgrade(trader, { ...trader.principal, sessionExpiresAt: Date.now() - 1 })).status).toBe(401);
    const nobody = await trader
      .stub()
      .fetch(new Request("https://desk/ws/trader", { headers: { upgrade: "websocket" } }));
    expect(nobody.status).toBe(400);
    const forged = await trader
      .stub()
      .fetch(new Request("https://desk/", { headers: { upgrade: "websocket", "x-trade-principal": "{" } }));
    expect(forged.status).toBe(400);
  });

  it("is refused beyond fifty at once", async () => {
    const trader = await newTrader();
    for (let count = 0; count < 50; count += 1) {
      await connect(trader);
    }
    expect((await upgrade(trader)).status).toBe(429);
  });
});

describe("a broadcast", () => {
  it("cuts off a client that never reads at 1 MiB with 4429, where the runtime can tell, and not the others", () => {
    const slow: Sent = { texts: [], closes: [], bufferedAmount: 1024 * 1024 + 1 };
    const quick: Sent = { texts: [], closes: [], bufferedAmount: 10 };
    const unknown: Sent = { texts: [], closes: [] };
    socketsOver([slow, quick, unknown].map(socketWith)).broadcast(["one", "two"]);
    expect([slow.closes, slow.texts]).toEqual([[4429], []]);
    expect([quick.closes, quick.texts]).toEqual([[], ["one", "two"]]);
    expect([unknown.closes, unknown.texts]).toEqual([[], ["one", "two"]]);
  });

  it("sends a connection whose attachment is of another version away to come back", () => {
    const sent: Sent = { texts: [], closes: [] };
    const socket = Object.assign(socketWith(sent), { deserializeAttachment: () => ({ v: 0 }) });
    socketsOver([socket]).broadcast(["one"]);
    expect([sent.closes, sent.texts]).toEqual([[1001], []]);
  });
});

type Sent = { readonly texts: string[]; readonly closes: number[]; bufferedAmount?: number };

function socketWith(sent: Sent): WebSocket {
  const [, server] = Object.values(new WebSocketPair());
  if (server === undefined) {
    throw new Error("no socket");
  }
  const attachment = {
    v: 1,
    sessionId: "s",
    expiresAt: Number.MAX_SAFE_INTEGER,
    resumed: true,
    frames: { tokens: 1, at: 0 },
    faults: 0,
  };
  return Object.assign(Object.create(server) as WebSocket, {
    deserializeAttachment: () => attachment,
    send: (text: string) => sent.texts.push(text),
    close: (code: number) => sent.closes.push(code),
    ...("bufferedAmount" in sent ? { bufferedAmount: sent.bufferedAmount } : {}),
  });
}

function socketsOver(sockets: WebSocket[]): TraderSockets {
  return new TraderSockets({
    state: { acceptWebSocket: () => {}, getWebSockets: () => sockets },
    now: () => 1,
    traderId: "t",
    onResume: () => [],
  });
}
