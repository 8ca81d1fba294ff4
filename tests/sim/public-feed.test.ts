import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startExchange, type Exchange } from "../../exchange-sim/exchange.ts";
import { member, publicCall } from "./support/rest-client.ts";
import { SocketClient } from "./support/socket-client.ts";
import { readBookFrame, WireBook, type BookFrame } from "./support/wire-book.ts";

const symbols = ["BTC/USD", "ETH/USD", "SOL/USD", "DOGE/USD", "ETH/BTC"];
let exchange: Exchange;

beforeAll(async () => {
  exchange = await startExchange({ time: "virtual", seed: "feed" });
});
afterAll(async () => {
  await exchange.stop();
});

/** Pairs whose makers step aside in between. */
const jumping = ["BTC/USD", "DOGE/USD"];

/** Lives through a minute in which the books also jump. */
function liveThrough(): void {
  for (let second = 0; second < 60; second += 1) {
    exchange.advance(1_000);
    if (second === 30) {
      exchange.admin.movePrice("BTC/USD", "64500.0", "walk");
      exchange.admin.movePrice("DOGE/USD", "0.2010000", "gap");
    }
  }
}

async function drained(client: SocketClient): Promise<void> {
  const from = client.frames.length;
  client.send({ method: "ping", req_id: 999 });
  await client.next(({ json }) => member(json, "req_id") === 999, from);
}

describe("the book channel", () => {
  it.each([10, 25, 100, 500])(
    "at depth %i gives whoever follows it the right checksum after every frame",
    async (depth) => {
      const client = await SocketClient.open(exchange.wsUrl);
      client.send({ method: "subscribe", params: { channel: "book", symbol: symbols, depth } });
      await client.next(({ json }) => member(json, "type") === "snapshot");
      liveThrough();
      await drained(client);
      const books = new Map(symbols.map((symbol) => [symbol, new WireBook(depth)]));
      let updates = 0;
      for (const { text } of client.frames) {
        const frame = readBookFrame(text);
        const book = frame === undefined ? undefined : books.get(frame.symbol);
        if (frame !== undefined && book !== undefined) {
          updates += 1;
          book.apply(frame);
          expect(book.checksum).toBe(frame.checksum);
          expect(Number(book.bids[0]?.price)).toBeLessThan(Number(book.asks[0]?.price));
          if (depth <= 100 && !jumping.includes(frame.symbol)) {
            expect([book.bids.length, book.asks.length]).toEqual([depth, depth]);
          }
        }
      }
      expect(updates).toBeGreaterThan(500);
      client.close();
    },
  );

  it("sends changes as the venue does: one side, few entries, and the tricky re-entry at the bottom", async () => {
    const client = await SocketClient.open(exchange.wsUrl);
    client.send({ method: "subscribe", params: { channel: "book", symbol: symbols, depth: 10 } });
    await client.next(({ json }) => member(json, "type") === "snapshot");
    for (let second = 0; second < 60; second += 1) {
      exchange.advance(1_000);
    }
    await drained(client);
    const updates = client.frames
      .map(({ text }) => readBookFrame(text))
      .filter((frame): frame is BookFrame => frame?.type === "update");
    const patterns = new Set(
      updates.map(({ bids, asks }) =>
        [...bids, ...asks].map(({ quantity }) => (/^0\.0+$/.test(quantity) ? "delete" : "set")).join(" "),
      ),
    );
    expect(updates.every(({ bids, asks }) => bids.length === 0 || asks.length === 0)).toBe(true);
    expect([...patterns].every((pattern) => pattern.split(" ").length <= 3)).toBe(true);
    expect([...patterns]).toEqual(expect.arrayContaining(["set", "delete set", "delete set set"]));
    client.close();
  });
});

