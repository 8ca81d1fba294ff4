/**
 * A page of candles from wherever they are: the feed's own, then D1, then the venue. Each source continues where the one
 * before it ends; a page is complete only when none of them has an older candle.
 */
import type { CandlePage } from "../../contract/markets.ts";
import type { Candle, Milliseconds, Symbol, Timeframe } from "../../domain/market.ts";
import { ok, type Result } from "../../domain/problem.ts";
import { withDeadline } from "../../durable-objects/lib/deadline.ts";
import { log, logUnexpected } from "../../durable-objects/lib/log.ts";
import type { Config } from "../env.ts";
import { makeMemoryCache } from "../../durable-objects/lib/memory-cache.ts";
import { feedObject, outcome } from "../objects.ts";
import { backfillCandles } from "./backfill.ts";
import { readCandles } from "./candle-table.ts";

export type PageQuery = {
  readonly interval: Timeframe;
  /** Candles that open before this; the newest when null. */
  readonly before: Milliseconds | null;
  readonly limit: number;
};

const DATABASE_DEADLINE_MS = 3_000;
/** The venue is asked for the same series once a minute at most: it has 720 candles and no more. */
const VENUE_MS = 60_000;
const venueRows = makeMemoryCache<readonly Candle[]>(VENUE_MS, 100);

/** Candles, oldest first, the running one last; refusals of the feed only when no other source has anything either. */
export async function candlePage(
  env: Env,
  config: Config,
  symbol: Symbol,
  query: PageQuery,
): Promise<Result<CandlePage>> {
  const { interval, before, limit } = query;
  const fromFeed = await outcome("candles", () => feedObject(env, config).candles(symbol, interval, before, limit));
  if (fromFeed.ok ? fromFeed.value.complete : fromFeed.error.code === "UNKNOWN_SYMBOL") {
    return fromFeed;
  }
  let candles: readonly Candle[] = fromFeed.ok ? fromFeed.value.candles : [];
  let sawAll = fromFeed.ok;
  if (candles.length < limit) {
    const stored = await fromDatabase(env, config, symbol, query, candles);
    sawAll = sawAll && stored !== null;
    candles = [...(stored ?? []), ...candles];
  }
  if (candles.length < limit) {
    const rows = await fromVenue(env, config, symbol, interval);
    sawAll = sawAll && rows !== null;
    candles = merge(candles, rows ?? [], before).slice(-limit);
  }
  if (candles.length === 0 && !fromFeed.ok) {
    return fromFeed;
  }
  return ok({ interval, candles: [...candles], complete: sawAll && candles.length < limit });
}

async function fromDatabase(
  env: Env,
  config: Config,
  symbol: Symbol,
  { interval, before, limit }: PageQuery,
  known: readonly Candle[],
): Promise<readonly Candle[] | null> {
  const end = known[0]?.time ?? before ?? Number.MAX_SAFE_INTEGER;
  try {
    const read = readCandles(env.DB, config.market, symbol, interval, end, limit - known.length);
    return await withDeadline(read, DATABASE_DEADLINE_MS, "candles in D1");
  } catch (error) {
    logUnexpected("candles_not_read", error, { symbol, interval });
    return null;
  }
}

/** What the venue offers of the series, from a minute's memory or read and stored now; null when it did not answer. */
async function fromVenue(
  env: Env,
  config: Config,
  symbol: Symbol,
  interval: Timeframe,
): Promise<readonly Candle[] | null> {
  const key = `${config.market} ${symbol} ${interval}`;
  const known = venueRows.get(key, Date.now());
  if (known !== null) {
    return known;
  }
  try {
    const rows = await backfillCandles(env, config, symbol, interval);
    if (rows.ok) {
      venueRows.set(key, rows.value, Date.now());
      return rows.value;
    }
    log("candles_not_backfilled", { symbol, interval, code: rows.error.code });
  } catch (error) {
    logUnexpected("candles_not_backfilled", error, { symbol, interval });
  }
  return null;
}

/** Both lists by time; where both have an interval, the first list's account stands. */
function merge(candles: readonly Candle[], more: readonly Candle[], before: Milliseconds | null): readonly Candle[] {
  const byTime = new Map(more.filter(({ time }) => before === null || time < before).map((each) => [each.time, each]));
  for (const candle of candles) {
    byTime.set(candle.time, candle);
  }
  return [...byTime.values()].toSorted((left, right) => left.time - right.time);
}
