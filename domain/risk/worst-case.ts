/** What an entry may lose: the arithmetic of "risk per trade", for the rule, the calculator and the screens alike. */
import { divide, isPositive, largest, multiply, smallest, subtract, ZERO, type Decimal } from "../decimal.ts";
import type { Instrument } from "../market.ts";
import type { Candidate } from "../orders/candidate.ts";
import type { Markets } from "../orders/conversion.ts";
import { acquiredAsset, type TradingFacts } from "../orders/facts.ts";
import { triggersBelow } from "../orders/trigger.ts";
import type { WorstCase } from "./facts.ts";
import { paidFor, proceedsAt } from "./money-at.ts";
import { levelOf, PRICE_DECIMALS } from "./stop-level.ts";
import { wholePosition } from "./whole-position.ts";

/** What is known of an order's fill before it is filled. */
export type ExpectedFill = {
  /** In account currency. */
  readonly worth: Decimal;
  readonly quantity: Decimal;
  /** The best price that it may be filled at, in account currency per unit; null: `worth` ÷ `quantity`. */
  readonly best: Decimal | null;
  /** Filled before, as of an order that is amended: its stop has taken effect. */
  readonly filled: Decimal;
};

export const NO_CASE: WorstCase = { loss: null, stop: null, entry: null, position: null };

type Order = Pick<Candidate, "symbol" | "side" | "protection" | "conditionalClose">;
type Pair = { readonly instrument: Instrument; readonly rate: Decimal };

/**
 * The worst case of an order that costs `worth` in account currency and brings `quantity` units. Its fees are the dearer of
 * the two rates; the stop sells as a taker. A stop can be passed in a gap: then it is worse, and nobody can say by how much.
 */
export function worstCaseOf(
  facts: TradingFacts,
  order: Order,
  expected: ExpectedFill,
  pair: Pair,
  markets: Markets,
): WorstCase {
  const { worth, quantity, best, filled } = expected;
  if (!isPositive(quantity) || !isPositive(worth)) {
    return NO_CASE;
  }
  const { fees } = facts;
  const entry = divide(worth, quantity, PRICE_DECIMALS, "half-even");
  const stop = joined(facts, order, stopOf(facts, order, entry, pair));
  const paid = paidFor(worth, fees);
  const back = stop === null ? ZERO : proceedsAt(quantity, stop, fees);
  const least = best === null ? stop : stopOf(facts, order, smallest(entry, best), pair);
  const position =
    order.side === "sell"
      ? null
      : wholePosition(
          facts,
          {
            asset: acquiredAsset(order),
            instrument: pair.instrument,
            quantity,
            paid,
            stop: least,
            names: order.protection?.isDefault === false && !isPositive(filled),
          },
          markets,
        );
  return { loss: largest(ZERO, subtract(paid, back)), stop, entry, position };
}

/** The account's default never replaces a stop that trails: what it would add waits for that one. */
function joined(facts: TradingFacts, order: Order, stop: Decimal | null): Decimal | null {
  const known = facts.positions[acquiredAsset(order)]?.stop ?? null;
  const joins = known?.type === "trailing" && order.protection?.isDefault === true;
  return stop === null || known === null || !joins ? stop : smallest(stop, known.price);
}

function stopOf({ currency }: TradingFacts, order: Order, entry: Decimal, { instrument, rate }: Pair): Decimal | null {
  const { conditionalClose: close } = order;
  if (order.side === "sell") {
    return null;
  }
  if (close !== null) {
    const isStop = close.type !== "limit" && close.triggerPrice !== null && triggersBelow(close.type, "sell");
    return isStop && close.triggerPrice !== null ? multiply(close.triggerPrice, rate) : null;
  }
  const plan = order.protection?.stop ?? null;
  return plan === null ? null : levelOf(plan, entry, instrument, currency);
}
