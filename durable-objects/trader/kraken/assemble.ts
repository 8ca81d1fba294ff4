/** The Kraken account of one trader object: its client, its socket and its ports over the object's own surroundings. */
import { isOwnMarket } from "../../../domain/account/own-market.ts";
import type { AccountState } from "../../../domain/account/state.ts";
import type { Instrument, Market, MarketView, Milliseconds, Symbol } from "../../../domain/market.ts";
import { NO_NAMES, type NameTable } from "../../../domain/venue/names.ts";
import { ADD_COST, type RateCounters } from "../../../domain/venue/rate-counters.ts";
import { parseTrusted } from "../../lib/trusted-json.ts";
import { dialVenue } from "../../market-feed/venue/dial.ts";
import type { KeyConnector } from "../credentials/connector.ts";
import type { Keyring } from "../credentials/keyring.ts";
import type { Desk } from "../desk.ts";
import type { Recorded } from "../turn.ts";
import type { KeySlot } from "../../../domain/venue/keys.ts";
import { createKrakenAccount, type KrakenAccount } from "./account.ts";
import { BoughtHistory } from "./bought-history.ts";
import { HistoryLine } from "./history-line.ts";
import { knownLedgerIds } from "./floor.ts";
import type { KrakenRest } from "./rest/api.ts";
import { krakenRest } from "./rest/client.ts";
import { readNames } from "./rest/public.ts";
import { RateKeeper } from "./rest/rate-keeper.ts";
import { fetchTransport } from "./rest/transport.ts";
import { PrivateSocket } from "./socket/private-socket.ts";
import { countLiveOrders, liveOrder, NO_ORDERS } from "../../../domain/account/open-orders.ts";

export type KrakenSurroundings = {
  readonly desk: Desk;
  readonly market: Market;
  readonly restUrl: string;
  readonly socketUrl: string;
  readonly keyring: Keyring;
  readonly keyConnector: KeyConnector;
  readonly now: () => Milliseconds;
  readonly newId: () => string;
  readonly markets: (symbols: readonly Symbol[]) => Promise<Readonly<Record<Symbol, MarketView>>>;
  readonly pairs: () => Promise<readonly Instrument[]>;
  /** Takes a dial out of the budget of this address: 0 when it may be made now, else how long to wait. */
  readonly takeDial: () => Promise<Milliseconds>;
  readonly watched: () => boolean;
  readonly plan: (accountId: string, at: Milliseconds | null) => void;
  readonly unexpected: (event: string, error: unknown) => void;
};

const ACCOUNT_NAME = "Kraken";
const NAMES_KEPT_MS = 3_600_000;
const NAMES_RETRY_MS = 10_000;

/** Opens, starts and wakes the account that trades with the user's key. A trader without one has no path to a private call. */
export class KrakenDesk {
  readonly #surroundings: KrakenSurroundings;
  readonly #rates: RateKeeper;
  readonly #rest: KrakenRest;
  readonly #history: HistoryLine;
  /** What was bought before the connection, for whoever adopts it. */
  readonly bought: BoughtHistory;
  readonly #waiting = new Set<() => void>();
  #names: NameTable;
  #namesReadAt: Milliseconds = 0;
  #isReading = false;
  #isStopped = false;
  #account: KrakenAccount | null = null;

