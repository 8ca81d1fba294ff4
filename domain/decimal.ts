/**
 * Exact decimal arithmetic over plain text.
 *
 * A `Decimal` is canonical decimal text ("64250.1", "-0.5", "0"): no exponent, no trailing zeros, no "-0". Being text it
 * crosses RPC, JSON and SQLite unchanged, and two equal values are the same string. The arithmetic is big.js; nothing here
 * touches a float. Book maintenance, the one hot path, works on scaled integers instead (domain/book).
 */
import BigJs from "big.js";

declare const decimalBrand: unique symbol;
export type Decimal = string & { readonly [decimalBrand]: "decimal" };

/** How a result that does not fit is cut: towards zero, away from zero, or to the nearest with ties to even. */
export type Rounding = "down" | "up" | "half-even";

const Big = BigJs();
Big.strict = true;
Big.DP = 40;
Big.PE = 200;
Big.NE = -200;

const roundingModes = { down: 0, up: 3, "half-even": 2 } as const;
const canonicalText = /^(?:0|-?(?:[1-9]\d*|(?:0|[1-9]\d*)\.\d*[1-9]))$/;
const plainText = /^[+-]?\d+(?:\.\d*)?$/;

/** True when `text` is already canonical decimal text. */
export function isDecimal(text: string): text is Decimal {
  return canonicalText.test(text);
}

/** The canonical form of plain decimal text ("0.50" → "0.5"), or null when the text is no plain decimal number. */
export function parseDecimal(text: string): Decimal | null {
  if (isDecimal(text)) {
    return text;
  }
  return plainText.test(text) ? fromBig(new Big(text.replace("+", ""))) : null;
}

/** The canonical form of text that is known to be a decimal, such as a literal. Throws on anything else: that is a bug. */
export function decimal(text: string): Decimal {
  const value = parseDecimal(text);
  if (value === null) {
    throw new RangeError(`not a decimal: ${text}`);
  }
  return value;
}

/** The decimal of a whole number. */
export function wholeNumber(value: number): Decimal {
  if (!Number.isSafeInteger(value)) {
    throw new RangeError(`not a whole number: ${value}`);
  }
  return decimal(String(value));
}

export const ZERO: Decimal = decimal("0");
export const ONE: Decimal = decimal("1");
export const TWO: Decimal = decimal("2");
export const HUNDRED: Decimal = decimal("100");

// Sums and comparisons with nothing are most of them; what needs no digits is not parsed.

export function add(left: Decimal, right: Decimal): Decimal {
  if (isZero(left) || isZero(right)) {
    return isZero(left) ? right : left;
  }
  return fromBig(new Big(left).plus(right));
}

export function subtract(left: Decimal, right: Decimal): Decimal {
  if (isZero(right) || left === right) {
    return isZero(right) ? left : ZERO;
  }
  return fromBig(new Big(left).minus(right));
}

export function multiply(left: Decimal, right: Decimal): Decimal {
  if (isZero(left) || isZero(right)) {
    return ZERO;
  }
  return fromBig(new Big(left).times(right));
}

/** left ÷ right at `decimals` places. Throws on division by zero: callers decide what an absent denominator means. */
export function divide(left: Decimal, right: Decimal, decimals: number, rounding: Rounding): Decimal {
  // One division is carried far past the wanted place, so that the final rounding decides on (practically) exact digits.
  const precise = new Big(left).div(right);
  return fromBig(precise.round(decimals, roundingModes[rounding]));
}

export function negate(value: Decimal): Decimal {
  return isZero(value) ? ZERO : canonical(isNegative(value) ? value.slice(1) : `-${value}`);
}

export function absolute(value: Decimal): Decimal {
  return isNegative(value) ? negate(value) : value;
}

/** −1, 0 or 1 as left is below, equal to or above right. */
export function compare(left: Decimal, right: Decimal): -1 | 0 | 1 {
  // Canonical texts are equal exactly when the numbers are.
  if (left === right) {
    return 0;
  }
  if (isNegative(left) !== isNegative(right) || isZero(left) || isZero(right)) {
    return isNegative(left) || isPositive(right) ? -1 : 1;
  }
  return new Big(left).cmp(right);
}

export function isZero(value: Decimal): boolean {
  return value === "0";
}

export function isPositive(value: Decimal): boolean {
  return value !== "0" && !value.startsWith("-");
}

export function isNegative(value: Decimal): boolean {
  return value.startsWith("-");
}

export function isAbove(left: Decimal, right: Decimal): boolean {
  return compare(left, right) > 0;
}

export function isBelow(left: Decimal, right: Decimal): boolean {
  return compare(left, right) < 0;
}

export function smallest(first: Decimal, ...rest: readonly Decimal[]): Decimal {
  return rest.reduce((least, value) => (isBelow(value, least) ? value : least), first);
}

export function largest(first: Decimal, ...rest: readonly Decimal[]): Decimal {
  return rest.reduce((most, value) => (isAbove(value, most) ? value : most), first);
}

export function sum(values: readonly Decimal[]): Decimal {
  return values.reduce(add, ZERO);
}

/** `value` at `decimals` places. "down" and "up" are towards and away from zero. */
export function round(value: Decimal, decimals: number, rounding: Rounding): Decimal {
  return decimalPlaces(value) <= decimals ? value : fromBig(new Big(value).round(decimals, roundingModes[rounding]));
}

/** The nearest multiple of `step` towards zero ("down") or away from it ("up"): a price on the tick grid. */
export function roundToStep(value: Decimal, step: Decimal, rounding: Rounding): Decimal {
  const steps = divide(value, step, 0, rounding);
  return multiply(steps, step);
}

/** The smallest amount of that many decimal places: 2 → 0.01. */
export function unitOf(decimals: number): Decimal {
  return decimals === 0 ? ONE : decimal(`0.${"1".padStart(decimals, "0")}`);
}

/** How many decimal places the value needs. */
export function decimalPlaces(value: Decimal): number {
  const point = value.indexOf(".");
  return point === -1 ? 0 : value.length - point - 1;
}

/** Text with exactly `decimals` places for display and for venues that want padded numbers; ties to even. */
export function toFixedText(value: Decimal, decimals: number): string {
  return new Big(value).toFixed(decimals, roundingModes["half-even"]);
}

function fromBig(value: BigJs): Decimal {
  // big.js keeps the sign of a zero; a canonical zero has none.
  return value.c[0] === 0 ? ZERO : canonical(value.toFixed());
}

function canonical(text: string): Decimal {
  if (!isDecimal(text)) {
    throw new RangeError(`not canonical: ${text}`);
  }
  return text;
}
