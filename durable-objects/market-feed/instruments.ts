/**
 * The listed pairs with their rules, from the venue's `instrument` channel and, for REST names, its table of pairs. Kept in
 * SQLite, because an exit needs the rules of its pair even when the venue cannot be reached after a restart.
 */
import { z } from "zod";
import { instrument } from "../../contract/markets.ts";
import { symbolText } from "../../contract/symbols.ts";
import type { Instrument, Symbol } from "../../domain/market.ts";
import { firstRow, type Sql } from "../lib/sql.ts";
import type { VenuePair } from "./venue/frames.ts";

const storedList = z.array(instrument);
/** When an asset is not in the table, its amounts are cut as finely as any asset's. */
const MOST_DECIMALS = 10;

export class Instruments {
  readonly #sql: Sql;
  readonly #list = new Map<Symbol, Instrument>();
  #assetDecimals: ReadonlyMap<string, number> = new Map();
  #restNames: Readonly<Record<Symbol, string>> = {};

  constructor(sql: Sql) {
    this.#sql = sql;
    const row = firstRow<{ body: string }>(sql, "SELECT body FROM instruments WHERE id = 1");
    for (const each of row === null ? [] : storedList.parse(JSON.parse(row.body))) {
      this.#list.set(each.symbol, each);
    }
  }

  get size(): number {
    return this.#list.size;
  }

  get(symbol: Symbol): Instrument | null {
    return this.#list.get(symbol) ?? null;
  }

  all(): readonly Instrument[] {
    return [...this.#list.values()];
  }

  /** Takes a snapshot or an update of the channel; answers the symbols whose instrument changed. */
  take(
    type: "snapshot" | "update",
    pairs: readonly VenuePair[],
    assets: ReadonlyMap<string, number>,
  ): readonly Symbol[] {
    this.#assetDecimals = type === "snapshot" ? assets : new Map([...this.#assetDecimals, ...assets]);
    const changed: Symbol[] = [];
    for (const pair of pairs) {
      // Tokenised stocks and the like have names outside our alphabet: not offered.
      if (symbolText.safeParse(pair.symbol).success) {
        const next = this.#toInstrument(pair);
        if (JSON.stringify(this.#list.get(pair.symbol)) !== JSON.stringify(next)) {
          this.#list.set(pair.symbol, next);
          changed.push(pair.symbol);
        }
      }
    }
    if (type === "snapshot") {
      this.#dropAllBut(new Set(pairs.map(({ symbol }) => symbol)));
    }
    if (changed.length > 0) {
      this.#save();
    }
    return changed;
  }

  /** REST names by symbol, from the venue's table of pairs. */
  takeRestNames(names: Readonly<Record<Symbol, string>>): void {
    this.#restNames = names;
    for (const [symbol, each] of this.#list) {
      this.#list.set(symbol, { ...each, restName: names[symbol] ?? each.restName });
    }
    this.#save();
  }

  #toInstrument(pair: VenuePair): Instrument {
    const { symbol, base, quote } = pair;
    return {
      symbol,
      // Until the table is read, the v2 symbol, which REST takes since 2026 according to one source (PROTOCOL §2.1).
      restName: this.#restNames[symbol] ?? this.#list.get(symbol)?.restName ?? symbol,
      base,
      quote,
      priceDecimals: pair.priceDecimals,
      tickSize: pair.tickSize,
      quantityDecimals: pair.quantityDecimals,
      baseDecimals: this.#assetDecimals.get(base) ?? MOST_DECIMALS,
      quoteDecimals: this.#assetDecimals.get(quote) ?? MOST_DECIMALS,
      costDecimals: pair.costDecimals,
      minimumQuantity: pair.minimumQuantity,
      minimumCost: pair.minimumCost,
      status: pair.status,
    };
  }

  #dropAllBut(listed: ReadonlySet<Symbol>): void {
    for (const symbol of this.#list.keys()) {
      if (!listed.has(symbol)) {
        this.#list.delete(symbol);
      }
    }
  }

  #save(): void {
    this.#sql.exec(
      "INSERT INTO instruments (id, body) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
      JSON.stringify(this.all()),
    );
  }
}