  constructor(surroundings: KrakenSurroundings) {
    this.#surroundings = surroundings;
    const { desk, now, restUrl, keyring, keyConnector } = surroundings;
    const names = desk.store.meta("kraken_names");
    this.#names = names === null ? NO_NAMES : parseTrusted<NameTable>(names);
    const keeper = (key: "kraken_rates" | "kraken_rates_history"): RateKeeper => {
      const saved = desk.store.meta(key);
      return new RateKeeper({
        now,
        saved: saved === null ? null : parseTrusted<RateCounters>(saved),
        save: (counters) => {
          desk.store.setMeta(key, JSON.stringify(counters));
        },
      });
    };
    this.#rates = keeper("kraken_rates");
    const clientOf = (slot: KeySlot, rates: RateKeeper): KrakenRest =>
      krakenRest({
        base: restUrl,
        transport: fetchTransport(),
        clock: { now, after },
        nonces: keyring.nonces(slot),
        credentials: async (method) => {
          const opened = await keyring.openSecret(slot, `sign ${method}`);
          return opened.ok ? opened.value : null;
        },
        names: () => this.#names,
        rates,
      });
    this.#rest = clientOf("trading", this.#rates);
    this.#history = new HistoryLine({
      trading: this.#rest,
      readOnly: clientOf("history", keeper("kraken_rates_history")),
      has: () => keyring.has("history"),
      note: (message) => {
        keyring.note("history", message);
      },
    });
    this.bought = new BoughtHistory(this.#history);
    keyConnector.attach({
      liveOrders: () => countLiveOrders(this.state?.orders ?? NO_ORDERS),
      onConnected: async (slot) => {
        this.#history.keyChanged();
        if (slot === "trading") {
          this.#connected();
        }
      },
      onRemoved: async (slot) => {
        this.#history.keyChanged();
        if (slot === "trading") {
          this.#account?.keyRemoved();
        }
      },
      restOf: (slot) => (slot === "trading" && this.#account !== null ? this.#rest : null),
      knownLedgerIds: () => knownLedgerIds(desk.store),
    });
  }

  /** The account at Kraken; null while no key was ever connected. */
  get state(): AccountState | null {
    const { desk, market } = this.#surroundings;
    return desk.accounts().find((account) => account.kind === "kraken" && isOwnMarket(account, { market })) ?? null;
  }

  /** Orders made by hand are cancelled through it. */
  get rest(): KrakenRest {
    return this.#rest;
  }

  /** Start-up is recovery: to be called when the object begins. */
  start(): void {
    const state = this.#isStopped ? null : this.state;
    if (state !== null) {
      this.#begin(state.accountId);
    }
  }

  /** Does what is due: from the alarm, after a commit, when a client comes or goes. */
  wake(): void {
    if (this.#account === null) {
      this.start();
    }
    this.#account?.wake();
  }

  committed(recorded: readonly Recorded[]): void {
    if (recorded.some(({ after: state }) => state.venue !== null)) {
      this.wake();
      for (const check of this.#waiting) {
        check();
      }
    }
  }

  /** Ends it for good: the object is being erased. */
  stop(): void {
    this.#isStopped = true;
    this.#account?.stop();
    this.#account = null;
  }

  /** Looks at everything again, soon. */
  look(): void {
    this.#account?.look(0);
  }

  /** Waits until the exchange has said something of the order, at most so long (TRADING §2 "visible within 1 s"). */
  async outcome(orderId: string, patienceMs: number): Promise<void> {
    if (!this.#isAwaited(orderId)) {
      return;
    }
    await new Promise<void>((resolve) => {
      const done = (): void => {
        cancel();
        this.#waiting.delete(check);
        resolve();
      };
      const check = (): void => {
        if (!this.#isAwaited(orderId)) {
          done();
        }
      };
      const cancel = after(patienceMs, done);
      this.#waiting.add(check);
    });
  }

  /** How long an entry has to wait for the exchange's rate limit, with the reserve for exits kept (TRADING §2); 0: not at all. */
  entryWaitSeconds(symbol: Symbol): number {
    const now = this.#surroundings.now();
    const until = this.#rates.waitUntil({ calls: 0, matching: [{ symbol, points: ADD_COST }] }, "ordinary");
    return until === null ? 60 : Math.max(0, Math.ceil((until - now) / 1_000));
  }

  /** Whether the order is on its way, or a change of it is. */
  #isAwaited(orderId: string): boolean {
    const order = liveOrder(this.state?.orders ?? NO_ORDERS, orderId);
    const link = order?.venue;
    if (order === undefined || link === null || link === undefined || link.waitsFor.length > 0) {
      return false;
    }
    return order.status === "submitting" || link.cancel !== null || link.amend !== null;
  }

  #connected(): void {
    const { desk, newId, market, now } = this.#surroundings;
    if (this.state === null) {
      const accountId = newId();
      const time = now();
      desk.turn((turn) =>
        turn.apply(
          accountId,
          { type: "open_exchange_account", name: ACCOUNT_NAME, zone: "UTC" },
          {
            now: time,
            marketTime: time,
            market,
            id: accountId,
            origin: "manual",
            markets: {},
            instruments: {},
            booked: new Set(),
            pastOrders: {},
          },
        ),
      );
    }
    this.start();
    this.#account?.keyConnected();
  }

  /** The account runs once the exchange's names are known; until then it is tried again. */
  #begin(accountId: string): void {
    const isStale = this.#surroundings.now() - this.#namesReadAt > NAMES_KEPT_MS;
    if (isStale && !this.#isReading) {
      void this.#readNames(accountId);
    }
    if (this.#account !== null || this.#names === NO_NAMES) {
      return;
    }
    const { desk, market, now, newId, markets, pairs, watched, plan, unexpected } = this.#surroundings;
    this.#account = createKrakenAccount({
      accountId,
      desk,
      rest: this.#rest,
      rates: this.#rates,
      history: this.#history,
      socket: (events) =>
        new PrivateSocket(
          {
            url: this.#surroundings.socketUrl,
            dial: dialVenue,
            now,
            random: () => Math.random(),
            schedule: (at, run) => after(Math.max(0, at - now()), run),
            token: () => this.#rest.webSocketsToken({ lane: "resolving", urgency: "protective" }),
            takeDial: this.#surroundings.takeDial,
            rates: this.#rates,
          },
          events,
        ),
      market,
      now,
      after,
      newId,
      markets,
      pairs,
      watched,
      plan: (at) => {
        plan(accountId, at);
      },
      failed: unexpected,
    });
    this.#account.start();
  }

  async #readNames(accountId: string): Promise<void> {
    const { restUrl, now, desk, plan, unexpected } = this.#surroundings;
    this.#isReading = true;
    try {
      const names = await readNames({ base: restUrl, transport: fetchTransport(), clock: { now, after } });
      if (this.#isStopped) {
        return;
      }
      if (names.ok) {
        this.#names = names.value;
        this.#namesReadAt = now();
        desk.store.setMeta("kraken_names", JSON.stringify(names.value));
        this.#begin(accountId);
      } else {
        plan(accountId, now() + NAMES_RETRY_MS);
      }
    } catch (error) {
      unexpected("kraken_names_failed", error);
      if (!this.#isStopped) {
        plan(accountId, now() + NAMES_RETRY_MS);
      }
    } finally {
      this.#isReading = false;
    }
  }
}

/** A timer that lives while something waits for it; what has to survive is planned with the alarm. */
function after(milliseconds: Milliseconds, run: () => void): () => void {
  const timer = setTimeout(run, milliseconds);
  return () => {
    clearTimeout(timer);
  };
}
