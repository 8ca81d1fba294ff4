import type { Hold, Intent } from "../account/state.ts";
import type { Decimal } from "../decimal.ts";
import type { Instrument, Milliseconds, Side, Symbol } from "../market.ts";
import type { Match } from "../paper/match.ts";
import type { EntryProtection } from "../protection/protection.ts";
import type { Markets } from "./conversion.ts";
import { add, divide, multiply, ONE, subtract, wholeNumber } from "../decimal.ts";
import type { ConditionalClose, OrderType, TimeInForce } from "./order.ts";

export const WAITING_FOR_PRICE = "Waiting for a fresh price: it is matched as soon as there is one, or cancel it.";

export type AssessmentMarket = {
  readonly markets: Markets;
  /** Rules of pairs without a view, so that an exit needs no feed. */
  readonly instruments: Readonly<Record<Symbol, Instrument>>;
  readonly marketTime: Milliseconds;
};

export type OrderPlan = {
  readonly symbol: Symbol;
  readonly side: Side;
  readonly orderType: OrderType;
  readonly timeInForce: TimeInForce;
  readonly postOnly: boolean;
  readonly quantity: Decimal;
  readonly limitPrice: Decimal | null;
  readonly triggerPrice: Decimal | null;
  readonly trailingPercent: Decimal | null;
  readonly conditionalClose: ConditionalClose | null;
  readonly expiresAt: Milliseconds | null;
  /** The stop and target that an entry brings, its own or the account's defaults; null: none. */
  readonly protection: EntryProtection | null;
  readonly intent: Intent;
  readonly instrument: Instrument;
  readonly conversionRate: Decimal;
  readonly hold: Hold;
  /** Null while an exit waits for a fresh price, and for triggered orders. */
  readonly match: Match | null;
  readonly waitingFor: string | null;
};

/** An order in the terms of the venue, ready to be judged. */
export type Candidate = Pick<
  OrderPlan,
  | "symbol"
  | "side"
  | "orderType"
  | "timeInForce"
  | "postOnly"
  | "quantity"
  | "limitPrice"
  | "triggerPrice"
  | "trailingPercent"
  | "conditionalClose"
  | "expiresAt"
  | "protection"
  | "intent"
>;

/**
 * The price that an order is valued and backed at: its limit, else its trigger, else for a trailing stop where it would be
 * triggered now. Null for a market order, and for a trailing stop without a mark.
 */
export function valuedPrice(
  order: Pick<Candidate, "side" | "limitPrice" | "triggerPrice" | "trailingPercent">,
  mark: Decimal | null,
): Decimal | null {
  const fixed = order.limitPrice ?? order.triggerPrice;
  if (fixed !== null || order.trailingPercent === null || mark === null) {
    return fixed;
  }
  const share = divide(order.trailingPercent, wholeNumber(100), TRAILING_DECIMALS, "half-even");
  return multiply(mark, order.side === "buy" ? add(ONE, share) : subtract(ONE, share));
}

const TRAILING_DECIMALS = 8;

/**
 * What of the judgement applies. An amend keeps its place among the open orders; one that makes the order larger counts as an
 * entry; what it has filled already counts towards the pair's minimums.
 */
export type Scope = {
  readonly isNew: boolean;
  readonly enlarges: boolean;
  readonly risk: boolean;
  readonly filled: Decimal;
};
