/**
 * TRADING §4 "Three nets": each is tested alone, with the others off, on the real simulator. The first, the feed's push, has its
 * tests in prints.test.ts; here the feed is dead, or lies.
 */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { createExecutionContext, createScheduledController, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { decimal, multiply, round, type Decimal } from "../../../domain/decimal.ts";
import type { MarketView, TriggerRow } from "../../../domain/market.ts";
import { ok } from "../../../domain/problem.ts";
import type { MarketFeedPort } from "../../../durable-objects/market-feed/port.ts";
import { cursorAt, restHistory } from "../../../durable-objects/market-feed/venue/rest.ts";
import { feedPort } from "../../../durable-objects/market-feed/stub.ts";
import worker from "../../../worker/index.ts";
import { ScriptedFeed } from "./scripted-feed.ts";
import { eventually, expectOk, newTrader, place, rawStub, ringAlarm, writeOf, type TestTrader } from "./support.ts";

const SYMBOL = "DOGE/USD";
const PRICE_DECIMALS = 7;
/** The real one, whatever a test puts in its place. */
const feeds = env.MARKET_FEED;
let uninstall: () => void = () => undefined;

beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
});
afterEach(() => {
  uninstall();
  vi.restoreAllMocks();
});

function realFeed(): MarketFeedPort {
  return feedPort(feeds.getByName("root"));
}

async function view(): Promise<MarketView> {
  return expectOk(await realFeed().marketView(SYMBOL));
}

/** A position with a stop one percent under the market. */
async function protectedPosition(): Promise<{ readonly trader: TestTrader; readonly stop: Decimal }> {
  const trader = await newTrader();
  const market = await view();
  const last = market.quote.lastTrade?.price ?? market.quote.mark ?? decimal("0");
  const price = multiply(last, decimal("0.99"));
  const bought = expectOk(
    await place(trader, {
      symbol: SYMBOL,
      type: "market",
      timeInForce: "ioc",
      quantity: "500",
      stop: { type: "price", price },
    }),
  );
  expect(bought.order.status).toBe("filled");
  const { account } = expectOk(await trader.stub().account(trader.principal, trader.accountId));
  const [position] = account.positions;
  expect(position?.protection).toMatchObject({ status: "protected", stopNet: "desk" });
  await eventually("the feed has the row", async () => (await realFeed().triggerOwners()).includes(trader.id));
  return { trader, stop: position?.protection.stop?.price ?? price };
}

/** The market trades down through the level and, for the next test, back up. */
async function walkThrough(level: Decimal): Promise<void> {
  const before = (await view()).quote.mark;
  await movePrice(multiply(level, decimal("0.995")));
  await movePrice(before ?? level);
}

async function movePrice(wished: Decimal): Promise<void> {
  const price = round(wished, PRICE_DECIMALS, "half-even");
  const response = await fetch(`${env.KRAKEN_REST_URL}/admin/price`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ symbol: SYMBOL, price, mode: "walk" }),
  });
  expect(response.status, await response.text()).toBe(200);
}

async function stopOf(trader: TestTrader) {
  const orders = expectOk(await trader.stub().openOrders(trader.principal, trader.accountId));
  return orders.find(({ origin }) => origin === "stop");
}

/** The first net is gone: the feed watches nothing for the trader any more. */
async function cutFirstNet(trader: TestTrader): Promise<void> {
  await realFeed().registerTriggers(trader.id, []);
}

/** Rings the alarm when the job's time has come. */
async function ring(trader: TestTrader, job: string): Promise<void> {
  await runInDurableObject(rawStub(trader), (_instance, state) => {
    state.storage.sql.exec("UPDATE schedule SET due = 0 WHERE job = ?", job);
  });
  // The rows are mirrored in memory: a new object reads them, and may have done the job before the alarm is rung here.
  await evictDurableObject(rawStub(trader));
  await ringAlarm(trader);
}

async function deadFeed(trader: TestTrader): Promise<void> {
  await cutFirstNet(trader);
  const feed = new ScriptedFeed();
  feed.away = true;
  uninstall = feed.install();
}

/** A feed that goes on saying that all is well, with the market as it was. */
async function lyingFeed(trader: TestTrader): Promise<void> {
  await cutFirstNet(trader);
  const market = await view();
  const long = market.quote.at - 60_000;
  const lastTrade = market.quote.lastTrade === null ? null : { ...market.quote.lastTrade, time: long };
  const frozen: MarketView = { ...market, quote: { ...market.quote, fresh: true, lastTrade } };
  const feed = new ScriptedFeed();
  feed.settle = async () => ok({ view: { ...frozen, quote: { ...frozen.quote, at: Date.now() } }, deliveries: [] });
  feed.registerTriggers = async (_trader: string, _rows: readonly TriggerRow[]) => undefined;
  feed.changeTriggers = async () => undefined;
  uninstall = feed.install();
}

async function ringCron(): Promise<void> {
  const context = createExecutionContext();
  const controller = createScheduledController({ scheduledTime: new Date(), cron: "* * * * *" });
  await worker.scheduled(controller, env, context);
  await waitOnExecutionContext(context);
}

/** Trades of the pair, all of them above its present price. */
async function tradeAbove(count: number): Promise<void> {
  const { quote, tapeTradeId } = await view();
  const price = quote.mark ?? decimal("0");
  for (let traded = 0; traded < count;) {
    for (const factor of ["1.04", "1.001", "1.04", "1.001", "1.04", "1.001"]) {
      await movePrice(multiply(price, decimal(factor)));
    }
    traded = (await tapeEnd()) - tapeTradeId;
  }
}

