import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DEFAULT_RISK } from "../../../domain/risk/settings.ts";
import { decimal } from "../../../domain/decimal.ts";
import type { Candle } from "../../../domain/market.ts";
import { ScriptedFeed } from "./scripted-feed.ts";
import {
  eventually,
  expectOk,
  expectRefused,
  newTrader,
  place,
  query,
  rawStub,
  ringAlarm,
  writeOf,
  type TestTrader,
} from "./support.ts";

const MINUTE = 60_000;
const RULES = {
  ...DEFAULT_RISK,
  maximumPositionPercent: null,
  maximumExposurePercent: null,
  riskPerTradePercent: null,
  defaultStopPercent: null,
  priceCollarPercent: null,
};

let feed: ScriptedFeed;
let uninstall: () => void;

beforeEach(() => {
  feed = new ScriptedFeed();
  uninstall = feed.install();
  feed.setBook("BTC/USD", [["99.9", "500"]], [["100", "500"]]);
});
afterEach(() => {
  vi.useRealTimers();
  uninstall();
});

/** A trader that is long 90 BTC at 100 of its 10,000 USD. */
async function longTrader(rules: Partial<typeof RULES> = {}): Promise<TestTrader> {
  const trader = await newTrader();
  const limits = { ...RULES, ...rules };
  expectOk(await trader.stub().changeRisk(trader.principal, trader.accountId, limits));
  expectOk(await place(trader, { type: "market", timeInForce: "ioc", quantity: "90" }));
  return trader;
}

async function accountOf(trader: TestTrader) {
  return expectOk(await trader.stub().account(trader.principal, trader.accountId));
}

async function alertsOf(trader: TestTrader): Promise<readonly string[]> {
  const rows = await query<{ data: string }>(
    trader,
    "SELECT data FROM journal WHERE type = 'alert_raised' ORDER BY seq",
  );
  return rows.map(({ data }) => String(Reflect.get(Object(JSON.parse(data)), "message")));
}

async function samples(trader: TestTrader, times: number): Promise<void> {
  for (let taken = 0; taken < times; taken += 1) {
    vi.setSystemTime(Date.now() + MINUTE);
    await ringAlarm(trader, "equity");
  }
}

function candle(time: number, close: string): Candle {
  const price = decimal(close);
  return { time, open: price, high: price, low: price, close: price, volume: decimal("1"), trades: 1, closed: true };
}

