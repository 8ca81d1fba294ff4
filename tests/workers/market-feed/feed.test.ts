import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { TIMEFRAMES } from "../../../domain/market.ts";
import { TIMEFRAME_MS } from "../../../domain/candles/timeframe.ts";
import { isAbove, subtract } from "../../../domain/decimal.ts";
import type { MarketFeed } from "../../../durable-objects/market-feed/market-feed.ts";
import { eventually, kill, makeFeed, valueOf } from "./support.ts";

describe("the market feed on a live exchange", () => {
  it("lists every market with its rules, and watches a small exchange whole", async () => {
    const feed = makeFeed();
    const list = await eventually(
      async () => valueOf(await feed.port().markets()),
      (markets) =>
        markets.markets.length === 5 && markets.markets.every(({ ticker }) => typeof ticker?.last === "string"),
    );
    expect(list).toMatchObject({ market: "sim", connected: true });
    const btc = await eventually(
      async () => valueOf(await feed.port().instrument("BTC/USD")),
      ({ restName }) => restName === "XXBTZUSD",
    );
    expect(btc).toMatchObject({
      base: "BTC",
      quote: "USD",
      tickSize: "0.1",
      minimumQuantity: "0.00005",
      status: "online",
    });
    await eventually(
      () => feed.port().watched(),
      (watched) => watched.length === 5 && watched.every(({ timeframes }) => timeframes.length === TIMEFRAMES.length),
    );
  });

  it("shows a verified book at depth 100 that is fresh, not crossed, and moves", async () => {
    const feed = makeFeed();
    const view = valueOf(await feed.port().marketView("BTC/USD"));
    expect(view.quote).toMatchObject({ fresh: true, staleSince: null, staleReason: null });
    expect(view.book?.bids.length).toBe(100);
    const [bid, ask] = [view.book?.bids[0]?.[0], view.book?.asks[0]?.[0]];
    expect(bid !== undefined && ask !== undefined && isAbove(ask, bid)).toBe(true);
    expect(view.tapeTradeId).toBeGreaterThan(0);
    const later = await eventually(
      async () => valueOf(await feed.port().book("BTC/USD", 5)),
      ({ version }) => version > (view.book?.version ?? 0),
    );
    expect(later.bids).toHaveLength(5);
    expect(later.fresh).toBe(true);
  });

  it("gives candles in all timeframes, contiguous, with only the running one open", async () => {
    const feed = makeFeed();
    for (const interval of TIMEFRAMES) {
      const page = await eventually(
        async () => valueOf(await feed.port().candles("ETH/USD", interval, null, 500)),
        ({ candles }) => candles.length === 500,
      );
      const { candles } = page;
      expect(candles.at(-1)?.closed).toBe(false);
      expect(candles.slice(0, -1).every(({ closed }) => closed)).toBe(true);
      for (const [index, candle] of candles.slice(1).entries()) {
        expect(candle.time - (candles[index]?.time ?? 0)).toBe(TIMEFRAME_MS[interval]);
      }
      const before = candles[0]?.time ?? 0;
      const older = valueOf(await feed.port().candles("ETH/USD", interval, before, 10));
      expect(older.candles.at(-1)?.time).toBe(before - TIMEFRAME_MS[interval]);
    }
  });

  it("states the 24 h change against the price of 24 hours ago", async () => {
    const feed = makeFeed();
    const dayAgo = Date.now() - 24 * 3_600_000;
    const near = await eventually(
      async () => valueOf(await feed.port().candles("BTC/USD", "5m", dayAgo, 3)).candles,
      (candles) => candles.length === 3,
    );
    const closes = near.map(({ close }) => close);
    await eventually(
      async () => valueOf(await feed.port().ticker("BTC/USD")),
      ({ last, change24h, changePercent24h }) => {
        if (last === null || change24h === null) {
          return false;
        }
        const reference = subtract(last, change24h);
        const percent = (Number(change24h) / Number(reference)) * 100;
        return closes.includes(reference) && Math.abs(percent - Number(changePercent24h)) < 0.006;
      },
    );
  });

  it("refuses a symbol that is not listed, by value", async () => {
    const feed = makeFeed();
    const refusal = { ok: false, error: { code: "UNKNOWN_SYMBOL", details: { symbol: "NOPE/USD" } } };
    expect(await feed.port().marketView("NOPE/USD")).toMatchObject(refusal);
    expect(await feed.port().settle("someone", "NOPE/USD")).toMatchObject(refusal);
    expect(await feed.port().candles("NOPE/USD", "1m", null, 5)).toMatchObject(refusal);
    expect(await feed.port().quotes(["NOPE/USD"])).toEqual([]);
  });

  it("says within a second, not never, that the exchange cannot be reached", async () => {
    const address = env.KRAKEN_WS_URL;
    Object.assign(env, { KRAKEN_WS_URL: "ws://127.0.0.1:9/v2" });
    try {
      const feed = makeFeed();
      const asked = Date.now();
      expect(await feed.port().settle("someone", "BTC/USD")).toMatchObject({
        ok: false,
        error: { code: "MARKET_UNAVAILABLE" },
      });
      expect(Date.now() - asked).toBeLessThan(2_000);
      expect(await feed.port().heartbeat()).toMatchObject({ connected: false, symbols: 0 });
    } finally {
      Object.assign(env, { KRAKEN_WS_URL: address });
    }
  });

  it("keeps itself alive with an alarm, also after it was killed", async () => {
    const feed = makeFeed();
    await feed.port().marketView("BTC/USD");
    const alarmAt = () => runInDurableObject(feed.raw(), (_: MarketFeed, state) => state.storage.getAlarm());
    const first = await alarmAt();
    expect((first ?? 0) - Date.now()).toBeLessThanOrEqual(20_000);
    expect((first ?? 0) - Date.now()).toBeGreaterThan(1_000);
    expect(await runDurableObjectAlarm(feed.raw())).toBe(true);
    expect(await alarmAt()).toBeGreaterThan(Date.now() + 1_000);
    await kill(feed);
    expect(await alarmAt()).toBeGreaterThan(Date.now() + 1_000);
    const again = valueOf(await feed.port().marketView("BTC/USD"));
    expect(again.quote.fresh).toBe(true);
  });
});
