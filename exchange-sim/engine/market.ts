import type { Micros } from "../clock.ts";
import type { Pair, PairStatus } from "../instruments.ts";
import { minimum } from "../units.ts";
import { CandleStore } from "./candles.ts";
import { RollingDay } from "./day-statistics.ts";
import { crosses, opposite, OrderBook, type BookOrder, type Level, type Side } from "./order-book.ts";
import { Tape, type Trade } from "./tape.ts";

/** What wants to hear of a market's changes, in the order they happen, while the book is as it was at that moment. */
export interface MarketListener {
  /** A level has a new total; 0 means it is gone. */
  levelChanged(market: Market, side: Side, price: number, quantity: bigint): void;
  /** The changes since the last call belong into one book message per side. */
  bookSettled(market: Market): void;
  /** An account's resting order gave a fill; the book must not be changed from here. */
  makerFilled(market: Market, maker: BookOrder, trade: Trade): void;
  /** The trades of one taker, already in tape and candles. */
  traded(market: Market, trades: readonly Trade[]): void;
}

export interface Taker {
  readonly side: Side;
  /** In ticks; undefined takes any price. */
  readonly limit: number | undefined;
  readonly quantity: bigint;
  /** The most to spend, in ticks × quantity units (an order in quote currency). */
  readonly budget?: bigint;
  readonly orderType: "limit" | "market";
  readonly orderId?: string;
  readonly account?: string;
}

export interface Fill {
  readonly maker: BookOrder;
  readonly trade: Trade;
}

export interface TakerEvents {
  /** Called for each fill, before the next one is made. */
  filled(fill: Fill): void;
  /** The taker meets an order of its own account: stop, or go on after the resting one was cancelled. */
  metItself(maker: BookOrder): "stop" | "resting cancelled";
}

/** Trades of each pair kept in memory and on disk. */
export const tapeCapacity = 30_000;

export class Market {
  readonly pair: Pair;
  readonly book = new OrderBook();
  readonly tape = new Tape(tapeCapacity);
  readonly candles = new CandleStore();
  readonly day = new RollingDay();
  status: PairStatus = "online";
  nextTradeId: number;
  /** Time of the last change of the book. */
  bookChangedAt: Micros = 0;
  readonly #listener: MarketListener;

  constructor(pair: Pair, firstTradeId: number, listener: MarketListener) {
    this.pair = pair;
    this.nextTradeId = firstTradeId;
    this.#listener = listener;
  }

  get lastPrice(): number | undefined {
    return this.tape.last?.price;
  }

  /** Rests an order. The caller has made sure that it does not cross. */
  rest(order: BookOrder, time: Micros, settle = true): void {
    const level = this.book.side(order.side).add(order);
    this.#changed(order.side, level, time, settle);
  }

  /** Takes a resting order, or a part of it, off the book. */
  withdraw(order: BookOrder, time: Micros, quantity: bigint = order.remaining, settle = true): void {
    const level = this.book.side(order.side).reduce(order, quantity);
    if (level !== undefined) {
      this.#changed(order.side, level, time, settle);
    }
  }

  /** What `taker` would get now: quantity and cost (ticks × quantity units) up to its limit. */
  preview(taker: Taker): { readonly quantity: bigint; readonly cost: bigint } {
    let quantity = 0n;
    let cost = 0n;
    for (const level of this.book.side(opposite(taker.side)).levels) {
      if (taker.limit !== undefined && !crosses(taker.side, taker.limit, level.price)) {
        break;
      }
      const want = wanted(taker, level.price, quantity, cost);
      if (want === 0n) {
        break;
      }
      const take = minimum(want, level.total);
      quantity += take;
      cost += take * BigInt(level.price);
    }
    return { quantity, cost };
  }

  /** Matches a taker against the book, best price first, oldest order first. Returns what it took. */
  execute(
    taker: Taker,
    time: Micros,
    events?: TakerEvents,
  ): { readonly quantity: bigint; readonly cost: bigint; readonly stopped: boolean } {
    const resting = this.book.side(opposite(taker.side));
    const trades: Trade[] = [];
    let quantity = 0n;
    let cost = 0n;
    let stopped = false;
    for (let level = resting.best; level !== undefined && !stopped; level = resting.best) {
      if (taker.limit !== undefined && !crosses(taker.side, taker.limit, level.price)) {
        break;
      }
      if (wanted(taker, level.price, quantity, cost) === 0n) {
        break;
      }
      let touched = false;
      for (let maker = level.orders[0]; maker !== undefined; maker = level.orders[0]) {
        const want = wanted(taker, level.price, quantity, cost);
        if (want === 0n) {
          break;
        }
        if (maker.account !== undefined && maker.account === taker.account) {
          if (touched) {
            this.#changed(resting.side, level, time, true);
            touched = false;
          }
          if (events === undefined || events.metItself(maker) === "stop") {
            stopped = true;
            break;
          }
          continue;
        }
        const take = minimum(want, maker.remaining);
        resting.reduce(maker, take);
        touched = true;
        quantity += take;
        cost += take * BigInt(level.price);
        const trade = this.#print(taker, level.price, take, time);
        trades.push(trade);
        if (maker.orderId !== undefined) {
          this.#listener.makerFilled(this, maker, trade);
        }
        events?.filled({ maker, trade });
      }
      if (touched) {
        this.#changed(resting.side, level, time, true);
      }
    }
    if (trades.length > 0) {
      this.#listener.traded(this, trades);
    }
    return { quantity, cost, stopped };
  }

  settle(): void {
    this.#listener.bookSettled(this);
  }

  /** Puts a trade of an earlier run, or of the synthesised past, into tape, candles and statistics. */
  recall(trade: Trade): void {
    this.tape.push(trade);
    this.candles.addTrade(trade);
    this.day.addTrade(trade);
    this.nextTradeId = trade.id + 1;
  }

  #print(taker: Taker, price: number, quantity: bigint, time: Micros): Trade {
    // Cursors rise from trade to trade, also when several sweeps share a microsecond.
    const last = this.tape.last;
    const isSameTime = last !== undefined && last.time >= time;
    const nanos = isSameTime ? last.nanos + 1 : 0;
    const trade: Trade = {
      id: this.nextTradeId,
      price,
      quantity,
      time: (isSameTime ? last.time : time) + Math.floor(nanos / 1_000),
      nanos: nanos % 1_000,
      side: taker.side,
      orderType: taker.orderType,
    };
    this.recall(trade);
    return trade;
  }

  #changed(side: Side, level: Level, time: Micros, settle: boolean): void {
    this.bookChangedAt = time;
    level.changedAt = time;
    this.#listener.levelChanged(this, side, level.price, level.total);
    if (settle) {
      this.#listener.bookSettled(this);
    }
  }
}

function wanted(taker: Taker, price: number, quantity: bigint, cost: bigint): bigint {
  const rest = taker.quantity - quantity;
  if (taker.budget === undefined) {
    return rest;
  }
  return minimum(rest, (taker.budget - cost) / BigInt(price));
}
