/**
 * A Kraken account alive: what its state says has to be done is done, what the exchange tells is booked, and belief is held
 * against the exchange's truth at the start, after every gap and every few minutes (TRADING §6). Start-up is recovery: nothing
 * is remembered that the state does not say.
 */
import { nakedAlertDueAt } from "../../../domain/protection/naked-watch.ts";
import { protectionDueAt } from "../../../domain/account/venue/keep-protected.ts";
import { movingOrders, RESOLVE_EVERY_MS, venueWork, type VenueWork } from "../../../domain/account/venue/work.ts";
import type { AccountState } from "../../../domain/account/state.ts";
import type { Milliseconds } from "../../../domain/market.ts";
import type { StreamFact } from "../../../domain/venue/execution-stream-facts.ts";
import type { VenueOrder } from "../../../domain/venue/reports.ts";
import { allUneven, nextLookAt } from "../../../domain/protection/carried-stop.ts";
import { waitsForParent } from "../../../domain/account/venue/children.ts";
import { cancelBatch, sendBatch } from "./cancel-batch.ts";
import { send } from "./dispatch.ts";
import { Judge } from "./judge.ts";
import type { KrakenAccountPorts } from "./ports.ts";
import { Reader } from "./reconcile.ts";
import { StopSearch } from "./stop-search.ts";
import type { PrivateSocketControl } from "./socket/port.ts";
import { countLiveOrders, liveOrder, NO_ORDERS, perOrder } from "../../../domain/account/open-orders.ts";

const RECONCILE_EVERY_MS = 300_000;
/** Without a live socket, while anything rests. */
const POLL_EVERY_MS = 30_000;
/** A look that was not complete is repeated; two looks at a difference are 30 s apart (TRADING §6). */
const LOOK_AGAIN_MS = 10_000;
const SUSPENDED_LOOK_MS = 60_000;
const CANCEL_STRAY_EVERY_MS = 5_000;
const AFTER_GAP_MS = 1_000;
const IN_FLIGHT_MS = 5_000;
/** Orders that follow one another share a dial, a token and the tier that it tells. */
const SOCKET_LINGERS_MS = 30_000;
const PROTECT_AGAIN_MS = 1_000;

/** When orders that wait to be sent are dropped. */
const deadlinesOf = perOrder(({ venue }) => [
  ...(venue?.placement === "queued" && venue.waitsFor.length === 0 ? [venue.deadline + 1] : []),
  ...(venue?.amend?.stage === "queued" ? [venue.amend.deadline + 1] : []),
]);

export class KrakenAccount {
  readonly judge: Judge;
  readonly #ports: KrakenAccountPorts;
  readonly #reader: Reader;
  readonly #stops: StopSearch;
  readonly #socket: PrivateSocketControl | null;
  readonly #busy = new Set<string>();
  /** Not tried again before, by item: after a read, and after a call that never left. */
  readonly #notBefore = new Map<string, Milliseconds>();
  /** When the stops of an entry were last looked for. */
  #lookedAt: ReadonlyMap<string, Milliseconds> = new Map();
  /** What never left is not tried again before. */
  #batchNotBefore: Milliseconds = 0;
  #lookAt: Milliseconds = 0;
  #pollAt: Milliseconds = 0;
  #isLooking = false;
  #isWaking = false;
  #isProtecting = false;
  /** When Kraken is asked again whether a key that was refused to trade may trade. */
  #askAt: Milliseconds = 0;
  #isAsking = false;
  #protectedAt: Milliseconds = 0;
  /** The private socket stays open until then. */
  #neededUntil: Milliseconds = 0;
  #isStopped = false;
  /** Facts are booked in the order of the wire. */
  #facts: Promise<void> = Promise.resolve();