describe("a halt", () => {
  it("comes at the second sample in a row, denies entries with the reason, and outlives a restart", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const trader = await longTrader();
    feed.setBook("BTC/USD", [["70", "500"]], [["70.1", "500"]]);
    await samples(trader, 1);
    expect((await accountOf(trader)).account.halts).toEqual([]);
    await samples(trader, 1);
    expect((await accountOf(trader)).account.halts).toMatchObject([{ kind: "drawdown", limit: "20" }]);
    await evictDurableObject(rawStub(trader));
    expectRefused(await place(trader, { type: "market", timeInForce: "ioc", quantity: "1" }), "TRADING_HALTED");
    expect(await alertsOf(trader)).toHaveLength(1);
    const closed = await trader
      .stub()
      .closePosition(trader.principal, trader.accountId, "BTC", writeOf({ percent: 100 }));
    expect(expectOk(closed).order.status).toBe("filled");
  });

  it("comes when the trader wakes, from the closes of the minutes that it slept", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    vi.setSystemTime(Math.ceil(Date.now() / MINUTE) * MINUTE + 30_000);
    const trader = await longTrader({ onHalt: "flatten" });
    await ringAlarm(trader, "equity");
    const bought = Date.now();
    const first = bought - 30_000 + MINUTE;
    // It fell by 30 % for three minutes and came back before anybody looked.
    feed.minutes.set("BTC/USD", [
      candle(first - MINUTE, "100"),
      candle(first, "70"),
      candle(first + MINUTE, "70"),
      candle(first + 2 * MINUTE, "70"),
      candle(first + 3 * MINUTE, "100"),
    ]);
    vi.setSystemTime(bought + 10 * MINUTE);
    await ringAlarm(trader, "equity");
    const { account } = await accountOf(trader);
    expect(account.halts).toMatchObject([{ kind: "drawdown", haltedAt: first + 2 * MINUTE }]);
    expect(account.positions).toEqual([]);
    const rows = await query<{ time: number }>(trader, `SELECT time FROM equity WHERE time >= ${first}`);
    expect(rows.length).toBeGreaterThanOrEqual(8);
  });

  it("comes although one holding has no fresh price, even none at all any more: that one counts at its last good mark", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const trader = await longTrader({ onHalt: "flatten" });
    expectOk(await place(trader, { symbol: "ETH/USD", type: "market", timeInForce: "ioc", quantity: "5" }));
    await samples(trader, 1);
    feed.setFresh("ETH/USD", false);
    feed.setBook("BTC/USD", [["70", "500"]], [["70.1", "500"]]);
    await samples(trader, 1);
    feed.unlist("ETH/USD");
    await samples(trader, 1);
    const { account } = await accountOf(trader);
    expect(account.halts).toMatchObject([
      { kind: "drawdown", reason: expect.stringContaining("ETH had no fresh price and counted at the last good one.") },
    ]);
    expect(account.positions.map(({ asset }) => asset)).toEqual(["ETH"]);
  });

  it("is no second sample when nothing has a fresh price", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const trader = await longTrader();
    feed.setBook("BTC/USD", [["70", "500"]], [["70.1", "500"]]);
    await samples(trader, 1);
    feed.setFresh("BTC/USD", false);
    await samples(trader, 3);
    expect((await accountOf(trader)).account.halts).toEqual([]);
    feed.setFresh("BTC/USD", true);
    await samples(trader, 1);
    expect((await accountOf(trader)).account.halts).toMatchObject([{ kind: "drawdown" }]);
  });

  it.each([
    [{ drawdownPercent: decimal("20"), dailyLossPercent: null }, "drawdown"],
    [{ drawdownPercent: null, dailyLossPercent: decimal("20") }, "daily_loss"],
  ])("comes although the loss was realised in one go and nothing is held, and is resumed: %o", async (rules, kind) => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const trader = await longTrader(rules);
    const waits = expectOk(await place(trader, { quantity: "1", limitPrice: "60" }));
    await samples(trader, 1);
    feed.setBook("BTC/USD", [["70", "500"]], [["70.1", "500"]]);
    const { stub, principal, accountId } = trader;
    expectOk(await stub().closePosition(principal, accountId, "BTC", writeOf({ percent: 100 })));
    // A second after the fill, and at the next minute's mark.
    await samples(trader, 1);
    expect((await accountOf(trader)).account).toMatchObject({ halts: [], positions: [] });
    await samples(trader, 1);
    expect((await accountOf(trader)).account.halts).toMatchObject([{ kind }]);
    const orders = await query<{ data: string }>(trader, "SELECT data FROM journal WHERE type = 'order_cancelled'");
    expect(orders.map(({ data }): unknown => Reflect.get(Object(JSON.parse(data)), "orderId"))).toEqual([
      waits.order.id,
    ]);
    expect(await alertsOf(trader)).toHaveLength(1);
    expect(await query(trader, "SELECT 1 FROM schedule WHERE job = 'equity'")).toEqual([]);
    const resumed = expectOk(await stub().resume(principal, accountId, "baseline"));
    expect(resumed).toMatchObject({ resumed: [{ kind }], halts: [] });
    expectOk(await place(trader, { type: "market", timeInForce: "ioc", quantity: "1" }));
  });

  it("is resumed with a new baseline at once, and by waiting only after its time", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const trader = await longTrader();
    feed.setBook("BTC/USD", [["70", "500"]], [["70.1", "500"]]);
    await samples(trader, 2);
    const { stub, principal, accountId } = trader;
    expectRefused(await stub().resume(principal, accountId, "wait"), "HALT_NOT_OVER");
    const resumed = expectOk(await stub().resume(principal, accountId, "baseline"));
    expect(resumed).toMatchObject({ resumed: [{ kind: "drawdown" }], halts: [] });
    await samples(trader, 2);
    expect((await accountOf(trader)).account.halts).toEqual([]);
    expectOk(await place(trader, { type: "market", timeInForce: "ioc", quantity: "1" }));
    expectRefused(await stub().resume(principal, accountId, "wait"), "NOTHING_CHANGED");
  });
});

