/** The dials of this deployment's address, in storage that outlives the object: the feed's own and those of private sockets. */
import type { Milliseconds } from "../../../domain/market.ts";
import type { Sql } from "../../lib/sql.ts";
import { budgetDelay, DIAL_BUDGETS } from "./backoff.ts";

const DIALS_KEPT_MS = 3_600_000;

export class DialBook {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Of both kinds. */
  times(): readonly Milliseconds[] {
    return this.#sql
      .exec<{ time: number }>("SELECT time FROM dials")
      .toArray()
      .map(({ time }) => time);
  }

  record(time: Milliseconds): void {
    this.#sql.exec("DELETE FROM dials WHERE time < ?", time - DIALS_KEPT_MS);
    this.#sql.exec("INSERT INTO dials (time) VALUES (?)", time);
  }

  /** Takes a dial for a private socket: 0 when it may be made now, else how long to wait. The rest is the public feed's. */
  takePrivate(now: Milliseconds): Milliseconds {
    const wait = budgetDelay(this.times(), now, DIAL_BUDGETS.private);
    if (wait === 0) {
      this.record(now);
    }
    return wait;
  }
}
