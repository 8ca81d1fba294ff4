/**
 * Pages of the order and fill lists. The rows come from D1, which the trader's outbox fills a moment later than things
 * happen; what the trader itself still shows is laid over them, so that a fresh order is in the list at once and a living one
 * is shown as it is. Keyset paging: row 100,000 costs what row 1 costs.
 */
import { and, desc, eq, gte, lt, lte, or, type SQL } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import type { z } from "zod";
import { fill, order, type FillView, type OrderView } from "../../contract/orders.ts";
import type { historyQuery } from "../../contract/paging.ts";
import { refuse, ok, type Result } from "../../domain/problem.ts";
import { withDeadline } from "../../durable-objects/lib/deadline.ts";
import { logUnexpected } from "../../durable-objects/lib/log.ts";
import { database, tables } from "../database.ts";
import { withoutParameters } from "../telemetry.ts";
import { comesBefore, decodeCursor, encodeCursor, type Position } from "./cursor.ts";

export type HistoryFilter = z.infer<typeof historyQuery>;
export type Page<T> = { readonly rows: readonly T[]; readonly next: string | null };
type Owner = { readonly traderId: string; readonly accountId: string };

const DATABASE_DEADLINE_MS = 5_000;

/** Orders of the account, newest first, `live` laid over the stored ones. */
export async function orderPage(
  env: Env,
  owner: Owner,
  filter: HistoryFilter,
  live: readonly OrderView[],
): Promise<Result<Page<OrderView>>> {
  const { orders: table } = tables;
  return await page(filter, live, orderPosition, async (after) => {
    const rows = await database(env)
      .select({ view: table.view })
      .from(table)
      .where(
        and(
          eq(table.accountId, owner.accountId),
          eq(table.traderId, owner.traderId),
          ...filters(filter, table.symbol, table.side, table.createdAt),
          beyond(after, table.createdAt, table.id),
        ),
      )
      .orderBy(desc(table.createdAt), desc(table.id))
      .limit(filter.limit + 1);
    return rows.map((row) => order.parse(JSON.parse(row.view)));
  });
}

/** Fills of the account, newest first, `fresh` ones laid over the stored ones. */
export async function fillPage(
  env: Env,
  owner: Owner,
  filter: HistoryFilter,
  fresh: readonly FillView[],
): Promise<Result<Page<FillView>>> {
  const { fills: table } = tables;
  return await page(filter, fresh, fillPosition, async (after) => {
    const rows = await database(env)
      .select({ view: table.view })
      .from(table)
      .where(
        and(
          eq(table.accountId, owner.accountId),
          eq(table.traderId, owner.traderId),
          ...filters(filter, table.symbol, table.side, table.time),
          beyond(after, table.time, table.id),
        ),
      )
      .orderBy(desc(table.time), desc(table.id))
      .limit(filter.limit + 1);
    return rows.map((row) => fill.parse(JSON.parse(row.view)));
  });
}

/** Runs a read of the history; a database that does not answer is HISTORY_UNAVAILABLE. */
export async function readHistory<T>(read: () => Promise<T>): Promise<Result<T>> {
  try {
    return ok(await withDeadline(read(), DATABASE_DEADLINE_MS, "reading the history"));
  } catch (error) {
    logUnexpected("history_unavailable", withoutParameters(error), {});
    return refuse(
      "HISTORY_UNAVAILABLE",
      "The history cannot be read right now. Trading goes on; try again in a minute.",
    );
  }
}

async function page<T extends { readonly id: string; readonly symbol: string; readonly side: string }>(
  filter: HistoryFilter,
  live: readonly T[],
  positionOf: (row: T) => Position,
  readStored: (after: Position | null) => Promise<T[]>,
): Promise<Result<Page<T>>> {
  const after = filter.cursor === undefined ? null : decodeCursor(filter.cursor);
  if (filter.cursor !== undefined && after === null) {
    return refuse("BAD_REQUEST", "The request is not valid: cursor is not one of this list.", {
      cursor: "is not one of this list",
    });
  }
  const stored = await readHistory(() => readStored(after));
  if (!stored.ok) {
    return stored;
  }
  const rows = new Map(stored.value.map((row) => [row.id, row]));
  for (const row of live) {
    if (fits(row, positionOf(row), filter) && (after === null || comesBefore(after, positionOf(row)))) {
      rows.set(row.id, row);
    }
  }
  const sorted = [...rows.values()].toSorted((left, right) =>
    comesBefore(positionOf(left), positionOf(right)) ? -1 : 1,
  );
  const shown = sorted.slice(0, filter.limit);
  const last = shown.at(-1);
  const next = sorted.length > shown.length && last !== undefined ? encodeCursor(positionOf(last)) : null;
  return ok({ rows: shown, next });
}

function fits(row: { readonly symbol: string; readonly side: string }, at: Position, filter: HistoryFilter): boolean {
  return (
    (filter.symbol === undefined || row.symbol === filter.symbol) &&
    (filter.side === undefined || row.side === filter.side) &&
    (filter.from === undefined || at.time >= filter.from) &&
    (filter.to === undefined || at.time < filter.to)
  );
}

function filters(
  filter: HistoryFilter,
  symbol: SQLiteColumn,
  side: SQLiteColumn,
  time: SQLiteColumn,
): (SQL | undefined)[] {
  return [
    filter.symbol === undefined ? undefined : eq(symbol, filter.symbol),
    filter.side === undefined ? undefined : eq(side, filter.side),
    filter.from === undefined ? undefined : gte(time, filter.from),
    filter.to === undefined ? undefined : lt(time, filter.to),
  ];
}

function beyond(after: Position | null, time: SQLiteColumn, id: SQLiteColumn): SQL | undefined {
  // The first term is implied by the second; it is what lets SQLite start in the middle of the index.
  return after === null ? undefined : and(lte(time, after.time), or(lt(time, after.time), lt(id, after.id)));
}

function orderPosition(row: OrderView): Position {
  return { time: row.createdAt, id: row.id };
}

function fillPosition(row: FillView): Position {
  return { time: row.time, id: row.id };
}
