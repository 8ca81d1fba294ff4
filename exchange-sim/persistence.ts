import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { MINUTE, type Micros } from "./clock.ts";
import { decodeRecord, encodeRecord, isObject } from "./codec.ts";
import type { AccountJournal } from "./engine/account-book.ts";
import type { Account, LedgerEntry, Tier } from "./engine/accounts.ts";
import { finishedCandles, intervals, type Candle } from "./engine/candles.ts";
import { tapeCapacity, type Market, type MarketListener } from "./engine/market.ts";
import type { Order, UserTrade } from "./engine/orders.ts";
import type { Trade } from "./engine/tape.ts";
import type { ApiKey } from "./keys.ts";

const schema = `
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS trades (
    symbol TEXT NOT NULL, id INTEGER NOT NULL, price INTEGER NOT NULL, quantity TEXT NOT NULL, time INTEGER NOT NULL,
    nanos INTEGER NOT NULL, side TEXT NOT NULL, type TEXT NOT NULL, PRIMARY KEY (symbol, id)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS candles (
    symbol TEXT NOT NULL, interval INTEGER NOT NULL, begin INTEGER NOT NULL, open INTEGER NOT NULL, high INTEGER NOT NULL,
    low INTEGER NOT NULL, close INTEGER NOT NULL, volume TEXT NOT NULL, cost TEXT NOT NULL, trades INTEGER NOT NULL,
    PRIMARY KEY (symbol, interval, begin)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS records (
    kind TEXT NOT NULL, id TEXT NOT NULL, number INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, id)
  ) WITHOUT ROWID;
`;

/** Turns between two prunings of old rows. */
const pruneEvery = 20_000;

type RecordKind = "account" | "key" | "order" | "trade" | "ledger";

export interface KeptAccount {
  readonly id: string;
  readonly tier: Tier;
  readonly createdAt: Micros;
  readonly earlierVolume: bigint;
}

/**
 * Tape, candles, accounts, orders, ledger and keys in one SQLite file. Everything of a turn is written in one
 * transaction before any of it is told to anybody, so that a kill at any moment loses nothing that was seen.
 */
