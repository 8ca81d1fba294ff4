import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import type { Topic } from "../../../contract/market-socket.ts";
import type { MarketFeed } from "../../../durable-objects/market-feed/market-feed.ts";
import { MarketClient, eventually, makeFeed, valueOf } from "./support.ts";

const ticker: Topic = { channel: "ticker", symbol: "BTC/USD" };
const book: Topic = { channel: "book", symbol: "BTC/USD" };
const trades: Topic = { channel: "trades", symbol: "BTC/USD" };
const candles: Topic = { channel: "candles", symbol: "BTC/USD", interval: "1m" };

describe("a client of the market socket", () => {
  it("gets hello, one snapshot per topic, then deltas without a gap that rebuild the feed's own book", async () => {
    const feed = makeFeed();
    const client = await MarketClient.connect(feed);
    client.subscribe(ticker, book, trades, candles);
    await eventually(
      () => client.of("book").length,
      (count) => count > 8,
    );
    expect(client.frames[0]).toMatchObject({ type: "hello", protocol: 1, market: "sim" });
    expect(client.frames.find(({ type }) => type === "subscribed")).toMatchObject({ id: 1, refused: [] });
    for (const channel of ["book", "trades", "candles"] as const) {
      const kinds = await eventually(
        () => client.of(channel).map(({ kind }) => kind),
        (seen) => seen.includes("delta"),
      );
      expect(kinds[0]).toBe("snapshot");
    }
    expect(client.of("candles").at(-1)?.candles.at(-1)?.closed).toBe(false);
    expect(client.gaps).toBe(0);
    await eventually(
      async () => valueOf(await feed.port().book("BTC/USD", 100)),
      ({ bids, asks }) => {
        const mine = client.books.get("BTC/USD");
        return (
          JSON.stringify([...(mine?.bids ?? [])].toSorted()) === JSON.stringify([...bids].toSorted()) &&
          JSON.stringify([...(mine?.asks ?? [])].toSorted()) === JSON.stringify([...asks].toSorted())
        );
      },
    );
    client.close();
  });

  it("gets at most ten frames a second however many symbols it watches", async () => {
    const feed = makeFeed();
    const client = await MarketClient.connect(feed);
    const symbols = ["BTC/USD", "ETH/USD", "SOL/USD", "DOGE/USD", "ETH/BTC"];
    client.subscribe(
      ...symbols.flatMap((symbol): Topic[] => [
        { channel: "ticker", symbol },
        { channel: "book", symbol },
      ]),
    );
    await eventually(
      () => client.updates().length,
      (count) => count > 20,
    );
    const before = client.frames.length;
    await scheduler.wait(2_000);
    const frames = client.frames.length - before;
    expect(frames).toBeGreaterThan(1);
    expect(frames).toBeLessThanOrEqual(21);
    client.close();
  });

  it("is refused unknown symbols one by one, and still gets the others", async () => {
    const client = await MarketClient.connect(makeFeed());
    client.subscribe(ticker, { channel: "ticker", symbol: "NOPE/USD" });
    const subscribed = await eventually(
      () => client.frames.find(({ type }) => type === "subscribed"),
      (frame) => frame !== undefined,
    );
    expect(subscribed).toMatchObject({
      type: "subscribed",
      topics: [ticker],
      refused: [{ topic: { symbol: "NOPE/USD" }, error: { code: "UNKNOWN_SYMBOL" } }],
    });
    client.close();
  });

  it("gets a new snapshot by subscribing again, and nothing after unsubscribing", async () => {
    const client = await MarketClient.connect(makeFeed());
    client.subscribe(book);
    await eventually(
      () => client.of("book").length,
      (count) => count > 2,
    );
    client.subscribe(book);
    await eventually(
      () => client.of("book").filter(({ kind }) => kind === "snapshot").length,
      (count) => count === 2,
    );
    client.send({ type: "unsubscribe", id: 2, topics: [book] });
    await eventually(
      () => client.frames.some(({ type }) => type === "unsubscribed"),
      (seen) => seen,
    );
    const before = client.of("book").length;
    await scheduler.wait(800);
    expect(client.of("book").length).toBe(before);
    client.close();
  });

  it.each([
    ["text that is no JSON", "not json"],
    [
      "a frame that is not in the contract",
      { type: "subscribe", id: 1, topics: [{ channel: "secrets", symbol: "BTC/USD" }] },
    ],
    ["an unknown field", { type: "acknowledge", frame: 1, extra: true }],
    ["far too much text", "x".repeat(100_000)],
  ])("that sends %s is told so once and cut off with 4400", async (_case, frame) => {
    const client = await MarketClient.connect(makeFeed());
    client.send(frame);
    await eventually(
      () => client.closed,
      (closed) => closed?.code === 4400,
    );
    expect(client.frames.at(-1)).toMatchObject({ type: "error", error: { code: "BAD_REQUEST" } });
  });

  it("that floods is cut off with 4429", async () => {
    const client = await MarketClient.connect(makeFeed());
    for (let frame = 0; frame < 200; frame += 1) {
      client.send({ type: "acknowledge", frame });
    }
    await eventually(
      () => client.closed,
      (closed) => closed?.code === 4429,
    );
    expect(client.frames.at(-1)).toMatchObject({ type: "error", error: { code: "RATE_LIMITED" } });
  });

  it("is answered ping by pong, and another HTTP request by 426", async () => {
    const feed = makeFeed();
    const response = await feed.raw().fetch("https://feed/ws/market", { headers: { upgrade: "websocket" } });
    const socket = response.webSocket;
    socket?.accept();
    const pong = new Promise((resolve) =>
      socket?.addEventListener("message", ({ data }) => {
        if (data === "pong") {
          resolve(data);
        }
      }),
    );
    socket?.send("ping");
    expect(await pong).toBe("pong");
    socket?.close(1000, "done");
    expect((await feed.raw().fetch("https://feed/ws/market")).status).toBe(426);
  });

  it("leaves nothing behind when it goes: its symbols may leave, and no timer runs for it", async () => {
    const feed = makeFeed();
    const client = await MarketClient.connect(feed);
    client.subscribe(ticker);
    await eventually(
      () => client.updates().length,
      (count) => count > 0,
    );
    client.close();
    await eventually(
      () => runInDurableObject(feed.raw(), (_: MarketFeed, state) => state.getWebSockets().length),
      (count) => count === 0,
    );
  });
});
