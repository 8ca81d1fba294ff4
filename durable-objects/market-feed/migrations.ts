/** The feed's own SQLite, append-only (durable-objects/lib/migrate.ts). Amounts are decimal text, times milliseconds. */
import type { Migration } from "../lib/migrate.ts";

export const MIGRATIONS: readonly Migration[] = [
  {
    id: 1,
    sql: `
      -- Where the tape of each symbol stands: prints after it are refilled before live prices count.
      CREATE TABLE tapes (symbol TEXT PRIMARY KEY, trade_id INTEGER NOT NULL, time INTEGER NOT NULL) STRICT;
      CREATE TABLE triggers (
        trader_id TEXT NOT NULL,
        order_id TEXT NOT NULL,
        version INTEGER NOT NULL,
        symbol TEXT NOT NULL,
        direction TEXT NOT NULL,
        level TEXT NOT NULL,
        armed_trade_id INTEGER NOT NULL,
        PRIMARY KEY (trader_id, order_id)
      ) STRICT, WITHOUT ROWID;
      -- Owed to a trader until it acknowledges the id; ids are never used again.
      CREATE TABLE deliveries (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        trader_id TEXT NOT NULL,
        symbol TEXT NOT NULL,
        body TEXT NOT NULL
      ) STRICT;
      CREATE TABLE pins (trader_id TEXT NOT NULL, symbol TEXT NOT NULL, PRIMARY KEY (trader_id, symbol)) STRICT, WITHOUT ROWID;
      CREATE TABLE dials (time INTEGER NOT NULL) STRICT;
      CREATE TABLE instruments (id INTEGER PRIMARY KEY CHECK (id = 1), body TEXT NOT NULL) STRICT;
      -- Closed candles; stored = 1 once D1 has them.
      CREATE TABLE candles (
        symbol TEXT NOT NULL,
        timeframe TEXT NOT NULL,
        time INTEGER NOT NULL,
        open TEXT NOT NULL,
        high TEXT NOT NULL,
        low TEXT NOT NULL,
        close TEXT NOT NULL,
        volume TEXT NOT NULL,
        trades INTEGER NOT NULL,
        stored INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (symbol, timeframe, time)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX candles_unstored ON candles (symbol, timeframe, time) WHERE stored = 0;
    `,
  },
];
