import { describe, expect, it } from "vitest";
import type { FillView } from "../../../../contract/orders.ts";
import { decimal, multiply } from "../../../../domain/decimal.ts";
import { fillMarkers } from "./fill-markers.ts";

const colours = { up: "green", down: "red" };

function fill(side: "buy" | "sell", price: string, quantity: string, time: number): FillView {
  return {
    id: `${side}${time}`,
    orderId: "o1",
    accountId: "a1",
    symbol: "BTC/USD",
    side,
    price: decimal(price),
    quantity: decimal(quantity),
    cost: multiply(decimal(price), decimal(quantity)),
    fee: decimal("0.1"),
    feeAsset: "USD",
    liquidity: "taker",
    realisedProfit: null,
    origin: "manual",
    late: false,
    tradeId: null,
    time,
    seq: 1,
  };
}

describe("fill markers", () => {
  it("gather the fills of one candle and side", () => {
    const fills = [fill("buy", "100", "1", 60_000), fill("buy", "101", "3", 119_999), fill("sell", "102", "1", 90_000)];
    const markers = fillMarkers(fills, "1m", 0, colours);
    expect(markers.map((marker) => [marker.time, marker.shape, marker.text])).toEqual([
      [60, "arrowUp", "Buy 4"],
      [60, "arrowDown", "Sell 1"],
    ]);
  });

  it("stand oldest first and leave out what happened before the first candle", () => {
    const fills = [fill("sell", "2", "1", 600_000), fill("buy", "1", "1", 300_000), fill("buy", "1", "1", 1)];
    expect(fillMarkers(fills, "5m", 300_000, colours).map((marker) => marker.time)).toEqual([300, 600]);
  });
});
