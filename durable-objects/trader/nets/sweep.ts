import { runDueJobs } from "../jobs.ts";
import type { Parts } from "../parts.ts";
import { isAtRisk } from "./at-risk.ts";
import { lookAfterLevels } from "./watch.ts";

/**
 * What cron asks of a trader each minute: levels looked after, overdue work done, the alarm set again. `open` is false when
 * there is nothing left to look after.
 */
export async function sweep(parts: Parts): Promise<{ readonly open: boolean }> {
  const { openRisk, readTape, schedule, kraken, unexpected } = parts;
  try {
    await lookAfterLevels(parts, readTape);
    await runDueJobs(parts);
    kraken.wake();
    await schedule.arm();
  } catch (error) {
    unexpected("sweep_failed", error, {});
  }
  const open = parts.desk.accounts().some(isAtRisk);
  if (!open) {
    openRisk.forget();
  }
  return { open };
}
