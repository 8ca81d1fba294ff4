/**
 * One-use tickets for /ws/trader, for clients whose sockets carry no cookie. Only the hash is stored; taking a ticket
 * deletes its row, so that of two takers exactly one gets it.
 */
import { createHash } from "node:crypto";
import { eq } from "drizzle-orm";
import { database, tables } from "../database.ts";
import { randomHex } from "../hex.ts";
import { sessionVisitor } from "./sessions.ts";
import type { Visitor } from "./visitor.ts";

export const TICKET_MS = 30_000;
const TICKET_BYTES = 32;

/** A new ticket for the visitor's session. */
export async function issueTicket(
  env: Env,
  visitor: Visitor,
  now: number,
): Promise<{ ticket: string; expiresAt: number }> {
  const ticket = randomHex(TICKET_BYTES);
  const expiresAt = now + TICKET_MS;
  await database(env)
    .insert(tables.socketTickets)
    .values({ hash: hashOf(ticket), sessionId: visitor.sessionId, expiresAt });
  return { ticket, expiresAt };
}

/** Who the ticket was issued to; null when it is unknown, used, too old, or its session has ended. */
export async function takeTicket(env: Env, ticket: string, now: number): Promise<Visitor | null> {
  const [row] = await database(env)
    .delete(tables.socketTickets)
    .where(eq(tables.socketTickets.hash, hashOf(ticket)))
    .returning();
  if (row === undefined || row.expiresAt <= now) {
    return null;
  }
  const visitor = await sessionVisitor(env, { id: row.sessionId }, now);
  return visitor === null ? null : { ...visitor, via: "api" };
}

function hashOf(ticket: string): string {
  return createHash("sha256").update(ticket).digest("hex");
}
