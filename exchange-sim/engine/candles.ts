import { MINUTE, type Micros } from "../clock.ts";
import { divide, rescale } from "../units.ts";
import type { Trade } from "./tape.ts";

/** In minutes, as REST and WebSocket name them. 21600 is fifteen days. */
export const intervals = [1, 5, 15, 30, 60, 240, 1440, 10080, 21600] as const;

/** Finished candles kept and served per interval (PROTOCOL §2.2). */
export const finishedCandles = 720;

export interface Candle {
  readonly begin: Micros;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: bigint;
  /** Sum of price × quantity, in ticks × quantity units: the vwap is this over the volume. */
  cost: bigint;
  trades: number;
}

/** Start of the interval that holds `time`. Weeks start on Thursday, as 1970 did. */
export function candleBegin(time: Micros, interval: number): Micros {
  const length = interval * MINUTE;
  return Math.floor(time / length) * length;
}

/** Volume-weighted average price in ticks, truncated, not rounded (PROTOCOL §2.2 OHLC facts); 0 without trades. */
export function averagePrice(candle: Pick<Candle, "cost" | "volume">): bigint {
  return candle.volume === 0n ? 0n : candle.cost / candle.volume;
}

/** The same average with `extra` further decimals, rounded half up: REST Ticker prints five. */
export function averagePriceWith(cost: bigint, volume: bigint, extra: number): bigint {
  return volume === 0n ? 0n : divide(rescale(cost, 0, extra, "down"), volume, "half-up");
}

function flat(begin: Micros, price: number): Candle {
  return { begin, open: price, high: price, low: price, close: price, volume: 0n, cost: 0n, trades: 0 };
}

/** Joins a later part into a candle: the plain aggregation of what is in it. */
export function mergeInto(target: Candle, part: Candle): void {
  if (part.trades === 0) {
    return;
  }
  if (target.trades === 0) {
    target.open = part.open;
    target.high = part.high;
    target.low = part.low;
  } else {
    target.high = Math.max(target.high, part.high);
    target.low = Math.min(target.low, part.low);
  }
  target.close = part.close;
  target.volume += part.volume;
  target.cost += part.cost;
  target.trades += part.trades;
}

/** One interval's finished candles and the running one. */
export class CandleSeries {
  readonly interval: number;
  #candles: Candle[] = [];

  constructor(interval: number) {
    this.interval = interval;
  }

  /** Adds a finished piece of history that begins at or after everything added so far. */
  add(part: Candle): Candle | undefined {
    const begin = candleBegin(part.begin, this.interval);
    const closed = this.#rollTo(begin, part.open);
    const running = this.#candles[this.#candles.length - 1];
    if (running !== undefined) {
      mergeInto(running, part);
    }
    return closed;
  }

  addTrade(trade: Trade): void {
    this.add({
      begin: trade.time,
      open: trade.price,
      high: trade.price,
      low: trade.price,
      close: trade.price,
      volume: trade.quantity,
      cost: BigInt(trade.price) * trade.quantity,
      trades: 1,
    });
  }

  /** Everything kept, oldest first, the running candle last; intervals without trades are flat at the last close. */
  upTo(now: Micros): readonly Candle[] {
    const last = this.#candles[this.#candles.length - 1];
    if (last !== undefined) {
      this.#rollTo(candleBegin(now, this.interval), last.close);
    }
    return this.#candles;
  }

  /** The candles that end after `time`, newest first. */
  newest(time: Micros): Candle[] {
    const found: Candle[] = [];
    for (let index = this.#candles.length - 1; index >= 0; index -= 1) {
      const candle = this.#candles[index];
      if (candle === undefined || candle.begin + this.interval * MINUTE <= time) {
        break;
      }
      found.push(candle);
    }
    return found;
  }

  get running(): Candle | undefined {
    return this.#candles[this.#candles.length - 1];
  }

  #rollTo(begin: Micros, firstPrice: number): Candle | undefined {
    const length = this.interval * MINUTE;
    const last = this.#candles[this.#candles.length - 1];
    if (last === undefined) {
      this.#candles.push(flat(begin, firstPrice));
      return undefined;
    }
    if (begin <= last.begin) {
      return undefined;
    }
    const earliest = begin - finishedCandles * length;
    for (let next = Math.max(last.begin + length, earliest); next <= begin; next += length) {
      this.#candles.push(flat(next, last.close));
    }
    const surplus = this.#candles.length - (finishedCandles + 1);
    if (surplus > 0) {
      this.#candles.splice(0, surplus);
    }
    return last;
  }
}

export class CandleStore {
  readonly #series = new Map<number, CandleSeries>(intervals.map((interval) => [interval, new CandleSeries(interval)]));

  series(interval: number): CandleSeries | undefined {
    return this.#series.get(interval);
  }

  addTrade(trade: Trade): void {
    for (const series of this.#series.values()) {
      series.addTrade(trade);
    }
  }

  /** Adds a synthesised candle of `minutes` to every interval at least as long. */
  addHistory(candle: Candle, minutes: number): void {
    for (const series of this.#series.values()) {
      if (series.interval >= minutes) {
        series.add(candle);
      }
    }
  }
}
