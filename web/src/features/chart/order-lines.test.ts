import { describe, expect, it } from "vitest";
import { decimal } from "../../../../domain/decimal.ts";
import type { Instrument } from "../../../../domain/market.ts";
import { lineChanges, type OrderLine } from "./order-lines.ts";
import { priceOnTick } from "./line-drag.ts";

function line(id: string, price: string): OrderLine {
  return { id, side: "buy", price: decimal(price), label: "Buy 1" };
}

function drawn(...lines: OrderLine[]): ReadonlyMap<string, OrderLine> {
  return new Map(lines.map((entry) => [entry.id, entry]));
}

describe("order lines", () => {
  it("are added, moved and taken away as the orders are", () => {
    const changes = lineChanges(drawn(line("a", "1"), line("b", "2"), line("c", "3")), [
      line("b", "2"),
      line("c", "4"),
      line("d", "5"),
    ]);
    expect(changes.added.map((entry) => entry.id)).toEqual(["d"]);
    expect(changes.changed.map((entry) => entry.id)).toEqual(["c"]);
    expect(changes.removed).toEqual(["a"]);
  });
});

describe("a place on the price axis", () => {
  const instrument: Instrument = {
    symbol: "BTC/USD",
    restName: "XXBTZUSD",
    base: "BTC",
    quote: "USD",
    priceDecimals: 1,
    tickSize: decimal("0.5"),
    quantityDecimals: 8,
    baseDecimals: 10,
    quoteDecimals: 4,
    costDecimals: 5,
    minimumQuantity: decimal("0.0001"),
    minimumCost: decimal("0.5"),
    status: "online",
  };

  it("is the tick below for a buy and above for a sell", () => {
    expect(priceOnTick(100.7, "buy", instrument)).toBe("100.5");
    expect(priceOnTick(100.7, "sell", instrument)).toBe("101");
    expect(priceOnTick(100.500001, "sell", instrument)).toBe("100.5");
  });

  it("is no price at or below zero", () => {
    expect(priceOnTick(0.2, "buy", instrument)).toBeNull();
    expect(priceOnTick(-5, "sell", instrument)).toBeNull();
    expect(priceOnTick(Number.NaN, "sell", instrument)).toBeNull();
  });
});
