/**
 * The user's keys at model providers: sealed when they arrive, opened for one call, each opening written down first. What is
 * shown of a key is a fingerprint, which gives nothing of it away.
 */
import type {
  CredentialListView,
  KeyTestView,
  ModelCredentialView,
  ModelKeyUsePage,
} from "../../../contract/assistant.ts";
import { ok, refuse, type Result } from "../../../domain/problem.ts";
import { Secret } from "../../lib/secret.ts";
import { firstRow, type Sql } from "../../lib/sql.ts";
import { parseTrusted } from "../../lib/trusted-json.ts";
import type { SealedFor, Vault } from "../../lib/vault.ts";

type Row = {
  readonly providerId: string;
  readonly sealed: string;
  readonly fingerprint: string;
  readonly savedAt: number;
  readonly lastUsedAt: number | null;
  readonly lastTest: string | null;
};
type UseRow = {
  readonly id: number;
  readonly providerId: string;
  readonly purpose: string;
  readonly fingerprint: string;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly count: number;
};

export type Resealed = { readonly resealed: number; readonly current: number; readonly unreadable: number };

const MINUTE_MS = 60_000;
const FINGERPRINT_LENGTH = 8;
const EXPORTED_USES = 1_000;
const COLUMNS =
  "provider_id AS providerId, sealed, fingerprint, saved_at AS savedAt, last_used_at AS lastUsedAt, last_test AS lastTest";
const USE_COLUMNS =
  "id, provider_id AS providerId, purpose, fingerprint, first_at AS firstAt, last_at AS lastAt, count";

/** Encrypts a key for its owner and provider. Done by the worker, so that no plaintext crosses RPC. */
export async function sealModelKey(vault: Vault, owner: string, providerId: string, key: string): Promise<string> {
  return vault.seal(whatOf(owner, providerId), Uint8Array.from(new TextEncoder().encode(key)));
}

export class ModelKeys {
  readonly #sql: Sql;
  readonly #vault: Vault;
  readonly #owner: string;
  readonly #now: () => number;

  constructor(sql: Sql, vault: Vault, owner: string, now: () => number) {
    this.#sql = sql;
    this.#vault = vault;
    this.#owner = owner;
    this.#now = now;
  }

  has(providerId: string): boolean {
    return this.#row(providerId) !== null;
  }

