import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compare, decimal, wholeNumber, type Decimal } from "../../../domain/decimal.ts";
import { BOOK_DEPTH, makeBookMirror } from "./book-mirror.ts";

type Levels = [Decimal, Decimal][];
const level = (price: number, size: string): [Decimal, Decimal] => [wholeNumber(price), decimal(size)];

function update(kind: "snapshot" | "delta", bids: Levels, asks: Levels) {
  return { kind, bids, asks, at: 1, fresh: true };
}

describe("the mirror of a book", () => {
  it("replaces, adds and removes levels where they belong", () => {
    const mirror = makeBookMirror("BTC/USD");
    mirror.apply(update("snapshot", [level(99, "1"), level(98, "1")], [level(100, "1"), level(101, "1")]));
    mirror.apply(update("delta", [level(97, "2"), level(99, "3")], [level(100, "0"), level(102, "1")]));
    const { bids, asks } = mirror.view();
    expect(bids).toEqual([level(99, "3"), level(98, "1"), level(97, "2")]);
    expect(asks).toEqual([level(101, "1"), level(102, "1")]);
  });

  it("forgets everything at a snapshot and ignores the removal of what is not there", () => {
    const mirror = makeBookMirror("BTC/USD");
    mirror.apply(update("snapshot", [level(99, "1")], []));
    mirror.apply(update("delta", [level(98, "0")], []));
    expect(mirror.view().bids).toEqual([level(99, "1")]);
    mirror.apply(update("snapshot", [level(50, "1")], []));
    expect(mirror.view().bids).toEqual([level(50, "1")]);
  });

  it("equals a plain map after any run of deltas, sorted and cut to its depth", () => {
    const change = fc.tuple(fc.integer({ min: 1, max: 300 }), fc.constantFrom("0", "1", "2.5"));
    fc.assert(
      fc.property(fc.array(fc.array(change, { maxLength: 20 }), { maxLength: 12 }), (runs) => {
        const mirror = makeBookMirror("BTC/USD");
        const expected = new Map<Decimal, Decimal>();
        mirror.apply(update("snapshot", [], []));
        for (const run of runs) {
          const asks = run.map(([price, size]) => level(price, size));
          mirror.apply(update("delta", [], asks));
          for (const [price, size] of asks) {
            if (size === "0") {
              expected.delete(price);
            } else {
              expected.set(price, size);
            }
          }
        }
        const sorted = [...expected].sort(([left], [right]) => compare(left, right));
        // Under the depth nothing is cut, so the map is the whole truth.
        if (sorted.length <= BOOK_DEPTH) {
          expect(mirror.view().asks).toEqual(sorted);
        } else {
          expect(mirror.view().asks.length).toBe(BOOK_DEPTH);
        }
      }),
    );
  });
});
