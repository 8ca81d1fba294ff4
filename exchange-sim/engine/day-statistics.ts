import { DAY, MINUTE, type Micros } from "../clock.ts";
import { candleBegin, mergeInto, type Candle } from "./candles.ts";
import type { Trade } from "./tape.ts";

export interface DayStatistics {
  readonly volume: bigint;
  /** Price × quantity. */
  readonly cost: bigint;
  readonly trades: number;
  readonly low: number;
  readonly high: number;
  readonly open: number;
}

/** Rolling 24 h figures, kept as minute buckets. */
export class RollingDay {
  #buckets: Candle[] = [];
  #closed: DayStatistics | undefined;
  #closedThrough = 0;

  /** A finished piece of history, in order. */
  add(candle: Candle): void {
    this.#buckets.push({ ...candle });
    this.#closed = undefined;
  }

  addTrade(trade: Trade): void {
    const begin = candleBegin(trade.time, 1);
    const part: Candle = {
      begin,
      open: trade.price,
      high: trade.price,
      low: trade.price,
      close: trade.price,
      volume: trade.quantity,
      cost: BigInt(trade.price) * trade.quantity,
      trades: 1,
    };
    const last = this.#buckets[this.#buckets.length - 1];
    if (last !== undefined && last.begin === begin) {
      mergeInto(last, part);
      return;
    }
    this.#buckets.push(part);
    this.#closed = undefined;
  }

  /** The last 24 hours up to `now`, to the minute. */
  last24Hours(now: Micros): DayStatistics | undefined {
    const from = candleBegin(now, 1) + MINUTE - DAY;
    if (this.#closed === undefined || this.#closedThrough !== from) {
      const expired = this.#buckets.findIndex((bucket) => bucket.begin >= from - DAY);
      if (expired > 0) {
        this.#buckets.splice(0, expired);
      }
      this.#closed = summarise(this.#buckets.slice(0, -1), from);
      this.#closedThrough = from;
    }
    const running = this.#buckets[this.#buckets.length - 1];
    if (running === undefined || running.begin < from) {
      return this.#closed;
    }
    return join(this.#closed, running);
  }

  /** Since 00:00 UTC: what REST Ticker calls today. */
  today(now: Micros): DayStatistics | undefined {
    return summarise(this.#buckets, candleBegin(now, 1440));
  }
}

function join(before: DayStatistics | undefined, bucket: Candle): DayStatistics {
  return {
    volume: (before?.volume ?? 0n) + bucket.volume,
    cost: (before?.cost ?? 0n) + bucket.cost,
    trades: (before?.trades ?? 0) + bucket.trades,
    low: Math.min(before?.low ?? bucket.low, bucket.low),
    high: Math.max(before?.high ?? bucket.high, bucket.high),
    open: before?.open ?? bucket.open,
  };
}

function summarise(buckets: readonly Candle[], from: Micros): DayStatistics | undefined {
  let sum: DayStatistics | undefined;
  for (const bucket of buckets) {
    if (bucket.begin >= from && bucket.trades > 0) {
      sum = join(sum, bucket);
    }
  }
  return sum;
}
