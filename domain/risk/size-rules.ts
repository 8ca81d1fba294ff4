/** Rules about size: of the order, of the position that it makes, of all positions together. Open entries count in full. */
import { add, wholeNumber } from "../decimal.ts";
import type { RiskFacts, RuleVerdict } from "./facts.ts";
import { atMost, inMoney, inPercent, roomIn, shareOf } from "./verdict.ts";

export function openPositions({ limits, positionAssets, acquiredAsset }: RiskFacts): RuleVerdict | null {
  if (limits.maximumOpenPositions === null || positionAssets.includes(acquiredAsset)) {
    return null;
  }
  const limit = wholeNumber(limits.maximumOpenPositions);
  const before = wholeNumber(positionAssets.length);
  const value = wholeNumber(positionAssets.length + 1);
  return atMost(
    {
      code: "OPEN_POSITIONS_LIMIT",
      name: "Open positions",
      unit: "positions",
      message: `Your limit is ${limit} open positions, entries that are still open counted, and ${acquiredAsset} would be number ${value}.`,
    },
    limit,
    value,
    roomIn(limit, before),
  );
}

export function orderValue({ limits, currency, orderValue: value }: RiskFacts): RuleVerdict | null {
  const limit = limits.maximumOrderValue;
  if (limit === null) {
    return null;
  }
  const message = `Your limit is ${limit} ${currency} per order and this one is worth ${value} ${currency}.`;
  return atMost(
    { code: "ORDER_VALUE_LIMIT", name: "Value of the order", unit: currency, message },
    limit,
    value,
    limit,
  );
}

export function positionValue(facts: RiskFacts): RuleVerdict | null {
  const limit = facts.limits.maximumPositionValue;
  if (limit === null) {
    return null;
  }
  const { acquiredAsset, acquiredValue, currency } = facts;
  const value = add(acquiredValue, facts.orderValue);
  const room = roomIn(limit, acquiredValue);
  return atMost(
    {
      code: "POSITION_LIMIT",
      name: "Value of the position",
      unit: currency,
      message: `Your limit for ${acquiredAsset} is ${limit} ${currency}, holding and open orders counted; with this order it would be ${value}. There is room for ${room}.`,
    },
    limit,
    value,
    room,
  );
}

export function positionQuantity(facts: RiskFacts): RuleVerdict | null {
  const { acquiredAsset, acquiredQuantity } = facts;
  const limit = facts.limits.maximumPositionQuantity[acquiredAsset];
  if (limit === undefined) {
    return null;
  }
  const value = add(acquiredQuantity, facts.quantity);
  const room = roomIn(limit, acquiredQuantity);
  return atMost(
    {
      code: "POSITION_QUANTITY_LIMIT",
      name: "Quantity of the position",
      unit: acquiredAsset,
      message: `Your limit is ${limit} ${acquiredAsset}, holding and open orders counted; with this order it would be ${value}. There is room for ${room}.`,
    },
    limit,
    value,
    room,
  );
}

export function positionShare(facts: RiskFacts): RuleVerdict | null {
  const { acquiredAsset, acquiredValue, currency, equity } = facts;
  const percent = facts.limits.maximumPositionPercent;
  if (percent === null || equity.value === null) {
    return null;
  }
  const limit = shareOf(equity.value, percent);
  const value = add(acquiredValue, facts.orderValue);
  const room = roomIn(limit, acquiredValue);
  return atMost(
    {
      code: "POSITION_PERCENT_LIMIT",
      name: "Share of equity",
      unit: currency,
      message: `One asset may be ${percent} % of your equity of ${inMoney(equity.value)} ${currency}, that is ${inMoney(limit)}; with this order ${acquiredAsset} would be ${inPercent(value, equity.value)} % (${inMoney(value)}), holding and open orders counted. There is room for ${inMoney(room)} ${currency}.`,
    },
    limit,
    value,
    room,
  );
}

export function exposure(facts: RiskFacts): RuleVerdict | null {
  const { currency, equity } = facts;
  const percent = facts.limits.maximumExposurePercent;
  if (percent === null || equity.value === null) {
    return null;
  }
  const limit = shareOf(equity.value, percent);
  const value = facts.addsExposure ? add(facts.exposure, facts.orderValue) : facts.exposure;
  const room = roomIn(limit, facts.exposure);
  return atMost(
    {
      code: "EXPOSURE_LIMIT",
      name: "Exposure",
      unit: currency,
      message: `All positions and open entries together may be ${percent} % of your equity of ${inMoney(equity.value)} ${currency}, that is ${inMoney(limit)}; with this order they would be ${inPercent(value, equity.value)} % (${inMoney(value)}). There is room for ${inMoney(room)} ${currency}.`,
    },
    limit,
    value,
    room,
  );
}
