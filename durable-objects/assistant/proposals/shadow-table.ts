/** SQL of what proposals did in their models' own accounts, and nothing else. */
import { firstRow, type Sql } from "../../lib/sql.ts";

/** `planned`: not carried out yet. `nothing`: a recorded no-op, such as a sale of what is not held. */
export type ShadowStatus = "planned" | "placed" | "nothing" | "denied";

export type ShadowTrade = {
  readonly proposalId: string;
  readonly providerId: string;
  readonly modelId: string;
  readonly status: ShadowStatus;
  readonly note: string | null;
  readonly orderId: string | null;
  readonly plannedAt: number;
};

export type ShadowModel = {
  readonly providerId: string;
  readonly modelId: string;
  readonly placed: number;
  readonly nothing: number;
  readonly denied: number;
  readonly since: number;
};

const COLUMNS = `proposal_id AS proposalId, provider_id AS providerId, model_id AS modelId, status, note,
  order_id AS orderId, planned_at AS plannedAt`;

export class ShadowTable {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  plan(proposalId: string, providerId: string, modelId: string, now: number): void {
    this.#sql.exec(
      `INSERT INTO shadow_trades (proposal_id, provider_id, model_id, status, note, order_id, planned_at)
       VALUES (?, ?, ?, 'planned', NULL, NULL, ?)`,
      proposalId,
      providerId,
      modelId,
      now,
    );
  }

  get(proposalId: string): ShadowTrade | null {
    return firstRow<ShadowTrade>(this.#sql, `SELECT ${COLUMNS} FROM shadow_trades WHERE proposal_id = ?`, proposalId);
  }

  settle(proposalId: string, status: ShadowStatus, note: string | null, orderId: string | null): void {
    this.#sql.exec(
      "UPDATE shadow_trades SET status = ?, note = ?, order_id = ? WHERE proposal_id = ?",
      status,
      note,
      orderId,
      proposalId,
    );
  }

  all(): readonly ShadowTrade[] {
    return this.#sql.exec<ShadowTrade>(`SELECT ${COLUMNS} FROM shadow_trades ORDER BY planned_at`).toArray();
  }

  models(): readonly ShadowModel[] {
    return this.#sql
      .exec<ShadowModel>(
        `SELECT provider_id AS providerId, model_id AS modelId, SUM(status = 'placed') AS placed,
           SUM(status = 'nothing') AS "nothing", SUM(status = 'denied') AS denied, MIN(planned_at) AS since
         FROM shadow_trades GROUP BY provider_id, model_id ORDER BY provider_id, model_id`,
      )
      .toArray();
  }
}
