import { env } from "cloudflare:workers";
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { writeHistory } from "../../../durable-objects/trader/history-writer.ts";
import { ScriptedFeed } from "./scripted-feed.ts";
import {
  eventually,
  expectOk,
  newTrader,
  place,
  query,
  rawStub,
  ringAlarm,
  writeOf,
  type TestTrader,
} from "./support.ts";

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

type D1Row = Record<string, unknown>;

async function inD1(table: string, trader: TestTrader, order: string): Promise<readonly D1Row[]> {
  const answer = await env.DB.prepare(`SELECT * FROM ${table} WHERE trader_id = ? ORDER BY ${order}`)
    .bind(trader.id)
    .all<D1Row>();
  return answer.results;
}

async function settled(trader: TestTrader): Promise<void> {
  await eventually("the outbox is empty", async () => (await query(trader, "SELECT 1 FROM outbox")).length === 0);
}

async function tradeABit(trader: TestTrader): Promise<void> {
  expectOk(await place(trader, { type: "market", timeInForce: "ioc", quantity: "2" }));
  const { order } = expectOk(await place(trader, { quantity: "1", limitPrice: "90" }));
  await trader.stub().cancelOrder(trader.principal, trader.accountId, order.id, writeOf(null));
  await trader.stub().closePosition(trader.principal, trader.accountId, "BTC", writeOf({ percent: 50 }));
  await place(trader, { quantity: "0.000001", limitPrice: "90" });
}

/** Everything in D1 of a trader, as the journal has it. */
async function compare(trader: TestTrader): Promise<void> {
  const journal = await query(trader, "SELECT seq, epoch, account_id, time, type, data FROM journal ORDER BY seq");
  const events = await inD1("journal_events", trader, "seq");
  const shown = (row: D1Row) => ({ ...row, data: JSON.parse(String(row.data)) as unknown, trader_id: undefined });
  expect(events.map(shown)).toEqual(journal.map(shown));
  const orders = await query<{ id: string; seq: number; view: string }>(trader, "SELECT * FROM orders ORDER BY id");
  const copies = await inD1("orders", trader, "id");
  expect(copies.map((row) => [row.id, row.seq, JSON.parse(String(row.view))])).toEqual(
    orders.map((row) => [row.id, row.seq, JSON.parse(row.view)]),
  );
  expect(copies.map((row) => row.status)).toEqual(
    orders.map((row) => (JSON.parse(row.view) as { status: string }).status),
  );
  const fills = await query<{ seq: number; view: string }>(trader, "SELECT * FROM fills ORDER BY seq");
  expect((await inD1("fills", trader, "seq")).map((row) => JSON.parse(String(row.view)) as unknown)).toEqual(
    fills.map((row) => JSON.parse(row.view) as unknown),
  );
  expect(fills.length).toBeGreaterThan(0);
}

