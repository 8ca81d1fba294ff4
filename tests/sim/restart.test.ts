import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startExchange } from "../../exchange-sim/exchange.ts";
import { member, privateCall, publicCall, textAt, type Credentials } from "./support/rest-client.ts";
import { SocketClient } from "./support/socket-client.ts";

const program = fileURLToPath(new URL("../../exchange-sim/main.ts", import.meta.url));
let folder: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "exchange-"));
});
afterEach(() => {
  children.splice(0).forEach((child) => child.kill("SIGKILL"));
  rmSync(folder, { recursive: true, force: true });
});

async function run(): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const child = spawn(process.execPath, [program, "--port", "0", "--state", folder], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on("data", (data: Buffer) => {
      const found = /REST (http:\S+),/.exec(data.toString("utf8"))?.[1];
      if (found !== undefined) {
        resolve(found);
      }
    });
    child.once("exit", () => {
      reject(new Error("the simulator ended"));
    });
  });
  return { child, url };
}

async function killed(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
}

describe("a killed exchange", () => {
  it("comes back with every trade, order and ledger row that anybody was told of", async () => {
    const first = await run();
    const made = await (
      await fetch(`${first.url}/admin/keys`, {
        method: "POST",
        body: JSON.stringify({ deposits: { USD: 50_000, BTC: 1 } }),
      })
    ).json();
    const key: Credentials = { key: textAt(made, "key"), secret: textAt(made, "secret") };
    const client = await SocketClient.open(`${first.url.replace("http", "ws")}/v2`);
    client.send({ method: "subscribe", params: { channel: "trade", symbol: ["BTC/USD", "ETH/USD"], snapshot: false } });
    await privateCall(first.url, key, "AddOrder", {
      pair: "XBTUSD",
      type: "buy",
      ordertype: "limit",
      price: "60000",
      volume: "0.1",
      cl_ord_id: "kept",
    });
    await privateCall(first.url, key, "AddOrder", {
      pair: "XBTUSD",
      type: "sell",
      ordertype: "stop-loss",
      price: "50000",
      volume: "0.1",
    });
    await privateCall(first.url, key, "AddOrder", { pair: "XBTUSD", type: "buy", ordertype: "market", volume: "0.2" });
    const candles = async (url: string): Promise<unknown> =>
      member((await publicCall(url, "OHLC", { pair: "XBTUSD", interval: "240" })).result, "XXBTZUSD");
    const account = async (url: string): Promise<unknown[]> => [
      (await privateCall(url, key, "BalanceEx")).result,
      (await privateCall(url, key, "OpenOrders")).result,
      (await privateCall(url, key, "ClosedOrders")).result,
      (await privateCall(url, key, "TradesHistory")).result,
      (await privateCall(url, key, "Ledgers")).result,
    ];
    await client.next(({ json }) => member(json, "channel") === "trade");
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const before = await account(first.url);
    const finished = await candles(first.url);
    await killed(first.child);

    const startedAt = performance.now();
    const second = await run();
    expect(performance.now() - startedAt).toBeLessThan(8_000);
    expect(await account(second.url)).toEqual(before);
    expect(Array.isArray(finished) && finished.slice(0, -1)).toEqual(
      Array.isArray(finished) && ((await candles(second.url)) as unknown[]).slice(0, finished.length - 1),
    );
    for (const [symbol, pair] of [
      ["BTC/USD", "XBTUSD"],
      ["ETH/USD", "ETHUSD"],
    ] as const) {
      const told = client
        .channel("trade")
        .flatMap((frame) => Object.values(Object(member(frame, "data"))))
        .filter((row) => member(row, "symbol") === symbol);
      const rows = Object.values(Object((await publicCall(second.url, "Trades", { pair })).result)).find((value) =>
        Array.isArray(value),
      );
      const kept = new Map(Object.values(Object(rows)).map((row) => [member(row, 6), row]));
      for (const trade of told) {
        const row = kept.get(member(trade, "trade_id"));
        expect([member(row, 6), Number(member(row, 0)), Number(member(row, 1))]).toEqual([
          member(trade, "trade_id"),
          member(trade, "price"),
          member(trade, "qty"),
        ]);
      }
    }
    await killed(second.child);
  }, 40_000);
});

describe("a restart in the same process", () => {
  it("keeps orders in their queue, ids unique and the clock of a virtual market", async () => {
    const exchange = await startExchange({ time: "virtual", stateFolder: folder });
    const key = exchange.admin.createKey({ deposits: { USD: "100000", BTC: "1" } });
    const order = { pair: "XBTUSD", type: "buy", ordertype: "limit", price: "63000", volume: "0.1" };
    const ids: string[] = [];
    for (let nth = 0; nth < 3; nth += 1) {
      ids.push(textAt((await privateCall(exchange.url, key, "AddOrder", order)).result, "txid", 0));
    }
    await privateCall(exchange.url, key, "AddOrder", {
      ...order,
      type: "sell",
      ordertype: "trailing-stop",
      price: "+2%",
    });
    exchange.advance(10_000);
    const { now } = exchange.engine;
    exchange.restart();
    expect(exchange.engine.now).toBe(now);
    const queue = exchange.engine.markets.get("BTC/USD")?.book.bids.at(630_000)?.orders ?? [];
    expect(queue.filter((each) => each.orderId !== undefined).map((each) => each.orderId)).toEqual(ids);
    ids.push(textAt((await privateCall(exchange.url, key, "AddOrder", order)).result, "txid", 0));
    exchange.admin.movePrice("BTC/USD", "62000.0");
    const closed = (await privateCall(exchange.url, key, "ClosedOrders")).result;
    expect(member(closed, "count")).toBe(5);
    expect(new Set([...ids, ...Object.keys(Object(member(closed, "closed")))]).size).toBe(5);
    await exchange.stop();
  });

  it("fills the time it was away with trades, and lets resting orders and stops live through it", async () => {
    const hour = 3_600_000_000;
    const start = 1_790_856_000_000_000;
    const first = await startExchange({ time: "virtual", startTime: start, stateFolder: folder });
    first.admin.createKey({ deposits: { USD: "100000", BTC: "1" } });
    await first.stop();
    const second = await startExchange({ stateFolder: folder });
    const trades = second.engine.markets.get("BTC/USD")?.tape.newest(30_000) ?? [];
    const away = trades.filter((trade) => trade.time > start);
    expect(away.length).toBeGreaterThan(500);
    const candles = second.engine.markets.get("BTC/USD")?.candles.series(60)?.upTo(second.engine.now) ?? [];
    expect(candles.slice(-12).every((candle) => candle.trades > 0)).toBe(true);
    expect(second.engine.now - start).toBeGreaterThan(hour);
    expect(second.venue.book.accounts.get("demo")?.balances.get("BTC")).toBe(10_000_000_000n);
    await second.stop();
  });
});