export class Store implements AccountJournal, MarketListener {
  readonly #database: DatabaseSync;
  readonly #saveTrade: StatementSync;
  readonly #saveCandle: StatementSync;
  readonly #saveRecord: StatementSync;
  readonly #saveMeta: StatementSync;
  readonly #traded = new Map<Market, Trade[]>();
  readonly #orders = new Set<Order>();
  readonly #accounts = new Set<Account>();
  readonly #keys = new Set<ApiKey>();
  readonly #userTrades: UserTrade[] = [];
  readonly #ledger: LedgerEntry[] = [];
  #turns = 0;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.#database = openDatabase(folder);
    this.#saveTrade = this.#database.prepare("INSERT OR REPLACE INTO trades VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    this.#saveCandle = this.#database.prepare("INSERT OR REPLACE INTO candles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    this.#saveRecord = this.#database.prepare("INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?)");
    this.#saveMeta = this.#database.prepare("INSERT OR REPLACE INTO meta VALUES (?, ?)");
  }

  meta(name: string): string | undefined {
    const row = this.#database.prepare("SELECT value FROM meta WHERE name = ?").get(name);
    const value: unknown = row?.["value"];
    return typeof value === "string" ? value : undefined;
  }

  setMeta(name: string, value: string): void {
    this.#saveMeta.run(name, value);
  }

  close(): void {
    this.#database.close();
  }

  /** Writes what a market has in memory: the invented past of a new exchange. */
  saveMarket(market: Market, now: Micros): void {
    this.#transaction(() => {
      for (const trade of market.tape.newest(tapeCapacity)) {
        this.#writeTrade(market, trade);
      }
      for (const interval of intervals) {
        for (const candle of market.candles.series(interval)?.upTo(now) ?? []) {
          this.#writeCandle(market, interval, candle);
        }
      }
    });
  }

  /** Puts a market's kept past back; returns the time of its last trade. */
  loadMarket(market: Market): Micros | undefined {
    const { symbol } = market.pair;
    const candles = this.#database.prepare("SELECT * FROM candles WHERE symbol = ? AND interval = ? ORDER BY begin");
    for (const interval of intervals) {
      for (const row of candles.iterate(symbol, interval)) {
        const candle = readCandle(row);
        if (candle.trades > 0) {
          market.candles.series(interval)?.add(candle);
        }
      }
    }
    // Minutes reach back half a day; before that, five minutes are fine enough for 24-hour figures.
    const minutes = market.candles.series(1)?.upTo(0) ?? [];
    const from = minutes[0]?.begin ?? Number.MAX_SAFE_INTEGER;
    for (const candle of market.candles.series(5)?.upTo(0) ?? []) {
      if (candle.begin + 5 * MINUTE <= from) {
        market.day.add(candle);
      }
    }
    minutes.forEach((candle) => {
      market.day.add(candle);
    });
    const trades = this.#database.prepare("SELECT * FROM trades WHERE symbol = ? ORDER BY id");
    for (const row of trades.iterate(symbol)) {
      const trade = readTrade(row);
      market.tape.push(trade);
      market.nextTradeId = trade.id + 1;
    }
    return market.tape.last?.time;
  }

  /** The kept records of a kind, oldest first. */
  *records(kind: RecordKind): Generator<Record<string, unknown>> {
    const rows = this.#database.prepare("SELECT body FROM records WHERE kind = ? ORDER BY number, id").iterate(kind);
    for (const row of rows) {
      const record = decodeRecord(String(row["body"]));
      if (isObject(record)) {
        yield record;
      }
    }
  }

  accountChanged(account: Account): void {
    this.#accounts.add(account);
  }

  keyChanged(key: ApiKey): void {
    this.#keys.add(key);
  }

  orderChanged(order: Order): void {
    this.#orders.add(order);
  }

  tradeAdded(trade: UserTrade): void {
    this.#userTrades.push(trade);
  }

  ledgerAdded(entry: LedgerEntry): void {
    this.#ledger.push(entry);
  }

  levelChanged(): void {
    // Books are not kept: a restarted exchange has new quotes, only accounts' orders stay.
  }

  bookSettled(): void {
    // See levelChanged.
  }

  makerFilled(): void {
    // Told through the account journal.
  }

  traded(market: Market, trades: readonly Trade[]): void {
    const kept = this.#traded.get(market);
    if (kept === undefined) {
      this.#traded.set(market, [...trades]);
    } else {
      kept.push(...trades);
    }
  }

  /** Writes everything that changed since the last call. */
  flush(now: Micros): void {
    const waiting = this.#traded.size + this.#orders.size + this.#accounts.size + this.#keys.size + this.#ledger.length;
    if (waiting === 0) {
      return;
    }
    this.#transaction(() => {
      for (const [market, trades] of this.#traded) {
        this.#writeMarket(market, trades);
      }
      this.#accounts.forEach(({ id, tier, createdAt, earlierVolume }) => {
        this.#write("account", id, createdAt, { id, tier, createdAt, earlierVolume });
      });
      this.#keys.forEach((key) => {
        this.#write("key", key.key, key.createdAt, key);
      });
      this.#orders.forEach((order) => {
        this.#write("order", order.id, order.number, { ...order, resting: undefined });
      });
      this.#userTrades.forEach((trade) => {
        this.#write("trade", trade.id, trade.number, trade);
      });
      this.#ledger.forEach((entry) => {
        this.#write("ledger", entry.id, entry.number, entry);
      });
      this.setMeta("marketTime", String(now));
    });
    this.#traded.clear();
    this.#orders.clear();
    this.#accounts.clear();
    this.#keys.clear();
    this.#userTrades.length = 0;
    this.#ledger.length = 0;
    this.#turns += 1;
    if (this.#turns % pruneEvery === 0) {
      this.#prune(now);
    }
  }

  #transaction(run: () => void): void {
    this.#database.exec("BEGIN");
    run();
    this.#database.exec("COMMIT");
  }

  #write(kind: RecordKind, id: string, number: number, record: object): void {
    this.#saveRecord.run(kind, id, number, encodeRecord(record));
  }

  #writeMarket(market: Market, trades: readonly Trade[]): void {
    const earliest = trades[0]?.time ?? 0;
    for (const trade of trades) {
      this.#writeTrade(market, trade);
    }
    for (const interval of intervals) {
      const candles = market.candles.series(interval)?.newest(earliest) ?? [];
      for (const candle of candles) {
        this.#writeCandle(market, interval, candle);
      }
    }
  }

  #writeTrade(market: Market, trade: Trade): void {
    const { id, price, quantity, time, nanos, side, orderType } = trade;
    this.#saveTrade.run(market.pair.symbol, id, price, quantity.toString(), time, nanos, side, orderType);
  }

  #writeCandle(market: Market, interval: number, candle: Candle): void {
    if (candle.trades > 0) {
      const { begin, open, high, low, close, volume, cost, trades } = candle;
      const values: SQLInputValue[] = [
        market.pair.symbol,
        interval,
        begin,
        open,
        high,
        low,
        close,
        volume.toString(),
        cost.toString(),
        trades,
      ];
      this.#saveCandle.run(...values);
    }
  }

  #prune(now: Micros): void {
    this.#transaction(() => {
      for (const interval of intervals) {
        const oldest = now - (finishedCandles + 2) * interval * MINUTE;
        this.#database.prepare("DELETE FROM candles WHERE interval = ? AND begin < ?").run(interval, oldest);
      }
      const newest = this.#database.prepare("SELECT symbol, max(id) AS id FROM trades GROUP BY symbol").all();
      for (const row of newest) {
        const statement = this.#database.prepare("DELETE FROM trades WHERE symbol = ? AND id <= ?");
        statement.run(String(row["symbol"]), Number(row["id"]) - tapeCapacity);
      }
    });
  }
}

function openDatabase(folder: string): DatabaseSync {
  const database = new DatabaseSync(join(folder, "exchange.sqlite"));
  try {
    // The process may be killed at any time; a crash of the machine may cost the last second.
    database.exec("PRAGMA busy_timeout = 2000; PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;");
    database.exec("PRAGMA synchronous = OFF;");
    database.exec(schema);
  } catch (error) {
    database.close();
    const isLocked = error instanceof Error && error.message.includes("locked");
    throw isLocked ? new Error(`${folder} is in use by another exchange simulator`, { cause: error }) : error;
  }
  return database;
}

type Row = Record<string, unknown>;

function readCandle(row: Row): Candle {
  return {
    begin: Number(row["begin"]),
    open: Number(row["open"]),
    high: Number(row["high"]),
    low: Number(row["low"]),
    close: Number(row["close"]),
    volume: BigInt(String(row["volume"])),
    cost: BigInt(String(row["cost"])),
    trades: Number(row["trades"]),
  };
}

function readTrade(row: Row): Trade {
  return {
    id: Number(row["id"]),
    price: Number(row["price"]),
    quantity: BigInt(String(row["quantity"])),
    time: Number(row["time"]),
    nanos: Number(row["nanos"]),
    side: row["side"] === "buy" ? "buy" : "sell",
    orderType: row["type"] === "limit" ? "limit" : "market",
  };
}
