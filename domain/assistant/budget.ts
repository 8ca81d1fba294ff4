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

const OF_A_MESSAGE = 8;

/**
 * The most tokens that a text is, where no tokeniser is at hand: providers of six families are asked and each cuts in its own way.
 * Every digit and every mark counts as one, because some tokenisers part numbers into digits, and a snapshot is a table of
 * numbers; two small letters of a word as one, a capital by itself; each byte of whatever is not ASCII, which is what a tokeniser
 * over bytes comes to at worst; a break or indentation as one. To each message eight for what frames it.
 */
export function mostTokens(texts: readonly string[]): number {
  return texts.reduce((total, text) => total + tokensOf(text) + OF_A_MESSAGE, 0);
}

function tokensOf(text: string): number {
  let tokens = 0;
  let letters = 0;
  let last = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code >= SMALL_A && code <= SMALL_Z) {
      // The first of a word is counted, and from there every second.
      tokens += letters % 2 === 0 ? 1 : 0;
      letters += 1;
    } else {
      letters = 0;
      tokens += code > ASCII ? bytesOf(code) : code === SPACE ? 0 : 1;
      // A space goes into the word or mark behind it, and into nothing else.
      tokens += last === SPACE && (code > ASCII || code === SPACE || isDigit(code)) ? 1 : 0;
    }
    last = code;
  }
  return tokens;
}

const SMALL_A = 0x61;
const SMALL_Z = 0x7a;
const SPACE = 0x20;
const ASCII = 0x7f;

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function bytesOf(code: number): number {
  return code < 0x8_00 ? 2 : code < 0x1_00_00 ? 3 : 4;
}
