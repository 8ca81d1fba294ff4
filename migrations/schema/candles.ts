/** Closed candles per market world, symbol and timeframe; the source of history and of back-scroll. */
import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const candles = sqliteTable(
  "candles",
  {
    market: text("market", { enum: ["sim", "live", "replay"] }).notNull(),
    symbol: text("symbol").notNull(),
    interval: text("interval", { enum: ["1m", "5m", "15m", "1h", "4h", "1d"] }).notNull(),
    /** Open time, milliseconds since the epoch. */
    time: integer("time").notNull(),
    open: text("open").notNull(),
    high: text("high").notNull(),
    low: text("low").notNull(),
    close: text("close").notNull(),
    volume: text("volume").notNull(),
    trades: integer("trades").notNull(),
  },
  (table) => [primaryKey({ columns: [table.market, table.symbol, table.interval, table.time] })],
);
