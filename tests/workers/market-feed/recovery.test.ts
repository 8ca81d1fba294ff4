import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Topic } from "../../../contract/market-socket.ts";
import { decimal, isAbove, isBelow, type Decimal } from "../../../domain/decimal.ts";
import type { TriggerRow } from "../../../domain/market.ts";
import { triggerDigest } from "../../../domain/triggers/digest.ts";
import {
  MarketClient,
  Faults,
  RecordingTrader,
  admin,
  eventually,
  kill,
  makeFeed,
  useFaultyExchange,
  valueOf,
  type TestFeed,
} from "./support.ts";

const SLOW = 45_000;

beforeAll(() => {
  useFaultyExchange();
});

afterAll(async () => {
  await admin("DELETE", "faults");
});

function topic(channel: "ticker" | "book" | "trades", symbol: string): Topic {
  return { channel, symbol };
}

async function view(feed: TestFeed, symbol: string) {
  return valueOf(await feed.port().marketView(symbol));
}

async function freshView(feed: TestFeed, symbol: string) {
  return eventually(
    () => view(feed, symbol),
    ({ quote }) => quote.fresh,
    30_000,
  );
}

function row(orderId: string, direction: "below" | "above", level: Decimal, armedTradeId: number): TriggerRow {
  return { orderId, version: 1, symbol: "BTC/USD", direction, level, armedTradeId };
}

/** A price `percent` away from the market's last. */
async function priceAway(feed: TestFeed, symbol: string, percent: number): Promise<Decimal> {
  const { quote, instrument } = await freshView(feed, symbol);
  return decimal((Number(quote.mark) * (1 + percent / 100)).toFixed(instrument.priceDecimals));
}

