/** SQL of what clicks on proposals were answered, and nothing else. */
import { firstRow, type Sql } from "../../lib/sql.ts";

/** One wish: the key that the client gave it, and what was asked under it (operation and target included). */
export type Click = { readonly key: string; readonly bodyHash: string };

/** `answer` null: it is being carried out. */
export type KeptClick = { readonly bodyHash: string; readonly answer: string | null };

export class ClickTable {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  get(key: string, notBefore: number): KeptClick | null {
    return firstRow<{ bodyHash: string; answer: string | null }>(
      this.#sql,
      "SELECT body_hash AS bodyHash, answer FROM clicks WHERE key = ? AND at > ?",
      key,
      notBefore,
    );
  }

  /** Keeps a click with its answer, or as one that is being carried out (null). */
  keep({ key, bodyHash }: Click, answer: string | null, at: number): void {
    this.#sql.exec(
      `INSERT INTO clicks (key, body_hash, answer, at) VALUES (?1, ?2, ?3, ?4)
       ON CONFLICT (key) DO UPDATE SET body_hash = excluded.body_hash, answer = excluded.answer, at = excluded.at`,
      key,
      bodyHash,
      answer,
      at,
    );
  }

  /** The click that was carried out has its answer; null: none that stands, and the key is as good as new. */
  settle(key: string, answer: string | null): void {
    if (answer === null) {
      this.#sql.exec("DELETE FROM clicks WHERE key = ?", key);
    } else {
      this.#sql.exec("UPDATE clicks SET answer = ? WHERE key = ?", answer, key);
    }
  }

  forget(before: number): void {
    this.#sql.exec("DELETE FROM clicks WHERE at <= ?", before);
  }
}