  constructor(ports: KrakenAccountPorts) {
    this.#ports = ports;
    this.judge = new Judge(ports);
    this.#reader = new Reader(ports, this.judge);
    this.#stops = new StopSearch(ports, this.judge, this.#reader);
    this.#socket =
      ports.socket?.({
        facts: (facts) => {
          this.#facts = this.#facts
            .then(() => this.#take(facts))
            .catch((error: unknown) => {
              ports.failed("kraken_facts_failed", error);
              this.look(AFTER_GAP_MS);
            });
        },
        live: () => {
          this.look(0);
        },
        down: () => {
          this.look(AFTER_GAP_MS);
        },
        gap: () => {
          this.look(AFTER_GAP_MS);
        },
        systemStatus: () => {},
        // The next read of REST tells whether the key itself is in trouble.
        refused: () => {
          this.look(AFTER_GAP_MS);
        },
      }) ?? null;
  }

  get state(): AccountState | null {
    return this.judge.state;
  }

  /** Nothing is on its way and nothing is left to be done now. */
  get isQuiet(): boolean {
    const { state } = this;
    return state !== null && this.#busy.size === 0 && !this.#isLooking && venueWork(state).length === 0;
  }

  /** Recovery. */
  start(): void {
    this.judge.apply({ type: "recover" });
    this.look(0);
  }

  /** Reconciles soon. */
  look(inMs: Milliseconds): void {
    this.#lookAt = Math.min(this.#lookAt === 0 ? Infinity : this.#lookAt, this.#ports.now() + inMs);
    this.wake();
  }

  /** A key was connected, replaced or found good. */
  keyConnected(): void {
    if (this.state?.venue?.connection.status !== "trading") {
      this.judge.apply({ type: "change_connection", status: "connecting", reason: null, retryAt: null });
    }
    this.look(0);
  }

  /** The key was forgotten: nothing can be read or sent. */
  keyRemoved(): void {
    this.judge.apply({ type: "change_connection", status: "disconnected", reason: null, retryAt: null });
    this.#socket?.close("the key was removed");
    this.wake();
  }

  /** Ends it: the object is being erased. */
  stop(): void {
    this.#isStopped = true;
    this.#socket?.close("stopped");
    this.#ports.plan(null);
  }

  /** Does what is due. To be called after every commit and at the planned time; calling it too often does no harm. */
  wake(): void {
    if (this.#isWaking || this.#isStopped) {
      return;
    }
    this.#isWaking = true;
    void Promise.resolve().then(() => {
      this.#isWaking = false;
      try {
        this.#pump();
      } catch (error) {
        this.#ports.failed("kraken_work_failed", error);
      }
    });
  }

  #pump(): void {
    if (this.#isStopped) {
      return;
    }
    this.judge.apply({ type: "drop_overdue" });
    const { state } = this;
    if (state === null || state.venue === null || state.venue.connection.status === "disconnected") {
      this.#ports.plan(state === null ? null : nakedAlertDueAt(state));
      return;
    }
    this.#steer(state);
    const now = this.#ports.now();
    if (state.venue.connection.refused !== undefined && !this.#isAsking && now >= this.#askAt) {
      this.#isAsking = true;
      void this.#askPermission();
    }
    if (isSuspended(state)) {
      // One look at a time finds out whether the key works again; until then nothing else is asked.
      this.#lookAt = Math.min(this.#lookAt, state.venue.connection.retryAt ?? now + SUSPENDED_LOOK_MS);
    }
    if (this.#protectAt(state) <= now) {
      this.#isProtecting = true;
      void this.#protect(state);
    }
    const work = venueWork(state);
    this.#cancelAsOne(
      work.filter((item) => !this.#busy.has(nameOf(item))),
      state,
    );
    for (const item of work) {
      const name = nameOf(item);
      if (!this.#busy.has(name) && this.#dueAt(item) <= now) {
        this.#busy.add(name);
        void this.#do(name, item);
      }
    }
    const { retryAt, status } = state.venue.connection;
    const isLocked = status === "suspended" && retryAt !== null && now < retryAt;
    if (!this.#isLooking && !isLocked && (now >= this.#lookAt || (this.#polls(state) && now >= this.#pollAt))) {
      this.#isLooking = true;
      void this.#look(now >= this.#lookAt);
    }
    this.#plan();
  }