describe.concurrent("the feed against an exchange that misbehaves", () => {
  it("renews a book with a wrong checksum alone, and shows it as unverified while it cannot", async () => {
    const faults = new Faults();
    const feed = makeFeed();
    const client = await MarketClient.connect(feed);
    client.subscribe(topic("book", "BTC/USD"));
    const fresh = (): boolean[] => client.of("book").map((update) => update.fresh);
    await eventually(fresh, (seen) => seen.at(-1) === true);
    const { since } = await feed.port().heartbeat();
    const before = fresh().length;
    // The first ones are repaired before anybody sees them; a venue that keeps lying is asked less often.
    await faults.add({ kind: "corruptChecksum", target: "book", symbol: "BTC/USD" });
    await eventually(fresh, (seen) => seen.slice(before).includes(false), 20_000);
    await eventually(
      () => view(feed, "BTC/USD"),
      ({ quote, book }) => quote.staleReason === "book_unverified" && book === null,
    );
    await faults.clear();
    await eventually(fresh, (seen) => seen.at(-1) === true, 20_000);
    expect((await feed.port().heartbeat()).since, "the connection was not touched").toBe(since);
    client.close();
  }, 45_000);

  it("shows a market as stale when nothing is heard and asking is refused, tells clients, and renews it", async () => {
    const faults = new Faults();
    const feed = makeFeed();
    const client = await MarketClient.connect(feed);
    client.subscribe(topic("ticker", "SOL/USD"));
    await freshView(feed, "SOL/USD");
    const before = client.of("ticker").length;
    const stalled = Date.now();
    // The ticker first: one that still spoke would tell that the book stands still, long before ten seconds.
    for (const target of ["ticker", "trade", "book"]) {
      await faults.add({ kind: "silentChannel", target, symbol: "SOL/USD" });
    }
    // A frame that is asked for would be a witness.
    for (const target of ["ticker", "book"]) {
      await faults.add({ kind: "ackFailure", target, symbol: "SOL/USD" });
    }
    const stale = await eventually(
      () =>
        client
          .of("ticker")
          .slice(before)
          .find(({ ticker }) => !ticker.fresh)?.ticker,
      (ticker) => ticker !== undefined,
      20_000,
    );
    expect(stale).toMatchObject({ staleReason: "subscription_refused" });
    expect(Date.now() - stalled).toBeGreaterThan(6_000);
    await faults.clear();
    await freshView(feed, "SOL/USD");
    await eventually(
      () => client.of("ticker").at(-1)?.ticker,
      (ticker) => ticker?.fresh === true,
    );
    client.close();
  }, 45_000);

  it("stays tradable on prices that it asks for while channels stall, and misses no print", async () => {
    const faults = new Faults();
    const trader = new RecordingTrader();
    trader.install();
    const feed = makeFeed();
    const { tapeTradeId } = await freshView(feed, "ETH/BTC");
    const everything: TriggerRow = { ...row("all", "above", decimal("0.00001"), tapeTradeId), symbol: "ETH/BTC" };
    await feed.port().registerTriggers(trader.id, [everything]);
    const client = await MarketClient.connect(feed);
    client.subscribe(topic("ticker", "ETH/BTC"));
    for (const target of ["book", "ticker", "trade"]) {
      await faults.add({ kind: "silentChannel", target, symbol: "ETH/BTC" });
    }
    const target = await priceAway(feed, "ETH/BTC", 0.8);
    await admin("POST", "price", { symbol: "ETH/BTC", price: target, mode: "walk" });
    await eventually(
      () => view(feed, "ETH/BTC"),
      ({ quote }) => quote.fresh && Math.abs(Number(quote.mark) / Number(target) - 1) < 0.002,
      25_000,
    );
    await eventually(
      () => trader.tradeIds(),
      (ids) => ids.length > 8 && ids.every((id, index) => id === tapeTradeId + 1 + index),
      25_000,
    );
    client.close();
  }, 45_000);

  it(
    "notices a book that stands still while the ticker names other prices",
    async () => {
      const faults = new Faults();
      const feed = makeFeed();
      const client = await MarketClient.connect(feed);
      client.subscribe(topic("ticker", "ETH/USD"));
      await freshView(feed, "ETH/USD");
      await faults.add({ kind: "silentChannel", target: "book", symbol: "ETH/USD" });
      const price = await priceAway(feed, "ETH/USD", 0.3);
      await admin("POST", "price", { symbol: "ETH/USD", price, mode: "walk" });
      const ticker = await eventually(
        () => client.of("ticker").at(-1)?.ticker,
        (last) => last?.fresh === false,
        15_000,
      );
      expect(ticker).toMatchObject({ staleReason: "no_data" });
      await faults.clear();
      await eventually(
        () => client.of("ticker").at(-1)?.ticker,
        (last) => last?.fresh === true,
        20_000,
      );
      client.close();
    },
    SLOW,
  );

  it(
    "notices a refused subscription, says so, and asks again",
    async () => {
      const faults = new Faults();
      await faults.add({ kind: "ackFailure", target: "book", symbol: "DOGE/USD" });
      const feed = makeFeed();
      const refused = await view(feed, "DOGE/USD");
      expect(refused).toMatchObject({ book: null, quote: { fresh: false, staleReason: "subscription_refused" } });
      await faults.clear();
      const client = await MarketClient.connect(feed);
      client.subscribe(topic("ticker", "DOGE/USD"));
      await eventually(
        () => client.of("ticker").at(-1)?.ticker,
        (last) => last?.fresh === true,
        20_000,
      );
      client.close();
    },
    SLOW,
  );
});

