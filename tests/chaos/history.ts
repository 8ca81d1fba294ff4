/**
 * D1 as the desk's outbox meets it: the real tables and the real statements over SQLite, behind a line that stalls. What is sent
 * may be written although the answer never comes.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import type { HistoryDatabase, HistoryStatement } from "../../durable-objects/trader/history-writer.ts";
import type { Random } from "../../exchange-sim/random.ts";
import type { VirtualTime } from "./time.ts";

const MIGRATIONS = join(import.meta.dirname, "../../migrations");
const SCHEMA = readdirSync(MIGRATIONS)
  .filter((name) => name.endsWith(".sql"))
  .toSorted()
  .map((name) => readFileSync(join(MIGRATIONS, name), "utf8"))
  .join("\n");

export const HISTORY_STATES = ["good", "slow", "away", "silent", "forgets to answer"] as const;

export type HistoryRow = { readonly seq: number; readonly type: string; readonly data: string };

export class HistoryModel implements HistoryDatabase {
  state: (typeof HISTORY_STATES)[number] = "good";
  readonly #database = new DatabaseSync(":memory:");
  readonly #time: VirtualTime;
  readonly #random: Random;

  constructor(time: VirtualTime, random: Random) {
    this.#time = time;
    this.#random = random;
    this.#database.exec(SCHEMA);
  }

  close(): void {
    this.#database.close();
  }

  prepare(query: string): Statement {
    return new Statement(query, [], (statement) => this.#answer(() => this.#run(statement)));
  }

  batch(statements: HistoryStatement[]): Promise<unknown> {
    return this.#answer(() => {
      this.#database.exec("BEGIN");
      try {
        const results = statements.map((each) => (each instanceof Statement ? this.#run(each) : []));
        this.#database.exec("COMMIT");
        return results;
      } catch (error) {
        this.#database.exec("ROLLBACK");
        throw error;
      }
    });
  }

  events(): readonly HistoryRow[] {
    return this.#database
      .prepare("SELECT seq, type, data FROM journal_events ORDER BY seq")
      .all()
      .map(({ seq, type, data }) => ({ seq: Number(seq), type: String(type), data: String(data) }));
  }

  /** Views by id. */
  views(table: "orders" | "fills"): ReadonlyMap<string, string> {
    const rows = this.#database.prepare(`SELECT id, view FROM ${table}`).all();
    return new Map(rows.map(({ id, view }) => [String(id), String(view)]));
  }

  async #answer<T>(work: () => T): Promise<T> {
    const { state } = this;
    await this.#time.sleep(1 + this.#random.integer(state === "slow" ? 9_000 : 30));
    switch (state) {
      case "silent":
        return new Promise(() => undefined);
      case "away":
        throw new Error("D1_ERROR: the database is away");
      case "forgets to answer":
        work();
        throw new Error("D1_ERROR: the line was lost");
      case "good":
      case "slow":
        return work();
    }
  }

  #run({ query, values }: Statement): unknown {
    // Numbered parameters of which some are not used have to be left out here; D1 does that by itself.
    const most = Math.max(0, ...Array.from(query.matchAll(/\?(\d+)/gu), ([, number]) => Number(number)));
    return this.#database.prepare(query).all(...values.slice(0, most));
  }
}

class Statement implements HistoryStatement {
  readonly query: string;
  readonly values: readonly SQLInputValue[];
  readonly #execute: (statement: Statement) => Promise<unknown>;

  constructor(query: string, values: readonly SQLInputValue[], execute: (statement: Statement) => Promise<unknown>) {
    this.query = query;
    this.values = values;
    this.#execute = execute;
  }

  bind(...values: (string | number | null)[]): Statement {
    return new Statement(this.query, values, this.#execute);
  }

  run(): Promise<unknown> {
    return this.#execute(this);
  }

  all(): Promise<unknown> {
    return this.#execute(this);
  }
}
