/**
 * The tables of one assistant. Append only: never edit a migration that was released (lib/migrate.ts refuses to start).
 * Money is TEXT inside JSON; SQLite's numeric types are floats. Each index is a billed row per write, so there are few.
 */
import type { Migration } from "../../lib/migrate.ts";

export const MIGRATIONS: readonly Migration[] = [
  {
    id: 1,
    sql: `
      CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

      CREATE TABLE chats (
        id TEXT PRIMARY KEY,
        title TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;

      -- view: what is shown of it, without text and thinking, which are written once, at the end. While it runs they are the
      -- deltas among its frames.
      CREATE TABLE runs (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        chat_id TEXT NOT NULL,
        idempotency_key TEXT NOT NULL UNIQUE,
        body_hash TEXT NOT NULL,
        status TEXT NOT NULL,
        view TEXT NOT NULL,
        request TEXT NOT NULL,
        messages TEXT NOT NULL,
        snapshot TEXT,
        snapshot_text TEXT,
        text TEXT NOT NULL,
        thinking TEXT NOT NULL,
        raw TEXT
      ) STRICT;
      CREATE INDEX runs_chat ON runs (chat_id, number);
      CREATE INDEX runs_active ON runs (status) WHERE status IN ('queued', 'waiting', 'streaming');

      -- Frames of runs that have not ended long ago, for clients that come back.
      CREATE TABLE frames (
        run_id TEXT NOT NULL,
        seq INTEGER NOT NULL,
        channel TEXT,
        frame TEXT NOT NULL,
        PRIMARY KEY (run_id, seq)
      ) STRICT, WITHOUT ROWID;

      -- intent: the order that a click asked for, so that repeating it is the same order.
      CREATE TABLE proposals (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        run_id TEXT NOT NULL,
        account_id TEXT NOT NULL,
        status TEXT NOT NULL,
        view TEXT NOT NULL,
        intent TEXT
      ) STRICT;
      CREATE INDEX proposals_run ON proposals (run_id);

      CREATE TABLE spending (
        run_id TEXT PRIMARY KEY,
        day TEXT NOT NULL,
        provider_id TEXT NOT NULL,
        model_id TEXT NOT NULL,
        reserved TEXT NOT NULL,
        cost TEXT NOT NULL,
        estimated INTEGER NOT NULL,
        input_tokens INTEGER NOT NULL,
        cached_input_tokens INTEGER NOT NULL,
        output_tokens INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX spending_day ON spending (day);

      CREATE TABLE prompts (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE prompt_versions (
        prompt_id TEXT NOT NULL,
        version INTEGER NOT NULL,
        text TEXT NOT NULL,
        saved_at INTEGER NOT NULL,
        PRIMARY KEY (prompt_id, version)
      ) STRICT, WITHOUT ROWID;

      -- Endpoints of the user's own, and models that they added to known providers (name and address empty).
      CREATE TABLE endpoints (
        id TEXT PRIMARY KEY,
        definition TEXT NOT NULL,
        created_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;

      -- Keys of providers, sealed by the vault.
      CREATE TABLE keys (
        provider_id TEXT PRIMARY KEY,
        sealed TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        saved_at INTEGER NOT NULL,
        last_used_at INTEGER,
        last_test TEXT
      ) STRICT, WITHOUT ROWID;
      -- Every decryption, those of one minute and purpose together.
      CREATE TABLE key_uses (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        provider_id TEXT NOT NULL,
        purpose TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        minute INTEGER NOT NULL,
        first_at INTEGER NOT NULL,
        last_at INTEGER NOT NULL,
        count INTEGER NOT NULL,
        UNIQUE (provider_id, purpose, fingerprint, minute)
      ) STRICT;

      -- Replies of models to what was asked with the user's leave to answer it from here.
      CREATE TABLE replies (
        hash TEXT PRIMARY KEY,
        reply TEXT NOT NULL,
        created_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE outbox (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        subject TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        version INTEGER NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        parked TEXT
      ) STRICT;

      CREATE TABLE schedule (
        job TEXT NOT NULL,
        key TEXT NOT NULL,
        due INTEGER NOT NULL,
        PRIMARY KEY (job, key)
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    id: 2,
    sql: `
      -- What each proposal did in its model's own paper account, clicked or not.
      CREATE TABLE shadow_trades (
        proposal_id TEXT PRIMARY KEY,
        provider_id TEXT NOT NULL,
        model_id TEXT NOT NULL,
        status TEXT NOT NULL,
        note TEXT,
        order_id TEXT,
        planned_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX shadow_trades_model ON shadow_trades (provider_id, model_id);
    `,
  },
  {
    id: 3,
    sql: `
      -- What was answered to each click on a proposal, under the client's key. answer NULL: it is being carried out.
      CREATE TABLE clicks (
        key TEXT PRIMARY KEY,
        body_hash TEXT NOT NULL,
        answer TEXT,
        at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      -- Looked for at every start.
      CREATE INDEX proposals_executing ON proposals (status) WHERE status = 'executing';
    `,
  },
  {
    id: 4,
    sql: `
      -- What a million tokens cost when the run was admitted, as JSON; NULL: free, or of before this was kept.
      ALTER TABLE spending ADD COLUMN price TEXT;
    `,
  },
  {
    id: 5,
    sql: `
      -- What starts runs without the trader. run_id NULL: it waits to be asked about. Kept, so that a repetition is known as one.
      CREATE TABLE run_triggers (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        account_id TEXT NOT NULL,
        provider_id TEXT NOT NULL,
        model_id TEXT NOT NULL,
        body TEXT NOT NULL,
        received_at INTEGER NOT NULL,
        run_id TEXT
      ) STRICT;
      CREATE INDEX run_triggers_waiting ON run_triggers (account_id, provider_id, model_id) WHERE run_id IS NULL;

      -- When triggers started a run of the model about the account last, and when they are to do so next.
      CREATE TABLE trigger_windows (
        account_id TEXT NOT NULL,
        provider_id TEXT NOT NULL,
        model_id TEXT NOT NULL,
        started_at INTEGER,
        due_at INTEGER,
        run_id TEXT,
        PRIMARY KEY (account_id, provider_id, model_id)
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    id: 6,
    sql: `
      -- The first reply of a run that was asked again for want of room, as JSON.
      ALTER TABLE runs ADD COLUMN earlier TEXT;
    `,
  },
];
