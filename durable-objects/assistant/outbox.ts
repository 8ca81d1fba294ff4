/**
 * How runs, proposals and usage come to D1. A row names what changed and not how: what is sent is how it is then, so that many
 * changes are one write, and sending twice changes nothing. Policy of retries and parking: trader/outbox.ts.
 */
import type { ProposalView } from "../../contract/assistant.ts";
import { withDeadline } from "../lib/deadline.ts";
import { log } from "../lib/log.ts";
import type { Schedule } from "../lib/schedule.ts";
import { firstRow, type Sql } from "../lib/sql.ts";
import { backoffMs, drainOutbox, type OutboxRow } from "../trader/outbox.ts";
import type { Spending } from "./spending.ts";
import type { ProposalTable } from "./storage/proposal-table.ts";
import type { RunTable } from "./storage/run-table.ts";

export type OutboxDependencies = {
  readonly sql: Sql;
  readonly database: D1Database;
  readonly schedule: Schedule;
  readonly runs: RunTable;
  readonly proposals: ProposalTable;
  readonly spending: Spending;
  readonly traderId: string;
  readonly now: () => number;
};

const WRITE_DEADLINE_MS = 10_000;
/** What follows each other within it is one write. */
const GATHER_MS = 1_000;

const UPSERT_RUN = `
  INSERT INTO assistant_runs (id, trader_id, chat_id, account_id, provider_id, model_id, status, created_at, version, record)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
  ON CONFLICT (id) DO UPDATE SET status = excluded.status, version = excluded.version, record = excluded.record
  WHERE excluded.version >= assistant_runs.version`;
const UPSERT_PROPOSAL = `
  INSERT INTO assistant_proposals (id, trader_id, run_id, account_id, provider_id, model_id, symbol, status, created_at,
    version, record)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
  ON CONFLICT (id) DO UPDATE SET status = excluded.status, version = excluded.version, record = excluded.record
  WHERE excluded.version >= assistant_proposals.version`;
const UPSERT_USAGE = `
  INSERT INTO assistant_usage (run_id, trader_id, day, provider_id, model_id, cost, input_tokens, cached_input_tokens,
    output_tokens, estimated, version)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
  ON CONFLICT (run_id) DO UPDATE SET cost = excluded.cost, input_tokens = excluded.input_tokens,
    cached_input_tokens = excluded.cached_input_tokens, output_tokens = excluded.output_tokens,
    estimated = excluded.estimated, version = excluded.version
  WHERE excluded.version >= assistant_usage.version`;

export class Outbox {
  readonly #dependencies: OutboxDependencies;
  #running: Promise<void> | null = null;
  #failures = 0;

  constructor(dependencies: OutboxDependencies) {
    this.#dependencies = dependencies;
  }

  /** Part of the transaction that changed something. */
  changed(kind: "run" | "proposal", id: string): void {
    const { sql, schedule, now } = this.#dependencies;
    sql.exec(
      `INSERT INTO outbox (subject, kind, version) VALUES (?1, ?2, ?3)
       ON CONFLICT (subject) DO UPDATE SET version = excluded.version, attempts = 0, parked = NULL`,
      `${kind} ${id}`,
      kind,
      now(),
    );
    schedule.setNoLaterThan("outbox", "", now() + GATHER_MS);
  }

  /**
   * Everything is sent again, what was parked too, and what runs cost whose chat was deleted; answers how many rows that is. A
   * newer version than any that was sent before goes over whatever D1 has.
   */
  rebuild(): number {
    const { sql, schedule, now } = this.#dependencies;
    const known = `
      SELECT 'run ' || id AS subject, 'run' AS kind FROM runs UNION
      SELECT 'run ' || run_id, 'run' FROM spending UNION
      SELECT 'proposal ' || id, 'proposal' FROM proposals UNION
      SELECT subject, kind FROM outbox`;
    sql.exec(
      `INSERT INTO outbox (subject, kind, version) SELECT subject, kind, ?1 FROM (${known}) WHERE true
       ON CONFLICT (subject) DO UPDATE SET version = max(version, excluded.version), attempts = 0, parked = NULL`,
      now(),
    );
    schedule.setNoLaterThan("outbox", "", now() + GATHER_MS);
    return this.#count("parked IS NULL");
  }

  /** Rows that D1 would not take: history is incomplete. */
  parkedRows(): number {
    return this.#count("parked IS NOT NULL");
  }

  #count(condition: "parked IS NULL" | "parked IS NOT NULL"): number {
    const query = `SELECT COUNT(*) AS n FROM outbox WHERE ${condition}`;
    return firstRow<{ n: number }>(this.#dependencies.sql, query)?.n ?? 0;
  }

