/** SQL of the trader's own database, and nothing else. Nothing here decides; JSON goes in and out as text. */
import { firstRow, type Sql } from "../lib/sql.ts";
import type { OutboxRow } from "./outbox.ts";

export type JournalRow = {
  readonly seq: number;
  readonly epoch: string;
  readonly accountId: string;
  readonly time: number;
  readonly type: string;
  readonly version: number;
  readonly data: string;
};

export type StoredAnswer = { readonly scope: string; readonly bodyHash: string; readonly answer: string };
export type StoredFill = { readonly seq: number; readonly orderId: string; readonly view: string };
export type StoredOrder = { readonly id: string; readonly seq: number; readonly view: string };
export type StoredEquity = {
  readonly accountId: string;
  readonly time: number;
  readonly equity: string;
  readonly cash: string;
};

export type MetaKey =
  | "epoch"
  | "trader_id"
  | "owner"
  | "last_active"
  | "snapshot_seq"
  | "snapshot_version"
  | "budgets"
  | "rebuild"
  /** "noted" while D1's open_risk has this trader's line. */
  | "open_risk"
  /** Per pair: how far its tape has met the watched levels (nets/tape-cursors.ts). */
  | "tape_cursors"
  /** Rows of the exchange's history before the account was connected. */
  | "kraken_floor"
  /** From when on trades and ledger rows of the exchange are not all booked. */
  | "kraken_trades"
  | "kraken_ledger"
  | "kraken_rates"
  /** Per account: market time up to which every minute has been sampled. */
  | `sampled_until ${string}`
  /** Per account: last good marks of what it holds (sampling.ts). */
  | `last_marks ${string}`
  | "kraken_rates_history"
  | "kraken_names";

/** A row holds 2 MB; text is cut well below that, because a character may take several bytes. */
const PART_CHARACTERS = 500_000;

const JOURNAL_COLUMNS = "seq, epoch, account_id AS accountId, time, type, version, data";

export class Store {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  meta(key: MetaKey): string | null {
    return firstRow<{ value: string }>(this.#sql, "SELECT value FROM meta WHERE key = ?", key)?.value ?? null;
  }

  setMeta(key: MetaKey, value: string): void {
    this.#sql.exec(
      "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
      key,
      value,
    );
  }

  removeMeta(key: MetaKey): void {
    this.#sql.exec("DELETE FROM meta WHERE key = ?", key);
  }

  // Journal

