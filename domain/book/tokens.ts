/**
 * The venue prints prices and quantities as JSON numbers in full precision, and its checksum is taken over that very text.
 * Parsing them as numbers loses trailing zeros, so the tokens are put in quotes before JSON.parse (PROTOCOL §5.3).
 */
import { parseDecimal, type Decimal } from "../decimal.ts";

const numberTokens =
  /"(price|qty|bid|ask|bid_qty|ask_qty|last|volume|low|high|vwap|change|price_increment|qty_min|cost_min|qty_increment)":\s*(-?[0-9][0-9.eE+-]*)/g;
const exponentText = /^(-?)(\d+)(?:\.(\d*))?[eE]([+-]?\d+)$/;
/** Longer exponents than this are not prices. */
const LARGEST_EXPONENT = 40;

/** The frame's text with the number tokens of prices and quantities quoted, so that JSON.parse keeps them as text. */
export function quoteNumberTokens(frame: string): string {
  return frame.replace(numberTokens, '"$1":"$2"');
}

/** `1E-8` → "0.00000001"; plain text comes back as it is; null when it is no number of a sane size. */
export function plainNumberText(token: string): string | null {
  const match = exponentText.exec(token);
  if (match === null) {
    return token;
  }
  const [, sign = "", whole = "", fraction = "", exponent = ""] = match;
  const shift = parseInt(exponent, 10);
  if (Math.abs(shift) > LARGEST_EXPONENT) {
    return null;
  }
  const digits = whole + fraction;
  const point = whole.length + shift;
  if (point <= 0) {
    return `${sign}0.${"0".repeat(-point)}${digits}`;
  }
  return point >= digits.length
    ? sign + digits + "0".repeat(point - digits.length)
    : `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** The canonical decimal of a wire token ("0.00005100" → "0.000051"), or null when the token is no number. */
export function decimalFromToken(token: string): Decimal | null {
  const plain = plainNumberText(token);
  return plain === null ? null : parseDecimal(withoutTrailingZeros(plain));
}

/** The token as the checksum takes it: without decimal point and leading zeros; empty for zero (PROTOCOL §5.5). */
export function checksumText(token: string): string {
  const point = token.indexOf(".");
  const digits = point === -1 ? token : token.slice(0, point) + token.slice(point + 1);
  let start = 0;
  while (start < digits.length && digits.charCodeAt(start) === 48) {
    start += 1;
  }
  return start === 0 ? digits : digits.slice(start);
}

function withoutTrailingZeros(text: string): string {
  if (!text.includes(".")) {
    return text;
  }
  let end = text.length;
  while (text.charCodeAt(end - 1) === 48) {
    end -= 1;
  }
  return text.slice(0, text.charCodeAt(end - 1) === 46 ? end - 1 : end);
}
