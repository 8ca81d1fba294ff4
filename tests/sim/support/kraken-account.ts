import { randomUUID } from "node:crypto";
import type { Command } from "../../../domain/account/commands.ts";
import type { Decision } from "../../../domain/account/decision.ts";
import type { AccountState } from "../../../domain/account/state.ts";
import { holdingOf, totalOf } from "../../../domain/account/holdings.ts";
import { decimal, isZero, subtract } from "../../../domain/decimal.ts";
import type { MarketView } from "../../../domain/market.ts";
import type { OrderRequest } from "../../../domain/orders/request.ts";
import { Desk, type DeskStorage } from "../../../durable-objects/trader/desk.ts";
import { createKrakenAccount, type KrakenAccount } from "../../../durable-objects/trader/kraken/account.ts";
import { PrivateSocket } from "../../../durable-objects/trader/kraken/socket/private-socket.ts";
import type { Tier } from "../../../domain/venue/rate-counters.ts";
import type { Exchange } from "../../../exchange-sim/exchange.ts";
import { nodeStorage } from "../../support/desk-storage.ts";
import { BTC, connect, ETH, valueOf, type TestClient } from "./kraken-rest.ts";
import { dialNode } from "./kraken-socket.ts";
import { HurriedTime } from "./hurried-time.ts";
import type { Credentials } from "./rest-client.ts";
import { liveOrder, liveOrders } from "../../../domain/account/open-orders.ts";

export const ACCOUNT = "kraken-account";
/** The account waits for the rate counters of the exchange most of the time. */
const SPEED = 20;

/** A whole account at the simulator: desk, REST client, private socket, in Node over real sockets, in hurried time. */
export class AccountStage {
  readonly exchange: Exchange;
  readonly client: TestClient;
  readonly storage: DeskStorage;
  readonly failures: unknown[] = [];
  account: KrakenAccount;
  desk: Desk;
  watched: boolean;
  readonly time: HurriedTime;
  #cancelWake: () => void = () => undefined;

  private constructor(exchange: Exchange, time: HurriedTime, client: TestClient, watched: boolean) {
    this.exchange = exchange;
    this.time = time;
    this.client = client;
    this.watched = watched;
    this.storage = nodeStorage();
    [this.desk, this.account] = this.#open();
  }

  /** Connected, its holdings found, its fees known. */
  static async open(
    exchange: Exchange,
    key: Credentials,
    options: { readonly watched?: boolean; readonly tier?: Tier } = {},
  ): Promise<AccountStage> {
    const time = new HurriedTime(exchange, SPEED);
    const after = time.after.bind(time);
    const stage = new AccountStage(
      exchange,
      time,
      await connect(exchange, key, { after, tier: options.tier ?? "pro" }),
      options.watched ?? false,
    );
    stage.account.judge.apply({ type: "open_exchange_account", name: "Kraken", zone: "UTC" });
    stage.account.start();
    await stage.until("connected", () => stage.state.venue?.connection.status === "trading");
    return stage;
  }

  get state(): AccountState {
    const state = this.desk.account(ACCOUNT);
    if (state === null) {
      throw new Error("there is no account");
    }
    return state;
  }

  /** A new instance over the same storage, as after an eviction; the old one does nothing more. */
  restart(): void {
    this.account.stop();
    this.desk.close();
    [this.desk, this.account] = this.#open();
    this.account.start();
  }

  do(command: Command): Decision {
    const markets = { "BTC/USD": this.market("BTC/USD"), "ETH/USD": this.market("ETH/USD") };
    return this.account.judge.apply(command, markets);
  }

  place(request: Partial<OrderRequest> = {}): string {
    const whole = {
      symbol: "BTC/USD",
      side: "buy",
      type: "limit",
      timeInForce: "gtc",
      postOnly: false,
      quantity: decimal("0.01"),
      limitPrice: decimal("50000"),
      ...request,
    } as const;
    const before = new Set(liveOrders(this.state.orders).map(({ id }) => id));
    const decision = this.do({ type: "place_order", request: whole });
    if (decision.type === "denied") {
      throw new Error(decision.problem.message);
    }
    const id = liveOrders(this.state.orders)
      .map((order) => order.id)
      .find((each) => !before.has(each));
    if (id === undefined) {
      throw new Error("no order came of it");
    }
    return id;
  }

  statusOf(orderId: string): string {
    const order = liveOrder(this.state.orders, orderId) ?? this.state.ended.find(({ id }) => id === orderId);
    return order?.status ?? "none";
  }

