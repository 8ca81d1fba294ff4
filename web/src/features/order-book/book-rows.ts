/**
 * The order book as rows to draw: levels grouped into price steps, cumulative totals and the share that a depth bar fills.
 * Pure, so that the panel only copies text into cells that exist already.
 */
import {
  add,
  compare,
  decimal,
  divide,
  HUNDRED,
  isAbove,
  multiply,
  roundToStep,
  subtract,
  ZERO,
  type Decimal,
} from "../../../../domain/decimal.ts";
import type { Level, Side } from "../../../../domain/market.ts";

export type BookRow = {
  readonly price: Decimal;
  readonly quantity: Decimal;
  /** Sum of the quantities from the best price to this one. */
  readonly total: Decimal;
  /** What remains of the trader's own orders in this row; "0" when there are none. */
  readonly own: Decimal;
};

export type Spread = {
  readonly absolute: Decimal;
  /** Of the mid, in percent with three decimals. */
  readonly percent: Decimal;
  readonly mid: Decimal;
};

/** One own order, as far as the book is concerned. */
export type OwnLevel = { readonly side: Side; readonly price: Decimal; readonly remaining: Decimal };

const multiples = ["1", "10", "50", "100", "500", "1000"].map(decimal);
const HALF = decimal("0.5");

/** The price steps that a trader can group by: multiples of the pair's tick. */
export function groupingSteps(tickSize: Decimal): readonly Decimal[] {
  return multiples.map((multiple) => multiply(tickSize, multiple));
}

/**
 * The first `count` rows of one side, best first. Bids are gathered downwards and asks upwards, so that a row never shows
 * a price better than what is really there. Input levels are best first.
 */
export function bookSide(
  levels: readonly Level[],
  side: "bid" | "ask",
  step: Decimal,
  own: ReadonlyMap<Decimal, Decimal>,
  count: number,
): readonly BookRow[] {
  const rows: BookRow[] = [];
  let total = ZERO;
  let price: Decimal | null = null;
  let quantity = ZERO;
  for (const [levelPrice, levelQuantity] of levels) {
    const grouped = groupedPrice(levelPrice, side, step);
    if (price !== null && grouped !== price) {
      total = add(total, quantity);
      rows.push({ price, quantity, total, own: own.get(price) ?? ZERO });
      if (rows.length === count) {
        return rows;
      }
      quantity = ZERO;
    }
    price = grouped;
    quantity = quantity === ZERO ? levelQuantity : add(quantity, levelQuantity);
  }
  if (price !== null) {
    total = add(total, quantity);
    rows.push({ price, quantity, total, own: own.get(price) ?? ZERO });
  }
  return rows;
}

/** The remaining quantity of own resting orders by the row that they fall into. */
export function ownQuantities(
  orders: readonly OwnLevel[],
  side: "bid" | "ask",
  step: Decimal,
): ReadonlyMap<Decimal, Decimal> {
  const byPrice = new Map<Decimal, Decimal>();
  const wanted: Side = side === "bid" ? "buy" : "sell";
  for (const order of orders) {
    if (order.side === wanted) {
      const price = groupedPrice(order.price, side, step);
      byPrice.set(price, add(byPrice.get(price) ?? ZERO, order.remaining));
    }
  }
  return byPrice;
}

/** Distance between the best prices, or null while a side is empty or the book is crossed. */
export function spreadOf(bids: readonly Level[], asks: readonly Level[]): Spread | null {
  const bid = bids[0]?.[0];
  const ask = asks[0]?.[0];
  if (bid === undefined || ask === undefined || compare(ask, bid) <= 0) {
    return null;
  }
  const absolute = subtract(ask, bid);
  const twiceMid = add(ask, bid);
  const mid = multiply(twiceMid, HALF);
  return { absolute, mid, percent: divide(multiply(absolute, HUNDRED), mid, 3, "half-even") };
}

/** The largest total of both sides: the length of a full depth bar. */
export function deepestTotal(bids: readonly BookRow[], asks: readonly BookRow[]): Decimal {
  const bid = bids.at(-1)?.total ?? ZERO;
  const ask = asks.at(-1)?.total ?? ZERO;
  return isAbove(bid, ask) ? bid : ask;
}

/** Width of a depth bar in whole percent, so that a bar is repainted only when it visibly changes. */
export function depthPercent(total: Decimal, deepest: Decimal): number {
  return deepest === ZERO ? 0 : Number(divide(multiply(total, HUNDRED), deepest, 0, "half-even"));
}

function groupedPrice(price: Decimal, side: "bid" | "ask", step: Decimal): Decimal {
  return roundToStep(price, step, side === "bid" ? "down" : "up");
}
