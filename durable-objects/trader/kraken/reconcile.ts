/** Reads at the exchange and books what they tell: orders, executions, ledger, balances (TRADING §6). */
import type { OpenOrder } from "../../../domain/account/state.ts";
import { isAbove } from "../../../domain/decimal.ts";
import type { Instrument, Milliseconds } from "../../../domain/market.ts";
import type { VenueFailure, VenueReply } from "../../../domain/venue/failure.ts";
import {
  tradeKeyOf,
  type VenueExecution,
  type VenueLedgerRow,
  type VenueOrder,
} from "../../../domain/venue/reports.ts";
import { parseTrusted } from "../../lib/trusted-json.ts";
import type { Store } from "../store.ts";
import type { Judge } from "./judge.ts";
import type { KrakenAccountPorts } from "./ports.ts";
import { NOT_SENT, type CallOptions, type HistoryPage } from "./rest/api.ts";
import { liveOrder, liveOrders, NO_ORDERS, perOrder } from "../../../domain/account/open-orders.ts";

const PAGE = 50;
/** A window begins so much before what was booked last: rows show up late, and paging shifts (PROTOCOL §2.3). */
const OVERLAP_MS = 120_000;
/** Room in the counters is waited for at most so often in one read. */
const MOST_WAITS = 8;
const RESOLVING: CallOptions = { lane: "resolving", urgency: "protective" };
/** Rows come while pages are read: the number of all is corrected at most so often in one read. */
const MOST_CORRECTIONS = 10;
const FEE_PAIRS = 40;
const UNBOOKED_AWAITED_MS = 5 * 60_000;
/** Fees follow the volume of 30 days: they are asked for again this often, and at every start. */
const FEES_KEPT_MS = 6 * 3_600_000;
const NOT_SENT_TEXTS: ReadonlySet<string> = new Set(Object.values(NOT_SENT));

/** What is history at the connection: it is in the holdings that were found then. */
type Floor = {
  readonly time: Milliseconds;
  /** Of rows and of what they are about. */
  readonly ids: readonly string[];
  /** Of rows alone; absent in floors of before it was kept. */
  readonly ledgerIds?: readonly string[];
};

/** `complete`: nothing of it is left to be booked. `clean`: nothing of it was new. */
type Outcome = { readonly complete: boolean; readonly clean: boolean };

const FAILED: Outcome = { complete: false, clean: false };

/** A history that is read in pages, the newest first. */
type HistorySource<T> = {
  /** Up to which time every row is booked. */
  readonly cursor: "kraken_trades" | "kraken_ledger";
  readonly read: (start: Milliseconds, offset: number) => Promise<VenueReply<HistoryPage<T>>>;
  readonly idOf: (row: T) => string;
  readonly book: (rows: readonly T[]) => Promise<unknown>;
};

/** What one read has booked. `before`: what was not booked before it. `hasLeft`: something is still not. */
type Progress = { readonly ids: string[]; readonly before: string[]; hasLeft: boolean };

const ordersOnTheirWay = perOrder(({ venue }) => (venue?.placement === "sent" ? [venue] : []));

export class Reader {
  readonly #ports: KrakenAccountPorts;
  readonly #judge: Judge;
  #feesReadAt: Milliseconds = 0;
  /** Rows that could not be booked, and since when this instance has seen them. */
  readonly #stuck = new Map<string, Milliseconds>();
  #reading: Promise<Outcome> | null = null;

  constructor(ports: KrakenAccountPorts, judge: Judge) {
    this.#ports = ports;
    this.#judge = judge;
  }

  /** OpenOrders, then ClosedOrders, by our id; by the exchange's where ours is not known there. */
  async resolve(order: OpenOrder): Promise<void> {
    const { rest, now } = this.#ports;
    const readAt = now();
    // A conditional close is known by the exchange's id alone.
    if (order.id !== order.venueOrderId) {
      const open = await rest.openOrders(order.id, RESOLVING);
      if (!open.ok) {
        this.#learn(open.failure);
        return;
      }
      const closed = open.value.length > 0 ? null : await rest.closedOrders({ clientOrderId: order.id }, RESOLVING);
      if (closed !== null && !closed.ok) {
        this.#learn(closed.failure);
        return;
      }
      const found = closed === null ? open.value : closed.value.rows;
      if (found.length > 0) {
        this.#judge.apply({ type: "report_orders", orders: found, complete: false, readAt });
        return;
      }
    }
    const venueOrderId = order.venue?.venueOrderId ?? null;
    if (venueOrderId === null) {
      this.#judge.apply({ type: "report_absence", orderId: order.id, readAt });
      return;
    }
    if ((await this.readOrders([venueOrderId])) === 0) {
      this.#judge.apply({ type: "report_absence", orderId: order.id, readAt });
    }
  }

