/**
 * Migrations of an object's own SQLite (D1's live in migrations/). The list is append-only: id and text of every applied
 * migration are recorded, and an object whose record differs from the code refuses to start instead of guessing.
 */
import type { Sql } from "./sql.ts";

export type Migration = { readonly id: number; readonly sql: string };

/** Applies what is missing, in order, at most up to `last`. Throws when the recorded past is not the code's past. */
export function migrate(sql: Sql, migrations: readonly Migration[], last: number = migrations.length): void {
  sql.exec("CREATE TABLE IF NOT EXISTS migrations (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT");
  const applied = sql.exec<{ id: number; text: string }>("SELECT id, text FROM migrations ORDER BY id").toArray();
  for (const [index, migration] of migrations.entries()) {
    if (migration.id !== index + 1) {
      throw new Error(`migration ${index + 1} is numbered ${migration.id}`);
    }
    const record = applied[index];
    if (record !== undefined) {
      if (record.id !== migration.id || record.text !== migration.sql) {
        throw new Error(`migration ${migration.id} was applied with another text`);
      }
    } else if (migration.id <= last) {
      sql.exec(migration.sql);
      sql.exec("INSERT INTO migrations (id, text) VALUES (?, ?)", migration.id, migration.sql);
    }
  }
  if (applied.length > migrations.length) {
    throw new Error(`storage is at migration ${applied.length}, the code knows ${migrations.length}`);
  }
}
