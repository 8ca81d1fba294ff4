import { createExecutionContext, createScheduledController, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { CandlePage } from "../../../contract/markets.ts";
import { TIMEFRAME_MS } from "../../../domain/candles/timeframe.ts";
import { decimal } from "../../../domain/decimal.ts";
import type { Candle, Timeframe } from "../../../domain/market.ts";
import { ROOT_FEED } from "../../../durable-objects/market-feed/names.ts";
import { readConfig } from "../../../worker/env.ts";
import worker from "../../../worker/index.ts";
import { runScheduled } from "../../../worker/jobs/index.ts";
import { backfillCandles } from "../../../worker/market-data/backfill.ts";
import { candlePage } from "../../../worker/market-data/candle-page.ts";
import { marketList } from "../../../worker/market-data/market-list.ts";
import { pruneCandles, readCandles, storeCandles } from "../../../worker/market-data/candle-table.ts";
import { eventually, makeFeed, valueOf } from "./support.ts";

const FOREVER = Number.MAX_SAFE_INTEGER;

function config() {
  return valueOf(readConfig(env));
}

async function runCron(time: number): Promise<void> {
  const context = createExecutionContext();
  await runScheduled({ scheduledTime: time }, env, context);
  await waitOnExecutionContext(context);
}

async function countRows(where = "1 = 1"): Promise<number> {
  return (await env.DB.prepare(`SELECT COUNT(*) AS count FROM candles WHERE ${where}`).first<number>("count")) ?? 0;
}

function candle(time: number, close = "1", trades = 1): Candle {
  const price = decimal(close);
  return { time, open: price, high: price, low: price, close: price, volume: decimal("1"), trades, closed: true };
}

async function page(symbol: string, interval: Timeframe, before: number | null, limit: number): Promise<CandlePage> {
  return valueOf(await candlePage(env, config(), symbol, { interval, before, limit }));
}

/** The root feed with its whole backfill read. */
async function readyRoot(): Promise<void> {
  const root = makeFeed(ROOT_FEED);
  for (const symbol of ["BTC/USD", "ETH/USD"]) {
    for (const interval of ["1m", "1d"] as const) {
      await eventually(
        async () => valueOf(await root.port().candles(symbol, interval, null, 1_000)).candles.length,
        (count) => count > 700,
      );
    }
  }
}

beforeEach(async () => {
  await env.DB.exec("DELETE FROM candles");
});

describe("candles in D1", () => {
  const minute = Date.UTC(2026, 9, 1, 12);

  it("stay as they are when the same ones are stored again, and improve when an account saw more trades", async () => {
    const series = [
      { symbol: "BTC/USD", timeframe: "1m" as const, candles: [candle(minute), candle(minute + 60_000)] },
    ];
    await storeCandles(env.DB, "sim", series);
    await storeCandles(env.DB, "sim", series);
    expect(await countRows()).toBe(2);
    await storeCandles(env.DB, "sim", [
      { ...series[0], symbol: "BTC/USD", timeframe: "1m", candles: [candle(minute, "2", 9)] },
    ]);
    await storeCandles(env.DB, "sim", [{ symbol: "BTC/USD", timeframe: "1m", candles: [candle(minute, "3", 2)] }]);
    const rows = await readCandles(env.DB, "sim", "BTC/USD", "1m", FOREVER, 10);
    expect(rows.map(({ close, trades }) => [close, trades])).toEqual([
      ["2", 9],
      ["1", 1],
    ]);
  });

  it("take thousands of rows at once, leave running candles out, and keep worlds apart", async () => {
    const candles = Array.from({ length: 2_300 }, (_, index) => candle(minute + index * 60_000));
    await storeCandles(env.DB, "sim", [
      { symbol: "BTC/USD", timeframe: "1m", candles: [...candles, { ...candle(minute - 60_000), closed: false }] },
    ]);
    expect(await countRows()).toBe(2_300);
    expect(await readCandles(env.DB, "replay", "BTC/USD", "1m", FOREVER, 10)).toEqual([]);
    const before = await readCandles(env.DB, "sim", "BTC/USD", "1m", minute + 5 * 60_000, 3);
    expect(before.map(({ time }) => (time - minute) / 60_000)).toEqual([2, 3, 4]);
  });

  it("leave when their timeframe's time is over: minutes after 7 days, days never", async () => {
    const day = 86_400_000;
    const now = minute;
    const ages: readonly (readonly [Timeframe, number])[] = [
      ["1m", 7],
      ["5m", 30],
      ["15m", 90],
      ["1h", 730],
      ["4h", 3_000],
      ["1d", 3_000],
    ];
    for (const symbol of ["AAA/USD", "BBB/USD"]) {
      await storeCandles(
        env.DB,
        "sim",
        ages.map(([timeframe, days]) => ({
          symbol,
          timeframe,
          candles: [candle(now - days * day), candle(now - days * day - 1)],
        })),
      );
    }
    await pruneCandles(env.DB, "sim", now);
    for (const [timeframe] of ages) {
      expect(await countRows(`interval = '${timeframe}'`), timeframe).toBe(
        timeframe === "4h" || timeframe === "1d" ? 4 : 2,
      );
    }
  });
});

describe("cron", () => {
  it("stores every closed candle of the feed once, however often and late it runs", async () => {
    await readyRoot();
    const now = Date.UTC(2026, 10, 25, 9, 20);
    await runCron(now);
    const first = await countRows();
    expect(first).toBeGreaterThan(3_000);
    await runCron(now);
    await runCron(now + 60_000);
    const again = await countRows();
    // A minute may have closed meanwhile, in each of five markets and six timeframes.
    expect(again - first).toBeLessThanOrEqual(30);
    const distinct = await env.DB.prepare(
      "SELECT COUNT(*) AS count FROM (SELECT DISTINCT symbol, interval, time FROM candles)",
    ).first<number>("count");
    expect(distinct).toBe(again);
    const stored = await readCandles(env.DB, "sim", "BTC/USD", "1m", FOREVER, 5);
    const held = await makeFeed(ROOT_FEED)
      .port()
      .closedCandles("BTC/USD", "1m", (stored[0]?.time ?? 0) - 1, 5);
    expect(held.slice(0, 5)).toEqual(stored);
  });

  it("wakes the feed, prunes at its minute, and is what the Worker runs", async () => {
    const old = Date.UTC(2020, 0, 1);
    await storeCandles(env.DB, "sim", [{ symbol: "BTC/USD", timeframe: "1m", candles: [candle(old)] }]);
    const context = createExecutionContext();
    const controller = createScheduledController({ scheduledTime: Date.UTC(2026, 10, 25, 9, 7), cron: "* * * * *" });
    await worker.scheduled(controller, env, context);
    await waitOnExecutionContext(context);
    expect(await countRows(`time = ${old}`)).toBe(0);
    expect(await makeFeed(ROOT_FEED).port().heartbeat()).toMatchObject({ connected: true });
  });

  it("goes on with the next job when one fails", async () => {
    const broken = new Proxy(env, {
      get: (target, key) => (key === "MARKET_FEED" ? { getByName: () => ({}) } : Reflect.get(target, key)),
    });
    const context = createExecutionContext();
    await expect(
      runScheduled({ scheduledTime: Date.UTC(2026, 10, 25, 9, 0) }, broken, context),
    ).resolves.toBeUndefined();
    await waitOnExecutionContext(context);
  });
});

describe("a page of candles", () => {
  it("continues from the feed into D1 without a seam, and is complete only when nothing older exists", async () => {
    await readyRoot();
    const newest = await page("BTC/USD", "1d", null, 200);
    expect(newest.candles).toHaveLength(200);
    expect(newest.candles.at(-1)?.closed).toBe(false);
    expect(newest.complete).toBe(false);
    const oldestOfVenue = (await page("BTC/USD", "1d", null, 1_000)).candles[0]?.time ?? 0;
    const older = Array.from({ length: 30 }, (_, index) => candle(oldestOfVenue - (30 - index) * TIMEFRAME_MS["1d"]));
    await storeCandles(env.DB, "sim", [{ symbol: "BTC/USD", timeframe: "1d", candles: older }]);
    const whole: Candle[] = [];
    let last: CandlePage = newest;
    whole.unshift(...newest.candles);
    while (!last.complete) {
      last = await page("BTC/USD", "1d", whole[0]?.time ?? null, 200);
      whole.unshift(...last.candles);
    }
    expect(whole[0]?.time).toBe(older[0]?.time);
    for (const [index, each] of whole.slice(1).entries()) {
      expect(each.time - (whole[index]?.time ?? 0)).toBe(TIMEFRAME_MS["1d"]);
    }
    expect(whole.filter(({ closed }) => !closed)).toHaveLength(1);
  });

  it("is filled from the venue when neither feed nor D1 reach back, and stored on the way", async () => {
    await readyRoot();
    const end = (await page("ETH/USD", "5m", null, 1)).candles[0]?.time ?? 0;
    const early = await page("ETH/USD", "5m", end - 700 * TIMEFRAME_MS["5m"], 100);
    expect(early.complete).toBe(true);
    expect(early.candles.length).toBeGreaterThan(0);
    expect(early.candles.length).toBeLessThan(100);
    expect(await countRows("symbol = 'ETH/USD' AND interval = '5m'")).toBeGreaterThan(700);
  });

  it("says so when the symbol is unknown, and serves what the feed has while D1 fails", async () => {
    expect(await candlePage(env, config(), "NOPE/USD", { interval: "1m", before: null, limit: 5 })).toMatchObject({
      ok: false,
      error: { code: "UNKNOWN_SYMBOL" },
    });
    const broken = new Proxy(env, {
      get: (target, key) =>
        key === "DB"
          ? {
              prepare: () => {
                throw new Error("D1_ERROR: storage is away");
              },
            }
          : Reflect.get(target, key),
    });
    const served = valueOf(
      await candlePage(broken, config(), "BTC/USD", { interval: "4h", before: null, limit: 1_000 }),
    );
    expect(served.candles.length).toBeGreaterThan(700);
    expect(served.complete).toBe(false);
  });

  it("can be read again from the venue on request", async () => {
    const rows = valueOf(await backfillCandles(env, config(), "BTC/USD", "1h"));
    expect(rows.length).toBe(720);
    expect(await countRows("symbol = 'BTC/USD' AND interval = '1h'")).toBe(720);
    expect(await backfillCandles(env, config(), "NOPE/USD", "1h")).toMatchObject({
      ok: false,
      error: { code: "UNKNOWN_SYMBOL" },
    });
  });
});

describe("the list of pairs", () => {
  it("shows last values of pairs that the feed does not watch, as not fresh", async () => {
    const watched = valueOf(await marketList(env, config()));
    const asIfUnwatched = {
      ...watched,
      markets: watched.markets.map(({ instrument }) => ({
        instrument: { ...instrument, restName: restNames[instrument.symbol] ?? "" },
        ticker: null,
      })),
    };
    const elsewhere = new Proxy(env, {
      get: (target, key) =>
        key === "MARKET_FEED"
          ? { getByName: () => ({ markets: async () => ({ ok: true, value: asIfUnwatched }) }) }
          : Reflect.get(target, key),
    });
    const { markets } = valueOf(await marketList(elsewhere, config()));
    const btc = markets.find(({ instrument }) => instrument.symbol === "BTC/USD")?.ticker;
    expect(btc).toMatchObject({ fresh: false, change24h: null, mark: null });
    expect(Number(btc?.last)).toBeGreaterThan(1_000);
    expect(markets.filter(({ ticker }) => ticker === null)).toEqual([]);
    expect(watched.markets.every(({ ticker }) => ticker?.fresh === true)).toBe(true);
  });
});

const restNames: Readonly<Record<string, string>> = {
  "BTC/USD": "XXBTZUSD",
  "ETH/USD": "XETHZUSD",
  "SOL/USD": "SOLUSD",
  "DOGE/USD": "XDGUSD",
  "ETH/BTC": "XETHXXBT",
};
