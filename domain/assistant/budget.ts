/**
 * What a run may cost and what it did cost, in USD. The reservation is the most that the call can cost, is taken before the
 * call, and is settled on the usage that the provider tells. Without usage it stands, marked as an estimate.
 */
import {
  add,
  compare,
  decimal,
  divide,
  HUNDRED,
  isAbove,
  isZero,
  multiply,
  round,
  subtract,
  sum,
  wholeNumber,
  ZERO,
  type Decimal,
} from "../decimal.ts";
import { refuse, ok, type Result } from "../problem.ts";
import type { TokenPrice } from "./providers.ts";

const MILLION = decimal("1000000");
/** A micro-dollar: the smallest token price times one token is above it. */
const MONEY_DECIMALS = 6;
const WARNING_PERCENT = decimal("80");

/** Tokens of one call as the provider counts them; `cachedInputTokens` are part of `inputTokens`. */
export type Usage = { readonly inputTokens: number; readonly cachedInputTokens: number; readonly outputTokens: number };

export type Charge = {
  readonly cost: Decimal;
  /** True where the provider told no usage and the reservation stands. */
  readonly estimated: boolean;
};

/** The most a call can cost: nothing from the provider's cache, and every token of output used. Rounded up. */
export function reservation(inputTokens: number, maximumOutputTokens: number, price: TokenPrice): Decimal {
  return costOf({ inputTokens, cachedInputTokens: 0, outputTokens: maximumOutputTokens }, price);
}

/** What the call costs by its usage, rounded up to a micro-dollar. */
export function costOf({ inputTokens, cachedInputTokens, outputTokens }: Usage, price: TokenPrice): Decimal {
  const cached = Math.min(cachedInputTokens, inputTokens);
  const total = sum([
    multiply(wholeNumber(inputTokens - cached), price.input),
    multiply(wholeNumber(cached), price.cachedInput),
    multiply(wholeNumber(outputTokens), price.output),
  ]);
  return round(divide(total, MILLION, MONEY_DECIMALS + 12, "up"), MONEY_DECIMALS, "up");
}

/**
 * What is charged in the end. A usage counts as it is, above the reservation too: the provider will ask for it. `usage` null:
 * the reservation.
 */
export function settle(reserved: Decimal, usage: Usage | null, price: TokenPrice): Charge {
  return usage === null ? { cost: reserved, estimated: true } : { cost: costOf(usage, price), estimated: false };
}

/** A budget of one user and day, or of one model and day. `limit` null: none is set. */
export type BudgetState = {
  readonly limit: Decimal | null;
  /** Settled charges of the day. */
  readonly spent: Decimal;
  /** Reservations of runs that are not settled. */
  readonly reserved: Decimal;
};

export type BudgetLevel = "fine" | "warning" | "stopped";

/** Where the budget stands: it warns at 80 % and stops at 100 %, what is reserved included. */
export function budgetLevel({ limit, spent, reserved }: BudgetState): BudgetLevel {
  if (limit === null) {
    return "fine";
  }
  const used = add(spent, reserved);
  if (compare(used, limit) >= 0) {
    return "stopped";
  }
  return compare(multiply(used, HUNDRED), multiply(limit, WARNING_PERCENT)) >= 0 ? "warning" : "fine";
}

/** What is left of it; null: no limit. Never below zero. */
export function budgetRoom({ limit, spent, reserved }: BudgetState): Decimal | null {
  if (limit === null) {
    return null;
  }
  const room = subtract(limit, add(spent, reserved));
  return isAbove(room, ZERO) ? room : ZERO;
}

/**
 * Takes a reservation out of a budget, or refuses. A reservation must fit whole: so no race of runs can spend more than the
 * limit by what was reserved.
 */
export function reserve(state: BudgetState, amount: Decimal, whose: string): Result<BudgetState> {
  const room = budgetRoom(state);
  if (room !== null && state.limit !== null && (isAbove(amount, room) || (isZero(room) && !isZero(amount)))) {
    return refuse(
      "MODEL_BUDGET",
      `The ${whose} is ${state.limit} USD a day; ${add(state.spent, state.reserved)} is spent or reserved, and this run may cost up to ${amount}.`,
      { limit: state.limit, spent: state.spent, reserved: state.reserved, needed: amount, room },
    );
  }
  return ok({ ...state, reserved: add(state.reserved, amount) });
}

/** Puts the charge of a finished run in the place of its reservation. */
export function settleInto(state: BudgetState, reserved: Decimal, charge: Charge): BudgetState {
  return { ...state, reserved: subtract(state.reserved, reserved), spent: add(state.spent, charge.cost) };
}

/**
 * Tokens of a text where no tokeniser is at hand: one for three bytes of UTF-8 and four for each message. Languages and tables
 * of numbers take more tokens a letter than English prose, so this is above what providers count.
 */
export function estimatedTokens(texts: readonly string[]): number {
  return texts.reduce((total, text) => total + Math.ceil(utf8Length(text) / 3) + 4, 0);
}

function utf8Length(text: string): number {
  let length = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    length += code < 0x80 ? 1 : code < 0x8_00 ? 2 : code < 0x1_00_00 ? 3 : 4;
  }
  return length;
}
