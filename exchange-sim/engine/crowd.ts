import { SECOND, type Micros } from "../clock.ts";
import type { Random } from "../random.ts";
import type { Character, Fundamentals } from "./fundamentals.ts";
import type { Market } from "./market.ts";
import { opposite, type BookOrder, type Level, type Side } from "./order-book.ts";

const sides: readonly Side[] = ["buy", "sell"];
const fewestLevels = 115;
const mostLevels = 150;
/** Levels that are quoted behind a price before the crowd goes there. */
const levelsBehind = 15;

/** The simulated makers and takers of one market. All prices in ticks. */
export class Crowd {
  readonly #market: Market;
  readonly #character: Character;
  readonly #fundamentals: Fundamentals;
  readonly #random: Random;
  readonly #tick: number;

  constructor(market: Market, character: Character, fundamentals: Fundamentals, random: Random) {
    this.#market = market;
    this.#character = character;
    this.#fundamentals = fundamentals;
    this.#random = random;
    this.#tick = 10 ** -market.pair.priceDecimals;
  }

  /** Microseconds until the next taker. */
  takerDelay(): Micros {
    return Math.ceil(this.#random.exponential(this.#character.takerEvery) * SECOND);
  }

  /** Microseconds until the next maker action. */
  makerDelay(): Micros {
    return Math.ceil(this.#random.exponential(this.#character.makerEvery) * SECOND);
  }

  /** The crowd's idea of the price, in ticks, not rounded. */
  get fair(): number {
    return this.#fundamentals.value(this.#market.pair.symbol) / this.#tick;
  }

  /** Fills both sides of the book around the fair price, never through an order that is already there. */
  seedBook(time: Micros): void {
    for (const side of sides) {
      this.#fillSide(side, time, mostLevels - 10);
    }
  }

  /** Takes all of the crowd's orders off the book. */
  clear(time: Micros): void {
    for (const side of sides) {
      for (const level of this.#market.book.side(side).levels.slice()) {
        for (const order of crowdOrders(level)) {
          this.#market.withdraw(order, time);
        }
      }
    }
  }

  /** One action of the makers: follow the fair price at the top, or stir somewhere in the book. */
  makerStep(time: Micros): void {
    for (const side of sides) {
      this.#followFair(side, time);
    }
    this.#stir(this.#random.next() < 0.5 ? "buy" : "sell", time);
    for (const side of sides) {
      this.#keepDepth(side, time);
    }
  }

  /** One taker arrives: most are small, a few sweep several levels; a price away from fair attracts those who profit. */
  takerStep(time: Micros): void {
    const { bids, asks } = this.#market.book;
    const bid = bids.best?.price;
    const ask = asks.best?.price;
    if (bid === undefined || ask === undefined) {
      return;
    }
    const fair = this.fair;
    const lean = (fair - (bid + ask) / 2) / (this.#character.spacing * 3);
    const side: Side = this.#random.next() < 0.5 + Math.max(-0.4, Math.min(0.4, lean)) ? "buy" : "sell";
    const eager = this.#random.next() < 0.02 ? 25 : 1;
    const quantity = this.#size(this.#character.takerSize * eager, 1.1);
    const isLimit = this.#random.next() < 0.6;
    const reach = Math.ceil(this.#character.spacing * 4 * this.#random.exponential(1));
    const best = side === "buy" ? ask : bid;
    this.#market.execute(
      {
        side,
        limit: isLimit ? Math.max(1, side === "buy" ? best + reach : best - reach) : undefined,
        quantity,
        orderType: isLimit ? "limit" : "market",
      },
      time,
    );
  }

  /**
   * Brings the last price to `target` with trades: whoever rests on the way is filled first, then `quantity` prints at
   * the target. With `sweep` the crowd's own levels are traded through, without it the crowd has stepped aside.
   */
  walkTo(target: number, quantity: bigint, time: Micros, sweep: boolean): void {
    const last = this.#market.lastPrice ?? target;
    const { bids } = this.#market.book;
    const upwards = target > last || (target === last && bids.best !== undefined && bids.best.price >= target);
    const side: Side = upwards ? "buy" : "sell";
    const resting = this.#market.book.side(opposite(side));
    // Quotes behind the target come first, so that no side is ever empty.
    this.#quoteBeyond(opposite(side), target, time);
    if (!sweep) {
      this.#stepAside(opposite(side), target, time);
    }
    // On its own side the crowd leaves the target too; accounts' orders there are simply hit.
    this.#stepAside(side, side === "buy" ? target - 1 : target + 1, time);
    const hit = totalThrough(this.#market.book.side(side).levels, side, target);
    if (hit > 0n) {
      this.#market.execute({ side: opposite(side), limit: target, quantity: hit, orderType: "market" }, time);
    }
    const better = totalThrough(resting.levels, opposite(side), side === "buy" ? target - 1 : target + 1);
    const maker: BookOrder = {
      side: opposite(side),
      price: target,
      remaining: quantity,
      orderId: undefined,
      account: undefined,
    };
    this.#market.rest(maker, time);
    this.#market.execute({ side, limit: target, quantity: better + quantity, orderType: "market" }, time);
    if (maker.remaining > 0n) {
      this.#market.withdraw(maker, time);
    }
  }

  #quoteBeyond(side: Side, target: number, time: Micros): void {
    const direction = side === "buy" ? -1 : 1;
    for (let price = target + direction, nth = 0; nth < levelsBehind; nth += 1) {
      if (this.#market.book.side(side).at(price) === undefined) {
        this.#rest(side, price, time);
      }
      price += direction * Math.max(1, Math.round(this.#random.exponential(this.#character.spacing)));
    }
  }

  /** Withdraws the crowd's orders of a side that are better than `price` for those who trade against them. */
  #stepAside(side: Side, price: number, time: Micros): void {
    for (const level of this.#market.book.side(side).levels.slice()) {
      if (side === "buy" ? level.price <= price : level.price >= price) {
        break;
      }
      for (const order of crowdOrders(level)) {
        this.#market.withdraw(order, time);
      }
    }
  }

  /** Quotes around the fair price again after a jump. */
  requote(time: Micros): void {
    for (const side of sides) {
      this.#stepAside(side, this.#top(side), time);
    }
    for (const side of sides) {
      this.#followFair(side, time);
      this.#keepDepth(side, time);
    }
  }

  /** A quantity like the crowd's takers have. */
  takerQuantity(): bigint {
    return this.#size(this.#character.takerSize, 1.1);
  }

  /** A quantity around `median` base units, log-normal, at least the pair's minimum. */
  #size(median: number, deviation: number): bigint {
    const units = Math.round(
      median * Math.exp(this.#random.normal() * deviation) * 10 ** this.#market.pair.quantityDecimals,
    );
    // Some sizes are round, as people's are.
    const round = this.#random.next() < 0.3 ? 10 ** Math.max(0, Math.floor(Math.log10(units)) - 1) : 1;
    const quantity = BigInt(Math.floor(units / round) * round);
    const least = this.#market.pair.minimumQuantity;
    return quantity < least ? least : quantity;
  }

  /** Where the best level of a side belongs, in ticks. */
  #top(side: Side): number {
    const half = this.#character.spread / 2;
    return side === "buy" ? Math.floor(this.fair - half + 0.5) : Math.ceil(this.fair + half - 0.5);
  }

  #mayRest(side: Side, price: number): boolean {
    const other = this.#market.book.side(opposite(side)).best?.price;
    return price >= 1 && (other === undefined || (side === "buy" ? price < other : price > other));
  }

  #rest(side: Side, price: number, time: Micros, settle = true): void {
    if (!this.#mayRest(side, price)) {
      return;
    }
    const distance = Math.abs(price - this.fair) / this.#character.spacing;
    const median = this.#character.makerSize * (0.25 + Math.min(distance, 40) / 40);
    const order: BookOrder = {
      side,
      price,
      remaining: this.#size(median, 0.9),
      orderId: undefined,
      account: undefined,
    };
    this.#market.rest(order, time, settle);
  }

  /** Withdraws what is on the wrong side of fair, and quotes again when the top has moved away. */
  #followFair(side: Side, time: Micros): void {
    const top = this.#top(side);
    const levels = this.#market.book.side(side);
    const tenth = levels.levels[9];
    if (tenth !== undefined && (side === "buy" ? tenth.price > top : tenth.price < top)) {
      this.#quoteBeyond(side, top, time);
    }
    for (
      let best = levels.best;
      best !== undefined && (side === "buy" ? best.price > top : best.price < top);
      best = levels.best
    ) {
      const mine = crowdOrders(best);
      if (mine.length === 0) {
        break;
      }
      for (const order of mine) {
        this.#market.withdraw(order, time);
      }
      if (levels.best === best) {
        break;
      }
    }
    const best = levels.best?.price;
    const gap = best === undefined ? Infinity : side === "buy" ? top - best : best - top;
    if (gap > this.#character.spread || (gap > 0 && this.#random.next() < 0.25)) {
      this.#rest(side, top, time);
    }
  }

