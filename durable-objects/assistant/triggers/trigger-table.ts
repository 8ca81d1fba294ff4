/** SQL of what starts runs without the trader, and nothing else. */
import type { RunTrigger, TriggerWindow } from "../../../domain/assistant/triggers.ts";
import { NO_TRIGGER_YET } from "../../../domain/assistant/triggers.ts";
import { firstRow, type Sql } from "../../lib/sql.ts";
import { parseTrusted } from "../../lib/trusted-json.ts";

/** Which model is asked about which account: of each there is one window. */
export type Questioned = { readonly accountId: string; readonly providerId: string; readonly modelId: string };

export type StoredWindow = TriggerWindow & {
  /** That triggers started last. */
  readonly runId: string | null;
};

export class TriggerTable {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  has(id: string): boolean {
    return firstRow<{ id: string }>(this.#sql, "SELECT id FROM run_triggers WHERE id = ?", id) !== null;
  }

  insert({ accountId, providerId, modelId }: Questioned, trigger: RunTrigger, at: number): void {
    this.#sql.exec(
      `INSERT INTO run_triggers (id, account_id, provider_id, model_id, body, received_at, run_id)
       VALUES (?, ?, ?, ?, ?, ?, NULL)`,
      trigger.id,
      accountId,
      providerId,
      modelId,
      JSON.stringify(trigger),
      at,
    );
  }

  /** Those that no run was started for yet, oldest first, with the time when they came. */
  waiting({ accountId, providerId, modelId }: Questioned): readonly {
    readonly trigger: RunTrigger;
    readonly receivedAt: number;
  }[] {
    return this.#sql
      .exec<{ body: string; receivedAt: number }>(
        `SELECT body, received_at AS receivedAt FROM run_triggers
         WHERE run_id IS NULL AND account_id = ? AND provider_id = ? AND model_id = ? ORDER BY number`,
        accountId,
        providerId,
        modelId,
      )
      .toArray()
      .map(({ body, receivedAt }) => ({ trigger: parseTrusted<RunTrigger>(body), receivedAt }));
  }

  assign(ids: readonly string[], runId: string): void {
    this.#sql.exec(
      "UPDATE run_triggers SET run_id = ? WHERE id IN (SELECT value FROM json_each(?))",
      runId,
      JSON.stringify(ids),
    );
  }

  window({ accountId, providerId, modelId }: Questioned): StoredWindow {
    return (
      firstRow<{ startedAt: number | null; dueAt: number | null; runId: string | null }>(
        this.#sql,
        `SELECT started_at AS startedAt, due_at AS dueAt, run_id AS runId FROM trigger_windows
         WHERE account_id = ? AND provider_id = ? AND model_id = ?`,
        accountId,
        providerId,
        modelId,
      ) ?? { ...NO_TRIGGER_YET, runId: null }
    );
  }

  saveWindow({ accountId, providerId, modelId }: Questioned, { startedAt, dueAt, runId }: StoredWindow): void {
    this.#sql.exec(
      `INSERT INTO trigger_windows (account_id, provider_id, model_id, started_at, due_at, run_id)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6)
       ON CONFLICT (account_id, provider_id, model_id) DO UPDATE SET
         started_at = excluded.started_at, due_at = excluded.due_at, run_id = excluded.run_id`,
      accountId,
      providerId,
      modelId,
      startedAt,
      dueAt,
      runId,
    );
  }
}
