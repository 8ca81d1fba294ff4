import { SECOND, type Micros } from "../clock.ts";
import { averagePrice, averagePriceWith, type Candle } from "../engine/candles.ts";
import type { DayStatistics } from "../engine/day-statistics.ts";
import type { Market } from "../engine/market.ts";
import type { BookSide, Level } from "../engine/order-book.ts";
import type { SpreadRow } from "../engine/spreads.ts";
import type { Trade } from "../engine/tape.ts";
import type { Pair } from "../instruments.ts";
import { divide, formatUnits, rescale } from "../units.ts";
import type { Json } from "../ws/json.ts";

/** A price padded beyond the tick, as Ticker, Trades, Depth and Spread print it (PROTOCOL §2.2). */
export function paddedPrice(pair: Pair, ticks: number): string {
  return formatUnits(rescale(BigInt(ticks), pair.priceDecimals, pair.costDecimals, "down"), pair.costDecimals);
}

export function tickPrice(pair: Pair, ticks: number): string {
  return formatUnits(BigInt(ticks), pair.priceDecimals);
}

export function tickerRow(market: Market, now: Micros): Json {
  const { pair, book, tape } = market;
  const last = tape.last;
  const price = last?.price ?? 0;
  const nothing: DayStatistics = { volume: 0n, cost: 0n, trades: 0, low: price, high: price, open: price };
  const today = market.day.today(now) ?? nothing;
  const day = market.day.last24Hours(now) ?? nothing;
  const both = <T>(pick: (statistics: DayStatistics) => T): [T, T] => [pick(today), pick(day)];
  const extra = pair.costDecimals - pair.priceDecimals;
  return {
    a: touch(pair, book.asks.best),
    b: touch(pair, book.bids.best),
    c: [paddedPrice(pair, price), formatUnits(last?.quantity ?? 0n, pair.quantityDecimals)],
    v: both((each) => formatUnits(each.volume, pair.quantityDecimals)),
    p: both((each) => formatUnits(averagePriceWith(each.cost, each.volume, extra), pair.costDecimals)),
    t: both((each) => each.trades),
    l: both((each) => paddedPrice(pair, each.low)),
    h: both((each) => paddedPrice(pair, each.high)),
    o: paddedPrice(pair, today.open),
  };
}

/** Best price, whole lots, lots; the quantity is counted in whole units, at least one. */
function touch(pair: Pair, level: Level | undefined): Json {
  const lots = level === undefined ? 0n : divide(level.total, 10n ** BigInt(pair.quantityDecimals), "up");
  return [paddedPrice(pair, level?.price ?? 0), lots.toString(), `${lots.toString()}.000`];
}

export function candleRows(market: Market, candles: readonly Candle[]): Json {
  const { pair } = market;
  return candles.map((candle) => [
    Math.floor(candle.begin / SECOND),
    tickPrice(pair, candle.open),
    tickPrice(pair, candle.high),
    tickPrice(pair, candle.low),
    tickPrice(pair, candle.close),
    formatUnits(averagePrice(candle), pair.priceDecimals),
    formatUnits(candle.volume, pair.quantityDecimals),
    candle.trades,
  ]);
}

/** Quantities are rounded to three decimals, so they are not exact (PROTOCOL §2.2). */
export function depthRows(pair: Pair, side: BookSide, count: number): Json {
  return side.levels
    .slice(0, count)
    .map((level) => [
      paddedPrice(pair, level.price),
      formatUnits(rescale(level.total, pair.quantityDecimals, 3, "half-up"), 3),
      Math.floor(level.changedAt / SECOND),
    ]);
}

export function tradeRows(pair: Pair, trades: readonly Trade[]): Json {
  return trades.map((trade) => [
    paddedPrice(pair, trade.price),
    formatUnits(trade.quantity, pair.quantityDecimals),
    trade.time / SECOND,
    trade.side === "buy" ? "b" : "s",
    trade.orderType === "limit" ? "l" : "m",
    "",
    trade.id,
  ]);
}

export function spreadRows(pair: Pair, rows: readonly SpreadRow[]): Json {
  return rows.map((row) => [Math.floor(row.time / SECOND), paddedPrice(pair, row.bid), paddedPrice(pair, row.ask)]);
}
