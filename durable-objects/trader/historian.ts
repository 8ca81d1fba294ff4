/**
 * Carries the outbox to D1. It starts right after a commit and is not waited for; when D1 is away it tries again by alarm,
 * later each time, and no order ever notices.
 */
import { withDeadline } from "../lib/deadline.ts";
import { log } from "../lib/log.ts";
import type { Schedule } from "../lib/schedule.ts";
import type { Clock } from "./clock.ts";
import { activityPayload, equityPayload, rebuildPayload } from "./history.ts";
import { historyAnswers, thinEquityHistory, writeHistory, type HistoryDatabase } from "./history-writer.ts";
import { backoffMs, drainOutbox, type OutboxRow } from "./outbox.ts";
import type { Store } from "./store.ts";

export type HistorianDependencies = {
  readonly store: Store;
  readonly database: HistoryDatabase;
  readonly schedule: Schedule;
  readonly clock: Clock;
  readonly traderId: string;
  readonly accountIds: () => readonly string[];
  readonly lastActive: () => number;
};

const WRITE_DEADLINE_MS = 10_000;
/** D1 takes a parameter of 2 MB; characters may be several bytes. */
const BATCH_CHARACTERS = 600_000;
/** The drain that follows a commit normally is faster; this catches what dies in between. */
const FALLBACK_MS = 1_000;
const EQUITY_PAGE = 500;
const PIECES_AT_ONCE = 8;

export class Historian {
  readonly #dependencies: HistorianDependencies;
  #running: Promise<void> | null = null;
  #failures = 0;

  constructor(dependencies: HistorianDependencies) {
    this.#dependencies = dependencies;
  }

  /** Part of a transaction that enqueued something. */
  plan(): void {
    const { schedule, clock } = this.#dependencies;
    if (schedule.dueAt("outbox", "") === null) {
      schedule.set("outbox", "", clock.wall() + FALLBACK_MS);
    }
  }

  /** After such a transaction: drains unless D1 is known to be away. */
  async kick(): Promise<void> {
    if (this.#failures === 0) {
      await this.drain();
    }
  }

  /** Sends what is waiting. One drain at a time. */
  async drain(): Promise<void> {
    this.#running ??= this.#drain().finally(() => {
      this.#running = null;
    });
    await this.#running;
  }

  /** Waits for a write that is under way, so that nothing arrives after the trader was erased. */
  async settle(): Promise<void> {
    await this.#running;
  }

  /** Sends the whole journal and all equity samples again; answers how many events that is. */
  rebuild(): number {
    const { store, schedule, clock } = this.#dependencies;
    store.unpark();
    store.setMeta("rebuild", "0");
    schedule.set("outbox", "", clock.wall() + FALLBACK_MS);
    return store.journalLength();
  }

  /** Rows that D1 would not take: history is incomplete. */
  parkedRows(): number {
    return this.#dependencies.store.parkedRows();
  }

  /** One line to D1 that the trader was active. */
  noteActivity(): void {
    this.#dependencies.store.enqueue("", "activity", activityPayload());
    this.plan();
  }

  async thin(before: number): Promise<void> {
    const { database, traderId } = this.#dependencies;
    await withDeadline(thinEquityHistory(database, traderId, before), WRITE_DEADLINE_MS, "thin equity");
  }

  async #drain(): Promise<void> {
    const { store, database, schedule, clock, traderId, lastActive } = this.#dependencies;
    const result = await drainOutbox({
      read: (limit) => this.#read(limit),
      send: async (rows) => {
        const activity = { lastActiveAt: lastActive(), parkedRows: store.parkedRows() };
        await withDeadline(writeHistory(database, traderId, rows, activity), WRITE_DEADLINE_MS, "history");
      },
      healthy: () => withDeadline(historyAnswers(database), WRITE_DEADLINE_MS, "history probe").catch(() => false),
      remove: (ids) => {
        store.removeFromOutbox(ids);
      },
      failed: (id, attempts) => {
        store.countAttempt(id, attempts);
      },
      park: (id, reason) => {
        store.park(id, reason);
        log("history_row_parked", { trader: traderId, row: id, reason });
        // The next write carries the count of parked rows.
        this.noteActivity();
      },
    });
    this.#failures = result.done ? 0 : this.#failures + 1;
    if (!result.done) {
      log("history_delayed", { trader: traderId, sent: result.sent, failures: this.#failures });
    }
    const left = store.waitingRows() > 0 || store.meta("rebuild") !== null;
    schedule.set("outbox", "", left ? clock.wall() + backoffMs(this.#failures) : null);
    await schedule.arm();
  }

  #read(limit: number): readonly OutboxRow[] {
    const { store } = this.#dependencies;
    if (store.waitingRows() === 0) {
      this.#enqueueRebuild();
    }
    const rows = store.outbox(limit);
    let characters = 0;
    const fits = rows.findIndex((row) => (characters += row.payload.length) > BATCH_CHARACTERS);
    return fits === -1 ? rows : rows.slice(0, Math.max(1, fits));
  }

  /** Puts the next pieces of a rebuild into the empty outbox. The cursor is a sequence, then an account's equity. */
  #enqueueRebuild(): void {
    const { store } = this.#dependencies;
    for (let piece = 0; piece < PIECES_AT_ONCE; piece += 1) {
      const cursor = store.meta("rebuild");
      if (cursor === null) {
        return;
      }
      const next = rebuildPayload(store, Number(cursor));
      if (next === null) {
        this.#enqueueEquity();
        store.removeMeta("rebuild");
        return;
      }
      store.enqueue(next.accountId, "rebuild", next.payload);
      store.setMeta("rebuild", String(next.last));
    }
  }

  #enqueueEquity(): void {
    const { store, accountIds } = this.#dependencies;
    for (const accountId of accountIds()) {
      let last = -1;
      for (;;) {
        const page = store.equityAfter(accountId, last, EQUITY_PAGE);
        if (page.length === 0) {
          break;
        }
        store.enqueue(accountId, "rebuild", equityPayload(page));
        last = page.at(-1)?.time ?? last;
      }
    }
  }
}