describe("history in D1", () => {
  it("has every event, order and fill soon after they happened", async () => {
    const trader = await newTrader();
    await tradeABit(trader);
    await settled(trader);
    await compare(trader);
    expect(await inD1("traders", trader, "trader_id")).toMatchObject([{ parked_rows: 0 }]);
  });

  it("is not changed by rows that arrive twice or late", async () => {
    const trader = await newTrader();
    await tradeABit(trader);
    await settled(trader);
    const { queued } = expectOk(await trader.stub().rebuildHistory(trader.principal));
    expect(queued).toBeGreaterThan(5);
    await settled(trader);
    await compare(trader);
    // An old version of an order that was stuck somewhere does not win over the newer one.
    await runInDurableObject(rawStub(trader), (_instance, state) => {
      const [first] = state.storage.sql.exec<{ id: string; view: string }>("SELECT * FROM orders LIMIT 1").toArray();
      const stale = { id: first?.id, accountId: trader.accountId, symbol: "BTC/USD", side: "buy", status: "open" };
      const payload = {
        events: [],
        fills: [],
        equity: [],
        orders: [{ ...stale, createdAt: 1, epoch: "x", seq: 1, view: {} }],
      };
      state.storage.sql.exec(
        "INSERT INTO outbox (account_id, kind, payload) VALUES ('a', 'turn', ?)",
        JSON.stringify(payload),
      );
    });
    await ringAlarmForOutbox(trader);
    await compare(trader);
  });

  it("is rebuilt from the journal when D1 has lost it, equity samples too", async () => {
    const trader = await newTrader();
    await tradeABit(trader);
    vi.useFakeTimers({ now: Date.now() + 2_000, toFake: ["Date"] });
    await ringAlarm(trader, "equity");
    vi.useRealTimers();
    await settled(trader);
    const samples = await inD1("equity_points", trader, "time");
    expect(samples).toHaveLength(1);
    for (const table of ["journal_events", "orders", "fills", "equity_points"]) {
      await env.DB.prepare(`DELETE FROM ${table} WHERE trader_id = ?`).bind(trader.id).run();
    }
    expectOk(await trader.stub().rebuildHistory(trader.principal));
    await settled(trader);
    await compare(trader);
    expect(await inD1("equity_points", trader, "time")).toEqual(samples);
  });

  it("is mended by a rebuild where D1 has an order's or a fill's row wrong", async () => {
    const trader = await newTrader();
    await tradeABit(trader);
    await settled(trader);
    for (const table of ["orders", "fills"]) {
      await env.DB.prepare(`UPDATE ${table} SET view = '{"wrong":true}' WHERE trader_id = ?`).bind(trader.id).run();
    }
    expectOk(await trader.stub().rebuildHistory(trader.principal));
    await settled(trader);
    await compare(trader);
  });

  it("passes over a row that is there already, and never over one that breaks a rule", async () => {
    const row = (fields: object, table: string) => ({
      id: 1,
      accountId: "a",
      payload: JSON.stringify({ events: [], orders: [], fills: [], equity: [], [table]: [fields] }),
    });
    const write = async (fields: object, table: string) =>
      writeHistory(env.DB, "trader-of-rows", [{ ...row(fields, table), kind: "turn", attempts: 0 }], {
        lastActiveAt: 1,
        parkedRows: 0,
      });
    const event = { accountId: "a-of-rows", epoch: "e", seq: 1, time: 1, type: "deposited", data: {} };
    await write(event, "events");
    await write(event, "events");
    await expect(write({ ...event, seq: 2, time: null }, "events")).rejects.toThrow("NOT NULL");
    await expect(write({ id: "f", accountId: "a", orderId: "o", symbol: "BTC/USD" }, "fills")).rejects.toThrow(
      "NOT NULL",
    );
    await expect(write({ accountId: "a", time: 1, equity: null, cash: "1" }, "equity")).rejects.toThrow("NOT NULL");
  });

  it("waits while D1 is down for 30 s, and no order does", async () => {
    const trader = await newTrader();
    await settled(trader);
    const database = env.DB;
    let refused = 0;
    const broken = {
      prepare: () => ({ bind: () => ({}), all: down }),
      batch: down,
    };
    async function down(): Promise<never> {
      refused += 1;
      await Promise.resolve();
      throw new Error("D1_ERROR: Network connection lost.");
    }
    Reflect.set(env, "DB", broken);
    await evictDurableObject(rawStub(trader));
    try {
      await tradeABit(trader);
      const start = Date.now();
      vi.useFakeTimers({ now: start, toFake: ["Date"] });
      for (let seconds = 1; seconds <= 30; seconds += 1) {
        vi.setSystemTime(start + seconds * 1_000);
        await ringAlarm(trader);
      }
      expect(refused).toBeGreaterThan(5);
      expectOk(await place(trader, { quantity: "1", limitPrice: "89" }));
      expect(await query(trader, "SELECT 1 FROM outbox WHERE parked IS NOT NULL OR attempts > 0")).toEqual([]);
      expect((await query(trader, "SELECT 1 FROM outbox")).length).toBeGreaterThan(4);
    } finally {
      Reflect.set(env, "DB", database);
    }
    await evictDurableObject(rawStub(trader));
    vi.setSystemTime(Date.now() + 60_000);
    await ringAlarm(trader, "outbox");
    await settled(trader);
    await compare(trader);
  });

  it("a database that never answers does not hold an order up either", async () => {
    const trader = await newTrader();
    await settled(trader);
    const database = env.DB;
    const never = new Promise<never>(() => {});
    Reflect.set(env, "DB", { prepare: () => ({ bind: () => ({}), all: () => never }), batch: () => never });
    await evictDurableObject(rawStub(trader));
    try {
      const started = performance.now();
      await tradeABit(trader);
      expect(performance.now() - started).toBeLessThan(9_000);
    } finally {
      Reflect.set(env, "DB", database);
    }
  });

  it("parks a row that can never be written, says so, and goes on", async () => {
    const trader = await newTrader();
    await settled(trader);
    await runInDurableObject(rawStub(trader), (_instance, state) => {
      state.storage.sql.exec(
        "INSERT INTO outbox (account_id, kind, payload) VALUES (?, 'turn', '{not json')",
        trader.accountId,
      );
    });
    const start = Date.now();
    vi.useFakeTimers({ now: start, toFake: ["Date"] });
    expectOk(await place(trader, { type: "market", timeInForce: "ioc", quantity: "1" }));
    for (let round = 1; round <= 8; round += 1) {
      vi.setSystemTime(start + round * 61_000);
      await ringAlarm(trader);
    }
    expect(await query(trader, "SELECT id FROM outbox WHERE parked IS NOT NULL")).toHaveLength(1);
    await eventually("the rest is there", async () => (await inD1("fills", trader, "seq")).length === 1);
    expect(await inD1("traders", trader, "trader_id")).toMatchObject([{ parked_rows: 1 }]);
  });
});

