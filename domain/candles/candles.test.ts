import fc from "fast-check";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compare, decimal, sum, wholeNumber } from "../decimal.ts";
import { TIMEFRAMES, type Candle, type Timeframe, type Trade } from "../market.ts";
import { CandleBuilder, type ClosedCandle } from "./builder.ts";
import { flatCandle, moreComplete } from "./candle.ts";
import { dayChange } from "./day-change.ts";
import { TIMEFRAME_MS, openTime, timeframesFrom } from "./timeframe.ts";

const noon = Date.UTC(2026, 9, 1, 12);
const shared = process.env.TRADE_SHARED;

function trade(id: number, time: number, price: string, quantity = "1"): Trade {
  return { id, symbol: "BTC/USD", price: decimal(price), quantity: decimal(quantity), side: "buy", time };
}

/** The straightforward meaning of a candle, for comparison. */
function aggregate(trades: readonly Trade[], timeframe: Timeframe, open: number): Candle | null {
  const inside = trades.filter(({ time }) => openTime(time, timeframe) === open);
  const [first] = inside;
  const last = inside.at(-1);
  if (first === undefined || last === undefined) {
    return null;
  }
  const prices = inside.map(({ price }) => price).toSorted(compare);
  return {
    time: open,
    open: first.price,
    high: prices.at(-1) ?? first.price,
    low: prices[0] ?? first.price,
    close: last.price,
    volume: sum(inside.map(({ quantity }) => quantity)),
    trades: inside.length,
    closed: true,
  };
}

function build(trades: readonly Trade[], until: number): { builder: CandleBuilder; closed: ClosedCandle[] } {
  const builder = new CandleBuilder("1m");
  const closed = trades.flatMap((each) => builder.addTrade(each).closed);
  return { builder, closed: [...closed, ...builder.advance(until)] };
}

const tape = fc
  .array(
    fc.tuple(fc.integer({ min: 0, max: 400_000 }), fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 9 })),
    {
      minLength: 1,
      maxLength: 60,
    },
  )
  .map((steps) => {
    let time = noon;
    return steps.map(([pause, price, quantity], index) => {
      time += pause;
      return trade(index + 1, time, String(price), `0.0${quantity}`);
    });
  });

