/** Exact fixed-point arithmetic: an amount is an integer number of units of 10^-decimals. */

export type Rounding = "down" | "up" | "half-up";

const decimalPattern = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;

/**
 * Reads decimal text as units of 10^-decimals.
 * @returns undefined when the text is no number or has non-zero digits beyond `decimals` (unless `rounding` is given).
 */
export function parseUnits(text: string, decimals: number, rounding?: Rounding): bigint | undefined {
  const match = decimalPattern.exec(text.trim());
  if (match === null) {
    return undefined;
  }
  const [, sign = "", whole = "", fraction = "", exponentText = "0"] = match;
  if (whole === "" && fraction === "") {
    return undefined;
  }
  const exponent = Number.parseInt(exponentText, 10);
  if (Math.abs(exponent) > 60 || whole.length + fraction.length > 120) {
    return undefined;
  }
  const scale = fraction.length - exponent;
  const magnitude = BigInt(whole + fraction);
  const units = rescale(magnitude, scale, decimals, rounding ?? "down");
  if (rounding === undefined && rescale(units, decimals, scale, "down") !== magnitude) {
    return undefined;
  }
  return sign === "-" ? -units : units;
}

/** Writes units as decimal text with exactly `decimals` places, as the venue pads its numbers (PROTOCOL §5.3). */
export function formatUnits(units: bigint, decimals: number): string {
  const negative = units < 0n;
  const digits = (negative ? -units : units).toString().padStart(decimals + 1, "0");
  const whole = decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
  return negative ? `-${whole}` : whole;
}

/** Writes units as decimal text without trailing zeros. */
export function formatTrimmed(units: bigint, decimals: number): string {
  const text = formatUnits(units, decimals);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** Integer division of non-negative or negative numerators by a positive denominator, rounding the magnitude. */
export function divide(numerator: bigint, denominator: bigint, rounding: Rounding): bigint {
  const negative = numerator < 0n;
  const magnitude = negative ? -numerator : numerator;
  let quotient = magnitude / denominator;
  const remainder = magnitude % denominator;
  if (remainder > 0n && (rounding === "up" || (rounding === "half-up" && remainder * 2n >= denominator))) {
    quotient += 1n;
  }
  return negative ? -quotient : quotient;
}

/** Moves an amount from one number of decimals to another. Negative decimals stand for trailing zeros. */
export function rescale(units: bigint, from: number, to: number, rounding: Rounding): bigint {
  if (to >= from) {
    return units * 10n ** BigInt(to - from);
  }
  return divide(units, 10n ** BigInt(from - to), rounding);
}

export function minimum(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

export function maximum(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