describe("the feed through outages of the whole exchange", () => {
  it(
    "subscribes everything again after the exchange restarted, and tells clients of the outage at once",
    async () => {
      const faults = new Faults();
      const feed = makeFeed();
      const client = await MarketClient.connect(feed);
      client.subscribe(topic("book", "BTC/USD"), topic("book", "ETH/BTC"));
      await freshView(feed, "BTC/USD");
      await freshView(feed, "ETH/BTC");
      await eventually(
        () => client.of("book").length,
        (count) => count >= 2,
      );
      await faults.add({ kind: "refuseConnections", target: "public", status: 429 });
      await admin("POST", "restart");
      await eventually(
        () => client.frames.some((frame) => frame.type === "frame" && !frame.connected),
        (seen) => seen,
        5_000,
      );
      await faults.clear();
      await freshView(feed, "BTC/USD");
      await freshView(feed, "ETH/BTC");
      await eventually(
        () => client.frames.at(-1),
        (frame) => frame?.type === "frame" && frame.connected,
      );
      client.close();
    },
    SLOW,
  );

  it(
    "survives plain text, and shows maintenance as an offline market",
    async () => {
      const feed = makeFeed();
      await freshView(feed, "BTC/USD");
      await admin("POST", "text", { text: "CloudFlare WebSocket proxy restarting" });
      await admin("POST", "status", { symbol: "BTC/USD", status: "cancel_only" });
      await eventually(
        () => view(feed, "BTC/USD"),
        ({ instrument }) => instrument.status === "cancel_only",
      );
      await admin("POST", "status", { status: "maintenance" });
      await eventually(
        () => view(feed, "BTC/USD"),
        ({ quote }) => !quote.fresh && quote.staleReason === "market_offline",
      );
      await admin("POST", "status", { status: "online" });
      await freshView(feed, "BTC/USD");
    },
    SLOW,
  );
});

