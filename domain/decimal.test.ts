import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  absolute,
  add,
  compare,
  decimal,
  decimalPlaces,
  divide,
  isAbove,
  isBelow,
  isDecimal,
  isNegative,
  isPositive,
  isZero,
  largest,
  multiply,
  negate,
  parseDecimal,
  round,
  roundToStep,
  smallest,
  subtract,
  sum,
  toFixedText,
  unitOf,
  wholeNumber,
  ZERO,
  type Decimal,
  type Rounding,
} from "./decimal.ts";

const d = decimal;

// The oracle: a decimal as a whole number of 10^-SCALE, in BigInt, which knows nothing of big.js.
const SCALE = 20;
const UNIT = 10n ** BigInt(SCALE);

function scaled(value: Decimal): bigint {
  const negative = value.startsWith("-");
  const [whole = "0", fraction = ""] = value.replace("-", "").split(".");
  const digits = BigInt(whole + fraction.padEnd(SCALE, "0"));
  return negative ? -digits : digits;
}

/** Of any size, and small ones that are often zero or equal. */
const amount = fc
  .oneof(
    fc.tuple(fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }), fc.integer({ min: 0, max: 18 })),
    fc.tuple(fc.bigInt({ min: -2n, max: 2n }), fc.integer({ min: 0, max: 1 })),
  )
  .map(([units, places]) => decimal(plain(units, places)));
const positiveAmount = amount.map((value) => (isZero(value) ? decimal("1") : absolute(value)));
const rounding = fc.constantFrom<Rounding>("down", "up", "half-even");

function plain(units: bigint, places: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(places + 1, "0");
  const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
  return units < 0n ? `-${text}` : text;
}

/** numerator ÷ denominator as a whole number, rounded as asked. */
function quotient(numerator: bigint, denominator: bigint, how: Rounding): bigint {
  const negative = numerator < 0n !== denominator < 0n;
  const n = numerator < 0n ? -numerator : numerator;
  const q = denominator < 0n ? -denominator : denominator;
  const whole = n / q;
  const twice = (n % q) * 2n;
  const up = how === "up" ? twice > 0n : how === "half-even" && (twice > q || (twice === q && whole % 2n === 1n));
  const result = up ? whole + 1n : whole;
  return negative ? -result : result;
}

describe("decimal text", () => {
  it.each(["0", "1", "-1", "0.5", "-0.5", "64250.1", "100", "123456789012345678901234567890.123456789"])(
    "%s is canonical",
    (text) => {
      expect(isDecimal(text)).toBe(true);
      expect(parseDecimal(text)).toBe(text);
    },
  );

  it.each([
    ["0.50", "0.5"],
    ["007", "7"],
    ["+1.0", "1"],
    ["-0", "0"],
    ["-0.000", "0"],
    ["1.", "1"],
    ["0.00000001", "0.00000001"],
  ])("%s is read as %s", (text, canonical) => {
    expect(isDecimal(text) && text !== canonical).toBe(false);
    expect(parseDecimal(text)).toBe(canonical);
  });

  it.each(["", " ", "abc", "1e5", "1E400", "NaN", "Infinity", "1,000", "0x10", "--1", ".5", "1.2.3", "1 ", "١"])(
    "%j is no decimal",
    (text) => {
      expect(isDecimal(text)).toBe(false);
      expect(parseDecimal(text)).toBeNull();
      expect(() => decimal(text)).toThrow(RangeError);
    },
  );

  it("takes whole numbers and refuses fractions and what a float cannot hold", () => {
    expect(wholeNumber(-42)).toBe("-42");
    expect(() => wholeNumber(0.1)).toThrow(RangeError);
    expect(() => wholeNumber(2 ** 53)).toThrow(RangeError);
    expect(() => wholeNumber(Number.NaN)).toThrow(RangeError);
  });

  it("is the same string exactly when the values are equal", () => {
    fc.assert(
      fc.property(amount, amount, (left, right) => {
        expect(left === right).toBe(scaled(left) === scaled(right));
        expect(Math.sign(compare(left, right))).toBe(
          scaled(left) < scaled(right) ? -1 : scaled(left) > scaled(right) ? 1 : 0,
        );
      }),
    );
  });
});