  market(symbol: "BTC/USD" | "ETH/USD"): MarketView {
    const instrument = symbol === "BTC/USD" ? BTC : ETH;
    const mid = symbol === "BTC/USD" ? "64000" : "2500";
    const now = this.now();
    const size = decimal("1000");
    return {
      instrument,
      quote: {
        symbol,
        bid: [decimal(mid), size],
        ask: [decimal(mid), size],
        lastTrade: null,
        mark: decimal(mid),
        markTime: now,
        fresh: true,
        staleSince: null,
        staleReason: null,
        at: now,
      },
      book: { symbol, version: 1, bids: [[decimal(mid), size]], asks: [[decimal(mid), size]], at: now },
      tapeTradeId: 1,
    };
  }

  now(): number {
    return this.time.now();
  }

  async until(what: string, holds: () => boolean, ms = 20_000): Promise<void> {
    const until = performance.now() + ms;
    while (!holds()) {
      if (performance.now() > until) {
        const { orders, ended, venue } = this.state;
        throw new Error(
          `not in time: ${what}; ${JSON.stringify({ orders, ended, venue, failures: this.failures.map(String) })}`,
        );
      }
      await new Promise((resolve) => {
        setTimeout(resolve, 10);
      });
    }
  }

  /** Assets in which the desk and the exchange differ; none once quiet. */
  async differences(): Promise<readonly string[]> {
    const { balances } = valueOf(await this.client.rest.balances({ urgency: "protective" }));
    const assets = new Set([...Object.keys(this.state.holdings), ...balances.map(({ asset }) => asset)]);
    return [...assets].flatMap((asset) => {
      const actual = balances.find((each) => each.asset === asset)?.total ?? decimal("0");
      const believed = totalOf(holdingOf(this.state.holdings, asset));
      return isZero(subtract(actual, believed)) ? [] : [`${asset}: ${believed} here, ${actual} there`];
    });
  }

  /** Reconciles until belief and exchange agree. */
  async untilEqual(): Promise<void> {
    await this.until("quiet", () => this.account.isQuiet, 60_000);
    for (let attempt = 0; attempt < 20; attempt += 1) {
      this.account.look(0);
      await new Promise((resolve) => {
        setTimeout(resolve, 20);
      });
      await this.until("quiet", () => this.account.isQuiet, 60_000);
      if ((await this.differences()).length === 0 && Object.keys(this.state.venue?.unsettled ?? {}).length === 0) {
        return;
      }
    }
    throw new Error(
      `not equal: ${(await this.differences()).join("; ")} ${JSON.stringify(this.state.venue?.unsettled)}`,
    );
  }

  /** Throws when anything failed that nobody expected, or an event did not fit the account. */
  assertUnharmed(): void {
    const harm = [...this.failures.map(String), ...this.state.faults.map(({ message }) => message)];
    if (harm.length > 0) {
      throw new Error(harm.join("\n"));
    }
  }

  close(): void {
    this.account.stop();
    this.desk.close();
    this.#plan(null);
    this.time.stop();
  }

  #open(): [Desk, KrakenAccount] {
    const wake = (): void => {
      this.account.wake();
    };
    const desk = new Desk({
      storage: this.storage,
      newId: randomUUID,
      onWrite: () => undefined,
      onCommitted: () => {
        if (this.desk === desk) {
          wake();
        }
      },
    });
    const after = this.time.after.bind(this.time);
    const account = createKrakenAccount({
      accountId: ACCOUNT,
      desk,
      rest: this.client.rest,
      rates: this.client.rates,
      history: this.client.rest,
      socket: (events) =>
        new PrivateSocket(
          {
            url: this.exchange.wsAuthUrl,
            dial: dialNode,
            now: () => this.now(),
            random: () => 0,
            schedule: (at, run) => after(Math.max(0, at - this.now()), run),
            token: () => this.client.rest.webSocketsToken({ lane: "resolving" }),
            takeDial: async () => 0,
            rates: this.client.rates,
          },
          events,
        ),
      market: "sim",
      now: () => this.now(),
      after,
      newId: randomUUID,
      markets: async () => ({ "BTC/USD": this.market("BTC/USD"), "ETH/USD": this.market("ETH/USD") }),
      pairs: async () => [BTC, ETH],
      watched: () => this.watched,
      plan: (at) => {
        this.#plan(at);
      },
      failed: (_event, error) => {
        // An instance that was replaced finds its desk closed: whatever it still wanted to write is refused.
        if (this.desk === desk) {
          this.failures.push(error);
        }
      },
    });
    return [desk, account];
  }

  #plan(at: number | null): void {
    this.#cancelWake();
    this.#cancelWake =
      at === null
        ? () => undefined
        : this.time.after(Math.max(20, at - this.now()), () => {
            this.account.wake();
          });
  }
}
