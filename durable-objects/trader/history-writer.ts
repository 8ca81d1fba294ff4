/**
 * Writes outbox rows to D1, all in one transaction and harmless to repeat: events are inserted once, orders and fills
 * are replaced by what is not older, so that sending everything again mends a copy. Only the key is passed over: a row that
 * breaks another rule fails and is parked. A payload is the JSON of HistoryRows; SQLite takes it apart itself (json_each), so
 * that a batch is one parameter per statement whatever it holds. Column names: migrations/schema/history.ts.
 */
import type { OutboxRow } from "./outbox.ts";

const INSERT_EVENTS = `
  INSERT INTO journal_events (account_id, epoch, seq, trader_id, time, type, data)
  SELECT e.value ->> 'accountId', e.value ->> 'epoch', e.value ->> 'seq', ?2, e.value ->> 'time', e.value ->> 'type',
         json(e.value -> 'data')
  FROM json_each(?1) AS p, json_each(p.value, '$.events') AS e WHERE true
  ON CONFLICT (account_id, epoch, seq) DO NOTHING`;

const UPSERT_ORDERS = `
  INSERT INTO orders (id, trader_id, account_id, symbol, side, status, created_at, epoch, seq, view)
  SELECT o.value ->> 'id', ?2, o.value ->> 'accountId', o.value ->> 'symbol', o.value ->> 'side', o.value ->> 'status',
         o.value ->> 'createdAt', o.value ->> 'epoch', o.value ->> 'seq', json(o.value -> 'view')
  FROM json_each(?1) AS p, json_each(p.value, '$.orders') AS o WHERE true
  ON CONFLICT (id) DO UPDATE SET status = excluded.status, epoch = excluded.epoch, seq = excluded.seq, view = excluded.view
  WHERE excluded.seq >= orders.seq`;

const INSERT_FILLS = `
  INSERT INTO fills (id, trader_id, account_id, order_id, symbol, side, time, epoch, seq, view)
  SELECT f.value ->> 'id', ?2, f.value ->> 'accountId', f.value ->> 'orderId', f.value ->> 'symbol', f.value ->> 'side',
         f.value ->> 'time', f.value ->> 'epoch', f.value ->> 'seq', json(f.value -> 'view')
  FROM json_each(?1) AS p, json_each(p.value, '$.fills') AS f WHERE true
  ON CONFLICT (id) DO UPDATE SET time = excluded.time, epoch = excluded.epoch, seq = excluded.seq, view = excluded.view
  WHERE excluded.seq >= fills.seq`;

const INSERT_EQUITY = `
  INSERT INTO equity_points (account_id, time, trader_id, equity, cash)
  SELECT q.value ->> 'accountId', q.value ->> 'time', ?2, q.value ->> 'equity', q.value ->> 'cash'
  FROM json_each(?1) AS p, json_each(p.value, '$.equity') AS q WHERE true
  ON CONFLICT (account_id, time) DO UPDATE SET equity = excluded.equity, cash = excluded.cash`;

const UPSERT_TRADER = `
  INSERT INTO traders (trader_id, last_active_at, parked_rows) VALUES (?1, ?2, ?3)
  ON CONFLICT (trader_id) DO UPDATE SET last_active_at = MAX(last_active_at, excluded.last_active_at),
    parked_rows = excluded.parked_rows`;

/** The first sample of each hour stays. */
const THIN_EQUITY = `
  DELETE FROM equity_points WHERE trader_id = ?1 AND time < ?2 AND EXISTS (
    SELECT 1 FROM equity_points AS earlier
    WHERE earlier.account_id = equity_points.account_id AND earlier.time < equity_points.time
      AND earlier.time >= equity_points.time - equity_points.time % 3600000)`;

/** What is used of D1. */
export type HistoryDatabase = {
  prepare(query: string): HistoryStatement;
  /** One transaction. */
  batch(statements: HistoryStatement[]): Promise<unknown>;
};
export type HistoryStatement = {
  bind(...values: (string | number | null)[]): HistoryStatement;
  run(): Promise<unknown>;
  all(): Promise<unknown>;
};

export type TraderActivity = { readonly lastActiveAt: number; readonly parkedRows: number };

/** Writes the rows and the trader's own line in one transaction; rejects when nothing was written. */
export async function writeHistory(
  database: HistoryDatabase,
  traderId: string,
  rows: readonly OutboxRow[],
  activity: TraderActivity,
): Promise<void> {
  const payloads = `[${rows.map((row) => row.payload).join(",")}]`;
  await database.batch([
    ...[INSERT_EVENTS, UPSERT_ORDERS, INSERT_FILLS, INSERT_EQUITY].map((statement) =>
      database.prepare(statement).bind(payloads, traderId),
    ),
    database.prepare(UPSERT_TRADER).bind(traderId, activity.lastActiveAt, activity.parkedRows),
  ]);
}

/** Tells an outage from a bad row: whether the tables answer at all. */
export async function historyAnswers(database: HistoryDatabase): Promise<boolean> {
  try {
    await database.prepare("SELECT (SELECT 1 FROM journal_events LIMIT 1), (SELECT 1 FROM orders LIMIT 1)").all();
    return true;
  } catch {
    return false;
  }
}

/** Keeps one equity sample an hour of those older than `before`. */
export async function thinEquityHistory(database: HistoryDatabase, traderId: string, before: number): Promise<void> {
  await database.prepare(THIN_EQUITY).bind(traderId, before).run();
}
