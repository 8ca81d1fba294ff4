import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { add, compare, decimal, sum, wholeNumber, ZERO, type Decimal } from "../../../../domain/decimal.ts";
import type { Level } from "../../../../domain/market.ts";
import { bookSide, deepestTotal, depthPercent, groupingSteps, ownQuantities, spreadOf } from "./book-rows.ts";

const tick = decimal("0.1");
const none: ReadonlyMap<Decimal, Decimal> = new Map();

function levels(...pairs: readonly [string, string][]): Level[] {
  return pairs.map(([price, quantity]) => [decimal(price), decimal(quantity)] as const);
}

describe("rows of the order book", () => {
  it("add up quantities from the best price outwards", () => {
    const rows = bookSide(levels(["100", "1"], ["99.9", "0.25"], ["99.5", "2"]), "bid", tick, none, 15);
    expect(rows.map((row) => row.total)).toEqual(["1", "1.25", "3.25"]);
  });

  it("gather bids downwards and asks upwards, so no row shows a better price than there is", () => {
    const one = decimal("1");
    const bids = bookSide(levels(["100.9", "1"], ["100.2", "2"], ["99.9", "4"]), "bid", one, none, 15);
    expect(bids.map((row) => [row.price, row.quantity])).toEqual([
      ["100", "3"],
      ["99", "4"],
    ]);
    const asks = bookSide(levels(["100.9", "1"], ["101", "2"], ["101.1", "4"]), "ask", one, none, 15);
    expect(asks.map((row) => [row.price, row.quantity])).toEqual([
      ["101", "3"],
      ["102", "4"],
    ]);
  });

  it("stop at the number that is asked for", () => {
    const many = levels(...Array.from({ length: 40 }, (_, index): [string, string] => [String(100 - index), "1"]));
    expect(bookSide(many, "bid", tick, none, 15)).toHaveLength(15);
    expect(bookSide(many, "bid", tick, none, 15).at(-1)?.total).toBe("15");
  });

  it("keep the whole quantity of a side whatever the grouping", () => {
    const level = fc.tuple(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 1_000_000 }));
    fc.assert(
      fc.property(fc.array(level, { maxLength: 60 }), fc.constantFrom("0.1", "1", "5", "10"), (raw, step) => {
        const unique = [...new Map(raw).entries()].sort(([left], [right]) => right - left);
        const bids: Level[] = unique.map(([price, quantity]) => [
          decimal((price / 10).toFixed(1)),
          wholeNumber(quantity),
        ]);
        const rows = bookSide(bids, "bid", decimal(step), none, 1000);
        expect(rows.at(-1)?.total ?? ZERO).toBe(sum(bids.map(([, quantity]) => quantity)));
        for (const [index, row] of rows.entries()) {
          const next = rows[index + 1];
          expect(next === undefined || compare(next.price, row.price) < 0).toBe(true);
          expect(next === undefined || next.total === add(row.total, next.quantity)).toBe(true);
        }
      }),
    );
  });

  it("show what remains of own orders in the row they fall into", () => {
    const own = ownQuantities(
      [
        { side: "buy", price: decimal("100.4"), remaining: decimal("0.5") },
        { side: "buy", price: decimal("100.9"), remaining: decimal("0.25") },
        { side: "sell", price: decimal("100.4"), remaining: decimal("9") },
      ],
      "bid",
      decimal("1"),
    );
    const rows = bookSide(levels(["100.9", "3"], ["99", "1"]), "bid", decimal("1"), own, 15);
    expect(rows.map((row) => row.own)).toEqual(["0.75", "0"]);
  });

  it("offer steps that are multiples of the tick", () => {
    expect(groupingSteps(tick)).toEqual(["0.1", "1", "5", "10", "50", "100"]);
  });
});

describe("the spread", () => {
  it("is stated absolutely and in percent of the mid", () => {
    expect(spreadOf(levels(["99.9", "1"]), levels(["100.1", "1"]))).toEqual({
      absolute: "0.2",
      mid: "100",
      percent: "0.2",
    });
  });

  it("is absent while a side is empty or the book is crossed", () => {
    expect(spreadOf([], levels(["100", "1"]))).toBeNull();
    expect(spreadOf(levels(["100", "1"]), levels(["100", "1"]))).toBeNull();
  });
});

describe("a depth bar", () => {
  it("is full at the deepest total of both sides", () => {
    const bids = bookSide(levels(["100", "1"], ["99", "1"]), "bid", tick, none, 15);
    const asks = bookSide(levels(["101", "8"]), "ask", tick, none, 15);
    const deepest = deepestTotal(bids, asks);
    expect(bids.map((row) => depthPercent(row.total, deepest))).toEqual([12, 25]);
    expect(asks.map((row) => depthPercent(row.total, deepest))).toEqual([100]);
  });

  it("is empty where the book is", () => {
    expect(depthPercent(ZERO, deepestTotal([], []))).toBe(0);
  });
});
