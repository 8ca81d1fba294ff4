import fc from "fast-check";
import { expect, it } from "vitest";
import { nextNonce } from "./nonce.ts";

it("is the time in microseconds", () => {
  expect(nextNonce(null, 1_790_000_000_123)).toBe("1790000000123000");
  expect(nextNonce("17", 1_790_000_000_123)).toBe("1790000000123000");
});

it("rises by one when the clock does not: within a millisecond, frozen or stepped back", () => {
  expect(nextNonce("1790000000123000", 1_790_000_000_123)).toBe("1790000000123001");
  expect(nextNonce("1790000000123000", 1_600_000_000_000)).toBe("1790000000123001");
});

it("strictly rises whatever the clock does", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 4e12, noNaN: true }), { minLength: 2 }), (times) => {
      let last: string | null = null;
      for (const time of times) {
        const nonce = nextNonce(last, time);
        expect(nonce).toMatch(/^\d{1,20}$/);
        expect(BigInt(nonce) > BigInt(last ?? "-1")).toBe(true);
        last = nonce;
      }
    }),
  );
});

it("keeps whole numbers above what a float holds", () => {
  expect(nextNonce("9007199254740993", 0)).toBe("9007199254740994");
  expect(nextNonce("18446744073709551614", 0)).toBe("18446744073709551615");
});

it("says that the numbers are used up instead of beginning again", () => {
  expect(() => nextNonce("18446744073709551615", 0)).toThrow("used up");
});
