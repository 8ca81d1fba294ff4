/**
 * A Kraken account alive in this process, for the benches: the real desk over SQLite, the real shell; the exchange's answers
 * come from memory and at once. Time is virtual.
 */
import type { Decision } from "../../domain/account/decision.ts";
import type { Command } from "../../domain/account/commands.ts";
import type { AccountState } from "../../domain/account/state.ts";
import { decimal, ZERO, type Decimal } from "../../domain/decimal.ts";
import type { Instrument, MarketView } from "../../domain/market.ts";
import { BTC_USD } from "../../domain/testing/instruments.ts";
import { WIDE_RISK } from "../../domain/testing/wide-risk.ts";
import type { StreamFact } from "../../domain/venue/execution-stream-facts.ts";
import type { VenueReply } from "../../domain/venue/failure.ts";
import type { VenueExecution, VenueLedgerRow, VenueOrder } from "../../domain/venue/reports.ts";
import type { VenueOrderWish } from "../../domain/venue/wishes.ts";
import { Desk } from "../../durable-objects/trader/desk.ts";
import { createKrakenAccount, type KrakenAccount } from "../../durable-objects/trader/kraken/account.ts";
import type { HistoryPage, HistoryQuery, KrakenRest } from "../../durable-objects/trader/kraken/rest/api.ts";
import { RateKeeper } from "../../durable-objects/trader/kraken/rest/rate-keeper.ts";
import type { PrivateSocketControl, PrivateSocketEvents } from "../../durable-objects/trader/kraken/socket/port.ts";
import { Disk } from "../../tests/chaos/storage.ts";
import { VirtualTime } from "../../tests/chaos/time.ts";

const ACCOUNT = "kraken";
export const START = 1_790_856_000_000;
/** One pair takes at most 100 open orders. */
export const PAIRS: readonly Instrument[] = Array.from({ length: 20 }, (_, index) => ({
  ...BTC_USD,
  symbol: `C${String(index)}/USD`,
  restName: `C${String(index)}USD`,
  base: `C${String(index)}`,
}));

/** What the exchange shows when it is asked; the newest first. */
export type Shown = {
  trades: readonly VenueExecution[];
  ledger: readonly VenueLedgerRow[];
  readonly balances: Map<string, Decimal>;
  readonly orders: VenueOrder[];
};

export class BenchAccount {
  readonly time = new VirtualTime(START);
  readonly shown: Shown = { trades: [], ledger: [], balances: new Map([["USD", decimal("100000000")]]), orders: [] };
  readonly #disk = new Disk();
  readonly #desk: Desk;
  readonly #account: KrakenAccount;
  #events: PrivateSocketEvents | null = null;
  #ids = 0;

  private constructor() {
    this.#desk = new Desk({
      storage: this.#disk.mount({ state: "alive", gateClosed: false }),
      newId: () => this.#newId(),
      onWrite: () => undefined,
      onCommitted: () => {
        this.#account.wake();
      },
    });
    const rest = answersOf(this.shown);
    this.#account = createKrakenAccount({
      accountId: ACCOUNT,
      desk: this.#desk,
      rest,
      rates: new RateKeeper({ now: () => this.time.now, save: () => undefined, saved: null }),
      history: rest,
      socket: (events) => {
        this.#events = events;
        return idleSocket;
      },
      market: "sim",
      now: () => this.time.now,
      after: (milliseconds, run) => this.time.after(milliseconds, run),
      newId: () => this.#newId(),
      markets: () => Promise.resolve(this.#markets()),
      pairs: () => Promise.resolve(PAIRS),
      watched: () => true,
      plan: () => undefined,
      failed: (event, error) => {
        throw new Error(event, { cause: error });
      },
    });
  }

  /** Connected, its holdings found, its fees known. */
  static async open(): Promise<BenchAccount> {
    const bench = new BenchAccount();
    bench.do({ type: "open_exchange_account", name: "Kraken", zone: "UTC" });
    bench.do({ type: "change_settings", limits: WIDE_RISK });
    bench.#account.start();
    await bench.until(() => bench.state.venue?.foundAt !== null);
    await bench.reconcile();
    return bench;
  }

  get state(): AccountState {
    const state = this.#desk.account(ACCOUNT);
    if (state === null) {
      throw new Error("there is no account");
    }
    return state;
  }

  get seq(): number {
    return this.#desk.seq;
  }

  do(command: Command): Decision {
    const decision = this.#account.judge.apply(command, this.#markets());
    if (decision.type === "denied") {
      throw new Error(decision.problem.message);
    }
    return decision;
  }

  /** A buy of 10 that rests. */
  place(symbol: string): void {
    const [quantity, limitPrice] = [decimal("10"), decimal("99")];
    const terms = { side: "buy", type: "limit", timeInForce: "gtc", postOnly: false } as const;
    this.do({ type: "place_order", request: { symbol, ...terms, quantity, limitPrice } });
  }

  /** Books what a frame of the private socket said. */
  tell(facts: readonly StreamFact[]): void {
    this.#events?.facts(facts);
  }

  /** A whole look at the exchange, from its begin to its end. */
  async reconcile(): Promise<void> {
    const before = this.state.venue?.reconciledAt ?? 0;
    this.time.now += 60_000;
    this.#account.look(0);
    await this.until(() => (this.state.venue?.reconciledAt ?? 0) > before);
  }

  /** Lets everything run that is due; repeats the look where it has to be made again. */
  async until(holds: () => boolean): Promise<void> {
    for (let step = 0; !holds(); step += 1) {
      if (step > 100_000) {
        throw new Error("it never came to that");
      }
      await this.time.step(this.time.now);
      if (step % 50 === 49) {
        this.time.now += 10_000;
        this.#account.wake();
      }
    }
  }

  close(): void {
    this.#account.stop();
    this.#desk.close();
    this.#disk.close();
  }

  #newId(): string {
    this.#ids += 1;
    return `00000000-0000-4000-8000-${String(this.#ids).padStart(12, "0")}`;
  }

  #markets(): Readonly<Record<string, MarketView>> {
    return Object.fromEntries(PAIRS.map((instrument) => [instrument.symbol, marketOf(instrument, this.time.now)]));
  }
}

