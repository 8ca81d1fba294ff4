/** The sessions of a user, seen and ended. Ending one also closes the sockets that it opened. */
import { and, desc, eq, gt, inArray } from "drizzle-orm";
import type { SessionEntry } from "../../contract/auth.ts";
import { logUnexpected } from "../../durable-objects/lib/log.ts";
import { database, tables } from "../database.ts";
import type { Config } from "../env.ts";
import { assistantObject, traderObject } from "../objects.ts";
import { forgetSessions, visitorFrom, type Visitor } from "./visitor.ts";

const { sessions, users } = tables;

/** Sessions that have not expired, newest first. Their tokens stay here. */
export async function listSessions(env: Env, visitor: Visitor, now: number): Promise<SessionEntry[]> {
  const rows = await database(env)
    .select()
    .from(sessions)
    .where(and(eq(sessions.userId, visitor.userId), gt(sessions.expiresAt, new Date(now))))
    .orderBy(desc(sessions.createdAt));
  return rows.map((row) => ({
    id: row.id,
    current: row.id === visitor.sessionId,
    createdAt: row.createdAt.getTime(),
    lastUsedAt: row.updatedAt.getTime(),
    expiresAt: row.expiresAt.getTime(),
    userAgent: row.userAgent === "" ? null : row.userAgent,
    address: row.ipAddress === "" ? null : row.ipAddress,
  }));
}

/**
 * Ends the sessions of the visitor's user that `which` picks and answers how many there were. The sockets are closed after
 * the rows are gone: a socket that reconnects in between is refused.
 */
export async function endSessions(
  env: Env,
  config: Config,
  visitor: Visitor,
  which: (sessionId: string) => boolean,
): Promise<number> {
  const db = database(env);
  const rows = await db.select({ id: sessions.id }).from(sessions).where(eq(sessions.userId, visitor.userId));
  const ids = rows.map((row) => row.id).filter(which);
  if (ids.length === 0) {
    return 0;
  }
  await db.delete(sessions).where(inArray(sessions.id, ids));
  await closeSockets(env, config, visitor.traderId, ids);
  return ids.length;
}

/** Cuts what ended sessions still hold: this isolate's memory of them and their sockets. */
export async function closeSockets(
  env: Env,
  config: Config,
  traderId: string,
  sessionIds: readonly string[],
): Promise<void> {
  forgetSessions(sessionIds);
  try {
    await Promise.all([
      traderObject(env, config, traderId).revokeSessions(sessionIds),
      assistantObject(env, config, traderId).revokeSessions(sessionIds),
    ]);
  } catch (error) {
    // The rows are gone already; what is left of the sockets ends with the session's own expiry.
    logUnexpected("sockets_not_closed", error, { sessions: sessionIds.length });
  }
}

/** The visitor behind a session, by id or token; null when it has ended. */
export async function sessionVisitor(
  env: Env,
  by: { readonly id: string } | { readonly token: string },
  now: number,
): Promise<Visitor | null> {
  const [row] = await database(env)
    .select({ session: sessions, user: users })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(
      and("id" in by ? eq(sessions.id, by.id) : eq(sessions.token, by.token), gt(sessions.expiresAt, new Date(now))),
    );
  return row === undefined ? null : visitorFrom(row, "page");
}
