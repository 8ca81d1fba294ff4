/**
 * What one trader believes and how it changes: accounts in memory, the journal in SQLite. A turn is synchronous from the
 * first look at the state to the commit, so nothing can happen in between; all that it caused is written in one
 * transaction, and the memory follows only when that succeeded.
 */
import { evolve } from "../../domain/account/evolve.ts";
import { unopenedAccount, type AccountState } from "../../domain/account/state.ts";
import { migrate } from "../lib/migrate.ts";
import type { Sql } from "../lib/sql.ts";
import { parseTrusted } from "../lib/trusted-json.ts";
import { historyPayloads, touchedOrders } from "./history.ts";
import { decodeEvent, encodeEvent } from "./journal-codec.ts";
import { MIGRATIONS } from "./migrations.ts";
import { replayJournal, sameStates } from "./replay.ts";
import { Store } from "./store.ts";
import { Turn, type Recorded } from "./turn.ts";
import { venueIdsOf } from "./kraken/venue-ids.ts";
import { fillView } from "./views.ts";

/** Raise it whenever a snapshot, an order view or a fill view of an older version would be read wrongly: all is replayed. */
export const PROJECTION_VERSION = 13;
/** A start reads at most this many events behind the snapshot. */
export const MAXIMUM_TAIL = 256;

export type DeskStorage = { readonly sql: Sql; transactionSync<T>(work: () => T): T };

export type DeskDependencies = {
  readonly storage: DeskStorage;
  readonly newId: () => string;
  /** Part of the transaction: due times that follow from what happened. */
  readonly onWrite: (recorded: readonly Recorded[]) => void;
  /** After the commit: broadcast, effects. Must not throw. */
  readonly onCommitted: (recorded: readonly Recorded[]) => void;
};

export class Desk {
  readonly store: Store;
  readonly epoch: string;
  readonly #dependencies: DeskDependencies;
  #accounts: ReadonlyMap<string, AccountState>;
  #seq: number;
  #snapshotSeq: number;
  #closed = false;

  constructor(dependencies: DeskDependencies) {
    this.#dependencies = dependencies;
    const { storage, newId } = dependencies;
    storage.transactionSync(() => {
      migrate(storage.sql, MIGRATIONS);
    });
    this.store = new Store(storage.sql);
    this.epoch = this.store.meta("epoch") ?? newId();
    this.#snapshotSeq = Number(this.store.meta("snapshot_seq") ?? "0");
    this.#seq = this.store.lastSeq();
    if (this.store.meta("epoch") === null) {
      this.store.setMeta("epoch", this.epoch);
      this.store.setMeta("snapshot_version", String(PROJECTION_VERSION));
    }
    this.#accounts = this.#load();
  }

  /** Sequence of the last event. */
  get seq(): number {
    return this.#seq;
  }

  account(accountId: string): AccountState | null {
    return this.#accounts.get(accountId) ?? null;
  }

  /** Oldest first. */
  accounts(): readonly AccountState[] {
    return [...this.#accounts.values()].toSorted((left, right) => left.createdAt - right.createdAt);
  }

  /** One synchronous turn. What `work` throws undoes all of it. */
  turn<T>(work: (turn: Turn) => T): T {
    if (this.#closed) {
      throw new Error("the trader was erased");
    }
    const turn = new Turn(this.#accounts, this.#seq);
    const value = work(turn);
    if (turn.recorded.length > 0 || turn.answers.length > 0) {
      const snapshotDue = turn.seq - this.#snapshotSeq > MAXIMUM_TAIL;
      this.#dependencies.storage.transactionSync(() => {
        this.#write(turn, snapshotDue);
      });
      this.#accounts = turn.accounts();
      this.#seq = turn.seq;
      this.#snapshotSeq = snapshotDue ? turn.seq : this.#snapshotSeq;
    }
    if (turn.recorded.length > 0) {
      this.#dependencies.onCommitted(turn.recorded);
    }
    return value;
  }

  /** Ends it for good: whoever still holds on to it can write nothing more. */
  close(): void {
    this.#closed = true;
  }

  /** Whether a full replay of the journal arrives at what the object believes. */
  verify(): { readonly events: number; readonly matches: boolean } {
    const replayed = replayJournal(this.store);
    return { events: replayed.events, matches: sameStates(replayed.accounts, this.#accounts) };
  }

  #load(): ReadonlyMap<string, AccountState> {
    if (this.store.meta("snapshot_version") !== String(PROJECTION_VERSION)) {
      return this.#rebuildProjections();
    }
    const accounts = new Map<string, AccountState>();
    for (const [accountId, text] of this.store.snapshots()) {
      accounts.set(accountId, parseTrusted<AccountState>(text));
    }
    const tail = this.store.journalAfter(this.#snapshotSeq, MAXIMUM_TAIL + 1);
    if (tail.length > MAXIMUM_TAIL) {
      // Cannot be: every turn writes a snapshot before the tail grows so long. The journal is the truth.
      return this.#rebuildProjections();
    }
    for (const row of tail) {
      const before = accounts.get(row.accountId) ?? unopenedAccount(row.accountId);
      accounts.set(row.accountId, evolve(before, decodeEvent(row), row.seq));
    }
    return accounts;
  }

  #rebuildProjections(): ReadonlyMap<string, AccountState> {
    return this.#dependencies.storage.transactionSync(() => {
      this.store.clearProjections();
      const { accounts } = replayJournal(this.store, (recorded) => {
        this.#project([recorded]);
      });
      this.#snapshot(accounts, this.#seq);
      this.store.setMeta("snapshot_version", String(PROJECTION_VERSION));
      this.#snapshotSeq = this.#seq;
      return accounts;
    });
  }

  #write(turn: Turn, snapshotDue: boolean): void {
    for (const { seq, accountId, event } of turn.recorded) {
      const { version, data } = encodeEvent(event);
      this.store.append({ seq, epoch: this.epoch, accountId, time: event.time, type: event.type, version, data });
    }
    this.#project(turn.recorded);
    for (const [accountId, recorded] of Map.groupBy(turn.recorded, (each) => each.accountId)) {
      for (const payload of historyPayloads(recorded, this.epoch)) {
        this.store.enqueue(accountId, "turn", payload);
      }
    }
    if (snapshotDue) {
      this.#snapshot(turn.accounts(), turn.seq);
    }
    for (const answer of turn.answers) {
      this.store.writeAnswer(answer.key, answer, answer.at);
    }
    this.#dependencies.onWrite(turn.recorded);
  }

  /** Every order as its last event left it, and every fill. */
  #project(recorded: readonly Recorded[]): void {
    for (const [accountId, orders] of touchedOrders(recorded)) {
      for (const order of orders) {
        this.store.writeOrder(accountId, { id: order.id, seq: order.seq, view: JSON.stringify(order) });
        if (order.venueOrderId !== null) {
          this.store.noteVenueOrder(accountId, order.venueOrderId, order.id);
        }
      }
    }
    for (const { seq, accountId, event } of recorded) {
      if (event.type === "fill_booked") {
        const view = JSON.stringify(fillView(accountId, event, seq));
        this.store.writeFill(accountId, { seq, orderId: event.orderId, view });
      }
      for (const id of venueIdsOf(event)) {
        this.store.noteVenueId(id, seq);
      }
    }
  }

  #snapshot(accounts: ReadonlyMap<string, AccountState>, seq: number): void {
    for (const [accountId, state] of accounts) {
      this.store.writeSnapshot(accountId, JSON.stringify(state));
    }
    this.store.setMeta("snapshot_seq", String(seq));
  }
}
