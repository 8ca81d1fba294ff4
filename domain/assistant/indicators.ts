/**
 * Indicators of closed candles. They are statistics, not money: computed in floats by trading-signals, and given as text with
 * as many decimals as they deserve. The one module of the core that sees a float (.oxlintrc.json).
 */
import { ATR, BollingerBands, EMA, MACD, RSI } from "trading-signals";
import { decimal, type Decimal } from "../decimal.ts";
import type { Candle } from "../market.ts";
import type { SnapshotCandles, SnapshotIndicators } from "./snapshot.ts";

const RSI_DECIMALS = 1;

/** The indicators of a list of candles; an open last candle is left out (CASES "last candle"). */
export function indicatorsOf({ timeframe, candles }: SnapshotCandles, priceDecimals: number): SnapshotIndicators {
  const closed = candles.filter((candle) => candle.closed);
  const closes = closed.map(({ close }) => Number(close));
  const ema20 = new EMA(20);
  const ema50 = new EMA(50);
  const rsi = new RSI(14);
  const macd = new MACD(new EMA(12), new EMA(26), new EMA(9));
  const bands = new BollingerBands(20, 2);
  for (const close of closes) {
    ema20.add(close);
    ema50.add(close);
    rsi.add(close);
    macd.add(close);
    bands.add(close);
  }
  const atr = new ATR(14);
  for (const candle of closed) {
    atr.add(rangeOf(candle));
  }
  const crossing = macd.isStable ? macd.getResult() : null;
  const band = bands.isStable ? bands.getResult() : null;
  return {
    timeframe,
    ema20: text(ema20.isStable ? ema20.getResult() : null, priceDecimals),
    ema50: text(ema50.isStable ? ema50.getResult() : null, priceDecimals),
    rsi14: text(rsi.isStable ? rsi.getResult() : null, RSI_DECIMALS),
    atr14: text(atr.isStable ? atr.getResult() : null, priceDecimals),
    macd: text(crossing?.macd ?? null, priceDecimals),
    macdSignal: text(crossing?.signal ?? null, priceDecimals),
    bollingerUpper: text(band?.upper ?? null, priceDecimals),
    bollingerLower: text(band?.lower ?? null, priceDecimals),
  };
}

function rangeOf({ high, low, close }: Candle): { high: number; low: number; close: number } {
  return { high: Number(high), low: Number(low), close: Number(close) };
}

function text(value: number | null, decimals: number): Decimal | null {
  return value === null || !Number.isFinite(value) ? null : decimal(value.toFixed(decimals));
}
