import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { migrate } from "../../../durable-objects/lib/migrate.ts";
import { Desk, MAXIMUM_TAIL } from "../../../durable-objects/trader/desk.ts";
import { MIGRATIONS } from "../../../durable-objects/trader/migrations.ts";
import fixture from "./fixtures/journal-v1.json" with { type: "json" };
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

type JournalFixture = {
  readonly epoch: string;
  readonly events: readonly {
    readonly seq: number;
    readonly account_id: string;
    readonly time: number;
    readonly type: string;
    readonly version: number;
    readonly data: Record<string, unknown>;
  }[];
};

/** Reads of the journal table by a desk that is built anew over the object's storage. */
async function coldStart(trader: { readonly id: string }): Promise<{ readonly rows: number; readonly desk: unknown }> {
  return runInDurableObject(rawStub(trader), (_instance, state) => {
    let rows = 0;
    const sql = {
      exec: <T extends Record<string, SqlStorageValue>>(text: string, ...bindings: SqlStorageValue[]) => {
        const answer = state.storage.sql.exec<T>(text, ...bindings).toArray();
        rows += /FROM journal/.test(text) ? answer.length : 0;
        return { toArray: () => answer };
      },
    };
    const storage = { sql, transactionSync: <T>(work: () => T): T => state.storage.transactionSync(work) };
    const desk = new Desk({ storage, newId: () => "new", onWrite: () => {}, onCommitted: () => {} });
    return { rows, desk: desk.accounts() };
  });
}

async function liveState(trader: TestTrader) {
  return expectOk(await trader.stub().account(trader.principal, trader.accountId));
}

async function loadFixture(id: string, journal: JournalFixture): Promise<void> {
  await runInDurableObject(env.TRADER.getByName(id), (_instance, state) => {
    state.storage.sql.exec("DELETE FROM meta WHERE key = 'snapshot_version'");
    state.storage.sql.exec("UPDATE meta SET value = ? WHERE key = 'epoch'", journal.epoch);
    for (const event of journal.events) {
      state.storage.sql.exec(
        "INSERT INTO journal (seq, epoch, account_id, time, type, version, data) VALUES (?, ?, ?, ?, ?, ?, ?)",
        event.seq,
        journal.epoch,
        event.account_id,
        event.time,
        event.type,
        event.version,
        JSON.stringify(event.data),
      );
    }
  });
  await evictDurableObject(env.TRADER.getByName(id));
}

