/**
 * A position has one stop (ADR 0011), so an entry that names a lower one puts more at risk than itself: all that is held and all
 * that is coming would wait for that level. What it may lose is judged as one trade then.
 */
import { feeRate, worstFeeRate, type FeeSchedule } from "../account/fees.ts";
import {
  add,
  isAbove,
  isPositive,
  largest,
  multiply,
  ONE,
  smallest,
  subtract,
  sum,
  ZERO,
  type Decimal,
} from "../decimal.ts";
import type { Asset, Instrument } from "../market.ts";
import { assetsOf, conversionRate, type Markets } from "../orders/conversion.ts";
import { orderWorth, type OwnLiveOrder, type TradingFacts } from "../orders/facts.ts";
import type { StopPlan } from "../protection/protection.ts";
import type { PositionCase } from "./facts.ts";
import { levelOf } from "./stop-level.ts";

/** The entry that is judged, in account currency; `stop`: where its own stop would be at the least. */
export type JudgedEntry = {
  readonly asset: Asset;
  readonly instrument: Instrument;
  readonly quantity: Decimal;
  /** Its fee included. */
  readonly paid: Decimal;
  readonly stop: Decimal | null;
  /** False where its stop is the account's default, which lowers none, or has taken effect already. */
  readonly names: boolean;
};

/** Some of the position: held, coming with another entry, or coming with this one. */
type Part = {
  readonly quantity: Decimal;
  readonly cost: Decimal;
  readonly stop: Decimal | null;
  readonly names: boolean;
};

/** What all of the position could lose at the lowest stop that an entry names; null while none moves the stop of another part down. */
export function wholePosition(facts: TradingFacts, entry: JudgedEntry, markets: Markets): PositionCase | null {
  const others = [...heldPart(facts, entry.asset, markets), ...comingParts(facts, entry, markets)];
  const own: Part = { quantity: entry.quantity, cost: entry.paid, stop: entry.stop, names: entry.names };
  const parts = [...others, own];
  const [first, ...rest] = parts.flatMap(({ stop, names }) => (names && stop !== null ? stop : []));
  if (first === undefined) {
    return null;
  }
  const stop = smallest(first, ...rest);
  if (!parts.some((part) => part.stop !== null && isAbove(part.stop, stop))) {
    return null;
  }
  const lost = (part: Part): Decimal => lossAt(part, stop, facts.fees);
  const before = sum(others.map(lost));
  return {
    asset: entry.asset,
    stop,
    quantity: sum(parts.map(({ quantity }) => quantity)),
    lossOfOthers: before,
    loss: largest(ZERO, add(before, lost(own))),
  };
}

function lossAt({ quantity, cost }: Part, stop: Decimal, fees: FeeSchedule): Decimal {
  return subtract(cost, multiply(multiply(stop, quantity), subtract(ONE, feeRate(fees, "taker"))));
}

/** A holding whose cost nobody knows counts at what it is worth. */
function heldPart(facts: TradingFacts, asset: Asset, markets: Markets): readonly Part[] {
  const quantity = facts.balances[asset]?.managed ?? ZERO;
  if (!isPositive(quantity)) {
    return [];
  }
  const position = facts.positions[asset];
  const rate = conversionRate(asset, facts.currency, markets)?.rate ?? ZERO;
  const cost = position?.cost ?? multiply(quantity, rate);
  return [{ quantity, cost, stop: position?.stop?.price ?? null, names: false }];
}

function comingParts(facts: TradingFacts, { asset, instrument }: JudgedEntry, markets: Markets): readonly Part[] {
  return facts.orders
    .filter(({ symbol, side }) => side === "buy" && assetsOf(symbol).base === asset)
    .map((order) => {
      const worth = orderWorth(order, facts.currency, markets);
      const plan = order.protection?.stop ?? null;
      const stop = plan === null ? null : stopOf(facts, order, plan, instrument, markets);
      const names = order.protection?.isDefault === false;
      const cost = add(worth, multiply(worth, worstFeeRate(facts.fees)));
      return { quantity: order.remaining, cost, stop, names };
    });
}

function stopOf(
  facts: TradingFacts,
  order: OwnLiveOrder,
  plan: StopPlan,
  instrument: Instrument,
  markets: Markets,
): Decimal | null {
  const { quote } = assetsOf(order.symbol);
  const rate = conversionRate(quote, facts.currency, markets)?.rate ?? order.conversionRate;
  const price = order.valuedAt ?? markets[order.symbol]?.quote.mark ?? null;
  return rate === null || price === null ? null : levelOf(plan, multiply(price, rate), instrument, facts.currency);
}
