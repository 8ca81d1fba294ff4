import type { Engine } from "./engine.ts";
import type { Market } from "./market.ts";
import { applyOffset, trailFrom } from "./order-prices.ts";
import { isTrailing, type Order } from "./orders.ts";
import type { Trade } from "./tape.ts";

interface Due {
  readonly order: Order;
  readonly price: number;
}

/** Orders that wait for a price. Prices are looked at in the order in which they were printed. */
export class TriggerDesk {
  readonly #engine: Engine;
  readonly #fire: (order: Order, price: number) => void;
  readonly #waiting = new Map<string, Set<Order>>();
  readonly #due: Due[] = [];

  constructor(engine: Engine, fire: (order: Order, price: number) => void) {
    this.#engine = engine;
    this.#fire = fire;
  }

  /** Starts to watch an order; a price that is already past its trigger fires it. */
  watch(order: Order): void {
    const { symbol } = order.terms.pair;
    const waiting = this.#waiting.get(symbol) ?? new Set();
    waiting.add(order);
    this.#waiting.set(symbol, waiting);
    this.check(order);
  }

  forget(order: Order): void {
    this.#waiting.get(order.terms.pair.symbol)?.delete(order);
  }

  /** Looks at one order against the price that its trigger refers to now. */
  check(order: Order): void {
    const market = this.#engine.markets.get(order.terms.pair.symbol);
    const price = order.trigger?.reference === "index" ? indexPrice(market) : market?.lastPrice;
    if (price !== undefined && order.trigger?.triggeredAt === undefined) {
      this.#see(order, price);
    }
  }

  traded(market: Market, trades: readonly Trade[]): void {
    const waiting = this.#waiting.get(market.pair.symbol);
    if (waiting === undefined || waiting.size === 0) {
      return;
    }
    for (const trade of trades) {
      for (const order of waiting) {
        if (order.trigger?.reference === "last") {
          this.#see(order, trade.price);
        }
      }
    }
  }

  indexMayHaveMoved(market: Market): void {
    const price = indexPrice(market);
    for (const order of this.#waiting.get(market.pair.symbol) ?? []) {
      if (order.trigger?.reference === "index" && price !== undefined) {
        this.#see(order, price);
      }
    }
  }

  /** Fires the oldest order that is due; returns false when there is none. */
  fireNext(): boolean {
    const due = this.#due.shift();
    if (due === undefined) {
      return false;
    }
    if (due.order.status === "open") {
      this.#fire(due.order, due.price);
    }
    return true;
  }

  #see(order: Order, price: number): void {
    const { trigger, limit } = order;
    const { side, limitOffset } = order.terms;
    if (trigger === undefined) {
      return;
    }
    if (trigger.trail !== undefined) {
      // A trail only ever moves in the order's favour.
      const better = side === "sell" ? price > trigger.extreme : price < trigger.extreme;
      if (better) {
        trigger.extreme = price;
        trigger.price = trailFrom(side, price, trigger.trail);
      }
    }
    if (isReached(order, price)) {
      this.forget(order);
      if (limitOffset !== undefined && limit === undefined) {
        order.limit = applyOffset(trigger.price, limitOffset);
      }
      this.#due.push({ order, price });
    }
  }
}

/** A stop fires when the price gets worse than its trigger, a take-profit when it gets better. */
function isReached(order: Order, price: number): boolean {
  const level = order.trigger?.price ?? 0;
  const stops = order.terms.type.startsWith("stop") || isTrailing(order.terms.type);
  return (order.terms.side === "sell") === stops ? price <= level : price >= level;
}

/** The index this exchange has: the middle of its own book. */
function indexPrice(market: Market | undefined): number | undefined {
  const bid = market?.book.bids.best?.price;
  const ask = market?.book.asks.best?.price;
  return bid === undefined || ask === undefined ? undefined : Math.round((bid + ask) / 2);
}