  /** Sends what is waiting. One drain at a time. */
  async drain(): Promise<void> {
    this.#running ??= this.#drain().finally(() => {
      this.#running = null;
    });
    await this.#running;
  }

  /** Waits for a write that is under way, so that nothing arrives after the user was erased. */
  async settle(): Promise<void> {
    await this.#running;
  }

  async #drain(): Promise<void> {
    const { sql, database, schedule, now, traderId } = this.#dependencies;
    const result = await drainOutbox({
      read: (limit) =>
        sql
          .exec<{ id: number; accountId: string; kind: string; payload: string; attempts: number }>(
            `SELECT id, subject AS accountId, kind, CAST(version AS TEXT) AS payload, attempts FROM outbox
             WHERE parked IS NULL ORDER BY id LIMIT ?`,
            limit,
          )
          .toArray(),
      send: async (rows) => {
        await withDeadline(this.#send(rows), WRITE_DEADLINE_MS, "assistant history");
      },
      healthy: () => withDeadline(answers(database), WRITE_DEADLINE_MS, "history probe").catch(() => false),
      remove: (ids) => {
        this.#removeSent(ids);
      },
      failed: (id, attempts) => {
        sql.exec("UPDATE outbox SET attempts = ? WHERE id = ?", attempts, id);
      },
      park: (id, reason) => {
        sql.exec("UPDATE outbox SET parked = ? WHERE id = ?", reason, id);
        log("history_row_parked", { assistant: traderId, row: id, reason });
      },
    });
    this.#failures = result.done ? 0 : this.#failures + 1;
    const waits = this.#count("parked IS NULL");
    schedule.set("outbox", "", waits > 0 ? now() + backoffMs(this.#failures) : null);
    await schedule.arm();
  }

  #versions = new Map<number, string>();

  async #send(rows: readonly OutboxRow[]): Promise<void> {
    const { database } = this.#dependencies;
    const statements = rows.flatMap((row) => this.#statements(row));
    this.#versions = new Map(rows.map(({ id, payload }) => [id, payload]));
    if (statements.length > 0) {
      await database.batch(statements);
    }
  }

  /** What changed again while it was being sent stays. */
  #removeSent(ids: readonly number[]): void {
    for (const id of ids) {
      this.#dependencies.sql.exec(
        "DELETE FROM outbox WHERE id = ? AND CAST(version AS TEXT) = ?",
        id,
        this.#versions.get(id) ?? "",
      );
    }
  }

  #statements({ accountId: subject, kind, payload }: OutboxRow): D1PreparedStatement[] {
    const id = subject.slice(kind.length + 1);
    const version = Number(payload);
    return kind === "run" ? this.#runStatements(id, version) : this.#proposalStatements(id, version);
  }

  #runStatements(id: string, version: number): D1PreparedStatement[] {
    const { database, runs, traderId } = this.#dependencies;
    const run = runs.get(id);
    if (run === null) {
      // Its chat was deleted. What it cost stays.
      const removed = database.prepare("DELETE FROM assistant_runs WHERE id = ? AND trader_id = ?").bind(id, traderId);
      return [removed, ...this.#usageStatements(id, version)];
    }
    const { view, messages, snapshotText, raw, earlier, text, thinking } = run;
    const { chatId, accountId, providerId, modelId, status, createdAt } = view;
    const record = JSON.stringify({ run: { ...view, text, thinking }, messages, snapshotText, raw, earlier });
    const upsert = database
      .prepare(UPSERT_RUN)
      .bind(id, traderId, chatId, accountId, providerId, modelId, status, createdAt, version, record);
    return [upsert, ...this.#usageStatements(id, version)];
  }

  #usageStatements(id: string, version: number): D1PreparedStatement[] {
    const { database, spending, traderId } = this.#dependencies;
    const spent = spending.dated(id);
    if (spent === null) {
      return [];
    }
    const { day, providerId, modelId, usage } = spent;
    const { cost, inputTokens, cachedInputTokens, outputTokens, estimated } = usage;
    const tokens = [inputTokens, cachedInputTokens, outputTokens] as const;
    return [
      database
        .prepare(UPSERT_USAGE)
        .bind(id, traderId, day, providerId, modelId, cost, ...tokens, estimated ? 1 : 0, version),
    ];
  }

  #proposalStatements(id: string, version: number): D1PreparedStatement[] {
    const { database, proposals, traderId } = this.#dependencies;
    const view: ProposalView | undefined = proposals.get(id)?.view;
    return view === undefined
      ? []
      : [
          database
            .prepare(UPSERT_PROPOSAL)
            .bind(
              id,
              traderId,
              view.runId,
              view.accountId,
              view.providerId,
              view.modelId,
              view.trade.symbol,
              view.status,
              view.createdAt,
              version,
              JSON.stringify(view),
            ),
        ];
  }
}

/** Tells an outage from a bad row. */
async function answers(database: D1Database): Promise<boolean> {
  try {
    await database.prepare("SELECT 1 FROM assistant_runs LIMIT 1").all();
    return true;
  } catch {
    return false;
  }
}
