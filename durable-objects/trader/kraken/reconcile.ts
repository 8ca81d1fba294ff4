/** Reads at the exchange and books what they tell: orders, executions, ledger, balances (TRADING §6). */
import type { Milliseconds } from "../../../domain/market.ts";
import type { OpenOrder } from "../../../domain/account/state.ts";
import { isAbove } from "../../../domain/decimal.ts";
import {
  tradeKeyOf,
  type VenueExecution,
  type VenueLedgerRow,
  type VenueOrder,
} from "../../../domain/venue/reports.ts";
import { FeeReader } from "./fees.ts";
import { floorOf, isAfter, layFloor } from "./floor.ts";
import { HistoryPages, PAGE, type Outcome } from "./history-pages.ts";
import type { Judge } from "./judge.ts";
import { PatientReads } from "./patient-reads.ts";
import type { KrakenAccountPorts } from "./ports.ts";
import { PermissionWatch } from "./permission.ts";
import type { CallOptions } from "./rest/api.ts";
import { liveOrder, liveOrders, NO_ORDERS, perOrder } from "../../../domain/account/open-orders.ts";

/** Orders that ended in one look for what was not seen: more than this many pages are not read for it. */
const MOST_PAGES = 40;
const RESOLVING: CallOptions = { lane: "resolving", urgency: "protective" };

const ordersOnTheirWay = perOrder(({ venue }) => (venue?.placement === "sent" ? [venue] : []));

export class Reader {
  readonly #ports: KrakenAccountPorts;
  readonly #judge: Judge;
  readonly #reads: PatientReads;
  readonly #fees: FeeReader;
  readonly #pages: HistoryPages;
  readonly #permission: PermissionWatch;
  #reading: Promise<Outcome> | null = null;

  constructor(ports: KrakenAccountPorts, judge: Judge) {
    this.#ports = ports;
    this.#judge = judge;
    this.#reads = new PatientReads(ports, judge);
    this.#fees = new FeeReader(ports, judge, this.#reads);
    this.#pages = new HistoryPages(ports, judge, this.#reads);
    this.#permission = new PermissionWatch(ports.rest, ports.now);
  }

