import { describe, expect, it } from "vitest";
import { decimal } from "../../../../domain/decimal.ts";
import type { Candle } from "../../../../domain/market.ts";
import { axisPrice, candleBar, candleTime, planChange, volumeBar } from "./chart-data.ts";

function candle(minute: number, close = "100"): Candle {
  const price = decimal(close);
  return {
    time: minute * 60_000,
    open: decimal("100"),
    high: price,
    low: price,
    close: price,
    volume: decimal("1.5"),
    trades: 3,
    closed: true,
  };
}

describe("candles on the chart", () => {
  it("are placed at their open time in UTC seconds", () => {
    expect(candleBar(candle(2, "101.5"))).toEqual({ time: 120, open: 100, high: 101.5, low: 101.5, close: 101.5 });
  });

  it("colour their volume by whether they rose", () => {
    const colours = { up: "green", down: "red" };
    expect(volumeBar(candle(1, "101"), colours)).toEqual({ time: 60, value: 1.5, color: "green" });
    expect(volumeBar(candle(1, "99"), colours).color).toBe("red");
  });

  it("contain the moments from their open time to the next one", () => {
    expect(candleTime(3_599_999, "1h")).toBe(0);
    expect(candleTime(3_600_000, "1h")).toBe(3600);
  });
});

describe("a change of the candles", () => {
  const drawn = [candle(1), candle(2), candle(3)];

  it("touches only the last candle when that one moved", () => {
    expect(planChange(drawn, [...drawn.slice(0, 2), candle(3, "102")])).toEqual({ type: "update", from: 2 });
  });

  it("updates the last and adds the next when a candle closed", () => {
    expect(planChange(drawn, [...drawn.slice(0, 2), candle(3, "102"), candle(4)])).toEqual({ type: "update", from: 2 });
    expect(planChange(drawn, [...drawn, candle(4)])).toEqual({ type: "update", from: 3 });
  });

  it("is nothing when nothing differs", () => {
    expect(planChange(drawn, [...drawn])).toEqual({ type: "none" });
    expect(planChange([], [])).toEqual({ type: "none" });
  });

  it("starts over when older candles come in front, a past one is corrected or the series is cut", () => {
    expect(planChange(drawn, [candle(0), ...drawn])).toEqual({ type: "reset" });
    expect(planChange(drawn, [candle(1, "90"), ...drawn.slice(1)])).toEqual({ type: "reset" });
    expect(planChange(drawn, drawn.slice(0, 2))).toEqual({ type: "reset" });
    expect(planChange([], drawn)).toEqual({ type: "reset" });
  });
});

describe("a price of the axis", () => {
  it("is grouped and has the pair's decimals, as every other price of the desk", () => {
    expect(axisPrice(64_309.04, 1)).toBe("64\u202f309.0");
    expect(axisPrice(0.2, 7)).toBe("0.2000000");
    expect(axisPrice(-1_500, 0)).toBe("\u22121\u202f500");
  });
});
