import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import type { Topic } from "../../../contract/market-socket.ts";
import type { MarketFeed } from "../../../durable-objects/market-feed/market-feed.ts";
import { ROOT_FEED } from "../../../durable-objects/market-feed/names.ts";
import { readConfig } from "../../../worker/env.ts";
import { marketSocketObject } from "../../../worker/objects.ts";
import { MarketClient, eventually, kill, makeFeed, valueOf } from "./support.ts";

const root = makeFeed(ROOT_FEED);
const clients: MarketClient[] = [];

async function connect(name: string, ...topics: Topic[]): Promise<MarketClient> {
  const client = await MarketClient.connect(makeFeed(name));
  clients.push(client);
  client.subscribe(...topics);
  return client;
}

afterEach(() => {
  for (const client of clients.splice(0)) {
    client.close();
  }
});

const book: Topic = { channel: "book", symbol: "BTC/USD" };
const ticker: Topic = { channel: "ticker", symbol: "BTC/USD" };
const trades: Topic = { channel: "trades", symbol: "BTC/USD" };
const candles: Topic = { channel: "candles", symbol: "BTC/USD", interval: "5m" };

describe("a relay", () => {
  it("gives its clients what the root has, in snapshots and deltas of its own", async () => {
    const client = await connect("relay:1", book, ticker, trades, candles);
    await eventually(
      () => client.of("book").length > 4 && client.of("ticker").length > 0 && client.of("candles").length > 0,
      (enough) => enough,
    );
    expect(client.gaps).toBe(0);
    expect(client.of("book")[0]?.kind).toBe("snapshot");
    expect(client.frames.some((frame) => frame.type === "frame" && frame.connected)).toBe(true);
    await eventually(
      async () => valueOf(await root.port().book("BTC/USD", 100)),
      ({ bids, asks }) => {
        const mine = client.books.get("BTC/USD");
        return (
          JSON.stringify([...(mine?.bids ?? [])].toSorted()) === JSON.stringify([...bids].toSorted()) &&
          JSON.stringify([...(mine?.asks ?? [])].toSorted()) === JSON.stringify([...asks].toSorted())
        );
      },
    );
    await eventually(
      () => client.of("candles").findLast(({ kind }) => kind === "snapshot")?.candles.length ?? 0,
      (count) => count > 100,
    );
  });

  it("needs one connection to the root for many clients, and serves a newcomer from memory", async () => {
    const first = await connect("relay:2", ticker);
    await eventually(
      () => first.of("ticker").length,
      (count) => count > 0,
    );
    const others = await Promise.all([connect("relay:2", ticker), connect("relay:2", ticker)]);
    for (const other of others) {
      await eventually(
        () => other.of("ticker").at(-1)?.ticker.last,
        (last) => typeof last === "string",
        3_000,
      );
    }
  });

  it("hands refusals of the root on", async () => {
    const client = await connect("relay:3", { channel: "ticker", symbol: "NOPE/USD" });
    const answer = await eventually(
      () => client.frames.find(({ type }) => type === "subscribed"),
      (frame) => frame !== undefined,
    );
    expect(answer).toMatchObject({ topics: [], refused: [{ error: { code: "UNKNOWN_SYMBOL" } }] });
  });

  it("tells its clients when the root is gone, and goes on by itself when it is back", async () => {
    const client = await connect("relay:4", book, ticker);
    await eventually(
      () => client.of("book").at(-1)?.fresh,
      (fresh) => fresh === true,
    );
    const before = client.frames.length;
    await kill(root);
    await eventually(
      () => client.frames.slice(before).some((frame) => frame.type === "frame" && !frame.connected),
      (seen) => seen,
    );
    await eventually(
      () => client.of("book").at(-1)?.fresh === true && client.of("ticker").at(-1)?.ticker.fresh === true,
      (fresh) => fresh,
    );
    const count = client.of("book").length;
    await eventually(
      () => client.of("book").length,
      (now) => now > count,
    );
  });

  it("is always the same for one address, and is left out while there are none", () => {
    const config = valueOf(readConfig(env));
    const nameFor = (address: string, feedRelays: number) =>
      Reflect.get(marketSocketObject(env, { ...config, feedRelays }, address), "name");
    expect(nameFor("192.0.2.7", 0)).toBe(ROOT_FEED);
    expect(nameFor("192.0.2.7", 3)).toBe(nameFor("192.0.2.7", 3));
    const names = Array.from({ length: 50 }, (_, index) => nameFor(`192.0.2.${index}`, 3));
    expect([...new Set(names)].toSorted()).toEqual(["relay:0", "relay:1", "relay:2"]);
  });

  it("answers no calls: everything that is asked is asked of the root", async () => {
    const refusal = await runInDurableObject(env.MARKET_FEED.getByName("relay:5"), (relay: MarketFeed) =>
      relay.heartbeat().catch((error: unknown) => String(error)),
    );
    expect(refusal).toContain("ask the root");
  });
});
