/**
 * The venue's REST history as a service of this Worker. The market feed calls it instead of fetching by itself, because an
 * outbound WebSocket can die when its object reads a response body at the same time (PLATFORM §0.7, workerd#6774).
 */
import { WorkerEntrypoint } from "cloudflare:workers";
import type { Candle, Symbol, Timeframe } from "../../domain/market.ts";
import type { Result } from "../../domain/problem.ts";
import { restHistory, type TradePage, type VenueHistory } from "../../durable-objects/market-feed/venue/rest.ts";

export class KrakenHistory extends WorkerEntrypoint<Env> implements VenueHistory {
  async restNames(): Promise<Result<Readonly<Record<Symbol, string>>>> {
    return this.#history().restNames();
  }

  async candles(restName: string, timeframe: Timeframe, since: number | null): Promise<Result<readonly Candle[]>> {
    return this.#history().candles(restName, timeframe, since);
  }

  async trades(symbol: Symbol, restName: string, cursor: string): Promise<Result<TradePage>> {
    return this.#history().trades(symbol, restName, cursor);
  }

  async time(): Promise<Result<number>> {
    return this.#history().time();
  }

  #history(): VenueHistory {
    return restHistory(this.env.KRAKEN_REST_URL);
  }
}
