/** Arithmetic of single candles. A candle is the plain aggregation of its trades (PROTOCOL §2.2, OHLC facts). */
import { ZERO, add, isAbove, isBelow, type Decimal } from "../decimal.ts";
import type { Candle, Milliseconds, Trade } from "../market.ts";

/** A running candle that holds one trade. */
export function candleOf(time: Milliseconds, trade: Trade): Candle {
  const { price, quantity } = trade;
  return { time, open: price, high: price, low: price, close: price, volume: quantity, trades: 1, closed: false };
}

/** An interval without trades repeats the previous close. */
export function flatCandle(time: Milliseconds, price: Decimal): Candle {
  return { time, open: price, high: price, low: price, close: price, volume: ZERO, trades: 0, closed: false };
}

/** The candle with a later trade in it. A flat candle takes its first trade as its open. */
export function withTrade(candle: Candle, trade: Trade): Candle {
  if (candle.trades === 0) {
    return { ...candleOf(candle.time, trade), closed: candle.closed };
  }
  const { price, quantity } = trade;
  return {
    ...candle,
    high: isAbove(price, candle.high) ? price : candle.high,
    low: isBelow(price, candle.low) ? price : candle.low,
    close: price,
    volume: add(candle.volume, quantity),
    trades: candle.trades + 1,
  };
}

/** `earlier` followed by `later`, as one candle that opens at `time`. Flat parts add nothing but their close. */
export function joinCandles(time: Milliseconds, earlier: Candle, later: Candle): Candle {
  if (later.trades === 0) {
    return { ...earlier, time, closed: false };
  }
  if (earlier.trades === 0) {
    return { ...later, time, closed: false };
  }
  return {
    time,
    open: earlier.open,
    high: isAbove(later.high, earlier.high) ? later.high : earlier.high,
    low: isBelow(later.low, earlier.low) ? later.low : earlier.low,
    close: later.close,
    volume: add(earlier.volume, later.volume),
    trades: earlier.trades + later.trades,
    closed: false,
  };
}

/** Which of two accounts of one closed interval to keep: the one that saw more trades; the first when they saw as many. */
export function moreComplete(known: Candle, offered: Candle): Candle {
  return offered.trades > known.trades ? offered : known;
}