  /** OpenOrders, then ClosedOrders, by our id; by the exchange's where ours is not known there. */
  async resolve(order: OpenOrder): Promise<void> {
    const { rest, now } = this.#ports;
    const readAt = now();
    // A conditional close is known by the exchange's id alone.
    if (order.id !== order.venueOrderId) {
      const open = await rest.openOrders(order.id, RESOLVING);
      if (!open.ok) {
        this.#reads.learn(open.failure);
        return;
      }
      const closed = open.value.length > 0 ? null : await rest.closedOrders({ clientOrderId: order.id }, RESOLVING);
      if (closed !== null && !closed.ok) {
        this.#reads.learn(closed.failure);
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
      this.#reads.learn(reply.failure);
      return null;
    }
    if (reply.value.length > 0) {
      this.#judge.apply({ type: "report_orders", orders: reply.value, complete: false, readAt });
    }
    return reply.value.length;
  }

  /** Every open order of the account; null when they could not be had. */
  async readOpenOrders(urgency?: "protective"): Promise<readonly VenueOrder[] | null> {
    const readAt = this.#ports.now();
    const options: CallOptions = urgency === undefined ? { lane: "resolving" } : RESOLVING;
    const reply = await this.#reads.patiently(() => this.#ports.rest.openOrders(null, options));
    if (!reply.ok) {
      this.#reads.learn(reply.failure);
      return null;
    }
    this.#judge.apply({ type: "report_orders", orders: reply.value, complete: true, readAt });
    return reply.value;
  }

  /** What has ended since `start`, read as a whole; null when it could not be had. Nothing of it is reported here. */
  async readEndedSince(start: Milliseconds): Promise<readonly VenueOrder[] | null> {
    const orders: VenueOrder[] = [];
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const reply = await this.#reads.patiently(() =>
        this.#ports.rest.closedOrders({ start, offset: page * PAGE }, RESOLVING),
      );
      if (!reply.ok) {
        this.#reads.learn(reply.failure);
        return null;
      }
      const { rows, sent } = reply.value;
      if (sent > rows.length) {
        return null; // What could not be understood may be what is looked for.
      }
      orders.push(...rows);
      if (sent < PAGE) {
        return orders;
      }
    }
    return null;
  }

  /** Books what the exchange counts as filled of one order, by its own list. */
  async readExecutionsOf(venueOrderId: string): Promise<void> {
    const reply = await this.#ports.rest.executionsOf(venueOrderId, RESOLVING);
    if (reply.ok) {
      await this.bookExecutions(reply.value);
    } else {
      this.#reads.learn(reply.failure);
    }
  }

  /**
   * Books what the exchange says is filled of an order. Asked by the order: a trader waits for it, so it may use the reserve, which
   * reading the history never does (TRADING §6 "Lanes"). What that does not bring the history does.
   */
  async readFills(order: OpenOrder): Promise<void> {
    const venueOrderId = order.venue?.venueOrderId ?? null;
    if (venueOrderId !== null) {
      await this.readExecutionsOf(venueOrderId);
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
    return this.#pages.read<VenueExecution>({
      cursor: "kraken_trades",
      read: (start, offset) => this.#ports.history.tradesHistory({ start, offset }, { lane: "resolving" }),
      idOf: ({ executionId }) => executionId,
      book: (rows) => this.bookExecutions(rows),
    });
  }

  /** Books executions, with the orders that the account does not know. Answers how many were new. */
  async bookExecutions(executions: readonly VenueExecution[]): Promise<number> {
    // The socket tells the last trades of the account when it comes up: those of before the connection are in its holdings.
    const floor = floorOf(this.#ports.desk.store);
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
      const reply = await this.#reads.patiently(() => this.#ports.rest.queryOrders(ids, { lane: "resolving" }));
      orders.push(...(reply.ok ? reply.value : []));
    }
    await this.#judge.applyValued({ type: "book_executions", executions: unheard, orders });
    return news.length;
  }

  /** Books ledger rows since the cursor. */
  async readLedger(): Promise<Outcome> {
    return this.#pages.read<VenueLedgerRow>({
      cursor: "kraken_ledger",
      read: (start, offset) => this.#ports.history.ledgers({ start, offset }, { lane: "history" }),
      idOf: ({ ledgerId }) => ledgerId,
      book: (rows) => this.bookLedger(rows),
    });
  }

  /** Books ledger rows; answers how many were new. */
  async bookLedger(rows: readonly VenueLedgerRow[]): Promise<number> {
    const floor = floorOf(this.#ports.desk.store);
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
    const balances = await this.#reads.patiently(() => this.#ports.rest.balances({ lane: "resolving" }));
    if (!balances.ok) {
      this.#reads.learn(balances.failure);
      return false;
    }
    if (this.#judge.state?.venue?.connection.status === "connecting") {
      this.#judge.apply({ type: "change_connection", status: "trading", reason: null, retryAt: null });
    }
    const { refusals } = this.#reads;
    if ((await this.readOpenOrders()) === null) {
      return false;
    }
    const trades = await this.readExecutions();
    const ledger = await this.readLedger();
    if (refusals === this.#reads.refusals && this.#judge.state?.venue?.connection.status === "suspended") {
      // Everything could be read; where it was trading itself that the key was refused for, that lifts nothing.
      this.#judge.apply({ type: "change_connection", status: "trading", reason: null, retryAt: null });
    }
    await this.#fees.readWhenOld();
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
    const before = await this.#reads.patiently(() => rest.ledgers({}, { lane: "resolving" }));
    const balances = await this.#reads.patiently(() => rest.balances({ lane: "resolving" }));
    const after = await this.#reads.patiently(() => rest.ledgers({}, { lane: "resolving" }));
    if (!before.ok || !balances.ok || !after.ok) {
      const failed = [before, balances, after].find((reply) => !reply.ok);
      if (failed !== undefined && !failed.ok) {
        this.#reads.learn(failed.failure);
      }
      return false;
    }
    const rows = after.value.rows;
    if (rows[0]?.ledgerId !== before.value.rows[0]?.ledgerId) {
      return false;
    }
    await this.#fees.read();
    layFloor(this.#ports.desk.store, rows);
    await this.#judge.applyValued({ type: "find_holdings", balances: balances.value.balances });
    return false;
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

  /** Asks Kraken whether a key that was refused to trade may trade again. */
  async askPermission(): Promise<void> {
    const refused = this.#judge.state?.venue?.connection.refused;
    const mayTradeAgain = refused === undefined ? null : await this.#permission.mayTradeAgain(refused);
    if (mayTradeAgain !== null) {
      this.#judge.apply({ type: "change_connection", status: "trading", reason: null, retryAt: null, mayTradeAgain });
    }
  }
}