describe("Stop", () => {
  it("stops every account in one go, says what it did step by step, and alerts once", async () => {
    const trader = await longTrader();
    const { stub, principal } = trader;
    const second = expectOk(
      await stub().openAccount(
        principal,
        writeOf({ name: "Second", startingBalance: decimal("5000"), fees: "standard" }),
      ),
    );
    const resting = expectOk(await place(trader, { quantity: "1", limitPrice: "90" }));
    const report = expectOk(await stub().stop(principal, null, "flatten"));
    expect(report).toMatchObject({ mode: "flatten", complete: true });
    const [first, other] = report.accounts;
    expect(first?.steps).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ what: "cancel", outcome: "done", orderId: resting.order.id }),
        expect.objectContaining({ what: "sell", outcome: "done", asset: "BTC" }),
      ]),
    );
    expect(other).toMatchObject({ accountId: second.id, stopped: true });
    expect(await alertsOf(trader)).toHaveLength(1);
    expect((await accountOf(trader)).account).toMatchObject({ positions: [], halts: [{ kind: "stopped" }] });
    expectRefused(await place(trader, { type: "market", timeInForce: "ioc", quantity: "1" }), "TRADING_HALTED");
    expectOk(await stub().resume(principal, trader.accountId, "wait"));
    expectOk(await place(trader, { type: "market", timeInForce: "ioc", quantity: "1" }));
  });

  it("gives every position a stop where that is asked, and keeps those that are there", async () => {
    const trader = await longTrader();
    const report = expectOk(await trader.stub().stop(trader.principal, trader.accountId, "protect"));
    expect(report.accounts[0]?.steps).toContainEqual(
      expect.objectContaining({ what: "protect", outcome: "done", sentence: "BTC has a stop at 95 now." }),
    );
    const again = expectOk(await trader.stub().stop(trader.principal, trader.accountId, "keep"));
    expect(again.accounts[0]?.steps).toContainEqual(expect.objectContaining({ what: "keep", outcome: "done" }));
    const { account } = await accountOf(trader);
    expect(account.positions[0]?.protection).toMatchObject({ status: "protected", stop: { price: "95" } });
  });

  it("works with the feed dead, D1 gone and the request budget spent, and says what waits", async () => {
    const trader = await longTrader();
    const database = Reflect.get(env, "DB");
    Reflect.set(env, "DB", {
      prepare: () => {
        throw new Error("D1 is away");
      },
    });
    try {
      feed.away = true;
      const { stub, principal, accountId } = trader;
      for (let asked = 0; asked < 310; asked += 1) {
        const cancelled = await stub().cancelOrder(principal, accountId, "none", writeOf(null));
        if (!cancelled.ok && cancelled.error.code === "RATE_LIMITED") {
          break;
        }
      }
      const report = expectOk(await stub().stop(principal, null, "flatten"));
      expect(report.complete).toBe(false);
      expect(report.accounts[0]?.steps).toContainEqual(
        expect.objectContaining({ what: "sell", outcome: "asked", asset: "BTC" }),
      );
      expect(await alertsOf(trader)).toHaveLength(1);
    } finally {
      Reflect.set(env, "DB", database);
    }
  });
});

describe("a price alert", () => {
  async function set(trader: TestTrader, direction: "above" | "below", price: string) {
    const request = { symbol: "BTC/USD", direction, price: decimal(price), note: null, ask: null };
    return trader.stub().setPriceAlert(trader.principal, trader.accountId, writeOf(request));
  }

  it("fires once, by the first trade after it was set, and stays in the history", async () => {
    const trader = await newTrader();
    feed.print("BTC/USD", "111", "1");
    feed.print("BTC/USD", "100", "1");
    const alert = expectOk(await set(trader, "above", "110"));
    await eventually("the row is registered", () => feed.rowsOf(trader.id).length === 1);
    expect(feed.owed).toEqual([]);
    feed.print("BTC/USD", "109.9", "1");
    feed.print("BTC/USD", "110", "1");
    feed.print("BTC/USD", "112", "1");
    await feed.deliver(trader.id, trader.stub());
    const list = expectOk(await trader.stub().priceAlerts(trader.principal, trader.accountId));
    expect(list.alerts).toEqual([]);
    expect(list.past).toMatchObject([{ id: alert.id, outcome: "fired", tradePrice: "110", late: false }]);
    expect(await alertsOf(trader)).toEqual(["BTC/USD traded at 110: your alert was for above 110."]);
    await eventually("the row is gone", () => feed.rowsOf(trader.id).length === 0);
  });

  it("is refused where the market is beyond it already, and can be removed", async () => {
    const trader = await newTrader();
    feed.print("BTC/USD", "100", "1");
    expectRefused(await set(trader, "below", "120"), "PRICE_INVALID");
    const alert = expectOk(await set(trader, "below", "80"));
    const left = await trader.stub().removePriceAlert(trader.principal, trader.accountId, alert.id, writeOf(null));
    expect(expectOk(left)).toMatchObject({ alerts: [], past: [{ outcome: "removed" }] });
    feed.print("BTC/USD", "70", "1");
    await feed.deliver(trader.id, trader.stub());
    expect(await alertsOf(trader)).toEqual([]);
  });
});
