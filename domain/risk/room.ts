import { smallest, type Decimal } from "../decimal.ts";
import type { RiskFacts } from "./facts.ts";
import { roomIn, shareOf } from "./verdict.ts";

/** How much the rules of size leave for an order; null where none limits it. */
export type Room = {
  /** In account currency. */
  readonly value: Decimal | null;
  /** In units of the acquired asset. */
  readonly quantity: Decimal | null;
  /** Most that it may lose at worst, in account currency. */
  readonly loss: Decimal | null;
};

const NO_LIMIT: Room = { value: null, quantity: null, loss: null };

/** The room of an order like this one, whatever its own size. Exits are not limited. */
export function roomFor(facts: RiskFacts): Room {
  if (facts.intent === "exit") {
    return NO_LIMIT;
  }
  const { limits, acquiredAsset, acquiredValue, acquiredQuantity, equity } = facts;
  const ofEquity = (percent: Decimal | null): Decimal | null =>
    percent === null || equity.value === null ? null : shareOf(equity.value, percent);
  const left = (limit: Decimal | null, used: Decimal): Decimal | null => (limit === null ? null : roomIn(limit, used));
  const quantityLimit = limits.maximumPositionQuantity[acquiredAsset] ?? null;
  return {
    value: least([
      limits.maximumOrderValue,
      left(limits.maximumPositionValue, acquiredValue),
      left(ofEquity(limits.maximumPositionPercent), acquiredValue),
      // What is paid with another position does not add to exposure.
      facts.addsExposure ? left(ofEquity(limits.maximumExposurePercent), facts.exposure) : null,
    ]),
    quantity: left(quantityLimit, acquiredQuantity),
    loss: ofEquity(limits.riskPerTradePercent),
  };
}

function least(amounts: readonly (Decimal | null)[]): Decimal | null {
  const [first, ...others] = amounts.filter((amount) => amount !== null);
  return first === undefined ? null : smallest(first, ...others);
}
