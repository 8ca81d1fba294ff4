/** Cron's part of the market: the feed is alive, its closed candles are in D1, old ones leave. */
import { withDeadline } from "../../durable-objects/lib/deadline.ts";
import { log } from "../../durable-objects/lib/log.ts";
import type { Config } from "../env.ts";
import { pruneCandles, storeCandles } from "../market-data/candle-table.ts";
import { feedObject } from "../objects.ts";

const CALL_DEADLINE_MS = 10_000;
const ROWS_PER_ROUND = 2_000;
/** A fresh feed hands over its whole backfill within a few minutes; what is left waits for the next one. */
const ROUNDS = 10;

/** Wakes the feed, which dials the venue if its link is down. */
export async function feedHeartbeat(env: Env, config: Config): Promise<void> {
  const state = await withDeadline(feedObject(env, config).heartbeat(), CALL_DEADLINE_MS, "heartbeat");
  if (!state.connected || state.staleSymbols.length > 0) {
    log("feed_unwell", { connected: state.connected, symbols: state.symbols, stale: state.staleSymbols.join(" ") });
  }
}

/** Copies closed candles that D1 does not have; answers how many. Repeating it changes nothing. */
export async function storeNewCandles(env: Env, config: Config): Promise<number> {
  let stored = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const series = await withDeadline(
      feedObject(env, config).unstoredCandles(ROWS_PER_ROUND),
      CALL_DEADLINE_MS,
      "unstoredCandles",
    );
    const rows = series.reduce((total, { candles }) => total + candles.length, 0);
    if (rows === 0) {
      break;
    }
    await storeCandles(env.DB, config.market, series);
    // Only now: a run that dies in between stores them again, which changes nothing.
    await withDeadline(feedObject(env, config).markCandlesStored(series), CALL_DEADLINE_MS, "markCandlesStored");
    stored += rows;
  }
  return stored;
}

/** Deletes candles past their retention, by the market's own clock: a replay of 2020 keeps its candles. */
export async function pruneOldCandles(env: Env, config: Config, scheduledTime: number): Promise<void> {
  const markets = await withDeadline(feedObject(env, config).markets(), CALL_DEADLINE_MS, "markets");
  if (!markets.ok && config.market !== "live") {
    return;
  }
  const marketTime = markets.ok ? markets.value.marketTime : scheduledTime;
  await pruneCandles(env.DB, config.market, Math.min(scheduledTime, marketTime));
}
