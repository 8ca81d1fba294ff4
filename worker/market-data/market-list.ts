/**
 * The list of pairs. The feed watches fifty of them at most; what it does not watch gets its last values from the venue's REST
 * ticker, marked as not fresh: good to look at, not to trade on.
 */
import type { MarketList, Ticker } from "../../contract/markets.ts";
import type { Instrument, Milliseconds } from "../../domain/market.ts";
import { ok, type Result } from "../../domain/problem.ts";
import { log } from "../../durable-objects/lib/log.ts";
import { restTickers, type RestTicker } from "../../durable-objects/market-feed/venue/rest.ts";
import type { Config } from "../env.ts";
import { makeMemoryCache } from "../../durable-objects/lib/memory-cache.ts";
import { feedObject, outcome } from "../objects.ts";

/** All pairs in one answer are large, and the public limit is one request a second for everything. */
const TICKERS_MS = 10_000;
const tickers = makeMemoryCache<Readonly<Record<string, RestTicker>>>(TICKERS_MS, 4);

/** All listed pairs with their last values; null where nobody knows any. */
export async function marketList(env: Env, config: Config): Promise<Result<MarketList>> {
  const list = await outcome("markets", () => feedObject(env, config).markets());
  if (!list.ok || list.value.markets.every(({ ticker }) => ticker !== null)) {
    return list;
  }
  const rows = await readTickers(env);
  const { marketTime } = list.value;
  const markets = list.value.markets.map((summary) => {
    const { instrument, ticker } = summary;
    return { ...summary, ticker: ticker ?? unwatched(instrument, rows[instrument.restName], marketTime) };
  });
  return ok({ ...list.value, markets });
}

async function readTickers(env: Env): Promise<Readonly<Record<string, RestTicker>>> {
  const known = tickers.get(env.KRAKEN_REST_URL, Date.now());
  if (known !== null) {
    return known;
  }
  const read = await restTickers(env.KRAKEN_REST_URL);
  if (!read.ok) {
    log("tickers_not_read", { error: read.error.details["error"] ?? "" });
  }
  const rows = read.ok ? read.value : {};
  tickers.set(env.KRAKEN_REST_URL, rows, Date.now());
  return rows;
}

function unwatched(instrument: Instrument, row: RestTicker | undefined, marketTime: Milliseconds): Ticker | null {
  if (row === undefined) {
    return null;
  }
  return {
    symbol: instrument.symbol,
    ...row,
    lastTime: null,
    mark: null,
    markTime: null,
    // REST knows today's open and not the price of 24 hours ago.
    change24h: null,
    changePercent24h: null,
    status: instrument.status,
    fresh: false,
    staleSince: marketTime,
    staleReason: "connecting",
  };
}
