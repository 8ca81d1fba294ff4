/**
 * The one door through which every order passes before funds are looked at. It is handed facts and answers a verdict per
 * rule; the first that fails denies. The risk engine adds its rules here and nowhere else. Exits pass all rules but the
 * price collar, which guards against a slipped digit and needs a mark to do so (TRADING §2, §5).
 */
import {
  add,
  compare,
  decimal,
  isAbove,
  isBelow,
  largest,
  multiply,
  ONE,
  subtract,
  wholeNumber,
  ZERO,
  type Decimal,
} from "../decimal.ts";
import type { Intent } from "../account/state.ts";
import type { Asset, Side, Symbol } from "../market.ts";
import type { ErrorCode, Problem } from "../problem.ts";
import { MAXIMUM_OPEN_ORDERS_PER_SYMBOL, type RiskSettings } from "./settings.ts";

export type LimitFacts = {
  readonly limits: RiskSettings;
  readonly currency: Asset;
  readonly symbol: Symbol;
  readonly side: Side;
  readonly intent: Intent;
  readonly limitPrice: Decimal | null;
  /** Of the pair, in quote; null when there is none. */
  readonly mark: Decimal | null;
  /** What the order is worth, in account currency. */
  readonly orderValue: Decimal;
  /** The asset that the order adds to. */
  readonly acquiredAsset: Asset;
  /** Worth of its holding and of the open entries into it, without this order, in account currency. */
  readonly acquiredValue: Decimal;
  /** Assets that are held (dust apart) or that open entries will hold. */
  readonly positionAssets: readonly Asset[];
  /** Null where it cannot be known (in a browser): the rule is then the server's alone. */
  readonly entriesLastMinute: number | null;
  /** Live orders on the symbol, without this one. Null when the order takes no place (it never rests). */
  readonly openOrdersOfSymbol: number | null;
};

export type RuleVerdict = {
  readonly code: ErrorCode;
  readonly passed: boolean;
  readonly limit: string;
  readonly value: string;
  /** How much more is allowed, in the rule's own unit; "0" when nothing is. */
  readonly room: string;
  /** The sentence for the trader when it did not pass. */
  readonly message: string;
};

type Rule = (facts: LimitFacts) => RuleVerdict | null;

/** In the order in which a trader wants to hear of them. */
const RULES: readonly Rule[] = [orderRate, openOrders, priceCollar, openPositions, orderValue, positionValue];

/** One verdict for every rule that applies to the order. */
export function judge(facts: LimitFacts): readonly RuleVerdict[] {
  return RULES.flatMap((rule) => rule(facts) ?? []);
}

/** The first failed rule as a denial, or null when all pass. */
export function firstRefusal(verdicts: readonly RuleVerdict[]): Problem | null {
  const failed = verdicts.find(({ passed }) => !passed);
  if (failed === undefined) {
    return null;
  }
  const { code, message, limit, value, room } = failed;
  return { code, message, details: { limit, value, room } };
}

/** Most that an order may be worth in account currency by the value rules; null when none limits it. */
export function valueRoom(facts: LimitFacts): Decimal | null {
  if (facts.intent === "exit") {
    return null;
  }
  const { maximumOrderValue, maximumPositionValue } = facts.limits;
  const position =
    maximumPositionValue === null ? null : largest(ZERO, subtract(maximumPositionValue, facts.acquiredValue));
  if (maximumOrderValue === null || position === null) {
    return maximumOrderValue ?? position;
  }
  return isBelow(maximumOrderValue, position) ? maximumOrderValue : position;
}

function orderRate(facts: LimitFacts): RuleVerdict | null {
  if (facts.intent === "exit" || facts.entriesLastMinute === null) {
    return null;
  }
  const limit = facts.limits.ordersPerMinute;
  const value = facts.entriesLastMinute + 1;
  return verdict(
    "ORDER_RATE_LIMIT",
    wholeNumber(limit),
    wholeNumber(value),
    `Your limit is ${limit} orders a minute that add to a position and this would be number ${value}. Wait a moment; exits and cancels are not counted.`,
  );
}

function openOrders(facts: LimitFacts): RuleVerdict | null {
  if (facts.openOrdersOfSymbol === null) {
    return null;
  }
  const limit = MAXIMUM_OPEN_ORDERS_PER_SYMBOL;
  const value = facts.openOrdersOfSymbol + 1;
  return verdict(
    "TOO_MANY_OPEN_ORDERS",
    wholeNumber(limit),
    wholeNumber(value),
    `At most ${limit} orders can be open on ${facts.symbol} and this would be number ${value}. Cancel one first.`,
  );
}

function priceCollar(facts: LimitFacts): RuleVerdict | null {
  const percent = facts.limits.priceCollarPercent;
  const { limitPrice, mark, side, symbol } = facts;
  if (percent === null || limitPrice === null || mark === null) {
    return null;
  }
  const share = multiply(multiply(mark, percent), decimal("0.01"));
  const limit = side === "buy" ? add(mark, share) : largest(ZERO, subtract(mark, share));
  const passed = side === "buy" ? compare(limitPrice, limit) <= 0 : compare(limitPrice, limit) >= 0;
  const [far, bound] = side === "buy" ? ["above", "at most"] : ["below", "at least"];
  return {
    code: "PRICE_COLLAR",
    passed,
    limit,
    value: limitPrice,
    room: limit,
    message: `A ${side} limit of ${limitPrice} is more than ${percent} % ${far} the ${symbol} price of ${mark}. Your price collar allows ${bound} ${limit}.`,
  };
}

function openPositions(facts: LimitFacts): RuleVerdict | null {
  const limit = facts.limits.maximumOpenPositions;
  const isNew = !facts.positionAssets.includes(facts.acquiredAsset);
  if (facts.intent === "exit" || limit === null || !isNew) {
    return null;
  }
  const value = facts.positionAssets.length + 1;
  return verdict(
    "OPEN_POSITIONS_LIMIT",
    wholeNumber(limit),
    wholeNumber(value),
    `Your limit is ${limit} open positions, entries that are still open counted, and ${facts.acquiredAsset} would be number ${value}.`,
  );
}

function orderValue(facts: LimitFacts): RuleVerdict | null {
  const limit = facts.limits.maximumOrderValue;
  if (facts.intent === "exit" || limit === null) {
    return null;
  }
  return verdict(
    "ORDER_VALUE_LIMIT",
    limit,
    facts.orderValue,
    `Your limit is ${limit} ${facts.currency} per order and this one is worth ${facts.orderValue} ${facts.currency}.`,
    limit,
  );
}

function positionValue(facts: LimitFacts): RuleVerdict | null {
  const limit = facts.limits.maximumPositionValue;
  if (facts.intent === "exit" || limit === null) {
    return null;
  }
  const value = add(facts.acquiredValue, facts.orderValue);
  const room = largest(ZERO, subtract(limit, facts.acquiredValue));
  return verdict(
    "POSITION_LIMIT",
    limit,
    value,
    `Your limit for ${facts.acquiredAsset} is ${limit} ${facts.currency}, holding and open orders counted; with this order it would be ${value}. There is room for ${room}.`,
    room,
  );
}

/** A rule of the shape "value at most limit". */
function verdict(code: ErrorCode, limit: Decimal, value: Decimal, message: string, room?: Decimal): RuleVerdict {
  const left = room ?? largest(ZERO, subtract(limit, subtract(value, ONE)));
  return { code, passed: !isAbove(value, limit), limit, value, room: left, message };
}
