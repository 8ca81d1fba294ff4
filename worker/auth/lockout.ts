/**
 * Ten failed sign-ins lock an e-mail address for 15 minutes, fifty a client address. An attempt is counted before the
 * password is looked at, in one statement, so that a burst of parallel guesses gets no more than ten; a right password
 * clears the count. Unknown e-mail addresses are counted alike, so that the answer betrays nobody.
 */
import { createHmac } from "node:crypto";
import { eq, sql } from "drizzle-orm";
import { refuse, ok, type Result } from "../../domain/problem.ts";
import { database, tables, type Database } from "../database.ts";
import type { Config } from "../env.ts";

export const FAILURES_PER_EMAIL = 10;
export const FAILURES_PER_ADDRESS = 50;
export const LOCK_MS = 15 * 60_000;

export type Attempt = { readonly emailKey: string; readonly addressKey: string };

/** Counts an attempt; LOCKED_OUT with the seconds left when there were too many. */
export async function beginAttempt(
  env: Env,
  config: Config,
  email: string,
  address: string,
  now: number,
): Promise<Result<Attempt>> {
  const attempt = { emailKey: keyOf(config, `email ${email}`), addressKey: keyOf(config, `address ${address}`) };
  const db = database(env);
  const [[ofEmail], [ofAddress]] = await db.batch([
    count(db, attempt.emailKey, FAILURES_PER_EMAIL, now),
    count(db, attempt.addressKey, FAILURES_PER_ADDRESS, now),
  ]);
  const lockedUntil = Math.max(lockOf(ofEmail, FAILURES_PER_EMAIL), lockOf(ofAddress, FAILURES_PER_ADDRESS));
  if (lockedUntil <= now) {
    return ok(attempt);
  }
  const seconds = Math.ceil((lockedUntil - now) / 1000);
  return refuse("LOCKED_OUT", `There were too many failed sign-ins. Try again in ${waitText(seconds)}.`, {
    retryAfterSeconds: String(seconds),
  });
}

/** The password was right: the e-mail starts again at zero, and this attempt is taken off the client address. */
export async function clearAttempt(env: Env, attempt: Attempt): Promise<void> {
  const db = database(env);
  await db.batch([
    db.delete(tables.signInFailures).where(eq(tables.signInFailures.key, attempt.emailKey)),
    forgive(db, attempt.addressKey),
  ]);
}

/** The password was never judged (the database failed, the rate was exceeded): the attempt does not count. */
export async function withdrawAttempt(env: Env, attempt: Attempt): Promise<void> {
  const db = database(env);
  await db.batch([forgive(db, attempt.emailKey), forgive(db, attempt.addressKey)]);
}

type Row = { readonly failures: number; readonly lockedUntil: number };

function lockOf(row: Row | undefined, allowed: number): number {
  return row !== undefined && row.failures > allowed ? row.lockedUntil : 0;
}

function count(db: Database, key: string, allowed: number, now: number) {
  const { signInFailures: table } = tables;
  // Right-hand sides see the row as it was. A window ends 15 minutes after it began, a lock 15 minutes after the last
  // allowed failure; attempts during a lock do not prolong it.
  const over = sql`(CASE WHEN ${table.lockedUntil} > 0 THEN ${table.lockedUntil} <= ${now} ELSE ${table.windowStartedAt} <= ${now - LOCK_MS} END)`;
  return db
    .insert(table)
    .values({ key, failures: 1, windowStartedAt: now })
    .onConflictDoUpdate({
      target: table.key,
      set: {
        failures: sql`CASE WHEN ${over} THEN 1 ELSE ${table.failures} + 1 END`,
        windowStartedAt: sql`CASE WHEN ${over} THEN ${now} ELSE ${table.windowStartedAt} END`,
        lockedUntil: sql`CASE WHEN ${over} THEN 0 WHEN ${table.lockedUntil} = 0 AND ${table.failures} + 1 >= ${allowed} THEN ${now + LOCK_MS} ELSE ${table.lockedUntil} END`,
      },
    })
    .returning({ failures: table.failures, lockedUntil: table.lockedUntil });
}

function forgive(db: Database, key: string) {
  const { signInFailures: table } = tables;
  return db
    .update(table)
    .set({ failures: sql`MAX(0, ${table.failures} - 1)`, lockedUntil: 0 })
    .where(eq(table.key, key));
}

function keyOf(config: Config, subject: string): string {
  return createHmac("sha256", config.authSecret.reveal()).update(subject).digest("hex");
}

function waitText(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  return minutes === 1 ? "a minute" : `${minutes} minutes`;
}
