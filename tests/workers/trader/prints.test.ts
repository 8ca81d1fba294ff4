import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { TriggerDelivery } from "../../../domain/market.ts";
import { decimal } from "../../../domain/decimal.ts";
import { ETH_BTC, ScriptedFeed } from "./scripted-feed.ts";
import {
  eventually,
  expectOk,
  expectRefused,
  newTrader,
  place,
  principalOf,
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

async function restingBuy(trader: TestTrader, quantity = "1", limitPrice = "99"): Promise<string> {
  const placed = expectOk(await place(trader, { quantity, limitPrice }));
  await eventually("the row is registered", () =>
    feed.rowsOf(trader.id).some((row) => row.orderId === placed.order.id),
  );
  return placed.order.id;
}

async function orderOf(trader: TestTrader, orderId: string) {
  return expectOk(await trader.stub().order(trader.principal, trader.accountId, orderId));
}

async function buy(trader: TestTrader, quantity: string): Promise<void> {
  const placed = expectOk(await place(trader, { type: "market", timeInForce: "ioc", quantity }));
  expect(placed.order.status).toBe("filled");
}

describe("a print that reaches a resting order", () => {
  it("fills it once, however often it is delivered", async () => {
    const trader = await newTrader();
    const orderId = await restingBuy(trader);
    feed.print("BTC/USD", "98.5", "0.4");
    const [owed] = feed.owed;
    expect(await feed.deliver(trader.id, trader.stub())).toHaveLength(1);
    await trader.stub().deliverTriggers(owed === undefined ? [] : [owed]);
    await evictDurableObject(rawStub(trader));
    await trader.stub().deliverTriggers(owed === undefined ? [] : [owed]);
    const { order, fills } = await orderOf(trader, orderId);
    expect(order).toMatchObject({ status: "partially_filled", filledQuantity: "0.4" });
    expect(fills).toMatchObject([{ quantity: "0.4", price: "99", liquidity: "maker", fee: "0.099" }]);
  });

  it("is booked before a cancel is judged", async () => {
    const trader = await newTrader();
    const orderId = await restingBuy(trader);
    feed.print("BTC/USD", "98", "5");
    const cancel = await trader.stub().cancelOrder(trader.principal, trader.accountId, orderId, writeOf(null));
    expectRefused(cancel, "ORDER_NOT_OPEN");
    expect((await orderOf(trader, orderId)).order).toMatchObject({ status: "filled", filledQuantity: "1" });
    expect(await feed.deliver(trader.id, trader.stub())).toHaveLength(1);
    expect((await orderOf(trader, orderId)).fills).toHaveLength(1);
  });

  it("is acknowledged when its order is gone, and the feed is told to forget the order", async () => {
    const trader = await newTrader();
    await restingBuy(trader);
    const stray: TriggerDelivery = {
      deliveryId: 77,
      orderId: "gone-long-ago",
      version: 1,
      symbol: "BTC/USD",
      trades: [{ id: 5, symbol: "BTC/USD", price: decimal("1"), quantity: decimal("1"), side: "sell", time: 1 }],
      bid: null,
      ask: null,
      late: false,
    };
    expect(await trader.stub().deliverTriggers([stray])).toEqual([77]);
    await eventually("the feed is told", () => feed.calls.filter((call) => call === "changeTriggers").length > 0);
  });

  it("that came while the object was gone is labelled late and booked once", async () => {
    const trader = await newTrader();
    const orderId = await restingBuy(trader);
    await evictDurableObject(rawStub(trader));
    feed.print("BTC/USD", "98", "1", "sell", true);
    await feed.deliver(trader.id, trader.stub());
    expect((await orderOf(trader, orderId)).fills).toMatchObject([{ late: true, quantity: "1" }]);
  });
});

describe("a pair that is quoted in another asset", () => {
  it("is bought with that asset, filled by a print at the rate of that moment, and closed for the account currency", async () => {
    feed.list(ETH_BTC, [["0.0999", "5"]], [["0.1", "5"]]);
    const trader = await newTrader();
    await buy(trader, "1");
    const placed = expectOk(await place(trader, { symbol: "ETH/BTC", quantity: "2", limitPrice: "0.099" }));
    await eventually("the row is registered", () => feed.rowsOf(trader.id).length === 1);
    expect(feed.pinned).toEqual(["BTC/USD", "ETH/BTC"]);
    feed.setBook("BTC/USD", [["109.9", "5"]], [["110", "5"]]);
    feed.calls = [];
    feed.print("ETH/BTC", "0.098", "2");
    await feed.deliver(trader.id, trader.stub());
    expect(feed.calls).toContain("settle BTC/USD");
    expect((await orderOf(trader, placed.order.id)).order).toMatchObject({ status: "filled", feeAsset: "BTC" });
    const positions = expectOk(await trader.stub().positions(trader.principal, trader.accountId));
    expect(positions.map((position) => position.asset)).toEqual(["BTC", "ETH"]);
    // 2 × 0.099 BTC and the maker fee of 0.25 %, at 110 USD.
    expect(positions[1]?.cost).toBe("21.83445");
    const cancelledAlong = expectOk(await place(trader, { symbol: "ETH/BTC", quantity: "1", limitPrice: "0.09" }));
    const closed = expectOk(
      await trader.stub().closePosition(trader.principal, trader.accountId, "BTC", writeOf({ percent: 100 })),
    );
    expect(closed.order.symbol).toBe("BTC/USD");
    expect((await orderOf(trader, cancelledAlong.order.id)).order.status).toBe("cancelled");
    expect(expectOk(await trader.stub().verifyJournal(trader.principal)).matches).toBe(true);
  });
});

describe("the rows in the feed", () => {
  it("are registered again when the object starts", async () => {
    const trader = await newTrader();
    const orderId = await restingBuy(trader);
    feed.rows.clear();
    await evictDurableObject(rawStub(trader));
    await trader.stub().lastActive();
    await eventually("the row is back", () => feed.rowsOf(trader.id)[0]?.orderId === orderId);
    expect(feed.pinned).toEqual(["BTC/USD"]);
  });

  it("are repaired when the minute's digest differs", async () => {
    const trader = await newTrader();
    await restingBuy(trader);
    feed.rows.clear();
    vi.useFakeTimers({ now: Date.now() + 61_000, toFake: ["Date"] });
    await ringAlarm(trader, "triggers");
    expect(feed.rowsOf(trader.id)).toHaveLength(1);
  });

  it("follow when the feed comes back", async () => {
    const trader = await newTrader();
    expectOk(await place(trader, { quantity: "1", limitPrice: "90" }));
    await eventually("the row is registered", () => feed.rowsOf(trader.id).length === 1);
    feed.away = true;
    const orders = expectOk(await trader.stub().openOrders(trader.principal, trader.accountId));
    const cancelled = await trader
      .stub()
      .cancelOrder(trader.principal, trader.accountId, orders[0]?.id ?? "", writeOf(null));
    expect(expectOk(cancelled).status).toBe("cancelled");
    expect(feed.rowsOf(trader.id)).toHaveLength(1);
    feed.away = false;
    vi.useFakeTimers({ now: Date.now() + 6_000, toFake: ["Date"] });
    await ringAlarm(trader, "triggers");
    expect(feed.rowsOf(trader.id)).toEqual([]);
  });
});

describe("while the feed is away", () => {
  it("entries are refused and nothing is recorded, and the same key works when it is back", async () => {
    const trader = await newTrader();
    feed.away = true;
    expectRefused(await place(trader, { quantity: "1", limitPrice: "90" }, "later"), "MARKET_UNAVAILABLE");
    feed.away = false;
    expect(expectOk(await place(trader, { quantity: "1", limitPrice: "90" }, "later")).order.status).toBe("open");
  });

  it("nothing is armed while the feed does not know the tape yet", async () => {
    const trader = await newTrader();
    feed.tapeIsKnown = false;
    expectRefused(await place(trader, { quantity: "1", limitPrice: "90" }, "armed"), "MARKET_UNAVAILABLE");
    feed.tapeIsKnown = true;
    expect(expectOk(await place(trader, { quantity: "1", limitPrice: "90" }, "armed")).order.status).toBe("open");
  });

  it("a close waits for a fresh book, says so, and is filled when there is one", async () => {
    const trader = await newTrader();
    await buy(trader, "1");
    feed.away = true;
    const waiting = expectOk(
      await trader.stub().closePosition(trader.principal, trader.accountId, "BTC", writeOf({ percent: 100 })),
    );
    expect(waiting.order.status).toBe("submitting");
    expect(waiting.order.reason).toMatch(/fresh/i);
    vi.useFakeTimers({ now: Date.now() + 3_000, toFake: ["Date"] });
    await ringAlarm(trader, "waiting");
    expect((await orderOf(trader, waiting.order.id)).order.status).toBe("submitting");
    feed.away = false;
    vi.setSystemTime(Date.now() + 3_000);
    await ringAlarm(trader, "waiting");
    const done = await orderOf(trader, waiting.order.id);
    expect(done.order).toMatchObject({ status: "filled", averagePrice: "99.9" });
    expect(expectOk(await trader.stub().positions(trader.principal, trader.accountId))).toEqual([]);
    expect(await query(trader, "SELECT * FROM schedule WHERE job = 'waiting'")).toEqual([]);
  });

  it("a waiting exit survives an eviction", async () => {
    const trader = await newTrader();
    await buy(trader, "1");
    feed.setFresh("BTC/USD", false);
    const waiting = expectOk(
      await trader.stub().closePosition(trader.principal, trader.accountId, "BTC", writeOf({ percent: 50 })),
    );
    await evictDurableObject(rawStub(trader));
    feed.setFresh("BTC/USD", true);
    vi.useFakeTimers({ now: Date.now() + 3_000, toFake: ["Date"] });
    await ringAlarm(trader, "waiting");
    expect((await orderOf(trader, waiting.order.id)).order).toMatchObject({ status: "filled", filledQuantity: "0.5" });
  });
});

describe("the clock", () => {
  it("ends a good-till-date order after the prints that came before, once though the alarm rings twice", async () => {
    const trader = await newTrader();
    const expiresAt = Date.now() + 120_000;
    const placed = expectOk(await place(trader, { quantity: "1", limitPrice: "99", timeInForce: "gtd", expiresAt }));
    await eventually("the row is registered", () => feed.rowsOf(trader.id).length === 1);
    feed.print("BTC/USD", "98", "0.25");
    vi.useFakeTimers({ now: expiresAt + 10, toFake: ["Date"] });
    await ringAlarm(trader, "expire");
    await ringAlarm(trader);
    const { order, fills } = await orderOf(trader, placed.order.id);
    expect(order).toMatchObject({ status: "expired", filledQuantity: "0.25" });
    expect(fills).toHaveLength(1);
    const events = expectOk(await trader.stub().events(trader.principal, trader.accountId, 0, 500)).events;
    expect(events.filter((event) => event.type === "order_expired")).toHaveLength(1);
    expect(await query(trader, "SELECT * FROM schedule WHERE job = 'expire'")).toEqual([]);
  });

  it("waits with a good-till-date order for the tape while nothing is fresh, but not for ever", async () => {
    const trader = await newTrader();
    const expiresAt = Date.now() + 120_000;
    const request = { quantity: "1", limitPrice: "99", timeInForce: "gtd", expiresAt };
    const [first, second] = [expectOk(await place(trader, request)), expectOk(await place(trader, request))];
    await eventually("the rows are registered", () => feed.rowsOf(trader.id).length === 2);
    feed.setFresh("BTC/USD", false);
    const before = Date.now();
    vi.useFakeTimers({ now: expiresAt + 10, toFake: ["Date"] });
    await ringAlarm(trader, "expire");
    expect((await orderOf(trader, first.order.id)).order.status).toBe("open");
    // The hole in the tape is filled: the print came before the expiry.
    vi.setSystemTime(before);
    feed.print("BTC/USD", "98", "1", "sell", true);
    vi.setSystemTime(expiresAt + 61_000);
    await ringAlarm(trader, "expire");
    expect((await orderOf(trader, first.order.id)).order).toMatchObject({ status: "filled" });
    expect((await orderOf(trader, second.order.id)).order).toMatchObject({ status: "expired", filledQuantity: "0" });
  });

  it("samples equity while something is held, and begins the day at its zone's midnight", async () => {
    const trader = await newTrader();
    await buy(trader, "1");
    vi.useFakeTimers({ now: Date.now() + 2_000, toFake: ["Date"] });
    await ringAlarm(trader, "equity");
    await ringAlarm(trader);
    // 9,899.6 USD in cash and 1 BTC marked at 100.
    expect(await query(trader, "SELECT equity, cash FROM equity")).toEqual([{ equity: "9999.6", cash: "9899.6" }]);
    const midnight = Math.ceil(Date.now() / 86_400_000) * 86_400_000;
    vi.setSystemTime(midnight + 500);
    await ringAlarm(trader, "day");
    await ringAlarm(trader);
    const { account } = expectOk(await trader.stub().account(trader.principal, trader.accountId));
    expect(account.day).toMatchObject({ startedAt: midnight, equity: "9999.6", flows: "0" });
    const events = expectOk(await trader.stub().events(trader.principal, trader.accountId, 0, 500)).events;
    expect(events.filter((event) => event.type === "day_started")).toHaveLength(1);
  });

  it("keeps the later of two samples of one minute: a fill may have come between", async () => {
    const trader = await newTrader();
    await buy(trader, "1");
    const minute = Math.ceil(Date.now() / 60_000) * 60_000 + 60_000;
    vi.useFakeTimers({ now: minute + 100, toFake: ["Date"] });
    await ringAlarm(trader, "equity");
    await buy(trader, "1");
    vi.setSystemTime(minute + 1_500);
    await ringAlarm(trader, "equity");
    const samples = await query<{ cash: string }>(trader, `SELECT cash FROM equity WHERE time = ${minute}`);
    const { account } = expectOk(await trader.stub().account(trader.principal, trader.accountId));
    expect(samples).toEqual([{ cash: account.balances.find(({ asset }) => asset === "USD")?.total }]);
    await ringAlarm(trader);
    const stored = await env.DB.prepare("SELECT cash FROM equity_points WHERE account_id = ? AND time = ?")
      .bind(trader.accountId, minute)
      .all();
    expect(stored.results).toEqual(samples);
  });

  it("begins a day in time though a pair that is held is listed no longer, and says what has no price", async () => {
    const trader = await newTrader();
    await buy(trader, "1");
    const midnight = Math.ceil(Date.now() / 86_400_000) * 86_400_000;
    feed.unlist("BTC/USD");
    const days = async () =>
      expectOk(await trader.stub().events(trader.principal, trader.accountId, 0, 500)).events.filter(
        (event) => event.type === "day_started",
      );
    vi.useFakeTimers({ now: midnight + 500, toFake: ["Date"] });
    await ringAlarm(trader, "day");
    expect(await days()).toEqual([]);
    vi.setSystemTime(midnight + 61_000);
    await ringAlarm(trader, "day");
    expect(await days()).toMatchObject([{ data: { startedAt: midnight, unpriced: ["BTC"] } }]);
  });

  it("forgets answers after a day and thins samples after a week", async () => {
    const trader = await newTrader();
    await buy(trader, "1");
    const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000;
    for (let minute = 0; minute < 120; minute += 1) {
      await query(
        trader,
        `INSERT INTO equity VALUES ('${trader.accountId}', ${hour + minute * 60_000}, '1', '1') ON CONFLICT DO NOTHING`,
      );
    }
    vi.useFakeTimers({ now: Date.now() + 8 * 86_400_000, toFake: ["Date"] });
    await ringAlarm(trader, "housekeeping");
    const left = await query<{ time: number }>(trader, "SELECT time FROM equity WHERE equity = '1'");
    expect(left.map((row) => row.time)).toEqual([hour, hour + 3_600_000]);
    expect(await query(trader, "SELECT * FROM idempotency")).toEqual([]);
  });
});

describe("in a replay", () => {
  it("orders, days and expiries follow the replay's own clock, which is asked for before anything is recorded", async () => {
    Reflect.set(env, "MARKET", "replay");
    try {
      const wallStart = Date.now();
      const march = Date.UTC(2020, 2, 12, 10);
      vi.useFakeTimers({ now: wallStart, toFake: ["Date"] });
      // Sixty times as fast as the wall.
      feed.now = () => march + (Date.now() - wallStart) * 60;
      feed.away = true;
      const id = `trader-${crypto.randomUUID()}`;
      const early = await env.TRADER.getByName(id).accounts(principalOf("early"));
      expectRefused(early, "MARKET_UNAVAILABLE");
      feed.away = false;
      const trader = await newTrader();
      const placed = expectOk(
        await place(trader, { quantity: "1", limitPrice: "99", timeInForce: "gtd", expiresAt: march + 600_000 }),
      );
      expect(placed.order.createdAt).toBe(march);
      vi.setSystemTime(wallStart + 6_000);
      await ringAlarm(trader, "expire");
      expect((await orderOf(trader, placed.order.id)).order.status).toBe("open");
      vi.setSystemTime(wallStart + 12_000);
      await ringAlarm(trader, "expire");
      expect((await orderOf(trader, placed.order.id)).order).toMatchObject({
        status: "expired",
        updatedAt: march + 720_000,
      });
      const { account } = expectOk(await trader.stub().account(trader.principal, trader.accountId));
      expect(account).toMatchObject({ market: "replay", createdAt: march, day: { startedAt: march } });
    } finally {
      Reflect.set(env, "MARKET", "sim");
    }
  });
});
