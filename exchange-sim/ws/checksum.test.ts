import { describe, expect, it } from "vitest";
import { bookChecksum, stripNumber, type TokenLevel } from "./checksum.ts";

function levels(text: string): TokenLevel[] {
  return text.split(" ").map((each) => {
    const [price = "", quantity = ""] = each.split("/");
    return { price, quantity };
  });
}

// The documented example (PROTOCOL §5.5).
const asks = levels(
  "45285.2/0.00100000 45286.4/1.54571953 45286.6/1.54571109 45289.6/1.54560911 45290.2/0.15890660 " +
    "45291.8/1.54553491 45294.7/0.04454749 45296.1/0.35380000 45297.5/0.09945542 45299.5/0.18772827",
);
const bids = levels(
  "45283.5/0.10000000 45283.4/1.54582015 45282.1/0.10000000 45281.0/0.10000000 45280.3/1.54592586 " +
    "45279.0/0.07990000 45277.6/0.03310103 45277.5/0.30000000 45277.3/1.54602737 45276.6/0.15445238",
);

describe("the book checksum", () => {
  it("is that of the documented example", () => {
    expect(bookChecksum(asks, bids)).toBe(3_310_070_434);
  });

  it("looks at ten levels a side, whatever lies behind them", () => {
    expect(bookChecksum([...asks, { price: "45300.0", quantity: "1.0" }], bids)).toBe(3_310_070_434);
  });

  it("depends on trailing zeros", () => {
    const trimmed = asks.map(({ price, quantity }) => ({ price, quantity: quantity.replace(/0+$/, "") }));
    expect(bookChecksum(trimmed, bids)).not.toBe(3_310_070_434);
  });

  it("strips the point and leading zeros only", () => {
    expect(["45285.2", "0.00100000", "62797.0", "0.00000500"].map(stripNumber)).toEqual([
      "452852",
      "100000",
      "627970",
      "500",
    ]);
  });
});
