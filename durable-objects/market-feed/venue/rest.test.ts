import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cursorAt, restHistory, restTickers } from "./rest.ts";

const shared = process.env.TRADE_SHARED;

/** History over one canned answer; remembers what was asked. */
function answering(body: string | Error, status = 200) {
  const asked: string[] = [];
  const history = restHistory("https://venue", async (url) => {
    asked.push(url);
    if (body instanceof Error) {
      throw body;
    }
    return new Response(body, { status });
  });
  return { history, asked };
}

function envelope(result: unknown, error: string[] = []): string {
  return JSON.stringify({ error, result });
}

const row = [1_688_671_200, "30306.1", "30306.2", "30305.7", "30305.7", "30306.1", "3.39243896", 23];

describe("REST history", () => {
  it("names pairs by their v2 symbols, without the old dark pool", async () => {
    const pairs = {
      XXBTZUSD: { wsname: "XBT/USD" },
      "XXBTZUSD.d": { wsname: "XBT/USD" },
      XDGUSD: { wsname: "XDG/USD" },
      XETHXXBT: { wsname: "ETH/XBT" },
      ODD: {},
    };
    expect(await answering(envelope(pairs)).history.restNames()).toEqual({
      ok: true,
      value: { "BTC/USD": "XXBTZUSD", "DOGE/USD": "XDGUSD", "ETH/BTC": "XETHXXBT" },
    });
  });

  it("marks the last candle as still forming, under whatever key the rows stand", async () => {
    const { history, asked } = answering(
      envelope({ "BTC/USD": [row, [1_688_671_260, ...row.slice(1)]], last: 1_688_671_200 }),
    );
    const candles = await history.candles("XXBTZUSD", "1m", 1_688_671_100_999);
    expect(asked).toEqual(["https://venue/0/public/OHLC?pair=XXBTZUSD&interval=1&since=1688671100"]);
    expect(candles).toMatchObject({
      ok: true,
      value: [
        { time: 1_688_671_200_000, open: "30306.1", volume: "3.39243896", trades: 23, closed: true },
        { closed: false },
      ],
    });
  });

  it("pages trades by the venue's cursor, and by time when the cursor is malformed", async () => {
    const trades = [["30243.40000", "0.34507674", 1_688_669_597.8277369, "b", "m", "", 61_044_952]];
    const { history, asked } = answering(envelope({ XXBTZUSD: trades, last: "1688671969993150842" }));
    const page = await history.trades("BTC/USD", "XXBTZUSD", cursorAt(1_688_669_000_000));
    expect(asked[0]).toContain("since=1688669000000000000&count=1000");
    expect(page).toMatchObject({
      ok: true,
      value: {
        next: "1688671969993150842",
        trades: [{ id: 61_044_952, symbol: "BTC/USD", price: "30243.4", side: "buy", time: 1_688_669_597_827 }],
      },
    });
    const odd = await answering(envelope({ XXBTZUSD: trades, last: "16886719" })).history.trades("BTC/USD", "X", "5");
    expect(odd.ok && odd.value.next).toBe("1688669597827000000");
    const empty = await answering(envelope({ XXBTZUSD: [], last: 7 })).history.trades("BTC/USD", "X", "5");
    expect(empty.ok && empty.value.next).toBe("5");
  });

  it("reads last values of all pairs: the 24 h figures, not today's", async () => {
    const values = {
      a: ["30300.10000", "1", "1.000"],
      b: ["30300.00000", "1", "1.000"],
      c: ["30303.20000", "0.00067643"],
      v: ["4083.67001100", "4412.73601799"],
      p: ["30706.77771", "30689.13205"],
      t: [34619, 38907],
      l: ["29868.30000", "29868.20000"],
      h: ["31631.00000", "31632.00000"],
      o: "30502.80000",
    };
    const read = async (body: string) => restTickers("https://venue", async () => new Response(body));
    expect(await read(envelope({ XXBTZUSD: values }))).toEqual({
      ok: true,
      value: {
        XXBTZUSD: {
          bid: "30300",
          ask: "30300.1",
          last: "30303.2",
          high24h: "31632",
          low24h: "29868.2",
          volume24h: "4412.73601799",
        },
      },
    });
    expect((await read(envelope({ XXBTZUSD: {} }))).ok).toBe(false);
  });

  it("reads the venue's clock", async () => {
    expect(await answering(envelope({ unixtime: 1_688_669_448 })).history.time()).toEqual({
      ok: true,
      value: 1_688_669_448_000,
    });
  });

  it.each([
    ["a rate limit", envelope(null, ["EAPI:Rate limit exceeded"]), 200, "rate_limited"],
    ["another rate limit", envelope(null, ["EGeneral:Too many requests"]), 200, "rate_limited"],
    ["a page of the proxy", "<html>1015</html>", 429, "rate_limited"],
    ["a broken gateway", "<html>520</html>", 520, "unreachable"],
    ["a service that is away", envelope(null, ["EService:Unavailable"]), 200, "unreachable"],
    ["an error without a result beside it", '{"error":["EQuery:Unknown asset pair"]}', 200, "invalid"],
    ["a rate limit without a result beside it", '{"error":["EAPI:Rate limit exceeded"]}', 200, "rate_limited"],
    ["an unknown pair", envelope(null, ["EQuery:Unknown asset pair"]), 200, "invalid"],
    ["rows of another shape", envelope({ XXBTZUSD: [[1, 2, 3]], last: 1 }), 200, "invalid"],
    ["no rows at all", envelope({ last: 1 }), 200, "invalid"],
    ["a price that is no number", envelope({ XXBTZUSD: [[1, "x", ...row.slice(2)]], last: 1 }), 200, "invalid"],
  ])("says what %s means for another try", async (_case, body, status, reason) => {
    const result = await answering(body, status).history.candles("XXBTZUSD", "1m", null);
    expect(result).toMatchObject({ ok: false, error: { code: "MARKET_UNAVAILABLE", details: { reason } } });
  });

  it("takes warnings for what they are, and a dead line for unreachable", async () => {
    const warned = await answering(envelope({ unixtime: 5 }, ["WGeneral:something"])).history.time();
    expect(warned.ok).toBe(true);
    const dead = await answering(new Error("connection reset")).history.time();
    expect(dead).toMatchObject({ ok: false, error: { details: { reason: "unreachable", error: "connection reset" } } });
  });

  describe.skipIf(shared === undefined || !existsSync(shared))("recorded from Kraken (needs TRADE_SHARED)", () => {
    it("is read whole", async () => {
      const read = (file: string): string => readFileSync(join(shared ?? "", "kraken", "data", file), "utf8");
      const candles = await answering(read("rest_ohlc_xbtusdt_1m_20251111.json")).history.candles(
        "XBTUSDT",
        "1m",
        null,
      );
      expect(candles.ok && candles.value.length).toBe(721);
      const trades = await answering(read("rest_trades_xbtusdt_20251111.json")).history.trades(
        "BTC/USDT",
        "XBTUSDT",
        "0",
      );
      expect(trades.ok && trades.value.trades.length).toBe(1_000);
      const names = await answering(read("rest_asset_pairs_2026_subset.json")).history.restNames();
      expect(names).toMatchObject({
        ok: true,
        value: { "BTC/USD": "XXBTZUSD", "ETH/BTC": "XETHXXBT", "DOGE/USD": "XDGUSD" },
      });
    });
  });
});