  /** The private socket is open while somebody watches or an order needs it (TRADING §6). */
  #steer(state: AccountState): void {
    const socket = this.#socket;
    if (socket === null) {
      return;
    }
    const now = this.#ports.now();
    if (this.#ports.watched() || movingOrders(state.orders).length > 0) {
      this.#neededUntil = now + SOCKET_LINGERS_MS;
    }
    // A socket that is up goes on telling; a new one would ask for a token with a key that is refused.
    const allowed = !isSuspended(state) || socket.state === "live";
    const wanted = allowed && state.venue?.foundAt !== null && now < this.#neededUntil;
    if (wanted && socket.state === "disconnected") {
      socket.open();
    } else if (!wanted && socket.state !== "disconnected") {
      socket.close("nobody watches");
    }
    socket.check();
  }

  /** Cancels for which the pair's counter has no room one by one leave together, and are read together. */
  #cancelAsOne(items: readonly VenueWork[], state: AccountState): void {
    const { rates, rest, now } = this.#ports;
    const orders = isSuspended(state) ? [] : cancelBatch(items, state, rates, now());
    const ids = new Set(orders.map(({ id }) => id));
    const names = venueWork(state)
      .filter((item) => "orderId" in item && ids.has(item.orderId) && isOfCancel(item))
      .map(nameOf);
    if (orders.length === 0 || names.some((name) => this.#busy.has(name)) || this.#batchNotBefore > now()) {
      return;
    }
    const busy = [...names, ...orders.map(({ id }) => `resolve  ${id}`)];
    busy.forEach((name) => this.#busy.add(name));
    void sendBatch(this.judge, rest, orders, now)
      .then(async (again) => {
        this.#batchNotBefore = again ?? 0;
        const known = orders.flatMap(({ venueOrderId }) => venueOrderId ?? []);
        if (again === null && known.length > 0) {
          await this.#reader.readOrders(known);
        }
      })
      .catch((error: unknown) => {
        this.#ports.failed("kraken_action_failed", error);
        this.#batchNotBefore = now() + RESOLVE_EVERY_MS;
      })
      .finally(() => {
        busy.forEach((name) => this.#busy.delete(name));
        this.wake();
      });
  }

  async #do(name: string, item: VenueWork): Promise<void> {
    const { rest, now } = this.#ports;
    try {
      if (item.type === "cancel_stray") {
        this.#notBefore.set(name, now() + CANCEL_STRAY_EVERY_MS);
        await this.#cancelStray(item);
        return;
      }
      if (item.type === "look_for_stops") {
        const entries = this.state === null ? [] : allUneven(this.state);
        this.#lookedAt = new Map(entries.map(({ id }) => [id, now()]));
        await this.#stops.look();
        return;
      }
      const order = liveOrder(this.state?.orders ?? NO_ORDERS, item.orderId);
      if (order === undefined) {
        return;
      }
      if (item.type === "send") {
        const instrument = this.state?.instruments[order.symbol];
        const whole = instrument === undefined ? order : { ...order, instrument };
        const again = await send({ judge: this.judge, rest, socket: this.#socket, now }, item, whole);
        if (again !== null) {
          this.#notBefore.set(name, again);
        }
      } else {
        this.#notBefore.set(name, now() + RESOLVE_EVERY_MS);
        await (item.type === "resolve" ? this.#reader.resolve(order) : this.#reader.readFills(order));
      }
    } catch (error) {
      this.#ports.failed("kraken_action_failed", error);
      this.#notBefore.set(name, now() + RESOLVE_EVERY_MS);
    } finally {
      this.#busy.delete(name);
      this.wake();
    }
  }

  /** Whatever the answer, what has become of it is read. */
  async #cancelStray({ venueOrderId, symbol }: Extract<VenueWork, { type: "cancel_stray" }>): Promise<void> {
    const { rest, now } = this.#ports;
    await rest.cancelOrder({ venueOrderId, clientOrderId: "", symbol, deadline: now() + CANCEL_STRAY_EVERY_MS });
    await this.#reader.readOrders([venueOrderId]);
  }

  /** Stops that wait for a look at the price: a position past its stop already is sold instead (TRADING §4). */
  async #protect({ protections }: AccountState): Promise<void> {
    const symbols = Object.values(protections).map(({ symbol }) => symbol);
    try {
      const markets = await this.#ports.markets(symbols);
      for (const symbol of symbols) {
        this.judge.apply({ type: "retry_waiting", symbol }, markets);
      }
    } catch (error) {
      this.#ports.failed("kraken_protect_failed", error);
    } finally {
      this.#isProtecting = false;
      this.#protectedAt = this.#ports.now();
      this.wake();
    }
  }

  async #askPermission(): Promise<void> {
    try {
      await this.#reader.askPermission();
    } catch (error) {
      this.#ports.failed("kraken_permission_failed", error);
    } finally {
      this.#isAsking = false;
      this.#askAt = this.#ports.now() + SUSPENDED_LOOK_MS;
      this.wake();
    }
  }

  async #look(whole: boolean): Promise<void> {
    const { now } = this.#ports;
    this.#pollAt = now() + POLL_EVERY_MS;
    this.#lookAt = whole ? now() + RECONCILE_EVERY_MS : this.#lookAt;
    try {
      if (whole) {
        if (!(await this.#reader.reconcile())) {
          const suspended = this.state?.venue?.connection.status === "suspended";
          this.#lookAt = Math.min(this.#lookAt, now() + (suspended ? SUSPENDED_LOOK_MS : LOOK_AGAIN_MS));
        }
      } else if ((await this.#reader.readOpenOrders()) !== null) {
        await this.#reader.readExecutions();
      }
    } catch (error) {
      this.#ports.failed("kraken_look_failed", error);
      this.#lookAt = now() + LOOK_AGAIN_MS;
    } finally {
      this.#isLooking = false;
      this.wake();
    }
  }

  async #take(facts: readonly StreamFact[]): Promise<void> {
    const readAt = this.#ports.now();
    const orders = facts.flatMap((fact) => (fact.type === "order" ? [fact.order] : []));
    const executions = facts.flatMap((fact) => (fact.type === "execution" ? [fact.execution] : []));
    const rows = facts.flatMap((fact) => (fact.type === "ledger" ? [fact.row] : []));
    const unknown = facts.flatMap((fact) => (fact.type === "unknown_order" ? [fact.venueOrderId] : []));
    if (this.state?.venue?.foundAt === null) {
      return; // What the account holds is read as a whole first.
    }
    if (executions.length > 0) {
      await this.#reader.bookExecutions(executions);
    }
    if (orders.length > 0) {
      this.judge.apply({ type: "report_orders", orders, complete: false, readAt });
    }
    unknown.push(...this.#ofUnknownParents(orders));
    if (rows.length > 0) {
      await this.#reader.bookLedger(rows);
    }
    if (unknown.length > 0) {
      if ((await this.#reader.readOrders(unknown)) === null) {
        this.look(AFTER_GAP_MS);
      }
    }
  }

  /** The socket names no parents: what may be the stop of an entry is read, which tells. */
  #ofUnknownParents(orders: readonly VenueOrder[]): readonly string[] {
    const { state } = this;
    return state === null
      ? []
      : orders.filter((order) => waitsForParent(state, order)).map(({ venueOrderId }) => venueOrderId);
  }

  /** Whether open orders have to be polled: they rest and no socket tells of them. */
  #polls(state: AccountState): boolean {
    return !isSuspended(state) && this.#socket?.state !== "live" && countLiveOrders(state.orders) > 0;
  }

  /** Not in a row: what one look could not settle needs something else to happen first. */
  #protectAt(state: AccountState): Milliseconds {
    const due = protectionDueAt(state, this.#protectedAt);
    return due === null || this.#isProtecting ? Infinity : Math.max(due, this.#protectedAt + PROTECT_AGAIN_MS);
  }

  #dueAt(item: VenueWork): Milliseconds {
    if (item.type !== "send" && this.state !== null && isSuspended(this.state)) {
      return Infinity;
    }
    const own = this.#notBefore.get(nameOf(item)) ?? 0;
    return Math.max(item.notBefore, item.type === "look_for_stops" ? this.#lookDueAt(item.orderId) : own);
  }

  #lookDueAt(orderId: string): Milliseconds {
    const entry = this.state === null ? undefined : allUneven(this.state).find(({ id }) => id === orderId);
    return entry === undefined ? 0 : nextLookAt(entry, this.#lookedAt.get(orderId) ?? null);
  }

  #plan(): void {
    const { state } = this;
    if (state === null) {
      return;
    }
    const retryAt = state.venue?.connection.status === "suspended" ? (state.venue.connection.retryAt ?? 0) : 0;
    const looks = [Math.max(this.#lookAt, retryAt), this.#polls(state) ? Math.max(this.#pollAt, retryAt) : Infinity];
    const work = venueWork(state).filter((item) => !this.#busy.has(nameOf(item)));
    const soonest = Math.min(
      // What is on its way is taken up again should this object be gone before it has come back.
      this.#busy.size > 0 ? this.#ports.now() + IN_FLIGHT_MS : Infinity,
      ...(this.#isLooking ? [] : looks),
      ...work.map((item) => this.#dueAt(item)),
      ...deadlinesOf(state.orders),
      this.#protectAt(state),
      state.venue?.connection.refused === undefined || this.#isAsking ? Infinity : this.#askAt,
      // Every decision ends with a look at what is naked; drop_overdue is one.
      nakedAlertDueAt(state) ?? Infinity,
      this.#socket?.nextCheckAt ?? Infinity,
      this.#socket === null || this.#socket.state === "disconnected" ? Infinity : this.#neededUntil,
    );
    // However long a look takes, whoever comes after this object has to take it up.
    this.#ports.plan(Math.min(soonest, this.#ports.now() + (this.#isLooking ? POLL_EVERY_MS : RECONCILE_EVERY_MS)));
  }
}

/**
 * The key or the account is refused: each further call may make a lockout longer (PROTOCOL §4). One that is refused to trade may be
 * read with as ever.
 */
function isSuspended({ venue }: AccountState): boolean {
  return venue?.connection.status === "suspended" && venue.connection.refused === undefined;
}

function isOfCancel(item: VenueWork): boolean {
  return item.type === "send" && item.action === "cancel";
}

function nameOf(item: VenueWork): string {
  if (item.type === "look_for_stops") {
    return item.type; // One look is for all of them.
  }
  return item.type === "cancel_stray"
    ? `${item.type} ${item.venueOrderId}`
    : `${item.type} ${item.type === "send" ? item.action : ""} ${item.orderId}`;
}

/** An account at Kraken over its ports. It does nothing before `start`. */
export function createKrakenAccount(ports: KrakenAccountPorts): KrakenAccount {
  return new KrakenAccount(ports);
}
