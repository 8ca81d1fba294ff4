/** SQL of proposals, and nothing else. */
import type { ProposalStatus, ProposalView } from "../../../contract/assistant.ts";
import type { PlaceOrderRequest } from "../../../contract/orders.ts";
import { firstRow, type Sql } from "../../lib/sql.ts";
import { parseTrusted } from "../../lib/trusted-json.ts";

/** The order that a click asked for, written before it is asked: repeating it is the same order. */
export type OrderIntent = {
  /** Under which the Trader is asked. */
  readonly idempotencyKey: string;
  /** Of the click. */
  readonly clientKey: string;
  readonly body: string;
  readonly order: PlaceOrderRequest | null;
  /** Of a close. */
  readonly asset: string | null;
  /** Nothing is placed after it. */
  readonly notAfter: number;
  /** How many clicks before this one came to an answer. */
  readonly attempt: number;
};

export type StoredProposal = {
  readonly number: number;
  readonly view: ProposalView;
  readonly intent: OrderIntent | null;
};

type Row = { readonly number: number; readonly view: string; readonly intent: string | null };

export type ProposalFilter = {
  readonly accountId: string | null;
  readonly runId: string | null;
  readonly status: ProposalStatus | null;
};

export class ProposalTable {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  insert(view: ProposalView): void {
    this.#sql.exec(
      "INSERT INTO proposals (id, run_id, account_id, status, view) VALUES (?, ?, ?, ?, ?)",
      view.id,
      view.runId,
      view.accountId,
      view.status,
      JSON.stringify(view),
    );
  }

  get(id: string): StoredProposal | null {
    const row = firstRow<Row>(this.#sql, "SELECT number, view, intent FROM proposals WHERE id = ?", id);
    return row === null ? null : stored(row);
  }

  save(view: ProposalView, intent: OrderIntent | null): void {
    this.#sql.exec(
      "UPDATE proposals SET status = ?, view = ?, intent = ? WHERE id = ?",
      view.status,
      JSON.stringify(view),
      intent === null ? null : JSON.stringify(intent),
      view.id,
    );
  }

  ofRun(runId: string): readonly ProposalView[] {
    return this.#sql
      .exec<Row>("SELECT number, view, intent FROM proposals WHERE run_id = ? ORDER BY number", runId)
      .toArray()
      .map((row) => stored(row).view);
  }

  ofChat(chatId: string): readonly ProposalView[] {
    return this.#sql
      .exec<Row>(
        `SELECT p.number, p.view, p.intent FROM proposals AS p JOIN runs AS r ON r.id = p.run_id
         WHERE r.chat_id = ? ORDER BY p.number`,
        chatId,
      )
      .toArray()
      .map((row) => stored(row).view);
  }

  /** Those whose click is being carried out. */
  executing(): readonly StoredProposal[] {
    return this.#sql
      .exec<Row>("SELECT number, view, intent FROM proposals WHERE status = 'executing' ORDER BY number")
      .toArray()
      .map(stored);
  }

  /** Newest first, before `before`. */
  page(filter: ProposalFilter, before: number, limit: number): readonly StoredProposal[] {
    return this.#sql
      .exec<Row>(
        `SELECT number, view, intent FROM proposals
         WHERE number < ?1 AND (?2 IS NULL OR account_id = ?2) AND (?3 IS NULL OR run_id = ?3)
           AND (?4 IS NULL OR status = ?4)
         ORDER BY number DESC LIMIT ?5`,
        before,
        filter.accountId,
        filter.runId,
        filter.status,
        limit,
      )
      .toArray()
      .map(stored);
  }
}

function stored({ number, view, intent }: Row): StoredProposal {
  return {
    number,
    view: parseTrusted<ProposalView>(view),
    intent: intent === null ? null : parseTrusted<OrderIntent>(intent),
  };
}
