import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { accountDetail, accountList } from "../../../contract/accounts.ts";
import { marketServerFrame, type MarketServerFrame } from "../../../contract/market-socket.ts";
import { backfillResult, book, candlePage, marketList, ticker, tradeList } from "../../../contract/markets.ts";
import { placedOrder } from "../../../contract/orders.ts";
import { health } from "../../../contract/session.ts";
import { createApp } from "../../../worker/app.ts";
import { browser, expectRefusal, guestBrowser, ORIGIN } from "./client.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** The routes against the real feed, which reads the simulated exchange of this run. */
describe("markets", () => {
  it("are listed with their rules, for everybody", async () => {
    const response = await browser().get("/api/markets");
    expect(response.status).toBe(200);
    const list = marketList.parse(await response.json());
    expect(list.market).toBe("sim");
    const symbols = list.markets.map((row) => row.instrument.symbol);
    expect(symbols).toEqual(expect.arrayContaining(["BTC/USD", "ETH/USD", "SOL/USD", "DOGE/USD", "ETH/BTC"]));
  });

  it("show ticker, book, trades and candles of a pair", async () => {
    const client = browser();
    const shown = ticker.parse(await (await client.get("/api/markets/BTC-USD/ticker")).json());
    expect(shown.symbol).toBe("BTC/USD");
    const depth = book.parse(await (await client.get("/api/markets/BTC-USD/book?depth=10")).json());
    expect(depth.bids.length).toBeGreaterThan(0);
    expect(depth.bids.length).toBeLessThanOrEqual(10);
    expect(depth.fresh).toBe(true);
    const tape = tradeList.parse(await (await client.get("/api/markets/BTC-USD/trades?limit=5")).json());
    expect(tape.trades.length).toBeLessThanOrEqual(5);
    const chart = await client.get("/api/markets/BTC-USD/candles?interval=1m&limit=10");
    const page = candlePage.parse(await chart.json());
    expect(page.interval).toBe("1m");
    expect(page.candles.length).toBeLessThanOrEqual(10);
    const times = page.candles.map((candle) => candle.time);
    expect(times).toEqual(times.toSorted((left, right) => left - right));
  });

  it("keep a ticker for five seconds and pages of closed candles for a minute", async () => {
    const now = Date.now();
    vi.setSystemTime(now);
    const client = browser();
    const cacheOf = async (path: string) => (await client.get(path)).headers.get("x-cache");
    const path = "/api/markets/ETH-USD/ticker";
    expect(await cacheOf(path)).toBe("miss");
    vi.setSystemTime(now + 4_900);
    expect(await cacheOf(path)).toBe("hit");
    expect(ticker.parse(await (await client.get(path)).json()).symbol).toBe("ETH/USD");
    vi.setSystemTime(now + 5_000);
    expect(await cacheOf(path)).toBe("miss");
    expect(await cacheOf("/api/markets/SOL-USD/ticker")).toBe("miss");

    const older = `/api/markets/ETH-USD/candles?interval=1h&before=${now - 3_600_000}&limit=5`;
    expect(await cacheOf(older)).toBe("miss");
    vi.setSystemTime(now + 64_000);
    expect(await cacheOf(older)).toBe("hit");
    expect(await cacheOf(older.replace("limit=5", "limit=6"))).toBe("miss");
    vi.setSystemTime(now + 66_000);
    expect(await cacheOf(older)).toBe("miss");
    // The newest page ends with the running candle and is never kept.
    expect(await cacheOf("/api/markets/ETH-USD/candles?interval=1h")).toBeNull();
    vi.useRealTimers();
  });

  it("that are not listed are unknown, and what is no pair is no pair", async () => {
    for (const part of ["ticker", "book", "trades", "candles"]) {
      await expectRefusal(await browser().get(`/api/markets/FOO-BAR/${part}`), 404, "UNKNOWN_SYMBOL");
      await expectRefusal(await browser().get(`/api/markets/btc-usd/${part}`), 400, "BAD_REQUEST");
      await expectRefusal(await browser().get(`/api/markets/BTC%2FUSD/${part}`), 400, "BAD_REQUEST");
    }
  });

  it.each([
    "book?depth=0",
    "book?depth=101",
    "book?depth=all",
    "trades?limit=1001",
    "candles?interval=2m",
    "candles?limit=0",
    "candles?before=-5",
    "candles?before=yesterday",
    "candles?since=1",
  ])("refuse %s", async (query) => {
    await expectRefusal(await browser().get(`/api/markets/BTC-USD/${query}`), 400, "BAD_REQUEST");
  });
});

