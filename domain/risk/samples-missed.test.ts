import { describe, expect, it } from "vitest";
import { decimal } from "../decimal.ts";
import type { Candle } from "../market.ts";
import { Desk } from "../testing/desk.ts";
import { assetsSince, heldSince, missedSamples, walkedSamples } from "./samples-missed.ts";

const MINUTE = 60_000;
/** A full minute. */
const T0 = 1_700_000_040_000;

function candle(time: number, close: string): Candle {
  const price = decimal(close);
  return { time, open: price, high: price, low: price, close: price, volume: decimal("1"), trades: 1, closed: true };
}

/** 1,000 USD, of which 5 BTC were bought at 100 without fees. */
function long(): Desk {
  const desk = new Desk({ balance: "1000", taker: "0", maker: "0" });
  desk.now = T0 - 30_000;
  desk.book("BTC/USD", [["100", "50"]], [["100", "50"]], "100");
  desk.place({ side: "buy", quantity: decimal("5") });
  return desk;
}

describe("the samples of missed minutes", () => {
  it("are the closes times what was held, one for each minute", () => {
    const { state, events } = long();
    const candles = { BTC: [candle(T0 - MINUTE, "100"), candle(T0, "90"), candle(T0 + MINUTE, "80")] };
    expect(missedSamples({ state, events, candles, from: T0 - 1, to: T0 + 2 * MINUTE })).toEqual([
      { time: T0, managed: "1000", equity: "1000" },
      { time: T0 + MINUTE, managed: "950", equity: "950" },
      { time: T0 + 2 * MINUTE, managed: "900", equity: "900" },
    ]);
  });

  it("take back the trades that came later: a stop that sold at 80 held until then, and nothing after", () => {
    const desk = long();
    desk.now = T0 + 90_000;
    desk.book("BTC/USD", [["80", "50"]], [["80", "50"]], "80");
    desk.do({ type: "close_position", asset: "BTC", percent: 100 });
    const { state, events } = desk;
    const candles = { BTC: [candle(T0, "90"), candle(T0 + MINUTE, "80"), candle(T0 + 2 * MINUTE, "40")] };
    expect(assetsSince(state, events, T0)).toEqual(["BTC"]);
    expect(missedSamples({ state, events, candles, from: T0, to: T0 + 3 * MINUTE })).toEqual([
      { time: T0 + MINUTE, managed: "950", equity: "950" },
    ]);
  });

  it("are no profit of a deposit that came in between", () => {
    const desk = long();
    desk.now = T0 + 90_000;
    desk.do({ type: "deposit", amount: decimal("500") });
    const candles = { BTC: [candle(T0, "90")] };
    const samples = missedSamples({ state: desk.state, events: desk.events, candles, from: T0, to: T0 + MINUTE });
    // 500 of it are the deposit, by which the peak has moved too.
    expect(samples).toEqual([{ time: T0 + MINUTE, managed: "1450", equity: "1450" }]);
    expect(desk.state.watch.peak).toBe("1500");
  });

  it("repeat the last close in a quiet minute, and end where the price is too old", () => {
    const { state, events } = long();
    const samples = missedSamples({
      state,
      events,
      candles: { BTC: [candle(T0, "90")] },
      from: T0,
      to: T0 + 60 * MINUTE,
    });
    expect(samples).toHaveLength(16);
    expect(samples.at(-1)).toMatchObject({ time: T0 + 16 * MINUTE, managed: "950" });
  });

  it("count what has been quiet for longer at its last close, and say so, while something else has a price", () => {
    const desk = long();
    desk.book("ETH/USD", [["10", "50"]], [["10", "50"]], "10");
    desk.place({ symbol: "ETH/USD", side: "buy", quantity: decimal("10") });
    const candles = { BTC: [candle(T0 + 39 * MINUTE, "60")], ETH: [candle(T0, "9")] };
    const input = { state: desk.state, events: desk.events, candles, from: T0 + 39 * MINUTE, to: T0 + 40 * MINUTE };
    // 400 USD are left, 5 BTC at 60, 10 ETH at the close of 40 minutes ago.
    expect(missedSamples(input)).toEqual([{ time: T0 + 40 * MINUTE, managed: "790", equity: "790", aged: ["ETH"] }]);
    const unlisted = { ...input, candles: { ...candles, ETH: [] } };
    expect(missedSamples({ ...unlisted, marks: { ETH: decimal("8") } })).toEqual([
      { time: T0 + 40 * MINUTE, managed: "780", equity: "780", aged: ["ETH"] },
    ]);
    expect(missedSamples(unlisted)).toEqual([
      { time: T0 + 40 * MINUTE, managed: "800", equity: "800", aged: ["ETH"], unpriced: ["ETH"] },
    ]);
  });

  it("of a recording by the hour are the corners of each candle on its walk, and none of one that still runs", () => {
    const { state, events } = long();
    const hour = 3_600_000;
    const whole = { ...candle(T0, "88"), open: decimal("101"), low: decimal("70"), high: decimal("110") };
    const running = { ...candle(T0 + hour, "10"), closed: false };
    const input = { state, events, candles: { BTC: [whole, running] }, from: T0 - 1, to: T0 + hour };
    expect(walkedSamples(input, hour).map(({ time, managed }) => [time - T0, managed])).toEqual([
      [0, "1005"],
      [hour / 3, "850"],
      [(2 * hour) / 3, "1050"],
      [hour - 1, "940"],
    ]);
    expect(walkedSamples({ ...input, from: T0 + hour / 3 }, hour)).toHaveLength(2);
  });

  it("begin with the position, not before", () => {
    const { state, events } = long();
    expect(heldSince(state, events, T0 - 100 * MINUTE)).toBe(T0 - 30_000);
    expect(heldSince(state, events, T0)).toBe(T0);
    const flat = new Desk();
    expect(heldSince(flat.state, flat.events, T0)).toBe(Infinity);
  });
});
