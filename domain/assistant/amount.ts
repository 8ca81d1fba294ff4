/** Reading the numbers that models write: "$64,250", "40k", "61 037.5", "64.250,50", "1.5 %", "sixty-four thousand". */
import { decimal, divide, multiply, ONE, parseDecimal, type Decimal } from "../decimal.ts";
import { readNumberWords } from "./number-words.ts";

/** One written number; `percent` where a percent sign belongs to it. `unit` is what stands directly behind it. */
export type Amount = { readonly value: Decimal; readonly percent: boolean };

/** What a number field holds: a number, deliberately nothing, or something that is no single number. */
export type AmountReading =
  | { readonly kind: "amount"; readonly amount: Amount }
  | { readonly kind: "absent" }
  | { readonly kind: "range" }
  | { readonly kind: "unreadable" };

const POWERS: readonly string[] = Array.from({ length: 19 }, (_, power) => String(power));
const absentWords = /^(?:|null|nil|none|nan|n\/?a|n\.a\.|not applicable|not set|unset|undefined|unknown|tbd|[-–—]+)$/i;
const multipliers: Readonly<Record<string, Decimal>> = {
  k: decimal("1000"),
  thousand: decimal("1000"),
  m: decimal("1000000"),
  mm: decimal("1000000"),
  million: decimal("1000000"),
  bn: decimal("1000000000"),
  b: decimal("1000000000"),
  billion: decimal("1000000000"),
};

/**
 * A number as written inside text: digits with separators. Groups of three may be parted by a comma, an apostrophe, an
 * underscore or a thin or unbreakable space; a plain space parts nothing, because in a sentence it parts words.
 */
export const NUMBER_PATTERN = String.raw`(?:\d{1,3}(?:[,'’_\u00a0\u2009\u202f]\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3})+,\d+|\d+(?:\.\d+)?|\.\d+)`;

/** The words and letters that multiply, written directly behind a number. */
export const MULTIPLIER_PATTERN = String.raw`(?:\s?(?:thousand|million|billion)\b|(?:k|mm?|bn|b)\b)`;

/** As on the wire (contract/decimal.ts): longer text is an attack, not money. */
const bounded = /^\d{0,20}(?:\.\d{1,18})?$/;
const currency = String.raw`(?:US\$|[$€£₿]|USDT?|EUR|GBP)`;
const whole = new RegExp(
  String.raw`^(?<sign>[-+−])?\s*(?:${currency}\s*)?(?<digits>${NUMBER_PATTERN}|\d{1,3}(?:\s\d{3})+(?:\.\d+)?)(?<times>${MULTIPLIER_PATTERN})?\s*(?<percent>%|percent\b|pct\b)?\s*(?:${currency}|[A-Z]{2,5})?$`,
  "i",
);
const range = new RegExp(String.raw`\d\s*(?:k|m)?\s*(?:[-–—~]|\bto\b|\band\b|\.\.)\s*(?:${currency})?\s*\d`, "i");

/** Reads the text of a number field of a decision. */
export function readAmount(text: string): AmountReading {
  const trimmed = text.trim();
  if (absentWords.test(trimmed)) {
    return { kind: "absent" };
  }
  const match = whole.exec(trimmed);
  if (match?.groups !== undefined) {
    const { sign, digits, times, percent } = match.groups;
    const value = numberOf(digits ?? "", times);
    if (value !== null) {
      const signed = sign === "-" || sign === "−" ? multiply(value, decimal("-1")) : value;
      return { kind: "amount", amount: { value: signed, percent: percent !== undefined } };
    }
  }
  const exponent = /^[-+]?\d+(?:\.\d+)?e[-+]?\d{1,2}$/i.exec(trimmed);
  if (exponent !== null) {
    const value = fromExponent(trimmed);
    return value === null ? { kind: "unreadable" } : { kind: "amount", amount: { value, percent: false } };
  }
  if (range.test(trimmed)) {
    return { kind: "range" };
  }
  const words = readNumberWords(trimmed.replace(/\s*(?:percent|per cent)$/i, ""));
  return words === null
    ? { kind: "unreadable" }
    : { kind: "amount", amount: { value: words, percent: /per ?cent$/i.test(trimmed) } };
}

/** The value of written digits with their separators and a multiplier; null when they are none. */
export function numberOf(digits: string, times: string | undefined): Decimal | null {
  const plain = /^\d{1,3}(?:\.\d{3})+,\d+$/.test(digits)
    ? digits.replaceAll(".", "").replace(",", ".")
    : digits.replaceAll(/[,'’_\s\u00a0\u2009\u202f]/g, "");
  const value = parseDecimal(plain.startsWith(".") ? `0${plain}` : plain);
  const factor = times === undefined ? undefined : multipliers[times.trim().toLowerCase()];
  return value === null || !bounded.test(plain) ? null : factor === undefined ? value : multiply(value, factor);
}

/** "6.425e4". Powers beyond eighteen are no amount of anything. */
function fromExponent(text: string): Decimal | null {
  const [, mantissa = "", sign = "", power = ""] = /^[-+]?([\d.]+)e([-+]?)0?(\d+)$/i.exec(text) ?? [];
  const value = parseDecimal(text.startsWith("-") ? `-${mantissa}` : mantissa);
  const zeros = POWERS.indexOf(power);
  if (value === null || zeros === -1) {
    return null;
  }
  const shifted = decimal(`1${"0".repeat(zeros)}`);
  return multiply(value, sign === "-" ? divide(ONE, shifted, zeros, "half-even") : shifted);
}
