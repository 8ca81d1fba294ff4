/**
 * Many due times over an object's single alarm. Rows are the truth and the alarm follows them: local alarms do not survive a
 * restart, so whoever starts the object arms it again. The rows are few and mirrored in memory, so that setting what is
 * set already costs nothing.
 */
import type { Sql } from "./sql.ts";

export type DueRow = { readonly job: string; readonly key: string; readonly due: number };

type AlarmStorage = { setAlarm(time: number): Promise<void>; readonly sql: Sql };

/** An alarm for "now" set inside an alarm is lost locally and late in production (workerd#6866). */
const SOONEST_MS = 1_000;

export class Schedule {
  readonly #storage: AlarmStorage;
  readonly #now: () => number;
  #rows: Map<string, DueRow>;
  #armedFor: number | null = null;

  constructor(storage: AlarmStorage, now: () => number) {
    this.#storage = storage;
    this.#now = now;
    this.#rows = this.#read();
  }

  /** When the job is due, or null. */
  dueAt(job: string, key: string): number | null {
    return this.#rows.get(nameOf(job, key))?.due ?? null;
  }

  /** Sets or moves a job's due time; null takes it off. Belongs inside the transaction of what caused it. */
  set(job: string, key: string, due: number | null): void {
    if (this.dueAt(job, key) === due) {
      return;
    }
    if (due === null) {
      this.#storage.sql.exec("DELETE FROM schedule WHERE job = ? AND key = ?", job, key);
      this.#rows.delete(nameOf(job, key));
      return;
    }
    this.#storage.sql.exec(
      "INSERT INTO schedule (job, key, due) VALUES (?, ?, ?) ON CONFLICT (job, key) DO UPDATE SET due = excluded.due",
      job,
      key,
      due,
    );
    this.#rows.set(nameOf(job, key), { job, key, due });
  }

  /** As set, but an earlier time stays. */
  setNoLaterThan(job: string, key: string, due: number): void {
    this.set(job, key, Math.min(due, this.dueAt(job, key) ?? due));
  }

  /** Rows whose time has come, soonest first. They stay until their handler moves them: an alarm may ring twice. */
  due(): readonly DueRow[] {
    const now = this.#now();
    return [...this.#rows.values()].filter((row) => row.due <= now).toSorted((left, right) => left.due - right.due);
  }

  /** To be called when the transaction around `set` was undone. */
  reload(): void {
    this.#rows = this.#read();
  }

  /** Makes sure that the alarm rings no later than the soonest row. */
  async arm(): Promise<void> {
    const soonest = Math.min(Infinity, ...Array.from(this.#rows.values(), (row) => row.due));
    if (soonest === Infinity) {
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

  #read(): Map<string, DueRow> {
    const rows = this.#storage.sql.exec<DueRow>("SELECT job, key, due FROM schedule").toArray();
    return new Map(rows.map((row) => [nameOf(row.job, row.key), row]));
  }
}

function nameOf(job: string, key: string): string {
  return `${job} ${key}`;
}