  /** Stores a sealed key in place of the one before. KEY_UNREADABLE when it was not sealed for this user and provider. */
  async save(providerId: string, sealed: string): Promise<Result<null>> {
    const opened = await this.#vault.open(whatOf(this.#owner, providerId), sealed);
    if (!opened.ok) {
      return unreadable();
    }
    const marks = await this.#vault.marks(`model key ${providerId}`, new TextDecoder().decode(opened.bytes));
    opened.bytes.fill(0);
    this.#sql.exec(
      `INSERT OR REPLACE INTO keys (provider_id, sealed, fingerprint, saved_at, last_used_at, last_test)
       VALUES (?, ?, ?, ?, NULL, NULL)`,
      providerId,
      sealed,
      marks.current.slice(0, FINGERPRINT_LENGTH),
      this.#now(),
    );
    return ok(null);
  }

  remove(providerId: string): boolean {
    const had = this.has(providerId);
    this.#sql.exec("DELETE FROM keys WHERE provider_id = ?", providerId);
    return had;
  }

  /** Opens a key for one call. `purpose` is what the user reads of it. Null: there is none. */
  async open(providerId: string, purpose: string): Promise<Result<Secret | null>> {
    const row = this.#row(providerId);
    if (row === null) {
      return ok(null);
    }
    this.#record(row, purpose);
    const opened = await this.#vault.open(whatOf(this.#owner, providerId), row.sealed);
    if (!opened.ok) {
      return unreadable();
    }
    const secret = new Secret(new TextDecoder().decode(opened.bytes));
    opened.bytes.fill(0);
    return ok(secret);
  }

  noteTest(providerId: string, test: KeyTestView): void {
    this.#sql.exec("UPDATE keys SET last_test = ? WHERE provider_id = ?", JSON.stringify(test), providerId);
  }

  view(providerId: string): ModelCredentialView | null {
    const row = this.#row(providerId);
    return row === null ? null : viewOf(row);
  }

  list(): CredentialListView {
    const rows = this.#sql.exec<Row>(`SELECT ${COLUMNS} FROM keys ORDER BY provider_id`).toArray();
    return { credentials: rows.map(viewOf) };
  }

  /** Newest first, behind `cursor` (the `next` of the page before). */
  uses(cursor: string | null, limit: number): Result<ModelKeyUsePage> {
    if (cursor !== null && !/^\d{1,15}$/.test(cursor)) {
      return refuse("BAD_REQUEST", "The request is not valid: cursor is not one of this list.", {
        cursor: "is not one of this list",
      });
    }
    const rows = this.#sql
      .exec<UseRow>(
        `SELECT ${USE_COLUMNS} FROM key_uses WHERE id < ? ORDER BY id DESC LIMIT ?`,
        cursor === null ? Number.MAX_SAFE_INTEGER : Number(cursor),
        limit + 1,
      )
      .toArray();
    const shown = rows.slice(0, limit).map(({ id, ...row }) => ({ ...row, id: String(id) }));
    return ok({ rows: shown, next: rows.length > limit ? (shown.at(-1)?.id ?? null) : null });
  }

  /** For "export my data": everything but the keys. */
  exported(): Readonly<Record<string, unknown>> {
    const uses = this.uses(null, EXPORTED_USES);
    return { ...this.list(), uses: uses.ok ? uses.value.rows : [] };
  }

  /** Encrypts every key with the current master. Repeating it changes nothing. */
  async reseal(): Promise<Resealed> {
    const totals = { resealed: 0, current: 0, unreadable: 0 };
    for (const { providerId, sealed } of this.#sql.exec<Row>(`SELECT ${COLUMNS} FROM keys`).toArray()) {
      if (await this.#vault.isCurrent(sealed)) {
        totals.current += 1;
        continue;
      }
      const what = whatOf(this.#owner, providerId);
      const opened = await this.#vault.open(what, sealed);
      if (!opened.ok) {
        totals.unreadable += 1;
        continue;
      }
      const again = await this.#vault.seal(what, opened.bytes);
      opened.bytes.fill(0);
      this.#sql.exec("UPDATE keys SET sealed = ? WHERE provider_id = ? AND sealed = ?", again, providerId, sealed);
      totals.resealed += 1;
    }
    return totals;
  }

  #record({ providerId, fingerprint }: Row, purpose: string): void {
    const now = this.#now();
    this.#sql.exec("UPDATE keys SET last_used_at = ? WHERE provider_id = ?", now, providerId);
    this.#sql.exec(
      `INSERT INTO key_uses (provider_id, purpose, fingerprint, minute, first_at, last_at, count)
       VALUES (?1, ?2, ?3, ?4, ?5, ?5, 1)
       ON CONFLICT (provider_id, purpose, fingerprint, minute) DO UPDATE SET last_at = excluded.last_at, count = count + 1`,
      providerId,
      purpose,
      fingerprint,
      Math.floor(now / MINUTE_MS),
      now,
    );
  }

  #row(providerId: string): Row | null {
    return firstRow<Row>(this.#sql, `SELECT ${COLUMNS} FROM keys WHERE provider_id = ?`, providerId);
  }
}

function viewOf({ providerId, fingerprint, savedAt, lastUsedAt, lastTest }: Row): ModelCredentialView {
  return {
    providerId,
    fingerprint,
    savedAt,
    lastUsedAt,
    lastTest: lastTest === null ? null : parseTrusted<KeyTestView>(lastTest),
  };
}

function whatOf(owner: string, providerId: string): SealedFor {
  return { purpose: `model key ${providerId}`, owner };
}

function unreadable<T>(): Result<T> {
  return refuse("KEY_UNREADABLE", "The stored key cannot be read any more. Enter it again.");
}
