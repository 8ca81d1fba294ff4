/** When a triggered order goes off: by the last trade, on paper as on Kraken (TRADING §4). */
import {
  add,
  compare,
  divide,
  isAbove,
  isBelow,
  multiply,
  ONE,
  subtract,
  wholeNumber,
  type Decimal,
} from "../decimal.ts";
import type { Instrument, Side } from "../market.ts";
import { hasLimitPrice, isTriggered, type Order, type OrderType } from "./order.ts";
import { nearestPrice } from "./quantise.ts";

/** Decimals of a distance in percent as a share. */
const SHARE_DECIMALS = 8;

/** A stop-loss sale waits for a lower price, a take-profit sale for a higher one; a buy the other way round. */
export function triggersBelow(type: OrderType, side: Side): boolean {
  return (side === "sell") !== (type === "take-profit" || type === "take-profit-limit");
}

/** True when a trade at `price` sets off a trigger at `trigger`. */
export function isReached(trigger: Decimal, price: Decimal, below: boolean): boolean {
  return below ? compare(price, trigger) <= 0 : compare(price, trigger) >= 0;
}

/** Where a trailing order is triggered while `best` is the best price it has seen, on the pair's tick. */
export function trailedTrigger(side: Side, best: Decimal, percent: Decimal, instrument: Instrument): Decimal {
  const share = divide(percent, wholeNumber(100), SHARE_DECIMALS, "half-even");
  return nearestPrice(multiply(best, side === "sell" ? subtract(ONE, share) : add(ONE, share)), instrument);
}

/** The trigger after a trade at `price`, or null when it stays: it only ever moves in favour (CASES "trailing stop"). */
export function movedTrigger(
  order: Pick<Order, "side" | "trailingPercent" | "triggerPrice">,
  price: Decimal,
  instrument: Instrument,
): Decimal | null {
  if (order.trailingPercent === null) {
    return null;
  }
  const next = trailedTrigger(order.side, price, order.trailingPercent, instrument);
  const before = order.triggerPrice;
  const better = before === null || (order.side === "sell" ? isAbove(next, before) : isBelow(next, before));
  return better ? next : null;
}

/** The best price that a trailing order at `trigger` has seen, as near as the tick tells: a trade beyond it moves the trigger. */
export function bestPriceOf(side: Side, trigger: Decimal, percent: Decimal, instrument: Instrument): Decimal {
  const share = divide(percent, wholeNumber(100), SHARE_DECIMALS, "half-even");
  const factor = side === "sell" ? subtract(ONE, share) : add(ONE, share);
  return divide(trigger, factor, instrument.priceDecimals, side === "sell" ? "down" : "up");
}

/** What a triggered order is once its trigger was reached: a market or a limit order. */
export function triggeredAs(type: OrderType): "market" | "limit" {
  return hasLimitPrice(type) ? "limit" : "market";
}

/** True while a paper order stands only in wait for its trigger: it is in no book. */
export function isArmed(order: Pick<Order, "type" | "triggeredBy">): boolean {
  return isTriggered(order.type) && (order.triggeredBy ?? null) === null;
}
