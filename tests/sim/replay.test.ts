import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startExchange, type Exchange } from "../../exchange-sim/exchange.ts";
import { member, privateCall, publicCall } from "./support/rest-client.ts";

const shared = process.env["TRADE_SHARED"];
let folder: string;
let exchange: Exchange;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "replay-"));
});
afterEach(async () => {
  await exchange.stop();
  rmSync(folder, { recursive: true, force: true });
});

const begin = 1_583_971_200; // 2020-03-12T00:00:00Z
const rows = [
  [7_934.0, 7_969.9, 7_860.0, 7_900.0, "220.50000000", 900],
  [7_900.0, 7_950.0, 7_820.0, 7_840.0, "310.25000000", 1_100],
  [7_840.0, 7_860.0, 7_205.0, 7_300.0, "1900.00000001", 8_000],
  [7_300.0, 7_420.0, 5_555.0, 5_900.0, "4200.00000000", 20_000],
  [5_900.0, 6_400.0, 5_700.0, 6_200.0, "2500.12345678", 15_000],
] as const;

function writeFile(): string {
  const file = join(folder, "XBTUSD_60.csv");
  writeFileSync(file, rows.map((row, index) => [begin + index * 3_600, ...row].join(",")).join("\n"));
  return file;
}

describe("a replay", () => {
  it("has candles like the file, walked low before high, in market time", async () => {
    exchange = await startExchange({ time: "virtual", replay: { files: [writeFile()] } });
    expect(exchange.mode).toBe("replay");
    expect(member((await publicCall(exchange.url, "Time")).result, "unixtime")).toBe(begin + 3_600);
    exchange.advance(4 * 3_600_000);
    const { result } = await publicCall(exchange.url, "OHLC", { pair: "XBTUSD", interval: "60" });
    const candles = Object.values(Object(member(result, "XXBTZUSD"))).slice(0, 5);
    const told = candles.map((row) => [0, 1, 2, 3, 4, 6].map((column) => Number(member(row, column))));
    expect(told).toEqual(
      rows.map(([open, high, low, close, volume], index) => [
        begin + index * 3_600,
        open,
        high,
        low,
        close,
        Number(volume),
      ]),
    );
    const trades = exchange.engine.markets.get("BTC/USD")?.tape.newest(10_000) ?? [];
    const crash = trades.filter(
      (trade) => trade.time >= (begin + 3 * 3_600) * 1e6 && trade.time < (begin + 4 * 3_600) * 1e6,
    );
    const at = (price: number): number => crash.findIndex((trade) => trade.price === price);
    expect([crash[0]?.price, crash.at(-1)?.price]).toEqual([73_000, 59_000]);
    expect(at(55_550)).toBeGreaterThan(0);
    expect(at(55_550)).toBeLessThan(at(74_200));
  });

  it("fills stops and limits of accounts on the way", async () => {
    exchange = await startExchange({ time: "virtual", replay: { files: [writeFile()] } });
    const key = exchange.admin.createKey({ deposits: { USD: "10000", BTC: "1" } });
    exchange.advance(1);
    const order = { pair: "XBTUSD", volume: "0.5" };
    await privateCall(exchange.url, key, "AddOrder", { ...order, type: "sell", ordertype: "stop-loss", price: "7000" });
    await privateCall(exchange.url, key, "AddOrder", { ...order, type: "buy", ordertype: "limit", price: "6000" });
    exchange.advance(4 * 3_600_000);
    const closed = (await privateCall(exchange.url, key, "ClosedOrders")).result;
    const fills = Object.values(Object(member(closed, "closed"))).map((each) => [
      member(each, "descr", "type"),
      member(each, "status"),
      Number(member(each, "price")),
    ]);
    expect(fills).toEqual(expect.arrayContaining([["buy", "closed", 6_000]]));
    const stop = fills.find(([side]) => side === "sell");
    expect(Number(stop?.[2])).toBeLessThanOrEqual(7_000);
    expect(Number(stop?.[2])).toBeGreaterThan(5_400);
    expect(await fetch(`${exchange.url}/admin/info`).then((response) => response.json())).toMatchObject({
      mode: "replay",
      finished: true,
    });
  });

  it("goes on where it was after a restart", async () => {
    exchange = await startExchange({
      time: "virtual",
      stateFolder: join(folder, "state"),
      replay: { files: [writeFile()] },
    });
    exchange.advance(1.5 * 3_600_000);
    const { now } = exchange.engine;
    exchange.restart();
    expect(exchange.engine.now).toBe(now);
    exchange.advance(2.5 * 3_600_000);
    const candles = exchange.engine.markets.get("BTC/USD")?.candles.series(60)?.upTo(exchange.engine.now) ?? [];
    expect(candles.slice(0, 5).map((candle) => candle.low)).toEqual(rows.map((row) => row[2] * 10));
  });

  it("refuses a file that is none", async () => {
    exchange = await startExchange({ time: "virtual" });
    const file = join(folder, "XBTUSD_60.csv");
    writeFileSync(file, "time,open\n1,2");
    await expect(startExchange({ replay: { files: [file] } })).rejects.toThrow("line 1 is not a row of an OHLCVT file");
    writeFileSync(join(folder, "NOPE_60.csv"), "");
    await expect(startExchange({ replay: { files: [join(folder, "NOPE_60.csv")] } })).rejects.toThrow(
      "NOPE is no pair",
    );
  });

  it.skipIf(shared === undefined)("lives through March 2020 as recorded (needs TRADE_SHARED)", async () => {
    const text = readFileSync(join(shared ?? "", "market-data", "XBTUSD_60.csv"), "utf8");
    const march = text
      .split("\n")
      .filter(
        (line) => Number(line.split(",")[0]) >= begin - 86_400 && Number(line.split(",")[0]) < begin + 3 * 86_400,
      );
    const file = join(folder, "XBTUSD_60.csv");
    writeFileSync(file, march.join("\n"));
    exchange = await startExchange({ time: "virtual", replay: { files: [file], from: begin * 1e6 } });
    exchange.advance(3 * 86_400_000);
    const candles = exchange.engine.markets.get("BTC/USD")?.candles.series(60)?.upTo(exchange.engine.now) ?? [];
    const played = march.filter((line) => Number(line.split(",")[0]) >= begin);
    const byBegin = new Map(candles.map((candle) => [candle.begin / 1e6, candle]));
    const told = played.map((line) => {
      const [seconds = 0, open = 0, high = 0, low = 0, close = 0] = line.split(",").map(Number);
      const candle = byBegin.get(seconds);
      return (
        [candle?.open, candle?.high, candle?.low, candle?.close].map((price) => (price ?? 0) / 10).join() ===
        [open, high, low, close].join()
      );
    });
    expect(told.length).toBe(72);
    expect(told.every(Boolean)).toBe(true);
    expect(Math.min(...candles.map((candle) => candle.low))).toBe(39_131);
  });
});
