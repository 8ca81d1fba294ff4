import { expect, test } from "vitest";
import fc from "fast-check";
import { decimal } from "../decimal.ts";
import { readAmount } from "./amount.ts";
import { readNumberWords } from "./number-words.ts";

test.each([
  ["$64,250", "64250"],
  ["61,037.5", "61037.5"],
  ["40k", "40000"],
  ["$1.2M", "1200000"],
  ["64 250", "64250"],
  ["64.250,50", "64250.5"],
  ["6.4e4", "64000"],
  ["1e-8", "0.00000001"],
  ["sixty-four thousand two hundred and fifty", "64250"],
  ["two point five", "2.5"],
  ["-5", "-5"],
])("%s is read as %s", (written, value) => {
  expect(readAmount(written)).toEqual({ kind: "amount", amount: { value: decimal(value), percent: false } });
});

test("a percent sign is kept apart from the number", () => {
  expect(readAmount("1.5 %")).toEqual({ kind: "amount", amount: { value: decimal("1.5"), percent: true } });
  expect(readAmount("five percent")).toEqual({ kind: "amount", amount: { value: decimal("5"), percent: true } });
});

test.each(["64,000-64,500", "64k to 65k", "$63,800 – $64,200"])("the range %s is no number", (written) => {
  expect(readAmount(written)).toEqual({ kind: "range" });
});

test.each(["", "null", "N/A", "none", "NaN", "-", "not applicable"])('"%s" says that there is none', (written) => {
  expect(readAmount(written)).toEqual({ kind: "absent" });
});

test.each(["a lot", "1,5", "12 monkeys", "0x10", "1e400", "zero constructor", "__proto__"])(
  "%s is not guessed at",
  (written) => {
    expect(readAmount(written)).toEqual({ kind: "unreadable" });
  },
);

test("any amount with its thousands parted is read as the amount", () => {
  fc.assert(
    fc.property(fc.nat({ max: 999_999_999 }), fc.nat({ max: 99 }), (whole, cents) => {
      const written = `$${whole.toLocaleString("en-US")}.${String(cents).padStart(2, "0")}`;
      expect(readAmount(written)).toEqual({
        kind: "amount",
        amount: { value: decimal(`${whole}.${String(cents).padStart(2, "0")}`), percent: false },
      });
    }),
  );
});

test("number words refuse any other word", () => {
  expect(readNumberWords("forty two")).toBe("42");
  expect(readNumberWords("forty two dollars")).toBeNull();
  expect(readNumberWords("thousand")).toBeNull();
});
