/**
 * Rotation of the vault's master over all users, a page at a time. Every trader and assistant is asked, whether D1 knows of a
 * key or not: what one holds is known to itself alone. Resumable, because one that is done answers so.
 */
import { asc, gt } from "drizzle-orm";
import type { ResealAnswer, ResealRequest } from "../../contract/operator.ts";
import { database, tables } from "../database.ts";
import type { Config } from "../env.ts";
import { assistantObject, outcome, traderObject } from "../objects.ts";

/** Calls at once. */
const AT_ONCE = 5;
const CALL_DEADLINE_MS = 30_000;

export async function resealPage(env: Env, config: Config, { cursor, limit }: ResealRequest): Promise<ResealAnswer> {
  const { users } = tables;
  const rows = await database(env)
    .select({ traderId: users.traderId })
    .from(users)
    .where(gt(users.traderId, cursor ?? ""))
    .orderBy(asc(users.traderId))
    .limit(limit + 1);
  const page = rows.slice(0, limit).map((row) => row.traderId);
  const totals = { traders: page.length, resealed: 0, current: 0, unreadable: 0, failed: 0 };
  const queue = [...page];
  async function work(): Promise<void> {
    for (let traderId = queue.shift(); traderId !== undefined; traderId = queue.shift()) {
      const trader = traderObject(env, config, traderId);
      const assistant = assistantObject(env, config, traderId);
      for (const holder of [trader, assistant]) {
        const done = await outcome("reseal", () => holder.reseal(), CALL_DEADLINE_MS);
        if (done.ok) {
          totals.resealed += done.value.resealed;
          totals.current += done.value.current;
          totals.unreadable += done.value.unreadable;
        } else {
          totals.failed += 1;
        }
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { ...totals, next: rows.length > limit ? (page.at(-1) ?? null) : null };
}
