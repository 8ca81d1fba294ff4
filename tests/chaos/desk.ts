/** One life of a trader: the real desk, the real account at Kraken and the real REST client, over ports of the virtual world. */
import type { Command } from "../../domain/account/commands.ts";
import type { Decision } from "../../domain/account/decision.ts";
import type { AccountState } from "../../domain/account/state.ts";
import type { MarketView } from "../../domain/market.ts";
import type { OrderOrigin } from "../../domain/orders/order.ts";
import type { NameTable } from "../../domain/venue/names.ts";
import type { RateCounters } from "../../domain/venue/rate-counters.ts";
import { firstRow, type Sql } from "../../durable-objects/lib/sql.ts";
import { parseTrusted } from "../../durable-objects/lib/trusted-json.ts";
import { Desk } from "../../durable-objects/trader/desk.ts";
import { createKrakenAccount, type KrakenAccount } from "../../durable-objects/trader/kraken/account.ts";
import type { RestCredentials, Transport } from "../../durable-objects/trader/kraken/rest/api.ts";
import { krakenRest } from "../../durable-objects/trader/kraken/rest/client.ts";
import { RateKeeper } from "../../durable-objects/trader/kraken/rest/rate-keeper.ts";
import { PrivateSocket } from "../../durable-objects/trader/kraken/socket/private-socket.ts";
import type { LinkSocket } from "../../durable-objects/market-feed/venue/link.ts";
import type { Recorded } from "../../durable-objects/trader/turn.ts";
import type { HistoryDatabase } from "../../durable-objects/trader/history-writer.ts";
import { Courier } from "./courier.ts";
import type { Disk, Life } from "./storage.ts";
import { instrumentOf, SYMBOLS } from "./venue.ts";

const ACCOUNT = "kraken";

export type DeskPorts = {
  readonly disk: Disk;
  readonly life: Life;
  readonly now: () => number;
  readonly after: (milliseconds: number, run: () => void) => () => void;
  readonly transport: Transport;
  readonly credentials: () => Promise<RestCredentials>;
  readonly names: () => NameTable;
  readonly newId: () => string;
  /** Empty when the feed is away. */
  readonly markets: () => Readonly<Record<string, MarketView>>;
  readonly committed: (recorded: readonly Recorded[]) => void;
  /** Sets the one alarm, in so many milliseconds; null: none. Absent: a timer that keeps its time. */
  readonly alarm?: (inMs: number | null) => void;
  /** Dials the private socket; null or absent: there is none and everything is polled. */
  readonly dial?: (() => Promise<LinkSocket>) | null;
  /** Whether somebody watches the account; absent: nobody. */
  readonly watched?: () => boolean;
  /** Null or absent: the copy of the journal is left out. */
  readonly history?: HistoryDatabase | null;
  readonly failed: (error: unknown) => void;
};

export class TestDesk {
  readonly desk: Desk;
  readonly #account: KrakenAccount;
  readonly #ports: DeskPorts;
  readonly #sql: Sql;
  readonly #courier: Courier | null;
  readonly #rates: RateKeeper;
  #cancelAlarm: () => void = () => undefined;

  constructor(ports: DeskPorts) {
    this.#ports = ports;
    const storage = ports.disk.mount(ports.life);
    this.#sql = storage.sql;
    this.desk = new Desk({
      storage,
      newId: ports.newId,
      onWrite: () => undefined,
      onCommitted: (recorded) => {
        ports.committed(recorded);
        this.#courier?.kick();
        this.wake();
      },
    });
    const { now, after, failed, history: database = null } = ports;
    this.#courier = database === null ? null : new Courier({ store: this.desk.store, database, now, after, failed });
    const counters = this.#kept("counters");
    this.#rates = new RateKeeper({
      now: ports.now,
      saved: counters === null ? null : parseTrusted<RateCounters>(counters),
      save: (value) => {
        this.#keep("counters", JSON.stringify(value));
      },
    });
    const rates = this.#rates;
    const rest = krakenRest({
      base: "https://exchange",
      transport: ports.transport,
      clock: { now: ports.now, after: ports.after },
      nonces: {
        last: () => this.#kept("nonce"),
        save: (nonce) => {
          this.#keep("nonce", nonce);
        },
      },
      credentials: ports.credentials,
      names: ports.names,
      rates,
    });
    const { dial = null } = ports;
    this.#account = createKrakenAccount({
      accountId: ACCOUNT,
      desk: this.desk,
      rest,
      rates,
      history: rest,
      socket:
        dial === null
          ? null
          : (events) =>
              new PrivateSocket(
                {
                  url: "wss://exchange/v2",
                  dial,
                  now: ports.now,
                  random: () => 0.5,
                  schedule: (at, run) => ports.after(Math.max(0, at - ports.now()), run),
                  token: () => rest.webSocketsToken({ lane: "resolving", urgency: "protective" }),
                  takeDial: () => Promise.resolve(0),
                  rates,
                },
                events,
              ),
      market: "sim",
      now: ports.now,
      after: ports.after,
      newId: ports.newId,
      markets: () => Promise.resolve(ports.markets()),
      pairs: () => Promise.resolve(SYMBOLS.map(instrumentOf)),
      watched: ports.watched ?? (() => false),
      plan: (at) => {
        this.#setAlarm(at === null ? null : at - ports.now());
      },
      failed: (_event, error) => {
        ports.failed(error);
      },
    });
  }

  /** Whether our count of the pair's rate limit (PROTOCOL §3.2) lets `points` more go now. */
  hasRoom(symbol: string, points: number): boolean {
    const at = this.#rates.waitUntil({ calls: 0, matching: [{ symbol, points }] }, "protective");
    return at !== null && at <= this.#ports.now();
  }

  get state(): AccountState | null {
    return this.desk.account(ACCOUNT);
  }

  /** Nothing is to be done and nothing is on its way. */
  get isQuiet(): boolean {
    return this.#account.isQuiet && (this.#courier?.isIdle ?? true);
  }

  start(): void {
    if (this.state === null) {
      this.apply({ type: "open_exchange_account", name: "Kraken", zone: "UTC" });
    }
    this.#account.start();
    this.#courier?.kick();
  }

  wake(): void {
    if (this.#ports.life.state !== "dead") {
      this.#account.wake();
    }
  }

  /** A command of the user, judged with what the feed says. */
  apply(command: Command, origin: OrderOrigin = "manual"): Decision {
    const now = this.#ports.now();
    return this.desk.turn((turn) =>
      turn.apply(ACCOUNT, command, {
        now,
        marketTime: now,
        market: "sim",
        id: this.#ports.newId(),
        origin,
        markets: this.#ports.markets(),
        instruments: Object.fromEntries(SYMBOLS.map((symbol) => [symbol, instrumentOf(symbol)])),
        booked: new Set(),
        pastOrders: {},
      }),
    );
  }

  #setAlarm(inMs: number | null): void {
    const { alarm, after } = this.#ports;
    if (alarm !== undefined) {
      alarm(inMs);
      return;
    }
    this.#cancelAlarm();
    if (inMs !== null) {
      this.#cancelAlarm = after(Math.max(1, inMs), () => {
        this.wake();
      });
    }
  }

  #kept(key: string): string | null {
    return firstRow<{ value: string }>(this.#sql, "SELECT value FROM kept WHERE key = ?", key)?.value ?? null;
  }

  #keep(key: string, value: string): void {
    this.#sql.exec("INSERT OR REPLACE INTO kept (key, value) VALUES (?, ?)", key, value);
  }
}