describe("the journal", () => {
  it("replayed whole is what the object believes, also after evictions", async () => {
    const trader = await newTrader();
    await act(trader);
    expect(expectOk(await trader.stub().verifyJournal(trader.principal))).toMatchObject({ matches: true });
    const before = await liveState(trader);
    await evictDurableObject(rawStub(trader));
    expect({ ...(await liveState(trader)), valuation: null }).toEqual({ ...before, valuation: null });
    expect(expectOk(await trader.stub().verifyJournal(trader.principal)).matches).toBe(true);
  });

  it("that grew long is not read at a start, only its tail", async () => {
    const trader = await newTrader();
    for (let count = 0; count < 60; count += 1) {
      vi.useFakeTimers({ now: Date.now() + 3_000, toFake: ["Date"] });
      expectOk(await place(trader, { type: "market", timeInForce: "ioc", quantity: "0.01" }));
      feed.setBook("BTC/USD", [["99.9", String(5 + count)]], [["100", String(1 + count)]]);
      await trader.stub().closePosition(trader.principal, trader.accountId, "BTC", writeOf({ percent: 100 }));
    }
    const [length] = await query<{ n: number }>(trader, "SELECT COUNT(*) AS n FROM journal");
    expect(length?.n).toBeGreaterThan(MAXIMUM_TAIL);
    const before = await liveState(trader);
    await evictDurableObject(rawStub(trader));
    const { rows } = await coldStart(trader);
    expect(rows).toBeLessThanOrEqual(MAXIMUM_TAIL + 1);
    expect({ ...(await liveState(trader)), valuation: null }).toEqual({ ...before, valuation: null });
    expect(expectOk(await trader.stub().verifyJournal(trader.principal)).matches).toBe(true);
  });

  it("rebuilds every projection when their version is another", async () => {
    const trader = await newTrader();
    await act(trader);
    const [before, orders, fills] = [
      await liveState(trader),
      await query(trader, "SELECT * FROM orders ORDER BY id"),
      await query(trader, "SELECT * FROM fills ORDER BY seq"),
    ];
    await query(trader, "UPDATE meta SET value = '0' WHERE key = 'snapshot_version'");
    await query(trader, "DELETE FROM orders");
    await query(trader, "DELETE FROM fills");
    await query(trader, "DELETE FROM snapshots");
    await evictDurableObject(rawStub(trader));
    expect({ ...(await liveState(trader)), valuation: null }).toEqual({ ...before, valuation: null });
    expect(await query(trader, "SELECT * FROM orders ORDER BY id")).toEqual(orders);
    expect(await query(trader, "SELECT * FROM fills ORDER BY seq")).toEqual(fills);
  });

  it("recorded by version 1 loads", async () => {
    const id = `trader-${crypto.randomUUID()}`;
    await env.TRADER.getByName(id).lastActive();
    await loadFixture(id, fixture);
    const principal = { userId: "u", sessionId: "s", sessionExpiresAt: Date.now() + 60_000, via: "page" } as const;
    const [account] = expectOk(await env.TRADER.getByName(id).accounts(principal));
    expect(account).toMatchObject(fixture.expected);
    const trader = { id, principal, accountId: account?.id ?? "", stub: () => env.TRADER.getByName(id) };
    expect(expectOk(await trader.stub().verifyJournal(principal)).matches).toBe(true);
  });

  it("of a newer version than the code stops the object instead of being misread", async () => {
    const trader = await newTrader();
    await query(trader, "UPDATE journal SET version = 999");
    const failed = await runInDurableObject(rawStub(trader), (_instance, state) => {
      const storage = { sql: state.storage.sql, transactionSync: <T>(work: () => T): T => work() };
      try {
        return String(new Desk({ storage, newId: () => "x", onWrite: () => {}, onCommitted: () => {} }).seq);
      } catch (error) {
        return String(error);
      }
    });
    expect(failed).toMatch(/version 999/);
  });
});

