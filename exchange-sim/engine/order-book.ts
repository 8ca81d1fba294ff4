/** A limit order book with price-time priority. Prices are whole ticks, quantities units of 10^-8. */

export type Side = "buy" | "sell";

export interface BookOrder {
  readonly side: Side;
  readonly price: number;
  remaining: bigint;
  /** The account's order behind it; undefined for the simulated crowd. */
  readonly orderId: string | undefined;
  readonly account: string | undefined;
}

export interface Level {
  readonly price: number;
  total: bigint;
  /** Time of its last change. */
  changedAt: number;
  /** Oldest first. */
  readonly orders: BookOrder[];
}

export function opposite(side: Side): Side {
  return side === "buy" ? "sell" : "buy";
}

/** Whether a limit at `limit` may trade at `price`. */
export function crosses(takerSide: Side, limit: number, price: number): boolean {
  return takerSide === "buy" ? limit >= price : limit <= price;
}

/** One side of the book, best level first. */
export class BookSide {
  readonly side: Side;
  readonly levels: Level[] = [];

  constructor(side: Side) {
    this.side = side;
  }

  get best(): Level | undefined {
    return this.levels[0];
  }

  /** Index of the level at `price`, or where it would be inserted. */
  indexOf(price: number): number {
    let low = 0;
    let high = this.levels.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const level = this.levels[middle];
      const better = level !== undefined && (this.side === "buy" ? level.price > price : level.price < price);
      if (better) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  at(price: number): Level | undefined {
    const level = this.levels[this.indexOf(price)];
    return level?.price === price ? level : undefined;
  }

  add(order: BookOrder): Level {
    const index = this.indexOf(order.price);
    const existing = this.levels[index];
    if (existing !== undefined && existing.price === order.price) {
      existing.orders.push(order);
      existing.total += order.remaining;
      return existing;
    }
    const level: Level = { price: order.price, total: order.remaining, changedAt: 0, orders: [order] };
    this.levels.splice(index, 0, level);
    return level;
  }

  /** Takes quantity off an order; an order with nothing left leaves the book, and an empty level with it. */
  reduce(order: BookOrder, quantity: bigint): Level | undefined {
    const index = this.indexOf(order.price);
    const level = this.levels[index];
    if (level === undefined || level.price !== order.price) {
      return undefined;
    }
    order.remaining -= quantity;
    level.total -= quantity;
    if (order.remaining <= 0n) {
      const place = level.orders.indexOf(order);
      if (place >= 0) {
        level.orders.splice(place, 1);
      }
    }
    if (level.orders.length === 0) {
      this.levels.splice(index, 1);
    }
    return level;
  }
}

export class OrderBook {
  readonly bids = new BookSide("buy");
  readonly asks = new BookSide("sell");

  side(side: Side): BookSide {
    return side === "buy" ? this.bids : this.asks;
  }
}
