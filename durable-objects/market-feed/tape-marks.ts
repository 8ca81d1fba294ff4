/**
 * Where each tape stands, in SQLite. Written together with every delivery, so that no print is ever matched twice after a
 * restart, and otherwise only now and then: prints since the mark that no row met will meet none the second time either.
 */
import type { Milliseconds, Symbol } from "../../domain/market.ts";
import { firstRow, type Sql } from "../lib/sql.ts";
import type { TapeMark } from "../../domain/triggers/another-tape.ts";
import type { WatchedMarket } from "./watched-market.ts";

const WRITE_EVERY_MS = 5_000;

export class TapeMarks {
  readonly #sql: Sql;
  readonly #written = new Map<Symbol, { readonly tradeId: number; readonly at: Milliseconds }>();

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  read(symbol: Symbol): TapeMark | null {
    const row = firstRow<{ trade_id: number; time: number }>(
      this.#sql,
      "SELECT trade_id, time FROM tapes WHERE symbol = ?",
      symbol,
    );
    return row === null ? null : { tradeId: row.trade_id, time: row.time };
  }

  /** Writes the mark when it has moved and is old, or at once when `now` is null. */
  write(market: WatchedMarket, now: Milliseconds | null): void {
    const { lastId, lastTrade } = market.tape;
    const written = this.#written.get(market.symbol);
    if (lastId === null || lastTrade === null || written?.tradeId === lastId) {
      return;
    }
    if (now !== null && written !== undefined && now - written.at < WRITE_EVERY_MS) {
      return;
    }
    this.#written.set(market.symbol, { tradeId: lastId, at: now ?? written?.at ?? 0 });
    this.#sql.exec(
      `INSERT INTO tapes (symbol, trade_id, time) VALUES (?, ?, ?)
       ON CONFLICT (symbol) DO UPDATE SET trade_id = excluded.trade_id, time = excluded.time`,
      market.symbol,
      lastId,
      lastTrade.time,
    );
  }

  forget(symbol: Symbol): void {
    this.#written.delete(symbol);
    this.#sql.exec("DELETE FROM tapes WHERE symbol = ?", symbol);
  }
}
