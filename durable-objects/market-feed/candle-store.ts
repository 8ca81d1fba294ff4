/**
 * Closed candles in the feed's SQLite: what the desk's charts begin with, what survives the object, and what the cron job
 * copies to D1. The running candles are in memory (domain/candles/builder.ts).
 */
import { z } from "zod";
import { withTrade } from "../../domain/candles/candle.ts";
import { TIMEFRAME_MS } from "../../domain/candles/timeframe.ts";
import { decimal, type Decimal } from "../../domain/decimal.ts";
import {
  TIMEFRAMES,
  type Candle,
  type Milliseconds,
  type Symbol,
  type Timeframe,
  type Trade,
} from "../../domain/market.ts";
import { firstRow, type Sql } from "../lib/sql.ts";
import type { CandleSeries } from "./port.ts";

type Row = {
  time: number;
  open: string;
  high: string;
  low: string;
  close: string;
  volume: string;
  trades: number;
};

const COLUMNS = "time, open, high, low, close, volume, trades";
/** A day and an hour of minutes: the 24 h change needs a day. Longer histories are D1's. */
const KEPT_PER_SERIES = 1_500;
const timeframes = z.enum(TIMEFRAMES);

export class CandleStore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /**
   * Takes closed candles, from the tape or from REST. Of two accounts of one interval the one that saw more trades stays, so
   * the order in which they come does not matter. Answers how many rows were new or better.
   */
  put(symbol: Symbol, timeframe: Timeframe, candles: readonly Candle[]): number {
    let written = 0;
    for (const candle of candles) {
      if (candle.closed) {
        written += this.#sql
          .exec<{ time: number }>(
            `INSERT INTO candles (symbol, timeframe, ${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (symbol, timeframe, time) DO UPDATE SET
               open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
               volume = excluded.volume, trades = excluded.trades, stored = 0
             WHERE excluded.trades > candles.trades
             RETURNING time`,
            symbol,
            timeframe,
            candle.time,
            candle.open,
            candle.high,
            candle.low,
            candle.close,
            candle.volume,
            candle.trades,
          )
          .toArray().length;
      }
    }
    return written;
  }

  /** Counts a late trade in a candle that is closed already. */
  correct(symbol: Symbol, timeframe: Timeframe, open: Milliseconds, trade: Trade): void {
    const [known] = this.between(symbol, timeframe, open, open + 1);
    if (known !== undefined) {
      this.put(symbol, timeframe, [withTrade(known, trade)]);
    }
  }

  /** Candles with from ≤ open time < before, oldest first. */
  between(symbol: Symbol, timeframe: Timeframe, from: Milliseconds, before: Milliseconds): readonly Candle[] {
    return this.#sql
      .exec<Row>(
        `SELECT ${COLUMNS} FROM candles WHERE symbol = ? AND timeframe = ? AND time >= ? AND time < ? ORDER BY time`,
        symbol,
        timeframe,
        from,
        before,
      )
      .toArray()
      .map(toCandle);
  }

  /** The newest candles before an open time, oldest first. */
  newest(symbol: Symbol, timeframe: Timeframe, before: Milliseconds | null, limit: number): readonly Candle[] {
    return this.#sql
      .exec<Row>(
        `SELECT ${COLUMNS} FROM candles WHERE symbol = ? AND timeframe = ? AND time < ? ORDER BY time DESC LIMIT ?`,
        symbol,
        timeframe,
        before ?? Number.MAX_SAFE_INTEGER,
        limit,
      )
      .toArray()
      .map(toCandle)
      .toReversed();
  }

  /** Open time of the newest closed candle, or null. */
  lastTime(symbol: Symbol, timeframe: Timeframe): Milliseconds | null {
    return (
      firstRow<{ time: number | null }>(
        this.#sql,
        "SELECT MAX(time) AS time FROM candles WHERE symbol = ? AND timeframe = ?",
        symbol,
        timeframe,
      )?.time ?? null
    );
  }

  /** The price at a moment: the close of the candle that ended last at or before it, by the finest account; null if none. */
  priceAt(symbol: Symbol, moment: Milliseconds): Decimal | null {
    let best: { readonly end: Milliseconds; readonly price: Decimal } | null = null;
    for (const timeframe of TIMEFRAMES) {
      const length = TIMEFRAME_MS[timeframe];
      const [candle] = this.newest(symbol, timeframe, moment - length + 1, 1);
      if (candle !== undefined && (best === null || candle.time + length > best.end)) {
        best = { end: candle.time + length, price: candle.close };
      }
    }
    return best?.price ?? null;
  }

  /** Candles that D1 does not have yet, at most `limit` of them. */
  unstored(limit: number): readonly CandleSeries[] {
    const rows = this.#sql
      .exec<Row & { symbol: string; timeframe: string }>(
        `SELECT symbol, timeframe, ${COLUMNS} FROM candles WHERE stored = 0 ORDER BY symbol, timeframe, time LIMIT ?`,
        limit,
      )
      .toArray();
    const series = new Map<string, { symbol: Symbol; timeframe: Timeframe; candles: Candle[] }>();
    for (const row of rows) {
      const timeframe = timeframes.parse(row.timeframe);
      const key = `${row.symbol} ${timeframe}`;
      const entry = series.get(key) ?? { symbol: row.symbol, timeframe, candles: [] };
      entry.candles.push(toCandle(row));
      series.set(key, entry);
    }
    return [...series.values()];
  }

  /** D1 has them now; one that grew meanwhile is offered again. */
  markStored(series: readonly CandleSeries[]): void {
    for (const { symbol, timeframe, candles } of series) {
      for (const { time, trades } of candles) {
        this.#sql.exec(
          "UPDATE candles SET stored = 1 WHERE symbol = ? AND timeframe = ? AND time = ? AND trades = ? AND stored = 0",
          symbol,
          timeframe,
          time,
          trades,
        );
      }
    }
  }

  /** Forgets the oldest candles of a series beyond what the feed keeps. */
  prune(symbol: Symbol, timeframe: Timeframe): void {
    const oldest = firstRow<{ time: number }>(
      this.#sql,
      "SELECT time FROM candles WHERE symbol = ? AND timeframe = ? ORDER BY time DESC LIMIT 1 OFFSET ?",
      symbol,
      timeframe,
      KEPT_PER_SERIES,
    );
    if (oldest !== null) {
      this.#sql.exec(
        "DELETE FROM candles WHERE symbol = ? AND timeframe = ? AND time <= ? AND stored = 1",
        symbol,
        timeframe,
        oldest.time,
      );
    }
  }

  /** The venue's tape began anew: nothing of the old one may be joined to it. */
  forget(symbol: Symbol): void {
    this.#sql.exec("DELETE FROM candles WHERE symbol = ?", symbol);
  }
}

function toCandle(row: Row): Candle {
  return {
    time: row.time,
    open: decimal(row.open),
    high: decimal(row.high),
    low: decimal(row.low),
    close: decimal(row.close),
    volume: decimal(row.volume),
    trades: row.trades,
    closed: true,
  };
}