describe("numbers on the wire", () => {
  it("keep their trailing zeros at the pair's precisions, without exponents", async () => {
    const client = await SocketClient.open(exchange.wsUrl);
    for (const channel of ["ticker", "trade", "book", "ohlc"]) {
      client.send({ method: "subscribe", params: { channel, symbol: symbols, snapshot: true } });
    }
    await client.next(({ json }) => member(json, "channel") === "ohlc");
    exchange.advance(10_000);
    await drained(client);
    const decimals: Readonly<Record<string, number>> = {
      "BTC/USD": 1,
      "ETH/USD": 2,
      "SOL/USD": 2,
      "DOGE/USD": 7,
      "ETH/BTC": 6,
    };
    let numbers = 0;
    for (const { text } of client.frames) {
      const symbol = /"symbol":"([^"]+)"/.exec(text)?.[1];
      if (symbol !== undefined && text.startsWith('{"channel"')) {
        for (const [, name, token = ""] of text.matchAll(
          /"(price|bid|ask|last|open|high|low|close|vwap|change)":(-?[0-9.eE+-]+)/g,
        )) {
          numbers += 1;
          expect([symbol, name, token.split(".")[1]?.length]).toEqual([symbol, name, decimals[symbol]]);
        }
        for (const [, token = ""] of text.matchAll(/"(?:qty|bid_qty|ask_qty|volume)":([^,}]+)/g)) {
          expect(token).toMatch(/^\d+\.\d{8}$/);
        }
      }
    }
    expect(numbers).toBeGreaterThan(500);
    client.close();
  });

  it("have exponents in the instrument channel, unless switched off", async () => {
    for (const [instrumentExponents, text] of [
      [true, '"qty_increment":1E-8'],
      [false, '"qty_increment":0.00000001'],
    ] as const) {
      exchange.switches.set("instrumentExponents", instrumentExponents);
      const client = await SocketClient.open(exchange.wsUrl);
      client.send({ method: "subscribe", params: { channel: "instrument" } });
      const frame = await client.next(({ json }) => member(json, "channel") === "instrument");
      expect(frame.text).toContain(text);
      client.close();
    }
    exchange.switches.set("instrumentExponents", true);
  });
});

describe("a public connection", () => {
  it("is greeted with a status whose id is larger than a double can hold", async () => {
    const client = await SocketClient.open(exchange.wsUrl);
    const frame = await client.next(({ json }) => member(json, "channel") === "status");
    const id = BigInt(/"connection_id":(\d+)/.exec(frame.text)?.[1] ?? "0");
    expect(id).toBeGreaterThan(2n ** 53n);
    expect(id).toBeLessThan(2n ** 64n);
    expect(member(frame.json, "data", 0, "system")).toBe("online");
    client.close();
  });

  it("gets one acknowledgement per symbol, a heartbeat a second, and errors that leave it open", async () => {
    const client = await SocketClient.open(exchange.wsUrl);
    client.send({
      method: "subscribe",
      params: { channel: "ticker", symbol: ["BTC/USD", "XBT/USD", "ETH/USD"] },
      req_id: 7,
    });
    client.send({ method: "subscribe", params: { channel: "book", symbol: ["BTC/USD"], depth: 11 }, req_id: 8 });
    client.send({ method: "subscribe", params: { channel: "ticker", symbol: ["BTC/USD"] }, req_id: 9 });
    client.send({ method: "subscribe", params: { channel: "executions", token: "x" }, req_id: 10 });
    client.send({ method: "dance", req_id: 11 });
    client.send({ method: "ping", params: {}, req_id: 12 });
    client.send({ method: "unsubscribe", params: { channel: "ticker", symbol: ["ETH/USD"] }, req_id: 13 });
    client.sendText("{not json");
    await client.next(({ json }) => member(json, "req_id") === 13);
    await client.next(({ json }) => member(json, "channel") === "heartbeat");
    const replies = client.frames.map(({ json }) => json).filter((json) => member(json, "success") !== undefined);
    const told = replies.map((json) => [
      member(json, "req_id"),
      member(json, "success"),
      member(json, "error") ?? member(json, "result", "symbol"),
    ]);
    expect(told).toEqual([
      [7, true, "BTC/USD"],
      [7, false, "Currency pair not supported XBT/USD"],
      [7, true, "ETH/USD"],
      [8, false, "Subscription depth not supported"],
      [9, false, "Already subscribed"],
      [10, false, "Private data and trading are unavailable on this endpoint. Try ws-auth.kraken.com"],
      [11, false, "Unsupported event"],
      [12, false, "Unsupported field: 'params' for the given msg type: ping"],
      [13, true, "ETH/USD"],
      [undefined, false, "Malformed request"],
    ]);
    expect(member(replies[8], "result", "snapshot")).toBeUndefined();
    client.close();
  });

  it("hears nothing of an interval without trades, and of a candle on each trade", async () => {
    const client = await SocketClient.open(exchange.wsUrl);
    client.send({
      method: "subscribe",
      params: { channel: "ohlc", symbol: ["BTC/USD"], interval: 5, snapshot: false },
    });
    client.send({ method: "subscribe", params: { channel: "trade", symbol: ["BTC/USD"], snapshot: false } });
    await client.next(({ json }) => member(json, "result", "channel") === "trade");
    exchange.advance(5_000);
    await drained(client);
    expect(client.channel("ohlc").length).toBe(client.channel("trade").length);
    expect(client.channel("ohlc").length).toBeGreaterThan(3);
    client.close();
  });
});