/** The id of the exchange's last trade: an answer holds the oldest thousand of what was asked for. */
async function tapeEnd(): Promise<number> {
  const history = restHistory(env.KRAKEN_REST_URL);
  let cursor = cursorAt(Date.now() - 2_000);
  for (;;) {
    const { trades, next } = expectOk(await history.trades(SYMBOL, "XDGUSD", cursor));
    if (trades.length < 1_000) {
      return trades.at(-1)?.id ?? 0;
    }
    cursor = next;
  }
}

describe("the trader's own alarm", () => {
  it("goes on where it ended, so that a stop older than thousands of trades is found, and a pair's tape is read once", async () => {
    const { trader, stop } = await protectedPosition();
    await deadFeed(trader);
    await tradeAbove(5_200);
    await walkThrough(stop);
    const reads = vi.spyOn(globalThis, "fetch");
    await ring(trader, "levels");
    expect(await stopOf(trader)).toMatchObject({ reason: null });
    await ring(trader, "levels");
    // What two looks do not read the alarm's own next one does, five seconds later.
    const triggered = async () => (await stopOf(trader))?.reason?.includes("Triggered") === true;
    await eventually("it is triggered", triggered, 30_000);
    const asked = reads.mock.calls.map(([url]) => String(url)).filter((url) => url.includes("/Trades?"));
    expect(asked.length).toBeGreaterThan(5);
    expect(new Set(asked).size).toBe(asked.length);
  }, 60_000);

  it("fires a price alert on a pair that the account never traded, with the feed dead", async () => {
    const trader = await newTrader();
    const price = multiply((await view()).quote.lastTrade?.price ?? decimal("0"), decimal("0.99"));
    const request = { symbol: SYMBOL, direction: "below" as const, price, note: null, ask: null };
    const alert = expectOk(await trader.stub().setPriceAlert(trader.principal, trader.accountId, writeOf(request)));
    await eventually("the feed has the row", async () => (await realFeed().triggerOwners()).includes(trader.id));
    await deadFeed(trader);
    await walkThrough(alert.price);
    await ring(trader, "levels");
    await eventually("it has fired", async () => {
      const { past } = expectOk(await trader.stub().priceAlerts(trader.principal, trader.accountId));
      return past[0]?.outcome === "fired" && past[0].late;
    });
  });

  it("finds the trade that reached a stop while the feed was dead, and sells when there is a market again", async () => {
    const { trader, stop } = await protectedPosition();
    await deadFeed(trader);
    await walkThrough(stop);
    await ring(trader, "levels");
    await eventually("it is triggered", async () => (await stopOf(trader))?.reason?.includes("Triggered") === true);
    uninstall();
    await ring(trader, "waiting");
    await eventually("it has sold", async () => (await stopOf(trader)) === undefined);
    const { account } = expectOk(await trader.stub().account(trader.principal, trader.accountId));
    expect(account.positions).toEqual([]);
  });

  it("believes no feed whose tape stands still", async () => {
    const { trader, stop } = await protectedPosition();
    await lyingFeed(trader);
    await walkThrough(stop);
    await ring(trader, "levels");
    await eventually("it has sold", async () => (await stopOf(trader)) === undefined);
  });

  it("does nothing twice", async () => {
    const { trader, stop } = await protectedPosition();
    await deadFeed(trader);
    await walkThrough(stop);
    await ring(trader, "levels");
    await ring(trader, "levels");
    uninstall();
    await ring(trader, "waiting");
    await eventually("it has sold", async () => (await stopOf(trader)) === undefined);
    const { recentFills } = expectOk(await trader.stub().account(trader.principal, trader.accountId));
    expect(recentFills.filter(({ side }) => side === "sell")).toHaveLength(1);
  });
});

describe("the cron sweep", () => {
  it("wakes a trader whose alarm never rang, by its line in D1", async () => {
    const { trader, stop } = await protectedPosition();
    const noted = await env.DB.prepare("SELECT trader_id FROM open_risk WHERE trader_id = ?").bind(trader.id).first();
    expect(noted).not.toBeNull();
    await deadFeed(trader);
    await walkThrough(stop);
    await ringCron();
    expect(await stopOf(trader)).toMatchObject({ reason: expect.stringContaining("Triggered") });
  });

  it("finds its traders in the feed's rows when D1 does not answer", async () => {
    const { trader, stop } = await protectedPosition();
    await walkThrough(stop);
    const original = env.DB;
    Reflect.set(env, "DB", {
      prepare: () => {
        throw new Error("D1 is down");
      },
    });
    await ringCron();
    Reflect.set(env, "DB", original);
    await eventually("the stop has sold", async () => (await stopOf(trader)) === undefined);
  });

  it("forgets a trader with nothing open, and the next entry notes it again", async () => {
    const trader = await newTrader();
    const line = () => env.DB.prepare("SELECT 1 FROM open_risk WHERE trader_id = ?").bind(trader.id).first();
    const market = await view();
    const far = multiply(market.quote.bid?.[0] ?? decimal("1"), decimal("0.9"));
    const resting = expectOk(await place(trader, { symbol: SYMBOL, quantity: "500", limitPrice: far }));
    expect(await line()).not.toBeNull();
    await trader.stub().cancelOrder(trader.principal, trader.accountId, resting.order.id, {
      idempotencyKey: "k",
      body: "",
      request: null,
    });
    await ringCron();
    expect(await line()).toBeNull();
    expectOk(await place(trader, { symbol: SYMBOL, quantity: "500", limitPrice: far }));
    expect(await line()).not.toBeNull();
  });
});
