import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MINUTE } from "../clock.ts";
import { openBench, type Bench } from "../testing.ts";
import { candleBegin, intervals, mergeInto, type Candle } from "./candles.ts";
import { tradeCursor, type Trade } from "./tape.ts";

function tapeOf(bench: Bench): string[] {
  return [...bench.venue.engine.markets.values()].flatMap((market) =>
    market.tape
      .newest(100_000)
      .map((trade) => `${market.pair.symbol} ${trade.id} ${trade.price} ${trade.quantity} ${trade.time} ${trade.side}`),
  );
}

function aggregate(trades: readonly Trade[], interval: number): Map<number, Candle> {
  const candles = new Map<number, Candle>();
  for (const { time, price, quantity } of trades) {
    const begin = candleBegin(time, interval);
    const part = {
      begin,
      open: price,
      high: price,
      low: price,
      close: price,
      volume: quantity,
      cost: BigInt(price) * quantity,
      trades: 1,
    };
    const candle = candles.get(begin);
    if (candle === undefined) {
      candles.set(begin, part);
    } else {
      mergeInto(candle, part);
    }
  }
  return candles;
}

describe("the simulated market", () => {
  it("has the same tape for the same seed, however time is cut up, and another for another seed", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 12 }), (steps) => {
        const whole = openBench({ seed: "a", isLively: true });
        const cut = openBench({ seed: "a", isLively: true });
        const other = openBench({ seed: "b", isLively: true });
        const total = steps.reduce((sum, step) => sum + step, 0);
        whole.advance(total);
        other.advance(total);
        steps.forEach((step) => {
          cut.advance(step);
        });
        expect(tapeOf(cut)).toEqual(tapeOf(whole));
        expect(tapeOf(other)).not.toEqual(tapeOf(whole));
      }),
      { numRuns: 5 },
    );
  });

  it("is never crossed and always deep, after every change", () => {
    const bench = openBench({ seed: "crossed", isLively: true });
    let looks = 0;
    bench.venue.engine.addListener({
      levelChanged: () => undefined,
      makerFilled: () => undefined,
      traded: () => undefined,
      bookSettled: ({ book }) => {
        looks += 1;
        const bid = book.bids.best?.price ?? 0;
        const ask = book.asks.best?.price ?? Number.POSITIVE_INFINITY;
        expect(bid).toBeLessThan(ask);
      },
    });
    for (let second = 0; second < 120; second += 1) {
      bench.advance(1_000);
      for (const { book } of bench.venue.engine.markets.values()) {
        expect(book.bids.levels.length).toBeGreaterThanOrEqual(100);
        expect(book.asks.levels.length).toBeGreaterThanOrEqual(100);
      }
    }
    expect(looks).toBeGreaterThan(2_000);
  });

  it("keeps every level sorted, with a total that is the sum of its orders", () => {
    const bench = openBench({ seed: "levels", isLively: true });
    bench.advance(60_000);
    for (const { book } of bench.venue.engine.markets.values()) {
      for (const { levels, side } of [book.bids, book.asks]) {
        const prices = levels.map((level) => level.price);
        expect(prices).toEqual([...prices].sort((a, b) => (side === "buy" ? b - a : a - b)));
        for (const level of levels) {
          expect(level.total).toBe(level.orders.reduce((sum, order) => sum + order.remaining, 0n));
          expect(level.total).toBeGreaterThan(0n);
        }
      }
    }
  });

  it("has candles that are the aggregation of its trades, at every interval", () => {
    const bench = openBench({ seed: "candles", isLively: true, hasPast: true });
    bench.advance(30 * 60_000);
    const { now } = bench.venue.engine;
    for (const market of bench.venue.engine.markets.values()) {
      const trades = market.tape.newest(100_000);
      const first = trades[0]?.time ?? now;
      for (const interval of intervals) {
        const whole = aggregate(trades, interval);
        const candles = market.candles.series(interval)?.upTo(now) ?? [];
        const covered = candles.filter((candle) => candle.begin >= first);
        for (const candle of covered) {
          const expected = whole.get(candle.begin);
          if (expected === undefined) {
            expect(candle).toMatchObject({
              trades: 0,
              volume: 0n,
              open: candle.close,
              high: candle.close,
              low: candle.close,
            });
          } else {
            expect(candle).toEqual(expected);
          }
        }
        if (interval <= 60) {
          expect(covered.length).toBeGreaterThan(5);
        }
      }
    }
  });

  it("has 720 finished candles and the running one from the start, one after the other", () => {
    const bench = openBench({ hasPast: true });
    for (const market of bench.venue.engine.markets.values()) {
      for (const interval of intervals.filter((each) => each <= 1440)) {
        const candles = market.candles.series(interval)?.upTo(bench.venue.engine.now) ?? [];
        expect(candles).toHaveLength(721);
        expect(candles.at(-1)?.begin).toBe(candleBegin(bench.venue.engine.now, interval));
        candles.slice(1).forEach((candle, index) => {
          expect(candle.begin - (candles[index]?.begin ?? 0)).toBe(interval * MINUTE);
          expect(candle.low).toBeLessThanOrEqual(Math.min(candle.open, candle.close));
          expect(candle.high).toBeGreaterThanOrEqual(Math.max(candle.open, candle.close));
        });
      }
    }
  });

  it("has contiguous trade ids and rising cursors", () => {
    const bench = openBench({ seed: "ids", isLively: true, hasPast: true });
    bench.advance(10 * 60_000);
    for (const market of bench.venue.engine.markets.values()) {
      const trades = market.tape.newest(100_000);
      trades.slice(1).forEach((trade, index) => {
        const before = trades[index];
        expect(trade.id).toBe((before?.id ?? 0) + 1);
        expect(BigInt(tradeCursor(trade))).toBeGreaterThan(BigInt(before === undefined ? "0" : tradeCursor(before)));
      });
      const middle = trades[Math.floor(trades.length / 2)];
      const after = market.tape.after(BigInt(middle === undefined ? "0" : tradeCursor(middle)), 5);
      expect(after[0]?.id).toBe((middle?.id ?? 0) + 1);
    }
  });

  it("keeps ETH/BTC near the ratio of its parts", () => {
    const bench = openBench({ seed: "cross", isLively: true });
    bench.advance(60 * 60_000);
    const price = (symbol: string): number => {
      const market = bench.venue.engine.markets.get(symbol);
      return (market?.lastPrice ?? 0) / 10 ** (market?.pair.priceDecimals ?? 0);
    };
    expect(price("ETH/BTC") / (price("ETH/USD") / price("BTC/USD"))).toBeCloseTo(1, 2);
  });

  it("trades several times a second on BTC/USD and less on the others", () => {
    const bench = openBench({ seed: "pace", isLively: true });
    const count = (symbol: string): number => bench.venue.engine.markets.get(symbol)?.nextTradeId ?? 0;
    const before = ["BTC/USD", "ETH/USD", "DOGE/USD"].map(count);
    bench.advance(60_000);
    const [bitcoin = 0, ether = 0, doge = 0] = ["BTC/USD", "ETH/USD", "DOGE/USD"].map(
      (symbol, index) => count(symbol) - (before[index] ?? 0),
    );
    expect(bitcoin).toBeGreaterThan(120);
    expect(bitcoin).toBeGreaterThan(ether);
    expect(ether).toBeGreaterThan(doge);
  });
});
