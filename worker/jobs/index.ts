/**
 * What cron does every minute. Platform cron may skip a minute or ring twice, so each job can be repeated and catches up by
 * itself; what is due depends on the scheduled time alone.
 */
import { closeIdleGuests } from "../auth/idle-guests.ts";
import { readConfig } from "../env.ts";
import { reportError } from "../telemetry.ts";
import { sweepOpenRisk } from "./sweep.ts";
import { feedHeartbeat, pruneOldCandles, storeNewCandles } from "./market-jobs.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Minute of the hour in which the daily and hourly work is done: not when every candle closes. */
const RETENTION_MINUTE = 7;

type Event = { readonly scheduledTime: number };
type Execution = { waitUntil(promise: Promise<unknown>): void };

/** Runs the jobs that are due, one after another. One that fails is reported and does not keep the others from running. */
export async function runScheduled(event: Event, env: Env, execution: Execution): Promise<void> {
  const now = event.scheduledTime;
  const minute = Math.floor((now % HOUR_MS) / MINUTE_MS);
  const config = readConfig(env);
  if (!config.ok) {
    return;
  }
  const market = config.value;
  await run("feed_heartbeat", () => feedHeartbeat(env, market));
  await run("sweep", () => sweepOpenRisk(env, market));
  await run("store_candles", () => storeNewCandles(env, market));
  if (minute === RETENTION_MINUTE) {
    await run("prune_candles", () => pruneOldCandles(env, market, now));
  }
  if (minute === 0) {
    await run("idle_guests", () => closeIdleGuests(env, now));
  }

  async function run(job: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      reportError(env, execution, error, { job });
    }
  }
}
