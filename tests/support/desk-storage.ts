import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import type { Sql, SqlRow, SqlValue } from "../../durable-objects/lib/sql.ts";
import { parseTrusted } from "../../durable-objects/lib/trusted-json.ts";
import type { DeskStorage } from "../../durable-objects/trader/desk.ts";

/** A trader's SQLite in Node: what an object's storage is to the desk. It outlives the desks that are built on it. */
export function nodeStorage(): DeskStorage {
  const database = new DatabaseSync(":memory:");
  let depth = 0;
  const sql: Sql = {
    exec<T extends SqlRow>(query: string, ...bindings: SqlValue[]) {
      const inputs = bindings.map((value): SQLInputValue =>
        value instanceof ArrayBuffer ? new Uint8Array(value) : value,
      );
      if (inputs.length === 0 && !/^\s*SELECT/iu.test(query)) {
        database.exec(query);
        return { toArray: (): T[] => [] };
      }
      const rows = database.prepare(query).all(...inputs);
      return { toArray: (): T[] => parseTrusted<T[]>(JSON.stringify(rows)) };
    },
  };
  return {
    sql,
    transactionSync<T>(work: () => T): T {
      depth += 1;
      const name = `level${String(depth)}`;
      database.exec(`SAVEPOINT ${name}`);
      try {
        const value = work();
        database.exec(`RELEASE ${name}`);
        return value;
      } catch (error) {
        database.exec(`ROLLBACK TO ${name}; RELEASE ${name}`);
        throw error;
      } finally {
        depth -= 1;
      }
    },
  };
}
