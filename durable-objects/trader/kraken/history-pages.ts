/** Histories of the exchange, trades and ledger, read page by page and booked with a cursor that outlives a restart (TRADING §6). */
import type { Milliseconds } from "../../../domain/market.ts";
import type { VenueReply } from "../../../domain/venue/failure.ts";
import { floorOf, isAfter } from "./floor.ts";
import type { Judge } from "./judge.ts";
import type { PatientReads } from "./patient-reads.ts";
import type { KrakenAccountPorts } from "./ports.ts";
import type { HistoryPage } from "./rest/api.ts";

/** What the exchange gives at once. */
export const PAGE = 50;
/** A window begins so much before what was booked last: rows show up late, and paging shifts (PROTOCOL §2.3). */
const OVERLAP_MS = 120_000;
/** Rows come while pages are read: the number of all is corrected at most so often in one read. */
const MOST_CORRECTIONS = 10;
const UNBOOKED_AWAITED_MS = 5 * 60_000;

/** `complete`: nothing of it is left to be booked. `clean`: nothing of it was new. */
export type Outcome = { readonly complete: boolean; readonly clean: boolean };

const FAILED: Outcome = { complete: false, clean: false };

/** A history that is read in pages, the newest first. */
export type HistorySource<T> = {
  /** Up to which time every row is booked. */
  readonly cursor: "kraken_trades" | "kraken_ledger";
  readonly read: (start: Milliseconds, offset: number) => Promise<VenueReply<HistoryPage<T>>>;
  readonly idOf: (row: T) => string;
  readonly book: (rows: readonly T[]) => Promise<unknown>;
};

/** What one read has booked. `before`: what was not booked before it. `hasLeft`: something is still not. */
type Progress = { readonly ids: string[]; readonly before: string[]; hasLeft: boolean };

type Ports = Pick<KrakenAccountPorts, "now" | "failed" | "desk">;

export class HistoryPages {
  readonly #ports: Ports;
  readonly #judge: Judge;
  readonly #reads: PatientReads;
  /** Rows that could not be booked, and since when this instance has seen them. */
  readonly #stuck = new Map<string, Milliseconds>();

  constructor(ports: Ports, judge: Judge, reads: PatientReads) {
    this.#ports = ports;
    this.#judge = judge;
    this.#reads = reads;
  }

  /**
   * Books all rows since the cursor, less the overlap: page by page, the oldest first, and the cursor follows each page that is
   * booked. So a page that fails, or a restart, goes on from there instead of beginning again.
   */
  async read<T extends { readonly time: Milliseconds }>(source: HistorySource<T>): Promise<Outcome> {
    const readAt = this.#ports.now();
    const start = Math.max(0, Number(this.#ports.desk.store.meta(source.cursor) ?? "0") - OVERLAP_MS);
    const progress: Progress = { ids: [], before: [], hasLeft: false };
    const newest = await this.#page(source, start, 0);
    if (newest === null) {
      return FAILED;
    }
    if (newest.count === null) {
      return (await this.#bookUncounted(source, start, newest, progress))
        ? this.#advance(source, readAt, progress)
        : FAILED;
    }
    // Counted from the oldest: rows that come meanwhile are newer, and move only what is counted from the newest.
    const older = newest.count - newest.sent;
    let { count } = newest;
    let corrections = 0;
    for (let done = 0; done < older;) {
      const page = await this.#page(source, start, Math.max(0, count - done - PAGE));
      if (page === null || page.sent === 0 || corrections > MOST_CORRECTIONS) {
        return FAILED;
      }
      if (page.count !== null && page.count !== count) {
        corrections += 1;
        count = page.count;
        continue;
      }
      await this.#bookPage(source, page, progress);
      done += PAGE;
    }
    await this.#bookPage(source, newest, progress);
    return this.#advance(source, readAt, progress);
  }

  /** Where the exchange does not say how many rows there are, a page that is not full is the last. False: one failed. */
  async #bookUncounted<T extends { readonly time: Milliseconds }>(
    source: HistorySource<T>,
    start: Milliseconds,
    newest: HistoryPage<T>,
    progress: Progress,
  ): Promise<boolean> {
    const pages = [newest];
    let offset = newest.sent;
    for (let last = newest; last.sent >= PAGE;) {
      const page = await this.#page(source, start, offset);
      if (page === null) {
        return false;
      }
      pages.push(page);
      offset += page.sent;
      last = page;
    }
    for (const page of pages.toReversed()) {
      await this.#bookPage(source, page, progress);
    }
    return true;
  }

  /** Null when the page could not be had. */
  async #page<T>(
    { read, cursor }: HistorySource<T>,
    start: Milliseconds,
    offset: number,
  ): Promise<HistoryPage<T> | null> {
    const page = await this.#reads.patiently(() => read(start, offset));
    if (!page.ok) {
      this.#reads.learn(page.failure);
      return null;
    }
    const dropped = page.value.sent - page.value.rows.length;
    if (dropped > 0) {
      // What they moved shows as a difference of balances.
      this.#ports.failed("kraken_rows_not_understood", new Error(`${String(dropped)} rows of ${cursor}`));
    }
    return page.value;
  }

  async #bookPage<T extends { readonly time: Milliseconds }>(
    { cursor, idOf, book }: HistorySource<T>,
    { rows, sent }: HistoryPage<T>,
    progress: Progress,
  ): Promise<void> {
    const floor = floorOf(this.#ports.desk.store);
    const counted = rows.filter((row) => isAfter(floor, idOf(row), row.time));
    const ids = counted.map(idOf);
    progress.ids.push(...ids);
    progress.before.push(...this.#unbooked(ids));
    await book(counted);
    progress.hasLeft ||= sent > rows.length || this.#unbooked(ids).length > 0;
    const { store } = this.#ports.desk;
    const booked = rows.reduce((latest, { time }) => Math.max(latest, time), 0);
    if (!progress.hasLeft && booked > Number(store.meta(cursor) ?? "0")) {
      store.setMeta(cursor, String(booked));
    }
  }

  /** The cursor moves only over what is booked to the last row. */
  #advance({ cursor }: Pick<HistorySource<unknown>, "cursor">, readAt: Milliseconds, progress: Progress): Outcome {
    const { ids, before, hasLeft } = progress;
    const left = this.#unbooked(ids);
    if (!hasLeft) {
      this.#ports.desk.store.setMeta(cursor, String(readAt));
    }
    for (const id of before.filter((each) => !left.includes(each))) {
      this.#stuck.delete(id);
    }
    for (const id of left) {
      this.#stuck.set(id, this.#stuck.get(id) ?? readAt);
    }
    // A row that could not be booked for so long may never be: it is left to the comparison of balances, which tells what
    // differs, instead of keeping that from being made. Reading goes on from before it all the same.
    const awaited = (id: string): boolean => readAt - (this.#stuck.get(id) ?? readAt) < UNBOOKED_AWAITED_MS;
    return { complete: !left.some(awaited), clean: !before.some(awaited) };
  }

  #unbooked(ids: readonly string[]): readonly string[] {
    const booked = this.#judge.booked(ids);
    return ids.filter((id) => !booked.has(id));
  }
}
