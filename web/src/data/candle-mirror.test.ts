import { describe, expect, it } from "vitest";
import { decimal } from "../../../domain/decimal.ts";
import type { Candle } from "../../../domain/market.ts";
import { makeCandleMirror } from "./candle-mirror.ts";

const MINUTE = 60_000;

function candle(minute: number, close = "100", closed = true): Candle {
  const price = decimal(close);
  return {
    time: minute * MINUTE,
    open: price,
    high: price,
    low: price,
    close: price,
    volume: decimal("1"),
    trades: 1,
    closed,
  };
}

function times(mirror: ReturnType<typeof makeCandleMirror>): number[] {
  return mirror.view().candles.map((entry) => entry.time / MINUTE);
}

describe("the mirror of candles", () => {
  it("changes the running candle in place and says from where on", () => {
    const mirror = makeCandleMirror("BTC/USD", "1m");
    mirror.apply("snapshot", [candle(1), candle(2, "100", false)]);
    expect(mirror.view().change).toEqual({ type: "reset" });
    mirror.apply("delta", [candle(2, "101", false)]);
    expect(mirror.view().change).toEqual({ type: "tail", from: 1 });
    mirror.apply("delta", [candle(2, "102")]);
    mirror.apply("delta", [candle(3, "103", false)]);
    const { candles, change } = mirror.view();
    expect(change).toEqual({ type: "tail", from: 1 });
    expect(candles.map((entry) => entry.close)).toEqual(["100", "102", "103"]);
  });

  it("puts older pages before, without repeating what is there", () => {
    const mirror = makeCandleMirror("BTC/USD", "1m");
    mirror.apply("snapshot", [candle(10), candle(11)]);
    mirror.view();
    mirror.addOlder([candle(8), candle(9), candle(10)], false);
    expect(mirror.isComplete()).toBe(false);
    const view = mirror.view();
    expect(view.change).toEqual({ type: "older", added: 2 });
    expect(view.candles.map((entry) => entry.time / MINUTE)).toEqual([8, 9, 10, 11]);
  });

  it("stops asking when a page brings nothing new", () => {
    const mirror = makeCandleMirror("BTC/USD", "1m");
    mirror.apply("snapshot", [candle(10)]);
    mirror.addOlder([], false);
    expect(mirror.isComplete()).toBe(true);
  });

  it("keeps its history over a reconnect that overlaps, and drops it over one that leaves a hole", () => {
    const mirror = makeCandleMirror("BTC/USD", "1m");
    mirror.apply("snapshot", [candle(10), candle(11)]);
    mirror.addOlder([candle(9)], false);
    mirror.apply("snapshot", [candle(11, "105"), candle(12)]);
    expect(times(mirror)).toEqual([9, 10, 11, 12]);
    mirror.apply("snapshot", [candle(20), candle(21)]);
    expect(times(mirror)).toEqual([20, 21]);
    expect(mirror.view().change.type).toBe("tail");
  });

  it("asks for everything again when both ends changed between two paints", () => {
    const mirror = makeCandleMirror("BTC/USD", "1m");
    mirror.apply("snapshot", [candle(10)]);
    mirror.view();
    mirror.apply("delta", [candle(11)]);
    mirror.addOlder([candle(9)], true);
    expect(mirror.view().change).toEqual({ type: "reset" });
  });
});