  append(row: JournalRow): void {
    this.#sql.exec(
      "INSERT INTO journal (seq, epoch, account_id, time, type, version, data) VALUES (?, ?, ?, ?, ?, ?, ?)",
      row.seq,
      row.epoch,
      row.accountId,
      row.time,
      row.type,
      row.version,
      row.data,
    );
  }

  lastSeq(): number {
    return firstRow<{ seq: number | null }>(this.#sql, "SELECT MAX(seq) AS seq FROM journal")?.seq ?? 0;
  }

  journalLength(): number {
    return firstRow<{ n: number }>(this.#sql, "SELECT COUNT(*) AS n FROM journal")?.n ?? 0;
  }

  journalAfter(seq: number, limit: number): readonly JournalRow[] {
    return this.#sql
      .exec<JournalRow>(`SELECT ${JOURNAL_COLUMNS} FROM journal WHERE seq > ? ORDER BY seq LIMIT ?`, seq, limit)
      .toArray();
  }

  accountJournalAfter(accountId: string, seq: number, limit: number): readonly JournalRow[] {
    return this.#sql
      .exec<JournalRow>(
        `SELECT ${JOURNAL_COLUMNS} FROM journal WHERE account_id = ? AND seq > ? ORDER BY seq LIMIT ?`,
        accountId,
        seq,
        limit,
      )
      .toArray();
  }

  /** The last events of an account, oldest first. */
  newestJournal(accountId: string, limit: number): readonly JournalRow[] {
    return this.#sql
      .exec<JournalRow>(
        `SELECT ${JOURNAL_COLUMNS} FROM journal WHERE account_id = ? ORDER BY seq DESC LIMIT ?`,
        accountId,
        limit,
      )
      .toArray()
      .toReversed();
  }

  // Projections

  writeSnapshot(accountId: string, text: string): void {
    this.#sql.exec("DELETE FROM snapshots WHERE account_id = ?", accountId);
    for (const [part, piece] of cut(text).entries()) {
      this.#sql.exec("INSERT INTO snapshots (account_id, part, text) VALUES (?, ?, ?)", accountId, part, piece);
    }
  }

  /** Text of each account's last snapshot. */
  snapshots(): ReadonlyMap<string, string> {
    const rows = this.#sql
      .exec<{ accountId: string; text: string }>(
        "SELECT account_id AS accountId, text FROM snapshots ORDER BY account_id, part",
      )
      .toArray();
    const texts = new Map<string, string>();
    for (const row of rows) {
      texts.set(row.accountId, (texts.get(row.accountId) ?? "") + row.text);
    }
    return texts;
  }

  writeOrder(accountId: string, order: StoredOrder): void {
    this.#sql.exec(
      `INSERT INTO orders (id, account_id, seq, view) VALUES (?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, view = excluded.view`,
      order.id,
      accountId,
      order.seq,
      order.view,
    );
  }

  writeFill(accountId: string, fill: StoredFill): void {
    this.#sql.exec(
      "INSERT INTO fills (seq, account_id, order_id, view) VALUES (?, ?, ?, ?)",
      fill.seq,
      accountId,
      fill.orderId,
      fill.view,
    );
  }

  clearProjections(): void {
    for (const table of ["snapshots", "orders", "fills", "venue_ids", "venue_orders"]) {
      this.#sql.exec(`DELETE FROM ${table}`);
    }
  }

  order(accountId: string, orderId: string): string | null {
    const query = "SELECT view FROM orders WHERE id = ? AND account_id = ?";
    return firstRow<{ view: string }>(this.#sql, query, orderId, accountId)?.view ?? null;
  }

  // The exchange's ids

  noteVenueId(id: string, seq: number): void {
    this.#sql.exec("INSERT OR IGNORE INTO venue_ids (id, seq) VALUES (?, ?)", id, seq);
  }

  noteVenueOrder(accountId: string, venueOrderId: string, orderId: string): void {
    this.#sql.exec(
      `INSERT INTO venue_orders (venue_order_id, account_id, order_id) VALUES (?, ?, ?)
       ON CONFLICT (venue_order_id) DO NOTHING`,
      venueOrderId,
      accountId,
      orderId,
    );
  }

  /** Those of the ids that the journal has. */
  knownVenueIds(ids: readonly string[]): ReadonlySet<string> {
    const query = "SELECT id FROM venue_ids WHERE id IN (SELECT value FROM json_each(?))";
    const rows = ids.length === 0 ? [] : this.#sql.exec<{ id: string }>(query, JSON.stringify(ids)).toArray();
    return new Set(rows.map(({ id }) => id));
  }

  /** Our id of an order that the exchange knows by another. */
  orderIdOf(accountId: string, venueOrderId: string): string | null {
    const query = "SELECT order_id AS orderId FROM venue_orders WHERE venue_order_id = ? AND account_id = ?";
    return firstRow<{ orderId: string }>(this.#sql, query, venueOrderId, accountId)?.orderId ?? null;
  }

  /** Orders by the event that last changed them, newest first. */
  recentOrders(accountId: string, limit: number): readonly string[] {
    return this.#views("SELECT view FROM orders WHERE account_id = ? ORDER BY seq DESC LIMIT ?", accountId, limit);
  }

  recentFills(accountId: string, limit: number): readonly string[] {
    return this.#views("SELECT view FROM fills WHERE account_id = ? ORDER BY seq DESC LIMIT ?", accountId, limit);
  }

  fillsOfOrder(orderId: string): readonly string[] {
    return this.#views("SELECT view FROM fills WHERE order_id = ? ORDER BY seq", orderId);
  }

  fillAt(seq: number): string | null {
    return firstRow<{ view: string }>(this.#sql, "SELECT view FROM fills WHERE seq = ?", seq)?.view ?? null;
  }

  ordersAfter(id: string, limit: number): readonly (StoredOrder & { readonly accountId: string })[] {
    return this.#sql
      .exec<{ id: string; seq: number; view: string; accountId: string }>(
        "SELECT id, seq, view, account_id AS accountId FROM orders WHERE id > ? ORDER BY id LIMIT ?",
        id,
        limit,
      )
      .toArray();
  }

  fillsAfter(seq: number, limit: number): readonly (StoredFill & { readonly accountId: string })[] {
    return this.#sql
      .exec<{ seq: number; orderId: string; view: string; accountId: string }>(
        "SELECT seq, order_id AS orderId, view, account_id AS accountId FROM fills WHERE seq > ? ORDER BY seq LIMIT ?",
        seq,
        limit,
      )
      .toArray();
  }

  // Idempotency

  answerOf(key: string, notBefore: number): StoredAnswer | null {
    const rows = this.#sql
      .exec<{ scope: string; bodyHash: string; answer: string }>(
        "SELECT scope, body_hash AS bodyHash, answer FROM idempotency WHERE key = ? AND at > ? ORDER BY part",
        key,
        notBefore,
      )
      .toArray();
    const first = rows[0];
    return first === undefined ? null : { ...first, answer: rows.map((row) => row.answer).join("") };
  }

  writeAnswer(key: string, answer: StoredAnswer, at: number): void {
    this.#sql.exec("DELETE FROM idempotency WHERE key = ?", key);
    for (const [part, piece] of cut(answer.answer).entries()) {
      this.#sql.exec(
        "INSERT INTO idempotency (key, part, scope, body_hash, answer, at) VALUES (?, ?, ?, ?, ?, ?)",
        key,
        part,
        answer.scope,
        answer.bodyHash,
        piece,
        at,
      );
    }
  }

  forgetAnswers(before: number): void {
    this.#sql.exec("DELETE FROM idempotency WHERE at <= ?", before);
  }

  // Outbox

  enqueue(accountId: string, kind: string, payload: string): void {
    this.#sql.exec("INSERT INTO outbox (account_id, kind, payload) VALUES (?, ?, ?)", accountId, kind, payload);
  }

  outbox(limit: number): readonly OutboxRow[] {
    return this.#sql
      .exec<OutboxRow>(
        `SELECT id, account_id AS accountId, kind, payload, attempts FROM outbox
         WHERE parked IS NULL ORDER BY id LIMIT ?`,
        limit,
      )
      .toArray();
  }

  removeFromOutbox(ids: readonly number[]): void {
    this.#sql.exec("DELETE FROM outbox WHERE id IN (SELECT value FROM json_each(?))", JSON.stringify(ids));
  }

  countAttempt(id: number, attempts: number): void {
    this.#sql.exec("UPDATE outbox SET attempts = ? WHERE id = ?", attempts, id);
  }

  park(id: number, reason: string): void {
    this.#sql.exec("UPDATE outbox SET parked = ? WHERE id = ?", reason, id);
  }

  /** Gives parked rows another chance: a rebuild sends everything again. */
  unpark(): void {
    this.#sql.exec("UPDATE outbox SET parked = NULL, attempts = 0 WHERE parked IS NOT NULL");
  }

  parkedRows(): number {
    return firstRow<{ n: number }>(this.#sql, "SELECT COUNT(*) AS n FROM outbox WHERE parked IS NOT NULL")?.n ?? 0;
  }

  waitingRows(): number {
    return firstRow<{ n: number }>(this.#sql, "SELECT COUNT(*) AS n FROM outbox WHERE parked IS NULL")?.n ?? 0;
  }

  // Equity

  /** The later of two samples of one moment stands: a fill may have come between. */
  writeEquity(row: StoredEquity): void {
    this.#sql.exec(
      `INSERT INTO equity (account_id, time, equity, cash) VALUES (?, ?, ?, ?)
       ON CONFLICT (account_id, time) DO UPDATE SET equity = excluded.equity, cash = excluded.cash`,
      row.accountId,
      row.time,
      row.equity,
      row.cash,
    );
  }

  /** Keeps the first sample of each hour of those older than `before`. */
  thinEquity(before: number): void {
    this.#sql.exec(
      `DELETE FROM equity WHERE time < ? AND EXISTS (
         SELECT 1 FROM equity AS earlier WHERE earlier.account_id = equity.account_id AND earlier.time < equity.time
           AND earlier.time >= equity.time - equity.time % 3600000)`,
      before,
    );
  }

  /** Whether anything is left that will have to be forgotten or thinned. */
  needsHousekeeping(before: number): boolean {
    const query =
      "SELECT EXISTS (SELECT 1 FROM idempotency) OR EXISTS (SELECT 1 FROM equity WHERE time >= ?) AS needed";
    return firstRow<{ needed: number }>(this.#sql, query, before)?.needed === 1;
  }

  equityAfter(accountId: string, time: number, limit: number): readonly StoredEquity[] {
    return this.#sql
      .exec<StoredEquity>(
        `SELECT account_id AS accountId, time, equity, cash FROM equity
         WHERE account_id = ? AND time > ? ORDER BY time LIMIT ?`,
        accountId,
        time,
        limit,
      )
      .toArray();
  }

  #views(query: string, owner: string, ...rest: number[]): readonly string[] {
    return this.#sql
      .exec<{ view: string }>(query, owner, ...rest)
      .toArray()
      .map((row) => row.view);
  }
}

/** Text in pieces that a row can hold; at least one. A pair of surrogates is never parted: SQLite stores UTF-8. */
function cut(text: string): readonly string[] {
  const pieces: string[] = [];
  let start = 0;
  do {
    const code = text.charCodeAt(start + PART_CHARACTERS - 1);
    const end = start + PART_CHARACTERS + (code >= 0xd800 && code <= 0xdbff ? 1 : 0);
    pieces.push(text.slice(start, end));
    start = end;
  } while (start < text.length);
  return pieces;
}
