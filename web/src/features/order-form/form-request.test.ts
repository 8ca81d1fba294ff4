import { describe, expect, it } from "vitest";
import { decimal } from "../../../../domain/decimal.ts";
import { bitcoin, NOW } from "../testing/samples.ts";
import { convertedSize, readForm, referencePrice, type Touch } from "./form-request.ts";
import { EMPTY_FORM, type OrderForm } from "./form-state.ts";

const touch: Touch = { bid: [decimal("100"), decimal("1")], ask: [decimal("101"), decimal("1")] };
const nothing: Touch = { bid: null, ask: null };

function read(change: Partial<OrderForm>, at: Touch = touch) {
  return readForm({ ...EMPTY_FORM, ...change }, bitcoin, at, NOW);
}

describe("reading the form", () => {
  it("says what is missing before it says what is wrong", () => {
    expect(read({})).toMatchObject({ type: "incomplete", field: "price" });
    expect(read({ priceText: "0" })).toMatchObject({ type: "unreadable", field: "price" });
    expect(read({ priceText: "100" })).toMatchObject({ type: "incomplete", field: "size" });
    expect(read({ priceText: "100", sizeText: "." })).toMatchObject({ type: "unreadable", field: "size" });
  });

  it("turns a value in quote into a quantity at the limit price, rounded down", () => {
    expect(read({ priceText: "3", sizeText: "10", sizeUnit: "quote" })).toMatchObject({
      request: { quantity: "3.33333333", limitPrice: "3" },
    });
  });

  it("lets a market buy spend, and a market sell bring, an amount of quote", () => {
    const market = { type: "market", sizeText: "50", sizeUnit: "quote", priceText: "7" } as const;
    expect(read(market)).toMatchObject({ request: { cost: "50", timeInForce: "ioc" } });
    expect(read(market)).not.toHaveProperty("request.limitPrice");
    expect(read({ ...market, side: "sell" })).toMatchObject({ request: { quantity: "0.5" } });
    expect(read({ ...market, side: "sell" }, nothing)).toMatchObject({ type: "incomplete", field: "size" });
  });

  it("gives an expiry to a good-till-date order only", () => {
    const limit = { priceText: "100", sizeText: "1", lifetime: "10m" } as const;
    expect(read({ ...limit, timeInForce: "gtd" })).toMatchObject({ request: { expiresAt: NOW + 600_000 } });
    expect(read(limit)).not.toHaveProperty("request.expiresAt");
  });
});

describe("a size in the other unit", () => {
  const etherInBitcoin = { ...bitcoin, symbol: "ETH/BTC", base: "ETH", quote: "BTC", costDecimals: 10 };

  it("is written in cents of dollars and in eight decimals of a coin", () => {
    expect(convertedSize("0.123456", "quote", decimal("64250.1"), bitcoin)).toBe("7932.06");
    expect(convertedSize("0.5", "quote", decimal("0.051794"), etherInBitcoin)).toBe("0.025897");
    expect(convertedSize("7932.06", "base", decimal("64250.1"), bitcoin)).toBe("0.12345599");
  });

  it("is empty without a number or a price", () => {
    expect(convertedSize("x", "quote", decimal("1"), bitcoin)).toBe("");
    expect(convertedSize("1", "quote", null, bitcoin)).toBe("");
  });

  it("is counted at the limit, else at the best price of the other side", () => {
    expect(referencePrice({ ...EMPTY_FORM, priceText: "99" }, touch)).toBe("99");
    expect(referencePrice({ ...EMPTY_FORM, type: "market" }, touch)).toBe("101");
    expect(referencePrice({ ...EMPTY_FORM, type: "market", side: "sell" }, touch)).toBe("100");
    expect(referencePrice({ ...EMPTY_FORM, type: "market" }, nothing)).toBeNull();
  });
});
