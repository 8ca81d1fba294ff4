/** Candles that nobody holds yet, read from the venue here and handed to the feed and to D1 (DESIGN, parts: worker). */
import { timeframesFrom } from "../../domain/candles/timeframe.ts";
import type { Candle, Symbol, Timeframe } from "../../domain/market.ts";
import { ok, type Result } from "../../domain/problem.ts";
import { restHistory } from "../../durable-objects/market-feed/venue/rest.ts";
import type { Config } from "../env.ts";
import { feedObject } from "../objects.ts";
import { storeCandles } from "./candle-table.ts";

/**
 * Reads what the venue still offers of a timeframe, at most 720 closed candles (PROTOCOL §2.2), and stores it. Answers the
 * closed candles, oldest first; a refusal when the symbol is unknown or the venue does not answer.
 */
export async function backfillCandles(
  env: Env,
  config: Config,
  symbol: Symbol,
  timeframe: Timeframe,
): Promise<Result<readonly Candle[]>> {
  if (!timeframesFrom(config.finestTimeframe).includes(timeframe)) {
    // An hourly recording has no minutes, whatever is computed from its prints.
    return ok([]);
  }
  const feed = feedObject(env, config);
  const instrument = await feed.instrument(symbol);
  if (!instrument.ok) {
    return instrument;
  }
  const rows = await restHistory(env.KRAKEN_REST_URL).candles(instrument.value.restName, timeframe, null);
  if (!rows.ok) {
    // An hourly source does not know shorter timeframes: that is an empty history, not a failure.
    return rows.error.details["reason"] === "invalid" ? ok([]) : rows;
  }
  const candles = rows.value.filter(({ closed }) => closed);
  await storeCandles(env.DB, config.market, [{ symbol, timeframe, candles }]);
  await feed.acceptCandles(symbol, timeframe, candles);
  return ok(candles);
}
