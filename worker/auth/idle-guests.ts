/** Housekeeping of sign-in: guests who left are closed, and rows that can no longer matter go. */
import { and, eq, lt, lte, sql } from "drizzle-orm";
import { withDeadline } from "../../durable-objects/lib/deadline.ts";
import { log, logUnexpected } from "../../durable-objects/lib/log.ts";
import { database, tables } from "../database.ts";
import { readConfig, type Config } from "../env.ts";
import { traderObject } from "../objects.ts";
import { eraseUser } from "./erase.ts";
import type { Visitor } from "./visitor.ts";

export const IDLE_GUEST_MS = 30 * 24 * 3600_000;
/** At most this many per run: each is a call to an object of its own. */
const GUESTS_PER_RUN = 50;
const DAY_MS = 24 * 3600_000;
const CALL_DEADLINE_MS = 10_000;

const { users, traders, sessions, socketTickets, signInFailures, rateLimits, verifications } = tables;

/**
 * Erases guests who asked for nothing for 30 days and answers how many. The trader object has the last word on when that
 * was (with a key of Kraken: always now), and on whether it may be erased: D1 only says whom to ask. One guest that fails is logged and does not stop the others.
 */
export async function closeIdleGuests(env: Env, now: number): Promise<number> {
  const config = readConfig(env);
  if (!config.ok) {
    return 0;
  }
  await prune(env, now);
  const lastSeen = sql<number>`COALESCE(${traders.lastActiveAt}, ${users.createdAt})`;
  const candidates = await database(env)
    .select({ userId: users.id, traderId: users.traderId, lastSeen })
    .from(users)
    .leftJoin(traders, eq(traders.traderId, users.traderId))
    .where(and(eq(users.isAnonymous, true), lte(lastSeen, now - IDLE_GUEST_MS)))
    .orderBy(lastSeen)
    .limit(GUESTS_PER_RUN);
  let closed = 0;
  for (const candidate of candidates) {
    closed += await closeIfIdle(env, config.value, candidate, now).catch((error: unknown) => {
      logUnexpected("idle_guest_not_closed", error, {});
      return 0;
    });
  }
  if (closed > 0) {
    log("idle_guests_closed", { closed });
  }
  return closed;
}

async function closeIfIdle(
  env: Env,
  config: Config,
  guest: { readonly userId: string; readonly traderId: string },
  now: number,
): Promise<0 | 1> {
  const trader = traderObject(env, config, guest.traderId);
  const lastActive = await withDeadline(trader.lastActive(now), CALL_DEADLINE_MS, "lastActive");
  if (lastActive !== null && lastActive > now - IDLE_GUEST_MS) {
    await database(env)
      .insert(traders)
      .values({ traderId: guest.traderId, lastActiveAt: lastActive })
      .onConflictDoUpdate({ target: traders.traderId, set: { lastActiveAt: lastActive } });
    return 0;
  }
  const erased = await eraseUser(env, config, asVisitor(guest, now));
  return erased.ok ? 1 : 0;
}

/** Expired sessions, tickets and verifications, and counters of yesterday. */
async function prune(env: Env, now: number): Promise<void> {
  const db = database(env);
  await db.batch([
    db.delete(sessions).where(lt(sessions.expiresAt, new Date(now))),
    db.delete(socketTickets).where(lt(socketTickets.expiresAt, now)),
    db.delete(verifications).where(lt(verifications.expiresAt, new Date(now))),
    db.delete(signInFailures).where(lt(signInFailures.windowStartedAt, now - DAY_MS)),
    db.delete(rateLimits).where(lt(rateLimits.lastRequest, now - DAY_MS)),
  ]);
}

function asVisitor(guest: { readonly userId: string; readonly traderId: string }, now: number): Visitor {
  return { ...guest, name: "Guest", email: null, guest: true, sessionId: "", sessionExpiresAt: now, via: "api" };
}