describe("arithmetic agrees with whole numbers", () => {
  it("adds, subtracts, negates and multiplies exactly", () => {
    fc.assert(
      fc.property(amount, amount, (left, right) => {
        expect(scaled(add(left, right))).toBe(scaled(left) + scaled(right));
        expect(scaled(subtract(left, right))).toBe(scaled(left) - scaled(right));
        expect(scaled(negate(left))).toBe(-scaled(left));
        expect(isDecimal(negate(left))).toBe(true);
        expect(scaled(absolute(left))).toBe(scaled(left) < 0n ? -scaled(left) : scaled(left));
        const product = multiply(left, right);
        expect(isDecimal(product)).toBe(true);
        expect(scaledWide(product)).toBe(scaled(left) * scaled(right));
      }),
    );
  });

  it("rounds at a place down, up and half to even", () => {
    fc.assert(
      fc.property(amount, fc.integer({ min: 0, max: 12 }), rounding, (value, places, how) => {
        const grain = 10n ** BigInt(SCALE - places);
        expect(scaled(round(value, places, how))).toBe(quotient(scaled(value), grain, how) * grain);
      }),
    );
  });

  it("divides to a place down, up and half to even", () => {
    fc.assert(
      fc.property(amount, positiveAmount, fc.integer({ min: 0, max: 10 }), rounding, (left, right, places, how) => {
        const wanted = quotient(scaled(left) * 10n ** BigInt(places), scaled(right), how);
        expect(scaled(divide(left, right, places, how))).toBe(wanted * 10n ** BigInt(SCALE - places));
      }),
    );
  });

  it("refuses to divide by zero", () => {
    expect(() => divide(d("1"), ZERO, 2, "down")).toThrow("Division by zero");
  });

  it("puts a price on the tick below and above", () => {
    expect(roundToStep(d("64250.19"), d("0.1"), "down")).toBe("64250.1");
    expect(roundToStep(d("64250.11"), d("0.1"), "up")).toBe("64250.2");
    expect(roundToStep(d("10.3"), d("0.25"), "down")).toBe("10.25");
    expect(roundToStep(d("10.25"), d("0.25"), "up")).toBe("10.25");
    fc.assert(
      fc.property(
        positiveAmount,
        fc.integer({ min: 1, max: 99 }),
        fc.integer({ min: 0, max: 8 }),
        (price, size, places) => {
          const step = decimal(plain(BigInt(size), places));
          const low = roundToStep(price, step, "down");
          const high = roundToStep(price, step, "up");
          expect(compare(low, price)).toBeLessThanOrEqual(0);
          expect(compare(high, price)).toBeGreaterThanOrEqual(0);
          expect(compare(subtract(high, low), step)).toBeLessThanOrEqual(0);
          expect(scaled(low) % scaled(step)).toBe(0n);
        },
      ),
    );
  });

  it("ties go to the even neighbour", () => {
    expect([d("0.5"), d("1.5"), d("2.5"), d("-0.5"), d("-1.5")].map((value) => round(value, 0, "half-even"))).toEqual([
      "0",
      "2",
      "2",
      "0",
      "-2",
    ]);
  });
});

describe("helpers", () => {
  it("tell sign and order", () => {
    expect([isPositive(d("0.1")), isPositive(ZERO), isPositive(d("-1"))]).toEqual([true, false, false]);
    expect([isNegative(d("-0.1")), isNegative(ZERO)]).toEqual([true, false]);
    expect([isAbove(d("10"), d("9")), isBelow(d("10"), d("9")), isAbove(d("9"), d("9"))]).toEqual([true, false, false]);
    expect([smallest(d("10"), d("9"), d("9.5")), largest(d("9"), d("10"), d("9.5"))]).toEqual(["9", "10"]);
    expect(absolute(d("-3"))).toBe("3");
  });

  it("sum a list, nothing being zero", () => {
    expect(sum([])).toBe("0");
    expect(sum([d("0.1"), d("0.2"), d("-0.3")])).toBe("0");
  });

  it("count places, make units and pad for display", () => {
    expect([decimalPlaces(d("1.25")), decimalPlaces(d("100"))]).toEqual([2, 0]);
    expect([unitOf(0), unitOf(1), unitOf(8)]).toEqual(["1", "0.1", "0.00000001"]);
    expect([toFixedText(d("1"), 2), toFixedText(d("2.345"), 2), toFixedText(d("-0.001"), 2)]).toEqual([
      "1.00",
      "2.34",
      "-0.00",
    ]);
  });
});

/** As scaled, at twice the scale: a product's. */
function scaledWide(value: Decimal): bigint {
  const negative = value.startsWith("-");
  const [whole = "0", fraction = ""] = value.replace("-", "").split(".");
  const digits = BigInt(whole) * UNIT * UNIT + BigInt(fraction.padEnd(SCALE * 2, "0"));
  return negative ? -digits : digits;
}
