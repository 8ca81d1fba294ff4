/** What is due: each job by its name. One that fails is reported and tried again later; the others go on. */
import type { DueRow } from "../lib/schedule.ts";
import type { Parts } from "./parts.ts";

const RETRY_MS = 5_000;
const DAY_MS = 86_400_000;
/** A job that waits for others moves its own row before it does, so that an alarm cut short comes back. */
const AGAIN_MS = 10_000;

export async function runDueJobs(parts: Parts): Promise<void> {
  for (const row of parts.schedule.due()) {
    try {
      await runJob(parts, row);
    } catch (error) {
      parts.unexpected("job_failed", error, { job: row.job, key: row.key });
      parts.schedule.set(row.job, row.key, parts.now() + RETRY_MS);
    }
  }
}

async function runJob(parts: Parts, { job, key }: DueRow): Promise<void> {
  const { schedule, now } = parts;
  switch (job) {
    case "runs":
      parts.runDesk.recover();
      return;
    case "frames":
      schedule.set(job, key, null);
      parts.runs.forgetFrames(key);
      parts.library.forgetReplies(now() - DAY_MS);
      return;
    case "expire":
      schedule.set(job, key, null);
      parts.proposalDesk.expire(key);
      return;
    case "resolve":
      schedule.set(job, key, now() + AGAIN_MS);
      await parts.proposalDesk.resolve(key);
      return;
    case "follow":
      schedule.set(job, key, now() + AGAIN_MS);
      await parts.proposalDesk.follow(key);
      return;
    case "ask":
      schedule.set(job, key, now() + AGAIN_MS);
      await parts.triggerDesk.ask(key);
      return;
    case "tell":
      schedule.set(job, key, now() + AGAIN_MS);
      await parts.triggerDesk.tell(key);
      return;
    case "shadow":
      schedule.set(job, key, now() + AGAIN_MS);
      await parts.shadowDesk.carryOut(key);
      return;
    case "outbox":
      schedule.set(job, key, now() + AGAIN_MS);
      await parts.outbox.drain();
      return;
    case "sessions":
      schedule.set(job, key, parts.sockets.sweep());
      return;
    default:
      // Of another version of this code.
      schedule.set(job, key, now() + DAY_MS);
  }
}