describe("candles", () => {
  it("are the plain aggregation of their trades in every timeframe, with flat candles between", () => {
    fc.assert(
      fc.property(tape, (trades) => {
        const end = (trades.at(-1)?.time ?? noon) + TIMEFRAME_MS["1d"];
        const { closed } = build(trades, end);
        for (const timeframe of TIMEFRAMES) {
          const candles = closed.filter((each) => each.timeframe === timeframe).map(({ candle }) => candle);
          let previous: Candle | undefined;
          for (const candle of candles) {
            expect(candle.closed).toBe(true);
            expect(candle.time).toBe(previous === undefined ? candle.time : previous.time + TIMEFRAME_MS[timeframe]);
            const expected =
              aggregate(trades, timeframe, candle.time) ??
              (previous === undefined ? null : { ...flatCandle(candle.time, previous.close), closed: true });
            expect(candle).toEqual(expected);
            previous = candle;
          }
          expect(candles.reduce((total, candle) => total + candle.trades, 0)).toBe(trades.length);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("mark the last one open, in all timeframes, and keep them in agreement", () => {
    const { builder } = build(
      [trade(1, noon + 1_000, "100"), trade(2, noon + 61_000, "90"), trade(3, noon + 62_000, "95", "2")],
      noon,
    );
    expect(builder.running("1m")).toMatchObject({
      open: "90",
      high: "95",
      low: "90",
      close: "95",
      volume: "3",
      closed: false,
    });
    expect(builder.running("5m")).toMatchObject({
      time: noon,
      open: "100",
      low: "90",
      close: "95",
      volume: "4",
      trades: 3,
      closed: false,
    });
    expect(builder.running("1d")).toMatchObject({ time: Date.UTC(2026, 9, 1), open: "100", closed: false });
  });

  it("close by the clock only after the margin for trades that are still on their way", () => {
    const { builder } = build([trade(1, noon + 1_000, "100")], noon);
    expect(builder.advance(noon + 61_999)).toEqual([]);
    expect(builder.advance(noon + 62_000)).toHaveLength(1);
    expect(builder.running("1m")).toMatchObject({ time: noon + 60_000, open: "100", trades: 0 });
  });

  it("take the first trade of a flat candle as its open", () => {
    const { builder } = build([trade(1, noon + 1_000, "100")], noon + 62_000);
    builder.addTrade(trade(2, noon + 70_000, "120"));
    expect(builder.running("1m")).toMatchObject({ open: "120", low: "120", trades: 1 });
  });

  it("tell which stored candles a late trade corrects, and count it where the candle still runs", () => {
    const { builder } = build([trade(1, noon + 1_000, "100"), trade(2, noon + 61_000, "90")], noon);
    expect(builder.addTrade(trade(3, noon + 59_000, "150")).corrected).toEqual(["1m"]);
    expect(builder.running("5m")).toMatchObject({ high: "150", trades: 3 });
    expect(builder.running("1m")).toMatchObject({ high: "90", trades: 1 });
  });

  it("do not take a late print of a minute that is over for the running candle, when nothing has traded yet", () => {
    // The first minute of an hour, before the hours are known: nothing to go on from.
    const builder = new CandleBuilder("1m");
    builder.resume(() => [], noon + 5_000);
    expect(builder.addTrade(trade(1, noon - 30_000, "90"))).toEqual({
      closed: [],
      corrected: ["1m", "5m", "15m", "1h", "4h"],
    });
    expect(builder.running("1m")).toBeNull();
    expect(builder.addTrade(trade(2, noon + 1_000, "100")).closed).toEqual([]);
    expect(builder.running("1m")).toMatchObject({ time: noon, open: "100", low: "100", trades: 1 });
    expect(builder.running("1d")).toMatchObject({ open: "90", trades: 2 });
  });

  it("go on in the first minute of an hour from the minute before it", () => {
    const minute = { ...flatCandle(noon - 60_000, decimal("90")), trades: 4, closed: true };
    const builder = new CandleBuilder("1m");
    builder.resume((timeframe, from) => (timeframe === "1m" && from <= minute.time ? [minute] : []), noon + 5_000);
    expect(builder.running("1m")).toMatchObject({ time: noon, open: "90", trades: 0 });
    expect(builder.running("1h")).toMatchObject({ time: noon, open: "90", trades: 0 });
    expect(builder.addTrade(trade(1, noon - 30_000, "80")).corrected).toEqual(["1m", "5m", "15m", "1h", "4h"]);
    expect(builder.running("1m")).toMatchObject({ time: noon, open: "90", low: "90", trades: 0 });
  });

  it("leave a hole, not thousands of flat candles, after days without data", () => {
    const { closed } = build([trade(1, noon, "100"), trade(2, noon + 9 * TIMEFRAME_MS["1d"], "90")], noon);
    expect(closed.filter(({ timeframe }) => timeframe === "1m")).toHaveLength(1);
  });

  it("continue a day that began before the feed did, from stored history", () => {
    const start = noon + 30 * 60_000;
    const history = (timeframe: Timeframe, from: number): Candle[] => {
      const length = TIMEFRAME_MS[timeframe];
      const candles: Candle[] = [];
      for (let time = from; time + length <= start; time += length) {
        candles.push({
          ...flatCandle(time, decimal("100")),
          high: decimal("110"),
          volume: decimal("1"),
          trades: 1,
          closed: true,
        });
      }
      return candles;
    };
    const builder = new CandleBuilder("1m");
    builder.resume(history, start);
    expect(builder.running("1m")).toMatchObject({ time: start, close: "100", trades: 0, closed: false });
    builder.addTrade(trade(1, start + 5_000, "120", "2"));
    expect(builder.running("1h")).toMatchObject({ time: noon, open: "100", high: "120", volume: "32", trades: 31 });
    // 12 whole hours and 30 minutes: no minute of a counted hour is counted again.
    expect(builder.running("1d")).toMatchObject({ volume: "44", trades: 43 });
  });

  it("offer one hour and longer when the source is hourly", () => {
    expect(timeframesFrom("1h")).toEqual(["1h", "4h", "1d"]);
    const builder = new CandleBuilder("1h");
    expect(builder.timeframes).toEqual(["1h", "4h", "1d"]);
    const closed = [0, 1, 2, 3, 4].flatMap(
      (hour) => builder.addTrade(trade(hour + 1, noon + hour * 3_600_000, "7")).closed,
    );
    expect(closed.filter(({ timeframe }) => timeframe === "1h")).toHaveLength(4);
    expect(closed.filter(({ timeframe }) => timeframe === "4h")).toHaveLength(1);
    builder.resume(() => [], noon);
    expect(builder.running("4h")).toMatchObject({ trades: 1 });
  });

  it("merge backfill with live by keeping the account that saw more trades, whichever comes first", () => {
    const partial = { ...flatCandle(noon, decimal("1")), trades: 3 };
    const whole = { ...flatCandle(noon, decimal("2")), trades: 9 };
    expect(moreComplete(partial, whole)).toBe(whole);
    expect(moreComplete(whole, partial)).toBe(whole);
    expect(moreComplete(whole, { ...whole })).toBe(whole);
  });

  it("open on UTC boundaries, before the epoch too", () => {
    expect(openTime(noon + 12_345_678, "4h")).toBe(noon);
    expect(openTime(-1, "1m")).toBe(-60_000);
  });

  describe.skipIf(shared === undefined || !existsSync(shared))("against Kraken (needs TRADE_SHARED)", () => {
    it("equal the OHLC rows that Kraken gave for the same trades", () => {
      const read = (file: string): Record<string, unknown[][]> =>
        (
          JSON.parse(readFileSync(join(shared ?? "", "kraken", "data", file), "utf8")) as {
            result: Record<string, unknown[][]>;
          }
        ).result;
      const trades = (read("rest_trades_xbtusdt_20251111.json").XBTUSDT ?? []).map((row) => ({
        ...trade(Number(row[6]), Math.floor(Number(row[2]) * 1_000), String(row[0]), String(row[1])),
      }));
      const rows = new Map(
        (read("rest_ohlc_xbtusdt_1m_20251111.json").XBTUSDT ?? []).map((row) => [Number(row[0]) * 1_000, row]),
      );
      const { closed } = build(trades, (trades.at(-1)?.time ?? 0) + 1);
      const minutes = closed.filter(({ timeframe }) => timeframe === "1m").slice(1);
      const compared = minutes.filter(({ candle }) => rows.has(candle.time));
      expect(compared.length).toBeGreaterThan(400);
      for (const { candle } of compared) {
        const row = rows.get(candle.time)?.map(String) ?? [];
        expect([candle.open, candle.high, candle.low, candle.close, candle.volume, String(candle.trades)]).toEqual([
          ...[1, 2, 3, 4, 6].map((column) => decimal(row[column] ?? "")),
          row[7],
        ]);
      }
    });
  });
});

describe("24 h change", () => {
  it("is against the price of 24 hours ago, in quote and in percent", () => {
    expect(dayChange(decimal("60000"), decimal("61500"))).toEqual({ change: "1500", percent: "2.5" });
    expect(dayChange(decimal("64000"), decimal("61000"))).toEqual({ change: "-3000", percent: "-4.69" });
  });

  it("is unknown, not NaN, without a price", () => {
    expect(dayChange(null, decimal("1"))).toEqual({ change: null, percent: null });
    expect(dayChange(wholeNumber(0), decimal("1")).percent).toBeNull();
  });
});