describe("what belongs to the user", () => {
  it("is exported whole", async () => {
    const trader = await newTrader();
    await tradeABit(trader);
    const data = expectOk(await trader.stub().exportData(trader.principal));
    const journal = await query(trader, "SELECT seq FROM journal");
    expect(data).toMatchObject({ traderId: trader.id, complete: true, accounts: [{ id: trader.accountId }] });
    expect(data.journal).toHaveLength(journal.length);
    expect(data.orders).toHaveLength(3);
    expect(data.fills).toHaveLength(3);
  });

  it("is erased for good: nothing in the object, nothing more to D1, its rows in the feed gone", async () => {
    const trader = await newTrader();
    expectOk(await place(trader, { quantity: "1", limitPrice: "90" }));
    await eventually("the row is registered", () => feed.rowsOf(trader.id).length === 1);
    expectOk(await trader.stub().erase({ ...trader.principal, sessionExpiresAt: 0 }));
    expect(feed.rowsOf(trader.id)).toEqual([]);
    expect(await trader.stub().lastActive()).toBeNull();
    expect(await query(trader, "SELECT * FROM journal")).toEqual([]);
    expect(await runInDurableObject(rawStub(trader), (_instance, state) => state.storage.getAlarm())).toBeNull();
  });

  it("knows when its user was last active", async () => {
    const trader = await newTrader(null);
    const active = await trader.stub().lastActive();
    expect(Date.now() - (active ?? 0)).toBeLessThan(5_000);
    await evictDurableObject(rawStub(trader));
    expect(await trader.stub().lastActive()).toBe(active);
    await settled(trader);
    expect(await inD1("traders", trader, "trader_id")).toMatchObject([{ last_active_at: active }]);
  });
});

async function ringAlarmForOutbox(trader: TestTrader): Promise<void> {
  await runInDurableObject(rawStub(trader), (_instance, state) => {
    state.storage.sql.exec("INSERT INTO schedule VALUES ('outbox', '', 1)");
  });
  await evictDurableObject(rawStub(trader));
  await ringAlarm(trader, "outbox");
  await settled(trader);
}