describe("a kill", () => {
  it("while the feed is asked leaves nothing, and the wish repeated is done once", async () => {
    const trader = await newTrader();
    const release = feed.hold("settle");
    const lost = place(trader, { quantity: "1", limitPrice: "90" }, "wish").catch((error: unknown) => error);
    await eventually("the feed is asked", () => feed.calls.includes("settle BTC/USD"));
    await kill(trader);
    await lost;
    release();
    expect(expectOk(await trader.stub().openOrders(trader.principal, trader.accountId))).toEqual([]);
    const placed = expectOk(await place(trader, { quantity: "1", limitPrice: "90" }, "wish"));
    expect(expectOk(await trader.stub().openOrders(trader.principal, trader.accountId))).toEqual([placed.order]);
  });

  it("after the commit, before the feed heard of the order, is made good at the next start", async () => {
    const trader = await newTrader();
    const releases = [feed.hold("changeTriggers"), feed.hold("registerTriggers"), feed.hold("pin")];
    const placed = expectOk(await place(trader, { quantity: "1", limitPrice: "90" }, "wish"));
    await kill(trader);
    for (const release of releases) {
      release();
    }
    feed.rows.clear();
    expect(expectOk(await place(trader, { quantity: "1", limitPrice: "90" }, "wish"))).toEqual(placed);
    await eventually("the row is registered", () => feed.rowsOf(trader.id)[0]?.orderId === placed.order.id);
  });

  it("after the commit, before history heard of it, is made good by the alarm", async () => {
    const trader = await newTrader();
    await eventually("the outbox is empty", async () => (await query(trader, "SELECT 1 FROM outbox")).length === 0);
    const database = env.DB;
    const never = new Promise<never>(() => {});
    Reflect.set(env, "DB", { prepare: () => ({ bind: () => ({}), all: () => never }), batch: () => never });
    await kill(trader);
    const placed = expectOk(await place(trader, { quantity: "1", limitPrice: "90" }));
    await kill(trader);
    Reflect.set(env, "DB", database);
    vi.useFakeTimers({ now: Date.now() + 2_000, toFake: ["Date"] });
    await ringAlarm(trader, "outbox");
    const row = await env.DB.prepare("SELECT status FROM orders WHERE id = ?").bind(placed.order.id).first();
    expect(row).toEqual({ status: "open" });
  });

  it("while prints are booked neither loses nor doubles a fill", async () => {
    const trader = await newTrader();
    const { order } = expectOk(await place(trader, { quantity: "1", limitPrice: "99" }));
    await eventually("the row is registered", () => feed.rowsOf(trader.id).length === 1);
    feed.print("BTC/USD", "98", "0.3");
    await kill(trader);
    await feed.deliver(trader.id, trader.stub());
    feed.print("BTC/USD", "98", "0.3");
    const unacknowledged = [...feed.owed];
    await feed.deliver(trader.id, trader.stub());
    feed.owed = unacknowledged;
    await kill(trader);
    await feed.deliver(trader.id, trader.stub());
    const { fills } = expectOk(await trader.stub().order(trader.principal, trader.accountId, order.id));
    expect(fills.map((fill) => fill.quantity)).toEqual(["0.3", "0.3"]);
  });
});

describe("migrations", () => {
  it("refuse a past that is not theirs", async () => {
    const trader = await newTrader();
    await runInDurableObject(rawStub(trader), (_instance, { storage }) => {
      const [first] = MIGRATIONS;
      expect(() => {
        migrate(storage.sql, [{ id: 1, sql: `${first?.sql ?? ""} -- edited` }]);
      }).toThrow("migration 1 was applied with another text");
      expect(() => {
        migrate(storage.sql, []);
      }).toThrow("the code knows 0");
      expect(() => {
        migrate(storage.sql, [...MIGRATIONS, { id: 9, sql: "SELECT 1" }]);
      }).toThrow("numbered 9");
      const next = { id: MIGRATIONS.length + 1, sql: "CREATE TABLE later (id TEXT)" };
      migrate(storage.sql, [...MIGRATIONS, next], MIGRATIONS.length);
      expect(() => storage.sql.exec("SELECT * FROM later")).toThrow("no such table");
      migrate(storage.sql, [...MIGRATIONS, next]);
      expect(storage.sql.exec("SELECT * FROM later").toArray()).toEqual([]);
    });
  });
});

async function act(trader: TestTrader): Promise<void> {
  expectOk(await place(trader, { type: "market", timeInForce: "ioc", quantity: "2" }));
  const { order } = expectOk(await place(trader, { quantity: "1", limitPrice: "95" }));
  await trader.stub().amendOrder(trader.principal, trader.accountId, order.id, writeOf({ limitPrice: "96" } as never));
  await eventually("the row is registered", () => feed.rowsOf(trader.id).length === 1);
  feed.print("BTC/USD", "96", "0.5");
  feed.print("BTC/USD", "95", "0.5");
  await feed.deliver(trader.id, trader.stub());
  await trader.stub().closePosition(trader.principal, trader.accountId, "BTC", writeOf({ percent: 25 }));
  await place(trader, { quantity: "1000", limitPrice: "95" });
  await trader.stub().deposit(trader.principal, trader.accountId, writeOf({ amount: "10" } as never));
}

/** Ends the object as a crash does: what is in flight is lost. */
async function kill(trader: { readonly id: string }): Promise<void> {
  await runInDurableObject(rawStub(trader), (_instance, state) => {
    state.abort("killed by the test");
  }).catch(() => {});
}