describe("trigger rows at the feed", () => {
  it(
    "are delivered with their prints and the top of the book, until they are acknowledged",
    async () => {
      const trader = new RecordingTrader();
      trader.acknowledges = false;
      trader.install();
      const feed = makeFeed();
      const { tapeTradeId } = await freshView(feed, "BTC/USD");
      const level = await priceAway(feed, "BTC/USD", -0.4);
      const far = await priceAway(feed, "BTC/USD", -30);
      const rows = [row("near", "below", level, tapeTradeId), row("far", "below", far, tapeTradeId)];
      await feed.port().changeTriggers(trader.id, rows, []);
      expect(await feed.port().triggerDigest(trader.id)).toBe(triggerDigest(rows));
      await admin("POST", "price", { symbol: "BTC/USD", price: await priceAway(feed, "BTC/USD", -0.6), mode: "walk" });
      await eventually(
        () => trader.received.length,
        (count) => count > 0,
      );
      const [first] = trader.received;
      expect(first).toMatchObject({ orderId: "near", version: 1, symbol: "BTC/USD", late: false });
      expect(first?.trades.every(({ id, price }) => id > tapeTradeId && !isAbove(price, level))).toBe(true);
      expect(first?.bid).not.toBeNull();
      const owed = valueOf(await feed.port().settle(trader.id, "BTC/USD")).deliveries;
      expect(owed.map(({ deliveryId }) => deliveryId)).toContain(first?.deliveryId);
      trader.acknowledges = true;
      await scheduler.wait(2_100);
      await feed.port().heartbeat();
      await eventually(
        async () => valueOf(await feed.port().settle(trader.id, "BTC/USD")).deliveries.length,
        (count) => count === 0,
      );
      expect(trader.received.filter(({ deliveryId }) => deliveryId === first?.deliveryId).length).toBeGreaterThan(1);
      expect(trader.received.some(({ orderId }) => orderId === "far")).toBe(false);
      await feed.port().changeTriggers(trader.id, [], ["near", "far"]);
      expect(await feed.port().triggerDigest(trader.id)).toBe(triggerDigest([]));
    },
    SLOW,
  );

  it(
    "meet prints since they were armed as they arrive, and none from before",
    async () => {
      const trader = new RecordingTrader();
      trader.install();
      const feed = makeFeed();
      await freshView(feed, "BTC/USD");
      const tape = await eventually(
        async () => valueOf(await feed.port().trades("BTC/USD", 1_000)),
        (trades) => trades.length > 20,
      );
      const armed = tape.at(-6)?.id ?? 0;
      await feed.port().changeTriggers(trader.id, [row("any", "below", decimal("9999999"), armed)], []);
      await eventually(
        () => trader.tradeIds(),
        (ids) => ids.length >= 5,
      );
      const ids = trader.tradeIds();
      expect(ids[0]).toBe(armed + 1);
      expect(ids).toEqual(ids.map((_, index) => armed + 1 + index));
      await feed.port().registerTriggers(trader.id, []);
      expect(await feed.port().triggerDigest(trader.id)).toBe(triggerDigest([]));
    },
    SLOW,
  );

  it(
    "outlive the object with what is owed, keep their symbol subscribed, and meet prints of the downtime late, once",
    async () => {
      const trader = new RecordingTrader();
      trader.install();
      const feed = makeFeed();
      const { tapeTradeId } = await freshView(feed, "BTC/USD");
      const level = decimal("9999999");
      await feed.port().registerTriggers(trader.id, [row("all", "below", level, tapeTradeId)]);
      await feed.port().pin(trader.id, ["ETH/USD"]);
      await eventually(
        () => trader.received.length,
        (count) => count > 0,
      );
      await kill(feed);
      // More prints than a snapshot of 50 holds: the rest must come from REST.
      for (const percent of [-1.5, 1.5, -1.5, 1.5, -1, 1]) {
        const { last } = (await lastOf("BTC/USD")) ?? { last: "0" };
        await admin("POST", "price", {
          symbol: "BTC/USD",
          price: (Number(last) * (1 + percent / 100)).toFixed(1),
          mode: "walk",
        });
      }
      await eventually(
        async () => (await feed.port().heartbeat()).connected,
        (connected) => connected,
        30_000,
      );
      await freshView(feed, "BTC/USD");
      const ids = await eventually(
        () => trader.tradeIds(),
        (seen) => seen.length > 70,
        20_000,
      );
      expect(ids).toEqual(ids.map((_, index) => tapeTradeId + 1 + index));
      expect(trader.received.some(({ late }) => late)).toBe(true);
      expect(trader.received.at(0)?.late).toBe(false);
      const late = trader.received.filter((delivery) => delivery.late).flatMap(({ trades }) => trades);
      expect(late.length).toBeGreaterThan(50);
      expect(await feed.port().triggerDigest(trader.id)).toBe(triggerDigest([row("all", "below", level, tapeTradeId)]));
    },
    SLOW,
  );

  it(
    "refill a hole after a lost connection before live prices count",
    async () => {
      const trader = new RecordingTrader();
      trader.install();
      const feed = makeFeed();
      const { tapeTradeId } = await freshView(feed, "BTC/USD");
      await feed.port().registerTriggers(trader.id, [row("all", "above", decimal("1"), tapeTradeId)]);
      await admin("POST", "drop-connections", { which: "public" });
      for (const percent of [2, -2, 2, -2, 2, -2]) {
        const { last } = (await lastOf("BTC/USD")) ?? { last: "0" };
        await admin("POST", "price", {
          symbol: "BTC/USD",
          price: (Number(last) * (1 + percent / 100)).toFixed(1),
          mode: "walk",
        });
      }
      const ids = await eventually(
        () => trader.tradeIds(),
        (seen) => seen.length > 60,
        20_000,
      );
      expect(ids).toEqual(ids.map((_, index) => tapeTradeId + 1 + index));
      const minutes = valueOf(await feed.port().candles("BTC/USD", "1m", null, 3)).candles;
      expect(minutes.every(({ high, low }) => !isBelow(high, low))).toBe(true);
    },
    SLOW,
  );
});

async function lastOf(symbol: string): Promise<{ last: string } | undefined> {
  const info = (await admin("GET", "info")) as { symbols: { symbol: string; last: number }[] };
  const found = info.symbols.find((each) => each.symbol === symbol);
  return found === undefined ? undefined : { last: String(found.last) };
}
