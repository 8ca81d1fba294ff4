/** Numbers spelled out in English: "sixty-four thousand two hundred and fifty", "two point five", "half". */
import { add, decimal, multiply, wholeNumber, ZERO, type Decimal } from "../decimal.ts";

const units = [
  "zero",
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
  "ten",
  "eleven",
  "twelve",
  "thirteen",
  "fourteen",
  "fifteen",
  "sixteen",
  "seventeen",
  "eighteen",
  "nineteen",
];
const tens = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const scales: ReadonlyMap<string, Decimal> = new Map([
  ["thousand", decimal("1000")],
  ["million", decimal("1000000")],
  ["billion", decimal("1000000000")],
]);

const word = `(?:${[...units, ...tens.filter((name) => name !== ""), "hundred", ...scales.keys()].join("|")})`;

/** A run of number words inside text. "one" and "two" alone are words before they are numbers; the caller decides. */
export const NUMBER_WORDS_PATTERN = String.raw`\b${word}(?:(?:[\s-]|\s+and\s+)${word})*(?:\s+point(?:\s+${word})+)?\b`;

/** The value of the whole text as number words, or null when any other word is in it. */
export function readNumberWords(text: string): Decimal | null {
  const [integral = "", fraction, ...rest] = text
    .trim()
    .toLowerCase()
    .split(/\s+point\s+/);
  const whole = readWhole(integral);
  if (whole === null || rest.length > 0) {
    return integral === "half" ? decimal("0.5") : null;
  }
  if (fraction === undefined) {
    return whole;
  }
  const digits = fraction.split(/[\s-]+/).map((name) => units.indexOf(name));
  return digits.every((digit) => digit >= 0 && digit <= 9) ? add(whole, decimal(`0.${digits.join("")}`)) : null;
}

function readWhole(text: string): Decimal | null {
  let total = ZERO;
  let group = 0;
  let seen = false;
  for (const name of text.split(/[\s-]+/)) {
    const unit = units.indexOf(name);
    const ten = name === "" ? -1 : tens.indexOf(name);
    const scale = scales.get(name);
    if (unit >= 0) {
      group += unit;
    } else if (ten >= 0) {
      group += ten * 10;
    } else if (name === "hundred" && seen) {
      group *= 100;
    } else if (scale !== undefined && seen) {
      total = add(total, multiply(wholeNumber(group), scale));
      group = 0;
    } else if (name !== "and" || !seen) {
      return null;
    }
    seen = true;
  }
  return seen ? add(total, wholeNumber(group)) : null;
}