  /** Reads orders by the exchange's ids. Answers how many are shown; null when they could not be had. */
  async readOrders(venueOrderIds: readonly string[]): Promise<number | null> {
    const readAt = this.#ports.now();
    const reply = await this.#ports.rest.queryOrders(venueOrderIds.slice(0, PAGE), RESOLVING);
    if (!reply.ok) {
      this.#learn(reply.failure);
      return null;
    }
    if (reply.value.length > 0) {
      this.#judge.apply({ type: "report_orders", orders: reply.value, complete: false, readAt });
    }
    return reply.value.length;
  }

  /** Every open order of the account; false when they could not be had. */
  async readOpenOrders(urgency?: "protective"): Promise<boolean> {
    const readAt = this.#ports.now();
    const options: CallOptions = urgency === undefined ? { lane: "resolving" } : RESOLVING;
    const reply = await this.#patiently(() => this.#ports.rest.openOrders(null, options));
    if (!reply.ok) {
      this.#learn(reply.failure);
      return false;
    }
    this.#judge.apply({ type: "report_orders", orders: reply.value, complete: true, readAt });
    return true;
  }

  /**
   * Books what the exchange says is filled of an order. Asked by the order: a trader waits for it, so it may use the reserve, which
   * reading the history never does (TRADING §6 "Lanes"). What that does not bring the history does.
   */
  async readFills(order: OpenOrder): Promise<void> {
    const venueOrderId = order.venue?.venueOrderId ?? null;
    if (venueOrderId !== null) {
      const reply = await this.#ports.rest.executionsOf(venueOrderId, RESOLVING);
      if (reply.ok) {
        await this.bookExecutions(reply.value);
      } else {
        this.#learn(reply.failure);
      }
    }
    const now = liveOrder(this.#judge.state?.orders ?? NO_ORDERS, order.id);
    if (now !== undefined && isAbove(now.venue?.venueFilled ?? now.filledQuantity, now.filledQuantity)) {
      await this.readExecutions();
    }
  }

  /** Books executions since the cursor. `clean`: every row was read and nothing of it was new. Who asks meanwhile shares it. */
  async readExecutions(): Promise<Outcome> {
    this.#reading ??= this.#readExecutions().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  async #readExecutions(): Promise<Outcome> {
    return this.#readHistory<VenueExecution>({
      cursor: "kraken_trades",
      read: (start, offset) => this.#ports.history.tradesHistory({ start, offset }, { lane: "resolving" }),
      idOf: ({ executionId }) => executionId,
      book: (rows) => this.bookExecutions(rows),
    });
  }

  /** Books executions, with the orders that the account does not know. Answers how many were new. */
  async bookExecutions(executions: readonly VenueExecution[]): Promise<number> {
    // The socket tells the last trades of the account when it comes up: those of before the connection are in its holdings.
    const floor = this.#floor();
    const counted = executions.filter(({ executionId, time }) => isAfter(floor, executionId, time));
    const known = this.#judge.booked(
      counted.flatMap((execution) => [execution.executionId, tradeKeyOf(execution) ?? []].flat()),
    );
    // One that is booked and comes under another id is no news, but the ledger may call it by that.
    const unheard = counted.filter(({ executionId }) => !known.has(executionId));
    const news = unheard.filter((execution) => !known.has(tradeKeyOf(execution) ?? ""));
    if (unheard.length === 0) {
      return 0;
    }
    const orders: VenueOrder[] = [];
    const unknown = [...new Set(news.filter((execution) => !this.#knows(execution)).map((each) => each.venueOrderId))];
    for (let start = 0; start < unknown.length; start += PAGE) {
      const ids = unknown.slice(start, start + PAGE);
      const reply = await this.#patiently(() => this.#ports.rest.queryOrders(ids, { lane: "resolving" }));
      orders.push(...(reply.ok ? reply.value : []));
    }
    await this.#judge.applyValued({ type: "book_executions", executions: unheard, orders });
    return news.length;
  }

  /** Books ledger rows since the cursor. */
  async readLedger(): Promise<Outcome> {
    return this.#readHistory<VenueLedgerRow>({
      cursor: "kraken_ledger",
      read: (start, offset) => this.#ports.history.ledgers({ start, offset }, { lane: "history" }),
      idOf: ({ ledgerId }) => ledgerId,
      book: (rows) => this.bookLedger(rows),
    });
  }

  /** Books ledger rows; answers how many were new. */
  async bookLedger(rows: readonly VenueLedgerRow[]): Promise<number> {
    const floor = this.#floor();
    const counted = rows.filter(({ ledgerId, time }) => isAfter(floor, ledgerId, time));
    const known = this.#judge.booked(counted.map(({ ledgerId }) => ledgerId));
    const news = counted.filter(({ ledgerId }) => !known.has(ledgerId));
    if (news.length > 0) {
      await this.#judge.applyValued({ type: "book_ledger", rows: news });
    }
    return news.length;
  }

  /** Everything, in the order in which each explains the next; false when it has to be done again soon. */
  async reconcile(): Promise<boolean> {
    const state = this.#judge.state;
    if (state === null || state.venue === null || state.venue.connection.status === "disconnected") {
      return true;
    }
    if (state.venue.foundAt === null) {
      return this.#firstLook();
    }
    const readAt = this.#ports.now();
    const balances = await this.#patiently(() => this.#ports.rest.balances({ lane: "resolving" }));
    if (!balances.ok) {
      this.#learn(balances.failure);
      return false;
    }
    if (this.#judge.state?.venue?.connection.status !== "trading") {
      this.#judge.apply({ type: "change_connection", status: "trading", reason: null, retryAt: null });
    }
    if (!(await this.readOpenOrders())) {
      return false;
    }
    const trades = await this.readExecutions();
    const ledger = await this.readLedger();
    if (this.#ports.now() - this.#feesReadAt > FEES_KEPT_MS) {
      await this.#learnFees();
    }
    if (!trades.complete || !ledger.complete) {
      return false;
    }
    if (!trades.clean || !ledger.clean || this.#isMoving()) {
      // The balances were read before what is booked now, or something is on its way.
      return false;
    }
    this.#judge.apply({ type: "compare_balances", balances: balances.value.balances, readAt });
    const differences = Object.values(this.#judge.state?.venue?.differences ?? {});
    return differences.every(({ confirmed }) => confirmed);
  }

  /** Balances between two looks at the newest ledger rows that are the same: what was there before the desk (TRADING §1). */
  async #firstLook(): Promise<boolean> {
    const { rest } = this.#ports;
    const before = await this.#patiently(() => rest.ledgers({}, { lane: "resolving" }));
    const balances = await this.#patiently(() => rest.balances({ lane: "resolving" }));
    const after = await this.#patiently(() => rest.ledgers({}, { lane: "resolving" }));
    if (!before.ok || !balances.ok || !after.ok) {
      const failed = [before, balances, after].find((reply) => !reply.ok);
      if (failed !== undefined && !failed.ok) {
        this.#learn(failed.failure);
      }
      return false;
    }
    const rows = after.value.rows;
    if (rows[0]?.ledgerId !== before.value.rows[0]?.ledgerId) {
      return false;
    }
    await this.#learnFees();
    const time = rows.reduce((latest, row) => Math.max(latest, row.time), 0);
    const ids = rows.flatMap(({ ledgerId, referenceId }) => [ledgerId, referenceId]);
    const floor: Floor = { time, ids, ledgerIds: rows.map(({ ledgerId }) => ledgerId) };
    const { store } = this.#ports.desk;
    store.setMeta("kraken_floor", JSON.stringify(floor));
    store.setMeta("kraken_trades", String(time));
    store.setMeta("kraken_ledger", String(time));
    await this.#judge.applyValued({ type: "find_holdings", balances: balances.value.balances });
    return false;
  }

  /** Of every pair that the account has to do with, and of the most usual ones; of what is left the dearest is assumed. */
  async #learnFees(): Promise<void> {
    const pairs = (await this.#ports.pairs()).filter(({ status }) => status !== "delisted");
    const state = this.#judge.state;
    const held = new Set(Object.keys(state?.holdings ?? {}));
    const traded = pairs.filter(({ symbol, base }) => held.has(base) || state?.instruments[symbol] !== undefined);
    const others = pairs.filter((pair) => !traded.includes(pair));
    const dollars = others.filter(({ quote }) => quote === "USD");
    const usual = [...dollars, ...others.filter(({ quote }) => quote !== "USD")].slice(0, FEE_PAIRS);
    const chosen = [...traded, ...usual];
    for (let start = 0; start < chosen.length; start += FEE_PAIRS) {
      const some = chosen.slice(start, start + FEE_PAIRS);
      if (!(await this.#learnFeesOf(some)) && !(await this.#learnFeesOf(some.slice(0, 1)))) {
        return; // Asked again at the next look.
      }
    }
    this.#feesReadAt = chosen.length === 0 ? this.#feesReadAt : this.#ports.now();
  }

  async #learnFeesOf(pairs: readonly Instrument[]): Promise<boolean> {
    const reply = await this.#patiently(() => this.#ports.rest.tradeVolume(pairs, { lane: "resolving" }));
    if (reply.ok) {
      this.#judge.apply({ type: "learn_fees", fees: reply.value.fees });
    }
    return reply.ok;
  }

  /**
   * Books all rows since the cursor, less the overlap: page by page, the oldest first, and the cursor follows each page that is
   * booked. So a page that fails, or a restart, goes on from there instead of beginning again.
   */
  async #readHistory<T extends { readonly time: Milliseconds }>(source: HistorySource<T>): Promise<Outcome> {
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
    const page = await this.#patiently(() => read(start, offset));
    if (!page.ok) {
      this.#learn(page.failure);
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
    const floor = this.#floor();
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

  #floor(): Floor {
    const text = this.#ports.desk.store.meta("kraken_floor");
    return text === null ? { time: 0, ids: [] } : parseTrusted<Floor>(text);
  }

  #knows({ venueOrderId, clientOrderId }: VenueExecution): boolean {
    const orders = this.#judge.state?.orders ?? NO_ORDERS;
    return (
      (clientOrderId !== null && liveOrder(orders, clientOrderId) !== undefined) ||
      liveOrders(orders).some((order) => order.venue?.venueOrderId === venueOrderId) ||
      this.#judge.pastOrder(venueOrderId) !== null
    );
  }

  #isMoving(): boolean {
    return ordersOnTheirWay(this.#judge.state?.orders ?? NO_ORDERS).length > 0;
  }

  /** Asks again once there is room in the counters; every other failure is the answer. */
  async #patiently<T>(read: () => Promise<VenueReply<T>>): Promise<VenueReply<T>> {
    for (let waits = 0; ; waits += 1) {
      const reply = await read();
      const { now, after } = this.#ports;
      const retryAt = reply.ok || reply.failure.text !== NOT_SENT.rateLimit ? null : reply.failure.retryAt;
      if (retryAt === null || waits >= MOST_WAITS) {
        return reply;
      }
      await new Promise<void>((resolve) => {
        after(Math.max(1, retryAt - now()), resolve);
      });
    }
  }

  #learn(failure: VenueFailure): void {
    const gone = failure.text === NOT_SENT.noKey;
    if (failure.class === "suspended" && (gone || !NOT_SENT_TEXTS.has(failure.text))) {
      const { message: reason, retryAt } = failure;
      this.#judge.apply({ type: "change_connection", status: "suspended", reason, retryAt });
    }
  }
}

/** Ledger rows that the account had at its connection, newest first. */
export function knownLedgerIds(store: Pick<Store, "meta">): readonly string[] {
  const text = store.meta("kraken_floor");
  return text === null ? [] : (parseTrusted<Floor>(text).ledgerIds ?? []);
}

function isAfter(floor: Floor, id: string, time: Milliseconds): boolean {
  return time >= floor.time && !floor.ids.includes(id);
}
