/** Symbols that traders hold positions in: they stay subscribed. */
import type { Symbol } from "../../domain/market.ts";
import type { Sql } from "../lib/sql.ts";

export class Pins {
  readonly #sql: Sql;
  #symbols: ReadonlySet<Symbol>;

  constructor(sql: Sql) {
    this.#sql = sql;
    this.#symbols = this.#read();
  }

  symbols(): ReadonlySet<Symbol> {
    return this.#symbols;
  }

  /** Makes `symbols` the pinned symbols of the trader. */
  replace(traderId: string, symbols: readonly Symbol[]): void {
    this.#sql.exec("DELETE FROM pins WHERE trader_id = ?", traderId);
    for (const symbol of new Set(symbols)) {
      this.#sql.exec("INSERT INTO pins (trader_id, symbol) VALUES (?, ?)", traderId, symbol);
    }
    this.#symbols = this.#read();
  }

  #read(): ReadonlySet<Symbol> {
    const rows = this.#sql.exec<{ symbol: string }>("SELECT DISTINCT symbol FROM pins").toArray();
    return new Set(rows.map(({ symbol }) => symbol));
  }
}