describe("public REST", () => {
  it("answers under the internal id, or as asked for the slash form, and knows no wsname", async () => {
    const keys = async (pair: string): Promise<string[]> => {
      const { result, errors } = await publicCall(exchange.url, "Ticker", { pair });
      return errors.length > 0 ? [...errors] : Object.keys(result ?? {});
    };
    expect(await keys("XBTUSD")).toEqual(["XXBTZUSD"]);
    expect(await keys("XXBTZUSD,SOLUSD")).toEqual(["XXBTZUSD", "SOLUSD"]);
    expect(await keys("BTC/USD")).toEqual(["BTC/USD"]);
    expect(await keys("XBT/USD")).toEqual(["EQuery:Unknown asset pair"]);
    exchange.switches.set("slashNameKeepsForm", false);
    expect(await keys("BTC/USD")).toEqual(["XXBTZUSD"]);
    exchange.switches.set("slashNameKeepsForm", true);
  });

  it("gives 721 candles with the running one last, and those after `since`", async () => {
    const { result } = await publicCall(exchange.url, "OHLC", { pair: "XBTUSD", interval: "60" });
    const rows = member(result, "XXBTZUSD");
    const last = member(result, "last");
    expect(rows).toHaveLength(721);
    expect(member(rows, 719, 0)).toBe(last);
    expect(member(rows, 720, 0)).toBe(Number(last) + 3_600);
    const later = await publicCall(exchange.url, "OHLC", { pair: "XBTUSD", interval: "60", since: String(last) });
    expect(member(later.result, "XXBTZUSD")).toHaveLength(1);
    expect((await publicCall(exchange.url, "OHLC", { pair: "XBTUSD", interval: "7" })).errors[0]).toMatch(
      /^EGeneral:Invalid arguments/,
    );
  });

  it("pages through trades without a hole or a repetition", async () => {
    const ids: number[] = [];
    let since = "0";
    for (let page = 0; page < 40; page += 1) {
      const { result } = await publicCall(exchange.url, "Trades", { pair: "XBTUSD", since, count: "500" });
      const rows = member(result, "XXBTZUSD");
      const found = Array.isArray(rows) ? rows.map((row: unknown) => Number(member(row, 6))) : [];
      ids.push(...found);
      since = String(member(result, "last"));
      if (found.length === 0) {
        break;
      }
    }
    expect(ids.length).toBeGreaterThan(5_000);
    expect(ids.every((id, index) => index === 0 || id === (ids[index - 1] ?? 0) + 1)).toBe(true);
    expect(since).toMatch(/^\d{19}$/);
  });

  it("has empty fee arrays unless switched back", async () => {
    const fees = async (): Promise<unknown> =>
      member((await publicCall(exchange.url, "AssetPairs", { pair: "XBTUSD" })).result, "XXBTZUSD", "fees", 0);
    expect(await fees()).toBeUndefined();
    exchange.switches.set("feeArrays", "listed");
    expect(await fees()).toEqual([0, 0.4]);
    exchange.switches.set("feeArrays", "empty");
  });

  it("limits calls per address and pair when switched on", async () => {
    exchange.switches.set("publicLimits", true);
    const answers = [];
    for (let call = 0; call < 8; call += 1) {
      answers.push((await publicCall(exchange.url, "OHLC", { pair: "ETHUSD" })).errors[0]);
    }
    expect(answers.slice(0, 6)).toEqual(Array.from({ length: 6 }));
    expect(answers.at(-1)).toBe("EGeneral:Too many requests");
    exchange.switches.set("publicLimits", false);
  });
});
