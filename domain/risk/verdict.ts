import { divide, HUNDRED, isAbove, largest, multiply, round, subtract, ZERO, type Decimal } from "../decimal.ts";
import type { ErrorCode, Problem } from "../problem.ts";
import type { RuleVerdict } from "./facts.ts";

/** Decimals of a percentage in a sentence. */
const PERCENT_DECIMALS = 2;

type Words = { readonly code: ErrorCode; readonly name: string; readonly unit: string; readonly message: string };

/** A rule of the shape "used + this order at most limit". */
export function atMost(words: Words, limit: Decimal, value: Decimal, room: Decimal): RuleVerdict {
  return { ...words, passed: !isAbove(value, limit), limit, value, room };
}

/** What is left of a limit, never under zero. */
export function roomIn(limit: Decimal, used: Decimal): Decimal {
  return largest(ZERO, subtract(limit, used));
}

/** `percent` of an amount, exactly. */
export function shareOf(amount: Decimal, percent: Decimal): Decimal {
  return divide(multiply(amount, percent), HUNDRED, 18, "down");
}

/** `part` in percent of `whole`, rounded for a sentence; "0" where there is no whole. */
export function inPercent(part: Decimal, whole: Decimal): Decimal {
  return isAbove(whole, ZERO) ? divide(multiply(part, HUNDRED), whole, PERCENT_DECIMALS, "half-even") : ZERO;
}

/** An amount of account currency, to the cent, for a sentence. */
export function inMoney(amount: Decimal): Decimal {
  return round(amount, 2, "half-even");
}

/** The first failed rule as a denial, or null when all pass. */
export function firstRefusal(verdicts: readonly RuleVerdict[]): Problem | null {
  const failed = verdicts.find(({ passed }) => !passed);
  return failed === undefined ? null : denialOf(failed);
}

/** A verdict as the recorded answer to an order. */
export function denialOf({ code, message, limit, value, room }: RuleVerdict): Problem {
  const details = {
    ...(limit === null ? {} : { limit }),
    ...(value === null ? {} : { value }),
    ...(room === null ? {} : { room }),
  };
  return { code, message, details };
}
