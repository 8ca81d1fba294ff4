/** Carries one life's outbox to D1 by the desk's own policy: after each commit, and later and later while D1 is away. */
import type { Store } from "../../durable-objects/trader/store.ts";
import { historyAnswers, writeHistory, type HistoryDatabase } from "../../durable-objects/trader/history-writer.ts";
import { backoffMs, drainOutbox } from "../../durable-objects/trader/outbox.ts";

const TRADER = "trader";
const DEADLINE_MS = 10_000;

export type CourierPorts = {
  readonly store: Store;
  readonly database: HistoryDatabase;
  readonly now: () => number;
  readonly after: (milliseconds: number, run: () => void) => () => void;
  readonly failed: (error: unknown) => void;
};

export class Courier {
  readonly #ports: CourierPorts;
  #isRunning = false;
  #failures = 0;
  #cancelRetry: () => void = () => undefined;

  constructor(ports: CourierPorts) {
    this.#ports = ports;
  }

  get isIdle(): boolean {
    return !this.#isRunning && this.#ports.store.waitingRows() === 0;
  }

  /** After a commit, and at the start: drains unless D1 is known to be away. */
  kick(): void {
    if (this.#failures === 0) {
      void this.#drain();
    }
  }

  async #drain(): Promise<void> {
    if (this.#isRunning) {
      return;
    }
    this.#isRunning = true;
    this.#cancelRetry();
    const { store, database, now, after, failed } = this.#ports;
    try {
      const { done } = await drainOutbox({
        read: (limit) => store.outbox(limit),
        send: (rows) => {
          const activity = { lastActiveAt: now(), parkedRows: store.parkedRows() };
          return this.#within(writeHistory(database, TRADER, rows, activity));
        },
        healthy: () => this.#within(historyAnswers(database)).catch(() => false),
        remove: (ids) => {
          store.removeFromOutbox(ids);
        },
        failed: (id, attempts) => {
          store.countAttempt(id, attempts);
        },
        park: (id, reason) => {
          store.park(id, reason);
        },
      });
      this.#failures = done ? 0 : this.#failures + 1;
      if (!done || store.waitingRows() > 0) {
        this.#cancelRetry = after(backoffMs(Math.max(1, this.#failures)), () => {
          void this.#drain();
        });
      }
    } catch (error) {
      failed(error);
    } finally {
      this.#isRunning = false;
    }
  }

  #within<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const cancel = this.#ports.after(DEADLINE_MS, () => {
        reject(new Error("history took too long"));
      });
      promise.then(resolve, reject).finally(cancel);
    });
  }
}
