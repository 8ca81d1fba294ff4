/** Candles in D1: the source of history. Rows are closed candles; writing the same ones again changes nothing. */
import { z } from "zod";
import { decimalText } from "../../contract/decimal.ts";
import { TIMEFRAME_MS } from "../../domain/candles/timeframe.ts";
import {
  TIMEFRAMES,
  type Candle,
  type Market,
  type Milliseconds,
  type Symbol,
  type Timeframe,
} from "../../domain/market.ts";
import type { CandleSeries } from "../../durable-objects/market-feed/port.ts";

const DAY_MS = TIMEFRAME_MS["1d"];
const COLUMNS = "time, open, high, low, close, volume, trades";
/** One bound parameter carries so many rows (PLATFORM §A3): far below the limits of text and time. */
const ROWS_PER_STATEMENT = 500;
const STATEMENTS_PER_BATCH = 10;

/** How long each timeframe is kept; null: for ever. */
export const RETENTION_MS: Readonly<Record<Timeframe, Milliseconds | null>> = {
  "1m": 7 * DAY_MS,
  "5m": 30 * DAY_MS,
  "15m": 90 * DAY_MS,
  "1h": 730 * DAY_MS,
  "4h": null,
  "1d": null,
};

const INSERT = `
  INSERT INTO candles (market, symbol, interval, ${COLUMNS})
  SELECT ?1, ?2, ?3, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6
  FROM json_each(?4) WHERE true
  ON CONFLICT (market, symbol, interval, time) DO UPDATE SET
    open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
    volume = excluded.volume, trades = excluded.trades
  WHERE excluded.trades > candles.trades`;

const row = z.object({
  time: z.number().int(),
  open: decimalText,
  high: decimalText,
  low: decimalText,
  close: decimalText,
  volume: decimalText,
  trades: z.number().int(),
});
const storedRows = z.array(row);
const symbolRows = z.array(z.object({ symbol: z.string() }));

/**
 * Stores closed candles. A row that is there already stays, unless the new account of the interval saw more trades. Running
 * candles are left out. Rejects when D1 fails; the call can simply be repeated.
 */
export async function storeCandles(db: D1Database, market: Market, series: readonly CandleSeries[]): Promise<void> {
  const statements: D1PreparedStatement[] = [];
  for (const { symbol, timeframe, candles } of series) {
    const rows = candles
      .filter(({ closed }) => closed)
      .map(({ time, open, high, low, close, volume, trades }) => [time, open, high, low, close, volume, trades]);
    for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
      const part = JSON.stringify(rows.slice(start, start + ROWS_PER_STATEMENT));
      statements.push(db.prepare(INSERT).bind(market, symbol, timeframe, part));
    }
  }
  for (let start = 0; start < statements.length; start += STATEMENTS_PER_BATCH) {
    await db.batch(statements.slice(start, start + STATEMENTS_PER_BATCH));
  }
}

/** The newest stored candles that open before `before`, oldest first. Rejects when D1 fails. */
export async function readCandles(
  db: D1Database,
  market: Market,
  symbol: Symbol,
  timeframe: Timeframe,
  before: Milliseconds,
  limit: number,
): Promise<readonly Candle[]> {
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM candles
       WHERE market = ? AND symbol = ? AND interval = ? AND time < ? ORDER BY time DESC LIMIT ?`,
    )
    .bind(market, symbol, timeframe, before, limit)
    .all();
  return storedRows
    .parse(results)
    .map((candle) => ({ ...candle, closed: true }))
    .toReversed();
}

/** Deletes candles that are older than their timeframe is kept, counted from `now` of the market. */
export async function pruneCandles(db: D1Database, market: Market, now: Milliseconds): Promise<void> {
  // Each symbol is found by a step into the primary key, not by reading every row.
  const { results } = await db
    .prepare(
      `WITH RECURSIVE listed(symbol) AS (
         SELECT MIN(symbol) FROM candles WHERE market = ?1
         UNION ALL
         SELECT (SELECT MIN(symbol) FROM candles WHERE market = ?1 AND symbol > listed.symbol)
         FROM listed WHERE listed.symbol IS NOT NULL
       ) SELECT symbol FROM listed WHERE symbol IS NOT NULL`,
    )
    .bind(market)
    .all();
  const statements = symbolRows.parse(results).flatMap(({ symbol }) =>
    TIMEFRAMES.flatMap((timeframe) => {
      const keep = RETENTION_MS[timeframe];
      return keep === null
        ? []
        : [
            db
              .prepare("DELETE FROM candles WHERE market = ? AND symbol = ? AND interval = ? AND time < ?")
              .bind(market, symbol, timeframe, now - keep),
          ];
    }),
  );
  for (let start = 0; start < statements.length; start += STATEMENTS_PER_BATCH) {
    await db.batch(statements.slice(start, start + STATEMENTS_PER_BATCH));
  }
}
