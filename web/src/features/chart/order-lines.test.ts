import { describe, expect, it } from "vitest";
import type { OrderView } from "../../../../contract/orders.ts";
import { decimal } from "../../../../domain/decimal.ts";
import type { Instrument } from "../../../../domain/market.ts";
import { bitcoin, sampleAccount, sampleOrder } from "../testing/samples.ts";
import { lineChanges, orderLines, type OrderLine } from "./order-lines.ts";
import { priceOnTick } from "./line-drag.ts";

function line(id: string, price: string): OrderLine {
  return { id, side: "buy", price: decimal(price), label: "Buy 1" };
}

function drawn(...lines: OrderLine[]): ReadonlyMap<string, OrderLine> {
  return new Map(lines.map((entry) => [entry.id, entry]));
}

describe("order lines", () => {
  const { fees } = sampleAccount();
  const labelAt = (order: OrderView, price: string): string | undefined =>
    orderLines([order], bitcoin, fees)[0]?.labelAt?.(decimal(price));

  it("say in the hand what the order costs or brings there, and with a stop what it can lose", () => {
    expect(orderLines([sampleOrder()], bitcoin, fees)).toMatchObject([{ label: "Buy 0.5" }]);
    expect(labelAt(sampleOrder(), "63000")).toBe("Buy 0.5 for $31\u202f626.00");
    const stop = { type: "price" as const, price: decimal("61000") };
    expect(labelAt(sampleOrder({ protection: { stop, target: null, isDefault: false } }), "63000")).toBe(
      "Buy 0.5 −$1\u202f248.00 at its stop",
    );
    const percent = { type: "percent" as const, percent: decimal("5") };
    expect(labelAt(sampleOrder({ protection: { stop: percent, target: null, isDefault: true } }), "60000")).toBe(
      "Buy 0.5 −$1\u202f734.00 at its stop",
    );
    expect(labelAt(sampleOrder({ side: "sell" }), "70000")).toBe("Sell 0.5 for $34\u202f860.00");
  });

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
