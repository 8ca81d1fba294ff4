import type { Milliseconds } from "../../../../domain/market.ts";

/** An accepted order shows in `executions` within this; else the channel is silent while the heartbeats go on. */
const ROWS_LIMIT_MS = 5_000;

/** Accepted orders of which no row has come yet, and until when one has to. */
export class AwaitedRows {
  readonly #due = new Map<string, Milliseconds>();

  expect(venueOrderId: string, now: Milliseconds): void {
    this.#due.set(venueOrderId, now + ROWS_LIMIT_MS);
  }

  /** Forgets those that have shown. */
  settle(hasShown: (venueOrderId: string) => boolean): void {
    for (const id of this.#due.keys()) {
      if (hasShown(id)) {
        this.#due.delete(id);
      }
    }
  }

  forget(): void {
    this.#due.clear();
  }

  isOverdue(now: Milliseconds): boolean {
    return this.dueAt <= now;
  }

  get dueAt(): Milliseconds {
    return Math.min(Infinity, ...this.#due.values());
  }
}
