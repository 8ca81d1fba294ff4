/** SQL of the table of keys, and nothing else. Nothing here is readable without the vault. */
import type { KeyFindings, KeySlot } from "../../../domain/venue/keys.ts";
import { firstRow, type Sql } from "../../lib/sql.ts";
import { parseTrusted } from "../../lib/trusted-json.ts";
import type { SealedPair } from "./seals.ts";

export type StoredCredential = SealedPair & {
  readonly slot: KeySlot;
  /** Under the master that was current when it was written. */
  readonly mark: string;
  /** Given once: it stays when the master is rotated. */
  readonly fingerprint: string;
  readonly findings: KeyFindings;
  readonly connectedAt: number;
  readonly checkedAt: number;
  readonly lastUsedAt: number | null;
  readonly error: { readonly at: number; readonly message: string } | null;
  /** The last one that was given out. */
  readonly nonce: string | null;
};

type Row = {
  readonly slot: KeySlot;
  readonly sealedKey: string;
  readonly sealedSecret: string;
  readonly mark: string;
  readonly fingerprint: string;
  readonly findings: string;
  readonly connectedAt: number;
  readonly checkedAt: number;
  readonly lastUsedAt: number | null;
  readonly errorAt: number | null;
  readonly error: string | null;
  readonly nonce: string | null;
};

const COLUMNS = `slot, sealed_key AS sealedKey, sealed_secret AS sealedSecret, mark, fingerprint, findings,
  connected_at AS connectedAt, checked_at AS checkedAt, last_used_at AS lastUsedAt, error_at AS errorAt, error, nonce`;

export class CredentialTable {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  get(slot: KeySlot): StoredCredential | null {
    const row = firstRow<Row>(this.#sql, `SELECT ${COLUMNS} FROM credentials WHERE slot = ?`, slot);
    return row === null ? null : stored(row);
  }

  all(): readonly StoredCredential[] {
    return this.#sql.exec<Row>(`SELECT ${COLUMNS} FROM credentials ORDER BY slot`).toArray().map(stored);
  }

  put(credential: StoredCredential): void {
    this.#sql.exec(
      `INSERT OR REPLACE INTO credentials (slot, sealed_key, sealed_secret, mark, fingerprint, findings, connected_at,
         checked_at, last_used_at, error_at, error, nonce) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      credential.slot,
      credential.sealedKey,
      credential.sealedSecret,
      credential.mark,
      credential.fingerprint,
      JSON.stringify(credential.findings),
      credential.connectedAt,
      credential.checkedAt,
      credential.lastUsedAt,
      credential.error?.at ?? null,
      credential.error?.message ?? null,
      credential.nonce,
    );
  }

  remove(slot: KeySlot): void {
    this.#sql.exec("DELETE FROM credentials WHERE slot = ?", slot);
  }

  setSeals(slot: KeySlot, { sealedKey, sealedSecret }: SealedPair, mark: string): void {
    this.#sql.exec(
      "UPDATE credentials SET sealed_key = ?, sealed_secret = ?, mark = ? WHERE slot = ?",
      sealedKey,
      sealedSecret,
      mark,
      slot,
    );
  }

  setFindings(slot: KeySlot, findings: KeyFindings, at: number): void {
    this.#sql.exec(
      "UPDATE credentials SET findings = ?, checked_at = ? WHERE slot = ?",
      JSON.stringify(findings),
      at,
      slot,
    );
  }

  setUsed(slot: KeySlot, at: number): void {
    this.#sql.exec("UPDATE credentials SET last_used_at = ? WHERE slot = ?", at, slot);
  }

  setError(slot: KeySlot, error: StoredCredential["error"]): void {
    this.#sql.exec(
      "UPDATE credentials SET error_at = ?, error = ? WHERE slot = ?",
      error?.at ?? null,
      error?.message ?? null,
      slot,
    );
  }

  nonce(slot: KeySlot): string | null {
    const row = firstRow<{ nonce: string | null }>(this.#sql, "SELECT nonce FROM credentials WHERE slot = ?", slot);
    return row?.nonce ?? null;
  }

  setNonce(slot: KeySlot, nonce: string): void {
    this.#sql.exec("UPDATE credentials SET nonce = ? WHERE slot = ?", nonce, slot);
  }
}

function stored({ errorAt, error, findings, ...row }: Row): StoredCredential {
  return {
    ...row,
    findings: parseTrusted<KeyFindings>(findings),
    error: errorAt === null || error === null ? null : { at: errorAt, message: error },
  };
}
