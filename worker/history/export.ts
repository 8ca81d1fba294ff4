/** The history database's part of "export my data". */
import { asc, eq } from "drizzle-orm";
import { database, tables } from "../database.ts";

type HistoryExport = { readonly orders: unknown[]; readonly fills: unknown[]; readonly equity: unknown[] };

/** Every stored order, fill and equity point of the trader, oldest first. */
export async function exportHistory(env: Env, traderId: string): Promise<HistoryExport> {
  const db = database(env);
  const { orders, fills, equityPoints } = tables;
  const [orderRows, fillRows, equityRows] = await db.batch([
    db.select({ view: orders.view }).from(orders).where(eq(orders.traderId, traderId)).orderBy(asc(orders.createdAt)),
    db.select({ view: fills.view }).from(fills).where(eq(fills.traderId, traderId)).orderBy(asc(fills.time)),
    db
      .select({
        accountId: equityPoints.accountId,
        time: equityPoints.time,
        equity: equityPoints.equity,
        cash: equityPoints.cash,
      })
      .from(equityPoints)
      .where(eq(equityPoints.traderId, traderId))
      .orderBy(asc(equityPoints.accountId), asc(equityPoints.time)),
  ]);
  return {
    orders: orderRows.map((row): unknown => JSON.parse(row.view)),
    fills: fillRows.map((row): unknown => JSON.parse(row.view)),
    equity: equityRows,
  };
}