  #stir(side: Side, time: Micros): void {
    const levels = this.#market.book.side(side).levels;
    const draw = this.#random.next();
    const level = levels[Math.floor(levels.length * this.#random.next() ** 2)];
    const order = level === undefined ? undefined : crowdOrders(level)[0];
    if (level === undefined || order === undefined) {
      return;
    }
    if (draw < 0.35) {
      const lower = order.remaining / 2n;
      if (lower > this.#market.pair.minimumQuantity) {
        this.#market.withdraw(order, time, lower);
      }
    } else if (draw < 0.6) {
      this.#rest(side, level.price, time);
    } else {
      // A moved order: the old level and the new one belong into one message (PROTOCOL §5.5).
      const away = Math.max(1, Math.round(this.#character.spacing * this.#random.exponential(1)));
      const target = draw < 0.8 ? level.price + away : level.price - away;
      const top = this.#top(side);
      const price = side === "buy" ? Math.min(target, top) : Math.max(target, top);
      this.#market.withdraw(order, time, order.remaining, false);
      this.#rest(side, price, time, false);
      this.#market.settle();
    }
  }

  #keepDepth(side: Side, time: Micros): void {
    const levels = this.#market.book.side(side).levels;
    if (levels.length < fewestLevels) {
      this.#fillSide(side, time, fewestLevels + 5);
    }
    for (let index = levels.length - 1; levels.length > mostLevels && index > 0; index -= 1) {
      const level = levels[index];
      for (const order of level === undefined ? [] : crowdOrders(level)) {
        this.#market.withdraw(order, time);
      }
    }
  }

  /** Adds levels at the far end until there are `count`. */
  #fillSide(side: Side, time: Micros, count: number): void {
    const levels = this.#market.book.side(side).levels;
    const direction = side === "buy" ? -1 : 1;
    let price = this.#top(side);
    const far = levels[levels.length - 1];
    if (far !== undefined && levels.length > 20) {
      price = far.price + direction * Math.max(1, Math.round(this.#random.exponential(this.#character.spacing)));
    }
    for (let attempt = 0; attempt < 400 && levels.length < count && price >= 1; attempt += 1) {
      this.#rest(side, price, time);
      price += direction * Math.max(1, Math.round(this.#random.exponential(this.#character.spacing)));
    }
  }
}

/** What rests on a side at `price` or better for those who trade against it. */
function totalThrough(levels: readonly Level[], side: Side, price: number): bigint {
  return levels.reduce(
    (sum, level) => ((side === "buy" ? level.price >= price : level.price <= price) ? sum + level.total : sum),
    0n,
  );
}

function crowdOrders(level: Level): BookOrder[] {
  return level.orders.filter((order) => order.account === undefined);
}
