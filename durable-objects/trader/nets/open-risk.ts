/**
 * The trader's line in D1's `open_risk`: from it the cron sweep knows whom to wake, whatever became of alarms and of the feed's
 * rows (TRADING §4 "Three nets"). It is written before the first entry is sent, and removed by the sweep when nothing is open.
 */
import { withDeadline } from "../../lib/deadline.ts";
import { logUnexpected } from "../../lib/log.ts";
import type { Store } from "../store.ts";

/** An entry does not wait longer for D1: the feed's rows are the sweep's other source. */
const PATIENCE_MS = 400;

export type OpenRiskDependencies = {
  readonly store: Store;
  readonly database: D1Database;
  readonly traderId: string;
  readonly market: string;
  readonly now: () => number;
};

export class OpenRisk {
  readonly #dependencies: OpenRiskDependencies;

  constructor(dependencies: OpenRiskDependencies) {
    this.#dependencies = dependencies;
  }

  /** Makes sure that the line is there. A D1 that does not answer is asked again at the next entry. */
  async note(): Promise<void> {
    const { store, database, traderId, market, now } = this.#dependencies;
    if (store.meta("open_risk") === "noted") {
      return;
    }
    const statement = database
      .prepare(
        `INSERT INTO open_risk (trader_id, market, noted_at) VALUES (?, ?, ?)
         ON CONFLICT (trader_id) DO UPDATE SET market = excluded.market, noted_at = excluded.noted_at`,
      )
      .bind(traderId, market, now());
    try {
      await withDeadline(statement.run(), PATIENCE_MS, "open_risk");
      store.setMeta("open_risk", "noted");
    } catch (error) {
      logUnexpected("open_risk_not_noted", error, { trader: traderId });
    }
  }

  /** Nothing is open: the sweep may remove the line, and the next entry writes it again. */
  forget(): void {
    this.#dependencies.store.setMeta("open_risk", "");
  }
}
