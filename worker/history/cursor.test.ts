import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { comesBefore, decodeCursor, encodeCursor } from "./cursor.ts";

const position = fc.record({
  time: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  id: fc.stringMatching(/^[\w-]{1,64}$/),
});

describe("a cursor", () => {
  it("gives back the position that it was made of, and needs no escaping in a query", () => {
    fc.assert(
      fc.property(position, (at) => {
        const text = encodeCursor(at);
        expect(decodeCursor(text)).toEqual(at);
        expect(encodeURIComponent(text)).toBe(text);
        expect(text.length).toBeLessThanOrEqual(200);
      }),
    );
  });

  it("of any other text is none", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const decoded = decodeCursor(text);
        expect(decoded === null || decodeCursor(encodeCursor(decoded)) !== null).toBe(true);
      }),
    );
    expect(["", "x", "****", "MTIz", encodeCursor({ time: 1, id: "a b" })].map(decodeCursor)).toEqual([
      null,
      null,
      null,
      null,
      null,
    ]);
  });
});

it("the order of lists is total: of two different positions exactly one comes first", () => {
  fc.assert(
    fc.property(position, position, (left, right) => {
      const same = left.time === right.time && left.id === right.id;
      expect(Number(comesBefore(left, right)) + Number(comesBefore(right, left))).toBe(same ? 0 : 1);
    }),
  );
});
