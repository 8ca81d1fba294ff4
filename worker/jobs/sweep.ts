/**
 * Cron's part of protection, the third net (TRADING §4): every trader with anything open is woken and looks after its levels,
 * whatever became of its alarm and of the feed. Who that is stands in D1; without D1 the feed's own rows say it.
 */
import { and, eq } from "drizzle-orm";
import { withDeadline } from "../../durable-objects/lib/deadline.ts";
import { log, logUnexpected } from "../../durable-objects/lib/log.ts";
import { database, tables } from "../database.ts";
import type { Config } from "../env.ts";
import { feedObject, traderObject } from "../objects.ts";

const READ_DEADLINE_MS = 5_000;
const TRADER_DEADLINE_MS = 10_000;
/** Objects woken at a time. */
const AT_A_TIME = 10;
/** Cron rings again after a minute: what is not reached by then is the next one's. */
const TIME_LIMIT_MS = 50_000;

type AtRisk = { readonly traderId: string; readonly notedAt: number | null };

/** Wakes them all; answers how many did answer. */
export async function sweepOpenRisk(env: Env, config: Config, now: () => number = Date.now): Promise<number> {
  const until = now() + TIME_LIMIT_MS;
  const traders = shuffled(await tradersAtRisk(env, config));
  let swept = 0;
  for (let start = 0; start < traders.length && now() < until; start += AT_A_TIME) {
    const answers = await Promise.all(
      traders.slice(start, start + AT_A_TIME).map((trader) => sweepOne(env, config, trader)),
    );
    swept += answers.filter(Boolean).length;
  }
  if (swept < traders.length) {
    log("sweep_incomplete", { traders: traders.length, swept });
  }
  return swept;
}

async function tradersAtRisk(env: Env, config: Config): Promise<readonly AtRisk[]> {
  try {
    const rows = database(env)
      .select({ traderId: tables.openRisk.traderId, notedAt: tables.openRisk.notedAt })
      .from(tables.openRisk)
      .where(eq(tables.openRisk.market, config.market));
    return await withDeadline(Promise.resolve(rows), READ_DEADLINE_MS, "open_risk");
  } catch (error) {
    logUnexpected("sweep_without_database", error, {});
    const owners = await withDeadline(feedObject(env, config).triggerOwners(), READ_DEADLINE_MS, "triggerOwners");
    return owners.map((traderId) => ({ traderId, notedAt: null }));
  }
}

async function sweepOne(env: Env, config: Config, { traderId, notedAt }: AtRisk): Promise<boolean> {
  try {
    const { open } = await withDeadline(traderObject(env, config, traderId).sweep(), TRADER_DEADLINE_MS, "sweep");
    if (!open && notedAt !== null) {
      // Only the line as it was read: an entry that came meanwhile has written it anew.
      const line = and(eq(tables.openRisk.traderId, traderId), eq(tables.openRisk.notedAt, notedAt));
      await database(env).delete(tables.openRisk).where(line);
    }
    return true;
  } catch (error) {
    logUnexpected("sweep_failed", error, { trader: traderId });
    return false;
  }
}

/** So that the same traders are not always the last when time runs out. */
function shuffled<T>(values: readonly T[]): readonly T[] {
  return values
    .map((value) => ({ value, rank: Math.random() }))
    .toSorted((left, right) => left.rank - right.rank)
    .map(({ value }) => value);
}
