/**
 * Candles as the chart library wants them. Its coordinates are floats, so this is the one place where a price leaves
 * decimal arithmetic: what is drawn is a picture; every figure that is read as text comes from the candle itself.
 */
import type { CandlestickData, HistogramData, UTCTimestamp } from "lightweight-charts";
import { openTime } from "../../../../domain/candles/timeframe.ts";
import { decimal, type Decimal } from "../../../../domain/decimal.ts";
import type { Candle, Timeframe } from "../../../../domain/market.ts";
import { formatPrice } from "../../ui/format.ts";

/** A position on the price axis. For drawing only. */
export function plotted(value: Decimal): number {
  return Number(value);
}

/** A price of the axis, grouped and with the pair's decimals as everywhere else. The library calculates with numbers. */
export function axisPrice(price: number, priceDecimals: number): string {
  return formatPrice(decimal(price.toFixed(priceDecimals)), priceDecimals);
}

/** Chart time of a moment: whole seconds since the epoch, UTC. */
export function chartTime(milliseconds: number): UTCTimestamp {
  const seconds = Math.floor(milliseconds / 1000);
  if (!isTimestamp(seconds)) {
    throw new RangeError(`not a moment: ${milliseconds}`);
  }
  return seconds;
}

/** Open time of the candle that contains a moment. */
export function candleTime(milliseconds: number, timeframe: Timeframe): UTCTimestamp {
  return chartTime(openTime(milliseconds, timeframe));
}

export function candleBar(candle: Candle): CandlestickData<UTCTimestamp> {
  return {
    time: chartTime(candle.time),
    open: plotted(candle.open),
    high: plotted(candle.high),
    low: plotted(candle.low),
    close: plotted(candle.close),
  };
}

export function volumeBar(
  candle: Candle,
  colours: { readonly up: string; readonly down: string },
): HistogramData<UTCTimestamp> {
  const rising = plotted(candle.close) >= plotted(candle.open);
  return { time: chartTime(candle.time), value: plotted(candle.volume), color: rising ? colours.up : colours.down };
}

/** How to bring a chart from what it shows to new candles: touch the last ones only, or start over. */
export type SeriesChange =
  | { readonly type: "none" }
  | { readonly type: "update"; readonly from: number }
  | { readonly type: "reset" };

/**
 * Unchanged candles keep their identity, so the first difference tells: at the last drawn candle or after it the chart is
 * updated in place, anywhere earlier (another symbol, older candles in front, a refilled gap) it is drawn again.
 */
export function planChange(drawn: readonly Candle[], next: readonly Candle[]): SeriesChange {
  if (drawn.length === 0 || next.length < drawn.length) {
    return next.length === 0 && drawn.length === 0 ? { type: "none" } : { type: "reset" };
  }
  const last = drawn.length - 1;
  for (let index = 0; index < last; index++) {
    if (drawn[index] !== next[index]) {
      return { type: "reset" };
    }
  }
  if (drawn[last]?.time !== next[last]?.time) {
    return { type: "reset" };
  }
  if (drawn[last] === next[last]) {
    return next.length === drawn.length ? { type: "none" } : { type: "update", from: drawn.length };
  }
  return { type: "update", from: last };
}

function isTimestamp(seconds: number): seconds is UTCTimestamp {
  return Number.isSafeInteger(seconds);
}
