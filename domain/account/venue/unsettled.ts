/**
 * Executions that wait for their ledger rows. After hours away there can be ten thousand of them, and each booking makes a new state:
 * they lie on shelves, so that what is copied for one more is a small part of them all.
 */
import type { Decimal } from "../../decimal.ts";
import type { Asset, Milliseconds } from "../../market.ts";

/**
 * What an execution moved, per asset. The ledger rounds for itself; the difference is booked when its row comes, so that balances
 * agree to the last digit.
 */
export type UnsettledExecution = {
  /** When it was booked. */
  readonly since: Milliseconds;
  readonly moves: Readonly<Record<Asset, Decimal>>;
  /** A trade made by hand: its rounding is of external inventory. Absent: one of the desk's. */
  readonly byHand?: boolean;
  /** The trade that it is of (venue/reports tradeKeyOf), where it was told. */
  readonly trade?: string;
  /** Other ids under which it came. */
  readonly names?: readonly string[];
};

/** By shelf, then by execution id. A shelf with nothing on it is not there. */
export type Unsettled = Readonly<Record<string, Readonly<Record<string, UnsettledExecution>>>>;

const SHELVES = 64;

/** The execution, while rows of it are still to come. */
export function findUnsettled(all: Unsettled, executionId: string): UnsettledExecution | null {
  return all[shelfOf(executionId)]?.[executionId] ?? null;
}

/** The id under which the execution lies that has this other name, or is of this trade; null: none. */
export function unsettledId(all: Unsettled, nameOrTrade: string): string | null {
  for (const shelf of Object.values(all)) {
    for (const [id, { trade, names = [] }] of Object.entries(shelf)) {
      if (trade === nameOrTrade || names.includes(nameOrTrade)) {
        return id;
      }
    }
  }
  return null;
}

/** Every execution of which rows are still to come. */
export function listUnsettled(all: Unsettled): readonly UnsettledExecution[] {
  return Object.values(all).flatMap((shelf) => Object.values(shelf));
}

/** With the executions as given; null takes one away. */
export function withUnsettled(all: Unsettled, changes: Readonly<Record<string, UnsettledExecution | null>>): Unsettled {
  const after: Record<string, Readonly<Record<string, UnsettledExecution>>> = { ...all };
  for (const [name, some] of Object.entries(Object.groupBy(Object.keys(changes), shelfOf))) {
    const shelf: Record<string, UnsettledExecution> = { ...all[name] };
    for (const id of some ?? []) {
      const execution = changes[id] ?? null;
      if (execution === null) {
        delete shelf[id];
      } else {
        shelf[id] = execution;
      }
    }
    if (Object.keys(shelf).length === 0) {
      delete after[name];
    } else {
      after[name] = shelf;
    }
  }
  return after;
}

function shelfOf(executionId: string): string {
  let sum = 0;
  for (let index = 0; index < executionId.length; index += 1) {
    sum = (sum * 31 + executionId.charCodeAt(index)) % SHELVES;
  }
  return String(sum);
}
