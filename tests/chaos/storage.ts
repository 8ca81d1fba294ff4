/**
 * The trader's SQLite, which outlives its instances. An instance that was replaced does not know it: what it writes is never
 * kept, and after its first write nothing of it leaves any more (the runtime's output gate).
 */
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import type { DeskStorage } from "../../durable-objects/trader/desk.ts";
import type { Sql, SqlRow, SqlValue } from "../../durable-objects/lib/sql.ts";

/** What becomes of an instance: `dead` does nothing more, `replaced` still runs but its writes are lost. */
export type Life = { state: "alive" | "replaced" | "dead"; gateClosed: boolean };

export class DeadInstance extends Error {}

export class Disk {
  readonly database = new DatabaseSync(":memory:");
  readonly #statements = new Map<string, ReturnType<DatabaseSync["prepare"]>>();

  constructor() {
    this.database.exec("CREATE TABLE kept (key TEXT PRIMARY KEY, value TEXT NOT NULL)");
  }

  close(): void {
    this.database.close();
  }

  /** The storage as one instance sees it. */
  mount(life: Life): DeskStorage {
    let depth = 0;
    const sql: Sql = {
      exec: <T extends SqlRow>(query: string, ...bindings: SqlValue[]) => {
        if (life.state === "dead") {
          throw new DeadInstance("the instance is gone");
        }
        const reads = /^\s*SELECT/iu.test(query);
        if (!reads && life.state === "replaced") {
          life.gateClosed = true;
          if (depth === 0) {
            return { toArray: () => [] };
          }
        }
        return { toArray: this.#run<T>(query, bindings, reads) };
      },
    };
    const transactionSync = <T>(work: () => T): T => {
      if (life.state === "dead") {
        throw new DeadInstance("the instance is gone");
      }
      depth += 1;
      this.database.exec(`SAVEPOINT level${String(depth)}`);
      try {
        const value = work();
        const keeps = life.state === "alive" || depth > 1;
        this.database.exec(keeps ? `RELEASE level${String(depth)}` : "ROLLBACK TO level1; RELEASE level1");
        return value;
      } catch (error) {
        this.database.exec(`ROLLBACK TO level${String(depth)}; RELEASE level${String(depth)}`);
        throw error;
      } finally {
        depth -= 1;
      }
    };
    return { sql, transactionSync };
  }

  #run<T extends SqlRow>(query: string, bindings: readonly SqlValue[], reads: boolean): () => T[] {
    if (bindings.length === 0 && !reads) {
      this.database.exec(query);
      return () => [];
    }
    const statement = this.#statements.get(query) ?? this.database.prepare(query);
    this.#statements.set(query, statement);
    const values = bindings.map((value): SQLInputValue =>
      value instanceof ArrayBuffer ? new Uint8Array(value) : value,
    );
    if (!reads) {
      statement.run(...values);
      return () => [];
    }
    const rows: unknown = statement.all(...values);
    return () => (isRows<T>(rows) ? rows : []);
  }
}

function isRows<T extends SqlRow>(value: unknown): value is T[] {
  return Array.isArray(value);
}
