/**
 * The tables of one trader. Append only: never edit a migration that was released (lib/migrate.ts refuses to start).
 * Money is TEXT inside JSON; SQLite's numeric types are floats. Each index is a billed row per write, so there are few.
 */
import type { Migration } from "../lib/migrate.ts";

export const MIGRATIONS: readonly Migration[] = [
  {
    id: 1,
    sql: `
      CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

      CREATE TABLE journal (
        seq INTEGER PRIMARY KEY,
        epoch TEXT NOT NULL,
        account_id TEXT NOT NULL,
        time INTEGER NOT NULL,
        type TEXT NOT NULL,
        version INTEGER NOT NULL,
        data TEXT NOT NULL
      ) STRICT;
      CREATE INDEX journal_account ON journal (account_id, seq);

      -- Account states, cut in parts because a row holds 2 MB. All of one moment: meta "snapshot_seq".
      CREATE TABLE snapshots (
        account_id TEXT NOT NULL,
        part INTEGER NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (account_id, part)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE orders (
        id TEXT PRIMARY KEY,
        account_id TEXT NOT NULL,
        seq INTEGER NOT NULL,
        view TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX orders_account ON orders (account_id, seq);

      CREATE TABLE fills (
        seq INTEGER PRIMARY KEY,
        account_id TEXT NOT NULL,
        order_id TEXT NOT NULL,
        view TEXT NOT NULL
      ) STRICT;
      CREATE INDEX fills_account ON fills (account_id, seq);
      CREATE INDEX fills_order ON fills (order_id, seq);

      CREATE TABLE idempotency (
        key TEXT NOT NULL,
        part INTEGER NOT NULL,
        scope TEXT NOT NULL,
        body_hash TEXT NOT NULL,
        answer TEXT NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (key, part)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE outbox (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        account_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        payload TEXT NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        parked TEXT
      ) STRICT;

      CREATE TABLE schedule (
        job TEXT NOT NULL,
        key TEXT NOT NULL,
        due INTEGER NOT NULL,
        PRIMARY KEY (job, key)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE equity (
        account_id TEXT NOT NULL,
        time INTEGER NOT NULL,
        equity TEXT NOT NULL,
        cash TEXT NOT NULL,
        PRIMARY KEY (account_id, time)
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    id: 2,
    sql: `
      -- Keys at the exchange, one per slot, sealed by the vault. mark: what tells two keys apart without knowing them.
      -- The nonce belongs to the key: it may never fall, whatever becomes of the rest (PROTOCOL 1.3).
      CREATE TABLE credentials (
        slot TEXT PRIMARY KEY,
        sealed_key TEXT NOT NULL,
        sealed_secret TEXT NOT NULL,
        mark TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        findings TEXT NOT NULL,
        connected_at INTEGER NOT NULL,
        checked_at INTEGER NOT NULL,
        last_used_at INTEGER,
        error_at INTEGER,
        error TEXT,
        nonce TEXT
      ) STRICT, WITHOUT ROWID;

      -- Every decryption, those of one minute and purpose together.
      CREATE TABLE credential_uses (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        slot TEXT NOT NULL,
        purpose TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        first_at INTEGER NOT NULL,
        last_at INTEGER NOT NULL,
        count INTEGER NOT NULL
      ) STRICT;
    `,
  },
  {
    id: 3,
    sql: `
      -- Executions and ledger rows of the exchange that the journal has: each counts once. Filled from the journal.
      CREATE TABLE venue_ids (id TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;

      -- Orders by the exchange's id: a fill can come long after the order has ended.
      CREATE TABLE venue_orders (
        venue_order_id TEXT PRIMARY KEY,
        account_id TEXT NOT NULL,
        order_id TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    id: 4,
    sql: `
      -- Outgoing channels, their addresses and tokens sealed by the vault.
      CREATE TABLE notify_channels (
        channel TEXT PRIMARY KEY,
        sealed_target TEXT NOT NULL,
        sealed_secret TEXT,
        shown TEXT NOT NULL,
        chat_id TEXT,
        enabled INTEGER NOT NULL,
        last_at INTEGER,
        last_delivered INTEGER,
        last_message TEXT
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE notify_topics (id INTEGER PRIMARY KEY, topics TEXT NOT NULL) STRICT;

      -- Messages that wait to be sent: a few hundred at most.
      CREATE TABLE notify_queue (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        channel TEXT NOT NULL,
        body TEXT NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        due INTEGER NOT NULL
      ) STRICT;
    `,
  },
  {
    id: 5,
    sql: `
      -- What fired and asks a model: told to the Assistant after the commit, a few rows at most.
      CREATE TABLE alert_questions (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        body TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        due INTEGER NOT NULL
      ) STRICT;
    `,
  },
];
