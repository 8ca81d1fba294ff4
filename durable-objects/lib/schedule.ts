/**
 * Many due times over an object's single alarm. Rows are the truth and the alarm follows them: local alarms do not survive a
 * restart, so the constructor arms it again from the rows.
 */
import { firstRow, type Sql } from "./sql.ts";

export type DueRow = { readonly job: string; readonly key: string; readonly due: number };

type AlarmStorage = { setAlarm(time: number): Promise<void>; readonly sql: Sql };

/** An alarm for "now" set inside an alarm is lost locally and late in production (workerd#6866). */
const SOONEST_MS = 1_000;

export class Schedule {
  readonly #storage: AlarmStorage;
  readonly #now: () => number;
  #armedFor: number | null = null;

  constructor(storage: AlarmStorage, now: () => number) {
    this.#storage = storage;
    this.#now = now;
  }

  /** Sets or moves a job's due time; null takes it off. Belongs inside the transaction of what caused it. */
  set(job: string, key: string, due: number | null): void {
    if (due === null) {
      this.#storage.sql.exec("DELETE FROM schedule WHERE job = ? AND key = ?", job, key);
      return;
    }
    this.#storage.sql.exec(
      "INSERT INTO schedule (job, key, due) VALUES (?, ?, ?) ON CONFLICT (job, key) DO UPDATE SET due = excluded.due",
      job,
      key,
      due,
    );
  }

  /** All rows, soonest first. */
  rows(): readonly DueRow[] {
    return this.#storage.sql.exec<DueRow>("SELECT job, key, due FROM schedule ORDER BY due, job, key").toArray();
  }

  /** Rows whose time has come. They stay until their handler sets or removes them: an alarm may be delivered twice. */
  due(): readonly DueRow[] {
    const now = this.#now();
    return this.rows().filter((row) => row.due <= now);
  }

  /** Makes sure that the alarm rings no later than the soonest row. Cheap when it is armed already. */
  async arm(): Promise<void> {
    const soonest = firstRow<{ due: number | null }>(this.#storage.sql, "SELECT MIN(due) AS due FROM schedule")?.due;
    if (soonest === null || soonest === undefined) {
      return;
    }
    const time = Math.max(soonest, this.#now() + SOONEST_MS);
    if (this.#armedFor === null || time < this.#armedFor) {
      this.#armedFor = time;
      await this.#storage.setAlarm(time);
    }
  }

  /** To be called first in alarm(): the alarm that rang is spent. */
  rang(): void {
    this.#armedFor = null;
  }
}
