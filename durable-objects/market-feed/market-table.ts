/** The subscribed symbols: at most fifty, on demand; those that traders depend on stay, others leave least recently used. */
import type { Milliseconds, Symbol } from "../../domain/market.ts";
import type { WatchedMarket } from "./watched-market.ts";

export const MOST_SYMBOLS = 50;

/** Who asks for a symbol: a trader's order or position outranks a chart that somebody looks at. */
export type Purpose = "trading" | "viewing";

export type Room =
  | { readonly kind: "free" }
  | { readonly kind: "evict"; readonly symbol: Symbol }
  | { readonly kind: "none" };

export class MarketTable {
  readonly #markets = new Map<Symbol, WatchedMarket>();
  readonly #limit: number;

  constructor(limit: number = MOST_SYMBOLS) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#markets.size;
  }

  get(symbol: Symbol): WatchedMarket | null {
    return this.#markets.get(symbol) ?? null;
  }

  all(): readonly WatchedMarket[] {
    return [...this.#markets.values()];
  }

  symbols(): readonly Symbol[] {
    return [...this.#markets.keys()];
  }

  add(market: WatchedMarket): void {
    this.#markets.set(market.symbol, market);
  }

  remove(symbol: Symbol): void {
    this.#markets.delete(symbol);
  }

  /** True while this very market is subscribed, not an earlier one of the same symbol. */
  has(market: WatchedMarket): boolean {
    return this.#markets.get(market.symbol) === market;
  }

  /** Where another symbol would go. `held`: traders depend on it; `viewed`: clients look at it. */
  room(purpose: Purpose, held: ReadonlySet<Symbol>, viewed: ReadonlySet<Symbol>): Room {
    if (this.#markets.size < this.#limit) {
      return { kind: "free" };
    }
    const idle = (market: WatchedMarket): boolean => !held.has(market.symbol) && !viewed.has(market.symbol);
    const victim =
      this.#leastRecent(idle) ??
      (purpose === "trading" ? this.#leastRecent((market) => !held.has(market.symbol)) : null);
    return victim === null ? { kind: "none" } : { kind: "evict", symbol: victim.symbol };
  }

  #leastRecent(accepts: (market: WatchedMarket) => boolean): WatchedMarket | null {
    let oldest: WatchedMarket | null = null;
    let used: Milliseconds = Infinity;
    for (const market of this.#markets.values()) {
      if (accepts(market) && market.lastUsedAt < used) {
        oldest = market;
        used = market.lastUsedAt;
      }
    }
    return oldest;
  }
}