describe("backfill", () => {
  it("reads what the exchange still has, for who is signed in", async () => {
    const client = await guestBrowser();
    const response = await client.post("/api/markets/BTC-USD/backfill", { interval: "1h" });
    expect(response.status).toBe(200);
    const result = backfillResult.parse(await response.json());
    expect(result.interval).toBe("1h");
    expect(result.stored).toBeGreaterThan(100);
    const page = candlePage.parse(
      await (await client.get("/api/markets/BTC-USD/candles?interval=1h&limit=200")).json(),
    );
    expect(page.candles.length).toBe(200);
  });

  it("refuses strangers, unknown pairs and timeframes", async () => {
    await expectRefusal(
      await browser().post("/api/markets/BTC-USD/backfill", { interval: "1h" }),
      401,
      "UNAUTHENTICATED",
    );
    const client = await guestBrowser();
    await expectRefusal(await client.post("/api/markets/FOO-BAR/backfill", { interval: "1h" }), 404, "UNKNOWN_SYMBOL");
    await expectRefusal(await client.post("/api/markets/BTC-USD/backfill", { interval: "2h" }), 400, "BAD_REQUEST");
    await expectRefusal(await client.post("/api/markets/BTC-USD/backfill", {}), 400, "BAD_REQUEST");
  });
});

describe("/ws/market", () => {
  it("is open to everybody and answers a subscription with a snapshot", async () => {
    const response = await browser().get("/ws/market", { headers: { upgrade: "websocket" } });
    const socket = response.webSocket;
    if (socket === null) {
      throw new Error("the upgrade was refused");
    }
    const frames: MarketServerFrame[] = [];
    socket.addEventListener("message", (event) => {
      frames.push(marketServerFrame.parse(JSON.parse(String(event.data))));
    });
    socket.accept();
    socket.send(JSON.stringify({ type: "subscribe", id: 1, topics: [{ channel: "book", symbol: "BTC/USD" }] }));
    await vi.waitFor(() => {
      const updates = frames.flatMap((frame) => (frame.type === "frame" ? frame.updates : []));
      expect(updates[0]).toMatchObject({ channel: "book", symbol: "BTC/USD", kind: "snapshot" });
    }, 8_000);
    socket.close(1000);
  });
});

describe("the order path", () => {
  it("goes from request to position and back with nothing replaced", async () => {
    const client = await guestBrowser();
    await browser().get("/api/markets/BTC-USD/book");
    const { accounts } = accountList.parse(await (await client.get("/api/accounts")).json());
    const base = `/api/accounts/${accounts[0]?.id}`;
    const buy = { symbol: "BTC/USD", side: "buy", type: "market", cost: "1000" };
    const bought = await client.write("POST", `${base}/orders`, buy);
    expect(bought.status).toBe(201);
    expect(placedOrder.parse(await bought.json()).fills.length).toBeGreaterThan(0);
    const sold = await client.write("POST", `${base}/positions/BTC/close`, {});
    expect(placedOrder.parse(await sold.json()).order.status).toBe("filled");
    const detail = accountDetail.parse(await (await client.get(base)).json());
    expect(detail.account.positions).toEqual([]);
    expect(detail.valuation).toMatchObject({ complete: true, equity: detail.account.balances[0]?.total });
  });
});

describe("health", () => {
  it("is well while database and exchange answer", async () => {
    await browser().get("/api/markets/BTC-USD/book");
    const response = await browser().get("/api/health");
    const view = health.parse(await response.json());
    expect(view).toMatchObject({ status: "ok", environment: "local", market: "sim" });
    expect(Object.keys(view.checks)).toEqual(["database", "market"]);
    expect(response.status).toBe(200);
  });

  it.each([
    ["database", { DB: { prepare: () => failing("D1_ERROR: gone"), batch: () => failing("D1_ERROR: gone") } }],
    ["market", { MARKET_FEED: { getByName: () => ({ heartbeat: () => failing("the object is gone") }) } }],
    ["market", { MARKET_FEED: { getByName: () => ({ heartbeat: () => new Promise(() => undefined) }) } }],
    [
      "market",
      {
        MARKET_FEED: {
          getByName: () => ({
            heartbeat: async () => Promise.resolve({ connected: false, since: null, symbols: 3, staleSymbols: [] }),
          }),
        },
      },
    ],
    [
      "market",
      {
        MARKET_FEED: {
          getByName: () => ({
            heartbeat: async () =>
              Promise.resolve({ connected: true, since: 1, symbols: 1, staleSymbols: ["BTC/USD"] }),
          }),
        },
      },
    ],
  ])("is degraded and 503 while the %s is away", async (name, change) => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    // Past the second for which a good answer is kept.
    vi.setSystemTime(Date.now() + 1_100);
    const context = createExecutionContext();
    const bindings = { ...env, ...change } as unknown as Env;
    const response = await createApp().fetch(new Request(`${ORIGIN}/api/health`), bindings, context);
    await waitOnExecutionContext(context);
    expect(response.status).toBe(503);
    const view = health.parse(await response.json());
    expect(view.status).toBe("degraded");
    expect(
      Object.entries(view.checks)
        .filter(([, check]) => !check.ok)
        .map(([key]) => key),
    ).toEqual([name]);
    vi.useRealTimers();
  });
});

function failing(message: string): never {
  throw new Error(message);
}
