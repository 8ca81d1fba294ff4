/** Candles of watched markets: the closed ones in SQLite joined with the running one, and the price of a day ago. */
import type { ClosedCandle } from "../../domain/candles/builder.ts";
import { DAY_MS } from "../../domain/candles/day-change.ts";
import { openTime } from "../../domain/candles/timeframe.ts";
import type { Candle, Milliseconds, Symbol, Timeframe, Trade } from "../../domain/market.ts";
import type { FeedParts } from "./feed-parts.ts";
import type { WatchedMarket } from "./watched-market.ts";

const CHART_CANDLES = 300;
const MINUTE_MS = 60_000;
const FOREVER = Number.MAX_SAFE_INTEGER;

/** Closed candles and the running one, oldest first: from an open time on, or as many as a chart begins with. */
export function chart(
  { candles, markets }: FeedParts,
  symbol: Symbol,
  interval: Timeframe,
  from: Milliseconds | null,
): readonly Candle[] {
  const closed =
    from === null
      ? candles.newest(symbol, interval, null, CHART_CANDLES)
      : candles.between(symbol, interval, from, FOREVER);
  const running = markets.get(symbol)?.candles?.running(interval) ?? null;
  return running === null ? closed : [...closed.filter(({ time }) => time < running.time), running];
}

/** Takes candles in that were read elsewhere. */
export function acceptCandles(
  parts: FeedParts,
  symbol: Symbol,
  timeframe: Timeframe,
  candles: readonly Candle[],
): void {
  if (parts.candles.put(symbol, timeframe, candles) > 0) {
    const history = (each: Timeframe, from: Milliseconds): readonly Candle[] =>
      parts.candles.between(symbol, each, from, FOREVER);
    parts.markets.get(symbol)?.candles?.resume(history, parts.clock.marketTime());
    parts.fanOut.replaced({ channel: "candles", symbol, interval: timeframe });
  }
}

/** Counts prints, in id order, in the running candles; stores those that close with them. */
export function addToCandles(parts: FeedParts, market: WatchedMarket, trades: readonly Trade[]): void {
  const builder = market.candles;
  if (builder === null) {
    return;
  }
  // Late prints of intervals that the venue's history told whole would count twice.
  for (const trade of trades.filter(({ time }) => time >= market.candlesFrom)) {
    const { closed, corrected } = builder.addTrade(trade);
    candlesClosed(parts, market, closed);
    for (const timeframe of corrected) {
      parts.candles.correct(market.symbol, timeframe, openTime(trade.time, timeframe), trade);
    }
  }
  parts.fanOut.changed(market.symbol, "candles");
}

/** Closes the candles whose time is over. */
export function advanceCandles(parts: FeedParts, market: WatchedMarket): void {
  // While prints are missing, intervals would come out flat that were not.
  if (market.tape.gap === null && parts.link.connected && market.candles !== null) {
    candlesClosed(parts, market, market.candles.advance(parts.clock.marketTime()));
  }
}

export function candlesClosed(parts: FeedParts, market: WatchedMarket, closed: readonly ClosedCandle[]): void {
  for (const { timeframe, candle } of closed) {
    parts.candles.put(market.symbol, timeframe, [candle]);
    parts.candles.prune(market.symbol, timeframe);
  }
  if (closed.length > 0) {
    parts.fanOut.changed(market.symbol, "candles");
  }
}

/** The price of 24 hours ago moves on once a minute, and whenever history came in. */
export function refreshDayAgo(parts: FeedParts, market: WatchedMarket): void {
  const moment = parts.clock.marketTime() - DAY_MS;
  if (market.dayAgo === null || Math.abs(moment - market.dayAgo.asOf) >= MINUTE_MS) {
    market.dayAgo = { price: parts.candles.priceAt(market.symbol, moment), asOf: moment };
    parts.fanOut.changed(market.symbol, "ticker");
  }
}
