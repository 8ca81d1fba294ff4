/**
 * Every decryption of a key, for its owner to read. Those of one key for one purpose within one minute share a row with
 * their number, and after a week those of one day: a desk that asks every half minute would fill its storage otherwise.
 * No decryption is ever left out of the numbers.
 */
import type { CredentialUsePage } from "../../../contract/credentials.ts";
import type { KeySlot } from "../../../domain/venue/keys.ts";
import type { Sql } from "../../lib/sql.ts";

export type Use = { readonly slot: KeySlot; readonly purpose: string; readonly fingerprint: string };

type UseRow = Use & {
  readonly id: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly count: number;
};

type Open = { readonly id: number; readonly minute: number };
type LogStorage = { readonly sql: Sql; transactionSync<T>(work: () => T): T };

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const DETAILED_MS = 7 * DAY_MS;
/** Old rows are put together whenever so many new ones have come. */
const ROWS_PER_COMPACTION = 500;
const COLUMNS = "id, slot, purpose, fingerprint, first_at AS firstAt, last_at AS lastAt, count";

export class UseLog {
  readonly #storage: LogStorage;
  /** The row that each use of this minute goes to. Lost with the object: then a minute has two rows. */
  readonly #open = new Map<string, Open>();

  constructor(storage: LogStorage) {
    this.#storage = storage;
  }

  /** Writes a decryption down, before it is done. */
  record(use: Use, now: number): void {
    const minute = Math.floor(now / MINUTE_MS);
    const name = JSON.stringify([use.slot, use.purpose, use.fingerprint]);
    const open = this.#open.get(name);
    if (open?.minute === minute) {
      this.#storage.sql.exec("UPDATE credential_uses SET last_at = ?, count = count + 1 WHERE id = ?", now, open.id);
      return;
    }
    const [row] = this.#storage.sql
      .exec<{ id: number }>(
        `INSERT INTO credential_uses (slot, purpose, fingerprint, first_at, last_at, count) VALUES (?, ?, ?, ?, ?, 1)
         RETURNING id`,
        use.slot,
        use.purpose,
        use.fingerprint,
        now,
        now,
      )
      .toArray();
    const id = row?.id ?? 0;
    this.#open.set(name, { id, minute });
    if (id % ROWS_PER_COMPACTION === 0) {
      this.#forgetOtherMinutes(minute);
      this.compact(now - DETAILED_MS);
    }
  }

  /** Newest first, behind `cursor` (the `next` of the page before). Null: the cursor is none of this list. */
  page(cursor: string | null, limit: number): CredentialUsePage | null {
    if (cursor !== null && !/^\d{1,15}$/.test(cursor)) {
      return null;
    }
    const rows = this.#storage.sql
      .exec<UseRow>(
        `SELECT ${COLUMNS} FROM credential_uses WHERE id < ? ORDER BY id DESC LIMIT ?`,
        cursor === null ? Number.MAX_SAFE_INTEGER : Number(cursor),
        limit + 1,
      )
      .toArray();
    const shown = rows.slice(0, limit).map(({ id, ...row }) => ({ ...row, id: String(id) }));
    return { rows: shown, next: rows.length > limit ? (shown.at(-1)?.id ?? null) : null };
  }

  /** Puts the rows of whole days before `before` together. */
  compact(before: number): void {
    const { sql } = this.#storage;
    this.#storage.transactionSync(() => {
      const groups = sql
        .exec<UseRow>(
          `SELECT MAX(id) AS id, slot, purpose, fingerprint, MIN(first_at) AS firstAt, MAX(last_at) AS lastAt,
             SUM(count) AS count
           FROM credential_uses WHERE first_at < ?
           GROUP BY slot, purpose, fingerprint, first_at / ${DAY_MS} HAVING COUNT(*) > 1`,
          Math.floor(before / DAY_MS) * DAY_MS,
        )
        .toArray();
      for (const { id, slot, purpose, fingerprint, firstAt, lastAt, count } of groups) {
        sql.exec(
          `DELETE FROM credential_uses
           WHERE slot = ? AND purpose = ? AND fingerprint = ? AND first_at / ${DAY_MS} = ? AND id <> ?`,
          slot,
          purpose,
          fingerprint,
          Math.floor(firstAt / DAY_MS),
          id,
        );
        sql.exec(
          "UPDATE credential_uses SET first_at = ?, last_at = ?, count = ? WHERE id = ?",
          firstAt,
          lastAt,
          count,
          id,
        );
      }
    });
  }

  #forgetOtherMinutes(minute: number): void {
    for (const [name, open] of this.#open) {
      if (open.minute !== minute) {
        this.#open.delete(name);
      }
    }
  }
}
