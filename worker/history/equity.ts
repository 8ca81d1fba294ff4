/** The equity curve of an account from D1. */
import { sql } from "drizzle-orm";
import { z } from "zod";
import { equityPoint } from "../../contract/accounts.ts";
import type { Result } from "../../domain/problem.ts";
import { database, tables } from "../database.ts";
import { readHistory } from "./pages.ts";

export type EquityPoint = z.infer<typeof equityPoint>;

/** More points than a chart has pixels help nobody. */
export const MAXIMUM_POINTS = 5_000;

/** Samples with from ≤ time < to, oldest first; evenly thinned above 5,000, the newest always kept. */
export async function equityCurve(
  env: Env,
  owner: { readonly traderId: string; readonly accountId: string },
  range: { readonly from: number; readonly to: number },
): Promise<Result<EquityPoint[]>> {
  const { equityPoints: table } = tables;
  return await readHistory(async () => {
    const rows = await database(env).all(sql`
      WITH numbered AS (
        SELECT ${table.time} AS time, ${table.equity} AS equity, ${table.cash} AS cash,
          ROW_NUMBER() OVER (ORDER BY ${table.time} DESC) AS place, COUNT(*) OVER () AS total
        FROM ${table}
        WHERE ${table.accountId} = ${owner.accountId} AND ${table.traderId} = ${owner.traderId}
          AND ${table.time} >= ${range.from} AND ${table.time} < ${range.to}
      )
      SELECT time, equity, cash FROM numbered
      WHERE (place - 1) % ((total + ${MAXIMUM_POINTS - 1}) / ${MAXIMUM_POINTS}) = 0
      ORDER BY time`);
    return z.array(equityPoint).parse(rows);
  });
}
