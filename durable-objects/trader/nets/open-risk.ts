/**
 * The trader's line in D1's `open_risk`: from it the cron sweep knows whom to wake, whatever became of alarms and of the feed's
 * rows (TRADING §4 "Three nets"). It is written before the first entry is sent, and removed by the sweep when nothing is open.
 * Whatever else leaves something open without a line (a D1 that was late, a sweep that came between the line and the order)
 * is found in the turn that commits it, and the alarm asks D1 until it has answered.
 */
import { withDeadline } from "../../lib/deadline.ts";
import { logUnexpected } from "../../lib/log.ts";
import type { Store } from "../store.ts";

/** An entry does not wait longer for D1: the alarm asks again, and the feed's rows are the sweep's other source. */
const ENTRY_PATIENCE_MS = 400;
const ALARM_PATIENCE_MS = 5_000;
const AGAIN_MS = 5_000;

export type OpenRiskDependencies = {
  readonly store: Store;
  readonly database: D1Database;
  readonly traderId: string;
  readonly market: string;
  readonly now: () => number;
  /** Plans the alarm's next try in so many milliseconds; null: none is needed. */
  readonly plan: (inMs: number | null) => void;
};

export class OpenRisk {
  readonly #dependencies: OpenRiskDependencies;
  #forgotten = 0;

  constructor(dependencies: OpenRiskDependencies) {
    this.#dependencies = dependencies;
  }

  /** Whether the line is there, as far as is known here. */
  get isNoted(): boolean {
    return this.#dependencies.store.meta("open_risk") === "noted";
  }

  /** Makes sure that the line is there, before something is opened. A D1 that does not answer holds up no entry for long. */
  async note(): Promise<void> {
    await this.#note(ENTRY_PATIENCE_MS);
  }

  /** The alarm's try, for what is open already; it plans the next one itself. */
  async retry(): Promise<void> {
    const { plan } = this.#dependencies;
    plan(AGAIN_MS);
    await this.#note(ALARM_PATIENCE_MS);
    plan(this.isNoted ? null : AGAIN_MS);
  }

  /** Nothing is open: the sweep may remove the line, and the next entry writes it again. */
  forget(): void {
    this.#forgotten += 1;
    this.#dependencies.store.setMeta("open_risk", "");
  }

  async #note(patienceMs: number): Promise<void> {
    const { store, database, traderId, market, now } = this.#dependencies;
    if (this.isNoted) {
      return;
    }
    const forgotten = this.#forgotten;
    const statement = database
      .prepare(
        // Always another time than before: a sweep removes the line only as it has read it.
        `INSERT INTO open_risk (trader_id, market, noted_at) VALUES (?, ?, ?)
         ON CONFLICT (trader_id) DO UPDATE
         SET market = excluded.market, noted_at = max(excluded.noted_at, open_risk.noted_at + 1)`,
      )
      .bind(traderId, market, now());
    try {
      await withDeadline(statement.run(), patienceMs, "open_risk");
      // A sweep that came meanwhile may have read this line and be about to remove it.
      if (forgotten === this.#forgotten) {
        store.setMeta("open_risk", "noted");
      }
    } catch (error) {
      logUnexpected("open_risk_not_noted", error, { trader: traderId });
    }
  }
}
