/** Erasing a user: their objects first, so that no outbox can write again, then every row in D1. */
import { and, eq, gte, lt, or, type AnyColumn, type SQL } from "drizzle-orm";
import { ok, type Result } from "../../domain/problem.ts";
import { database, tables } from "../database.ts";
import type { Config } from "../env.ts";
import { assistantObject, outcome, traderObject } from "../objects.ts";
import { forgetSessions, principalOf, type Visitor } from "./visitor.ts";

/** Leaves nothing of the user behind. Repeating it after a failure half-way completes it. */
export async function eraseUser(env: Env, config: Config, visitor: Visitor): Promise<Result<null>> {
  const erased = await outcome("erase", () => traderObject(env, config, visitor.traderId).erase(principalOf(visitor)));
  if (!erased.ok) {
    return erased;
  }
  const forgotten = await outcome("erase", () =>
    assistantObject(env, config, visitor.traderId).erase(principalOf(visitor)),
  );
  if (!forgotten.ok) {
    return forgotten;
  }
  const db = database(env);
  const { traderId, userId } = visitor;
  const [ended] = await db.batch([
    db.delete(tables.sessions).where(eq(tables.sessions.userId, userId)).returning({ id: tables.sessions.id }),
    db.delete(tables.journalEvents).where(isOf(tables.journalEvents.traderId, traderId)),
    db.delete(tables.orders).where(isOf(tables.orders.traderId, traderId)),
    db.delete(tables.fills).where(isOf(tables.fills.traderId, traderId)),
    db.delete(tables.equityPoints).where(isOf(tables.equityPoints.traderId, traderId)),
    db.delete(tables.assistantRuns).where(eq(tables.assistantRuns.traderId, traderId)),
    db.delete(tables.assistantProposals).where(eq(tables.assistantProposals.traderId, traderId)),
    db.delete(tables.assistantUsage).where(eq(tables.assistantUsage.traderId, traderId)),
    db.delete(tables.krakenKeys).where(eq(tables.krakenKeys.traderId, traderId)),
    db.delete(tables.openRisk).where(isOf(tables.openRisk.traderId, traderId)),
    db.delete(tables.traders).where(isOf(tables.traders.traderId, traderId)),
    db.delete(tables.users).where(eq(tables.users.id, userId)),
  ]);
  forgetSessions(ended.map((row) => row.id));
  return ok(null);
}

/** Rows of the user's trader and of the shadows of their models, which stand behind its name (assistant/proposals/shadow-desk). */
function isOf(column: AnyColumn, traderId: string): SQL | undefined {
  return or(eq(column, traderId), and(gte(column, `${traderId}~`), lt(column, `${traderId}\u007f`)));
}
