/**
 * Prices as whole numbers of the smallest decimal place, for ordering only: exact, and far cheaper than decimal arithmetic.
 * A safe integer where it fits, a BigInt beyond; the two compare with each other by `<` and `>`.
 */
export type Scaled = number | bigint;

const SAFE_DIGITS = 15;
const ZERO_CODE = 48;
const POINT_CODE = 46;

/**
 * `text` (plain, non-negative decimal text) × 10^decimals. Null when the text needs more decimals than that, or is no plain
 * non-negative number.
 */
export function scaledInteger(text: string, decimals: number): Scaled | null {
  let value = 0;
  let digits = 0;
  let fraction = -1;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === POINT_CODE) {
      if (fraction !== -1) {
        return null;
      }
      fraction = 0;
      continue;
    }
    const digit = code - ZERO_CODE;
    if (digit < 0 || digit > 9) {
      return null;
    }
    if (fraction >= 0) {
      if (fraction === decimals) {
        if (digit !== 0) {
          return null;
        }
        continue;
      }
      fraction += 1;
    }
    if (digits > 0 || digit !== 0) {
      digits += 1;
    }
    value = value * 10 + digit;
  }
  const missing = decimals - Math.max(fraction, 0);
  if (digits + missing > SAFE_DIGITS) {
    return scaledBigInt(text, decimals);
  }
  for (let place = 0; place < missing; place += 1) {
    value *= 10;
  }
  return value;
}

/** How many decimals the text shows, trailing zeros left out. */
export function neededDecimals(text: string): number {
  const point = text.indexOf(".");
  if (point === -1) {
    return 0;
  }
  let end = text.length;
  while (end > point + 1 && text.charCodeAt(end - 1) === ZERO_CODE) {
    end -= 1;
  }
  return end - point - 1;
}

function scaledBigInt(text: string, decimals: number): bigint {
  const [whole = "0", fraction = ""] = text.split(".");
  return BigInt(whole + fraction.slice(0, decimals).padEnd(decimals, "0"));
}
