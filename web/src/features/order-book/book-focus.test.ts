import { expect, it } from "vitest";
import { decimal } from "../../../../domain/decimal.ts";
import { movedPlace } from "./book-focus.ts";
import { sizeDecimals, sizeText } from "./size-decimals.ts";

const counts = { bid: 15, ask: 12 };

it("arrows move through the book as it is seen, over the spread and not past its ends", () => {
  expect(movedPlace({ side: "bid", index: 0 }, "ArrowUp", counts)).toEqual({ side: "ask", index: 0 });
  expect(movedPlace({ side: "ask", index: 0 }, "ArrowDown", counts)).toEqual({ side: "bid", index: 0 });
  expect(movedPlace({ side: "ask", index: 3 }, "ArrowUp", counts)).toEqual({ side: "ask", index: 4 });
  expect(movedPlace({ side: "ask", index: 5 }, "PageUp", counts)).toEqual({ side: "ask", index: 11 });
  expect(movedPlace({ side: "bid", index: 14 }, "ArrowDown", counts)).toEqual({ side: "bid", index: 14 });
  expect(movedPlace({ side: "bid", index: 3 }, "Enter", counts)).toBeNull();
});

it("a size has as many decimals as the price has whole digits, so its last digit is worth about one unit of quote", () => {
  expect(sizeDecimals(decimal("64250.1"), 8)).toBe(5);
  expect(sizeDecimals(decimal("150"), 8)).toBe(3);
  expect(sizeDecimals(decimal("0.2"), 8)).toBe(2);
  expect(sizeDecimals(decimal("64250.1"), 3)).toBe(3);
  expect(sizeDecimals(null, 8)).toBe(2);
});

it("a size too small for its column says so instead of showing a zero", () => {
  expect(sizeText(decimal("0.0000034"), 5)).toBe("<0.00001");
  expect(sizeText(decimal("0.25"), 5)).toBe("0.25000");
  expect(sizeText(decimal("0.4"), 0)).toBe("<1");
});