function marketOf(instrument: Instrument, at: number): MarketView {
  const { symbol } = instrument;
  const [price, size] = [decimal("100"), decimal("1000")];
  return {
    instrument,
    quote: {
      symbol,
      bid: [price, size],
      ask: [price, size],
      lastTrade: null,
      mark: price,
      markTime: at,
      fresh: true,
      staleSince: null,
      staleReason: null,
      at,
    },
    book: { symbol, version: 1, bids: [[price, size]], asks: [[price, size]], at },
    tapeTradeId: 1,
  };
}

/** It is live and carries nothing: orders go over REST, and the bench itself tells what the exchange would. */
const idleSocket: PrivateSocketControl = {
  state: "live",
  nextCheckAt: null,
  open: () => undefined,
  close: () => undefined,
  check: () => undefined,
  place: () => null,
  amend: () => null,
  cancel: () => null,
  cancelSeveral: () => null,
  cancelAll: () => null,
};

const PAGE = 50;

function answersOf(shown: Shown): KrakenRest {
  const ok = async <T>(value: T): Promise<VenueReply<T>> => ({ ok: true, value });
  const never = async (): Promise<never> => {
    throw new Error("nobody asks this here");
  };
  const page = <T extends { readonly time: number }>(rows: readonly T[], query: HistoryQuery): HistoryPage<T> => {
    const since = rows.filter(({ time }) => time >= Number(query.start ?? 0));
    const some = since.slice(query.offset ?? 0, (query.offset ?? 0) + PAGE);
    return { rows: some, sent: some.length, count: since.length };
  };
  return {
    addOrder: async (wish, options) => {
      options?.beforeSend?.({ nonce: "1", sentAt: 0, deadline: wish.deadline });
      const venueOrderId = `O-${wish.clientOrderId}`;
      shown.orders.push(openOrder(wish, venueOrderId));
      return ok({ venueOrderId, description: "" });
    },
    openOrders: async () => ok(shown.orders),
    balances: async () => {
      const balances = [...shown.balances].map(([asset, total]) => ({ asset, total }));
      return ok({ balances, held: [], elsewhere: [] });
    },
    tradesHistory: async (query) => ok(page(shown.trades, query)),
    ledgers: async (query) => ok(page(shown.ledger, query)),
    tradeVolume: async (pairs) => {
      const percents = { takerPercent: decimal("0.4"), makerPercent: decimal("0.25") };
      return ok({ fees: pairs.map(({ symbol }) => ({ symbol, ...percents })), thirtyDayVolume: null });
    },
    queryOrders: async () => ok([]),
    waiting: 0,
    validateOrder: never,
    amendOrder: never,
    cancelOrder: never,
    cancelOrders: never,
    cancelAll: never,
    cancelAllAfter: never,
    closedOrders: never,
    executionsOf: never,
    queryTrades: never,
    queryLedgers: never,
    webSocketsToken: never,
    apiKeyInfo: never,
    systemStatus: never,
  };
}

function openOrder(wish: VenueOrderWish, venueOrderId: string): VenueOrder {
  const { clientOrderId, instrument, side, type, quantity, limitPrice, triggerPrice } = wish;
  const name = { venueOrderId, clientOrderId, parentVenueOrderId: null, symbol: instrument.symbol };
  const times = { openedAt: START, closedAt: null, expiresAt: null };
  const terms = { side, type, quantity, limitPrice, triggerPrice };
  return { ...name, ...terms, ...times, status: "open", filledQuantity: ZERO, reason: null };
}
