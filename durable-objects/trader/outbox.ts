/**
 * How history leaves the trader (D1 is a copy, never on the order path). Policy only; storage, clock and sender are handed
 * in. The order per account is kept: behind a row that failed, its account waits and the others go on. A row that fails
 * while the database answers is poisoned: after some attempts it is parked, which marks history as incomplete, instead of
 * blocking everything behind it for ever. Every row may be sent twice; the writer makes that harmless.
 */
export type OutboxRow = {
  readonly id: number;
  readonly accountId: string;
  readonly kind: string;
  readonly payload: string;
  readonly attempts: number;
};

export type OutboxDependencies = {
  /** Oldest rows that are not parked. */
  readonly read: (limit: number) => readonly OutboxRow[];
  /** Writes the rows in one transaction; rejects when nothing was written. */
  readonly send: (rows: readonly OutboxRow[]) => Promise<void>;
  /** Whether the database answers at all: tells an outage from a bad row. */
  readonly healthy: () => Promise<boolean>;
  readonly remove: (ids: readonly number[]) => void;
  readonly failed: (id: number, attempts: number) => void;
  readonly park: (id: number, reason: string) => void;
};

export type DrainResult = {
  readonly sent: number;
  readonly parked: number;
  /** False when rows are left because something failed: try again later. */
  readonly done: boolean;
};

export const DRAIN_BATCH = 50;
export const MAXIMUM_ATTEMPTS = 5;
const MAXIMUM_BACKOFF_MS = 60_000;

/** Sends until nothing is left or something fails. */
export async function drainOutbox(dependencies: OutboxDependencies): Promise<DrainResult> {
  let sent = 0;
  for (;;) {
    const rows = dependencies.read(DRAIN_BATCH);
    if (rows.length === 0) {
      return { sent, parked: 0, done: true };
    }
    const failure = await attempt(dependencies, rows);
    if (failure !== null) {
      const apart = await sendApart(dependencies, rows);
      return { ...apart, sent: sent + apart.sent };
    }
    sent += rows.length;
  }
}

/** Milliseconds until the next try after so many failures in a row: 1 s doubling to a minute. */
export function backoffMs(failures: number): number {
  return Math.min(MAXIMUM_BACKOFF_MS, 1_000 * 2 ** Math.max(0, failures - 1));
}

/** A batch failed: find out which row is at fault, one by one, as long as the database answers. */
async function sendApart(dependencies: OutboxDependencies, rows: readonly OutboxRow[]): Promise<DrainResult> {
  const waiting = new Set<string>();
  let sent = 0;
  let parked = 0;
  for (const row of rows) {
    if (waiting.has(row.accountId)) {
      continue;
    }
    const failure = await attempt(dependencies, [row]);
    if (failure === null) {
      sent += 1;
    } else if (!(await dependencies.healthy())) {
      return { sent, parked, done: false };
    } else if (row.attempts + 1 >= MAXIMUM_ATTEMPTS) {
      dependencies.park(row.id, failure);
      parked += 1;
    } else {
      dependencies.failed(row.id, row.attempts + 1);
      waiting.add(row.accountId);
    }
  }
  return { sent, parked, done: false };
}

/** Null when the rows arrived (and are removed), else why not. */
async function attempt(dependencies: OutboxDependencies, rows: readonly OutboxRow[]): Promise<string | null> {
  try {
    await dependencies.send(rows);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  dependencies.remove(rows.map((row) => row.id));
  return null;
}
