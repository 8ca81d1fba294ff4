/** The whole feed on a scripted venue and a clock that the test moves: what a real exchange cannot be asked to do exactly. */
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { marketServerFrame } from "../../contract/market-socket.ts";
import { bestRowOf } from "../../domain/triggers/trigger-index.ts";
import { OrderBook } from "../../domain/book/order-book.ts";
import { decimal } from "../../domain/decimal.ts";
import type { Candle, Market, Timeframe, Trade, TriggerDelivery, TriggerRow } from "../../domain/market.ts";
import { ok, refuse, type Result } from "../../domain/problem.ts";
import { migrate } from "../lib/migrate.ts";
import type { Sql, SqlRow, SqlValue } from "../lib/sql.ts";
import { Answers } from "./answers.ts";
import { acceptCandles } from "./charts.ts";
import { assembleFeed, startFeed } from "./feed.ts";
import type { FeedParts } from "./feed-parts.ts";
import { MIGRATIONS } from "./migrations.ts";
import { changeTriggers, registerTriggers } from "./tape-flow.ts";
import { checkFeed } from "./venue-events.ts";
import type { LinkSocket } from "./venue/link.ts";
import type { TradePage } from "./venue/rest.ts";
import { pin, watch } from "./watching.ts";

const START = Date.UTC(2026, 9, 1, 12, 0, 30);

/** One scripted exchange with one feed on it. */
class Stage {
  now = START;
  readonly #database = new DatabaseSync(":memory:");
  readonly sent: { method: string; req_id?: number; params?: { channel: string; symbol?: string[] } }[] = [];
  #onMessage: ((text: string) => void) | null = null;
  #onClose: ((reason: string) => void) | null = null;
  refuses = false;
  /** What REST knows. */
  tape: Trade[] = [];
  candles: Partial<Record<Timeframe, Candle[]>> = {};
  restFailure: "rate_limited" | "invalid" | "unreachable" | null = null;
  asked: string[] = [];
  /** The venue's own clock where it is not ours. */
  marketTime: number | null = null;
  readonly deliveries: (TriggerDelivery & { traderId: string })[] = [];
  traderFails = false;
  /** Calls to traders that are on their way, and the most that were at once. */
  calls = 0;
  mostCalls = 0;
  readonly reports: unknown[] = [];
  readonly #market: Market;
  readonly #mostSymbols: number;
  readonly #finest: Timeframe | undefined;
  parts: FeedParts;

  constructor(market: Market = "sim", mostSymbols = 50, finest?: Timeframe) {
    this.#finest = finest;
    this.#market = market;
    this.#mostSymbols = mostSymbols;
    migrate(this.#sql(), MIGRATIONS);
    this.parts = this.#assemble();
  }

  get answers(): Answers {
    return new Answers(this.parts);
  }

  /** The object is gone and comes back on the same storage. */
  restart(): void {
    this.#onMessage = null;
    this.#onClose = null;
    this.sent.length = 0;
    this.parts = this.#assemble();
    startFeed(this.parts, []);
  }

  async open(symbols: readonly string[] = ["BTC/USD"]): Promise<void> {
    startFeed(this.parts, []);
    await this.settle();
    this.list(symbols);
    await this.settle();
  }

  list(symbols: readonly string[], status = "online"): void {
    const pairs = symbols.map((symbol) => ({
      symbol,
      base: symbol.split("/")[0],
      quote: symbol.split("/")[1],
      status,
      price_precision: 1,
      price_increment: 0.1,
      qty_precision: 8,
      qty_min: 0.00005,
      cost_precision: 5,
      cost_min: 0.5,
    }));
    this.say({ channel: "instrument", type: "snapshot", data: { assets: [{ id: "USD", precision: 4 }], pairs } });
  }

  say(frame: object | string): void {
    this.#onMessage?.(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  drop(): void {
    const onClose = this.#onClose;
    this.#onMessage = null;
    this.#onClose = null;
    onClose?.("1006");
  }

  /** A snapshot whose checksum is right unless told otherwise. */
  book(bid: string, ask: string, change: { symbol?: string; type?: string; checksum?: number } = {}): void {
    const { symbol = "BTC/USD", type = "snapshot" } = change;
    const book = new OrderBook(100, 1, 0);
    book.applySnapshot([{ price: bid, qty: "1.00000000" }], [{ price: ask, qty: "1.00000000" }]);
    const checksum = change.checksum ?? book.checksum();
    this.say(
      `{"channel":"book","type":"${type}","data":[{"symbol":"${symbol}","bids":[{"price":${bid},"qty":1.00000000}],"asks":[{"price":${ask},"qty":1.00000000}],"checksum":${checksum}}]}`,
    );
  }

  /** The venue refuses the pair's subscription of a channel. */
  refuse(channel: string, error: string): void {
    const request = this.sent.findLast(({ method, params }) => method === "subscribe" && params?.channel === channel);
    this.say({ method: "subscribe", req_id: request?.req_id, success: false, error, symbol: "BTC/USD" });
  }

  /** The checksum of the verified book with one more level on each side. */
  checksumAfter(bid: string, ask: string): number {
    const top = this.parts.markets.get("BTC/USD")?.top();
    const book = new OrderBook(100, 1, 0);
    const level = (price: string) => ({ price: Number(price).toFixed(1), qty: "1.00000000" });
    book.applySnapshot([level(top?.bid?.[0] ?? bid)], [level(top?.ask?.[0] ?? ask)]);
    book.applyUpdate([level(bid)], [level(ask)]);
    return book.checksum();
  }

  ticker(bid: string, ask: string, last = bid, symbol = "BTC/USD", type = "update"): void {
    const time = new Date(this.now).toISOString();
    this.say(
      `{"channel":"ticker","type":"${type}","data":[{"symbol":"${symbol}","bid":${bid},"ask":${ask},"last":${last},"volume":1.0,"low":1.0,"high":1.0,"timestamp":"${time}"}]}`,
    );
  }

  trades(type: "snapshot" | "update", ...prints: readonly Trade[]): void {
    const rows = prints.map(
      ({ id, price, quantity, time, symbol }) =>
        `{"symbol":"${symbol}","side":"buy","price":${price},"qty":${quantity},"ord_type":"limit","trade_id":${id},"timestamp":"${new Date(time).toISOString()}"}`,
    );
    this.say(`{"channel":"trade","type":"${type}","data":[${rows.join(",")}]}`);
  }

  print(id: number, price = "100", time = this.now): Trade {
    return { id, symbol: "BTC/USD", price: decimal(price), quantity: decimal("1"), side: "buy", time };
  }

  subscribed(channel: string): number {
    return this.sent.filter(({ method, params }) => method === "subscribe" && params?.channel === channel).length;
  }

  tradeIds(): number[] {
    return this.deliveries.flatMap(({ trades }) => trades.map(({ id }) => id));
  }

  /** Lets everything that is already possible happen. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 60; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async pass(milliseconds: number): Promise<void> {
    this.now += milliseconds;
    checkFeed(this.parts);
    await this.settle();
  }

  #assemble(): FeedParts {
    return assembleFeed({
      sql: this.#sql(),
      transaction: (run) => {
        run();
      },
      market: this.#market,
      mostSymbols: this.#mostSymbols,
      ...(this.#finest === undefined ? {} : { finest: this.#finest }),
      dial: async () => this.#dial(),
      history: {
        restNames: async () => this.#rest("names", { "BTC/USD": "XXBTZUSD" }),
        candles: async (_name, timeframe) =>
          this.candles[timeframe] === undefined && this.restFailure === null
            ? refuse("MARKET_UNAVAILABLE", "no", { reason: "invalid", error: "EGeneral:Invalid arguments:interval" })
            : this.#rest(`candles ${timeframe}`, this.candles[timeframe] ?? []),
        trades: async (symbol, _name, cursor) => {
          const since = Number(cursor.slice(0, -6));
          const trades = this.tape.filter((trade) => trade.time >= since && trade.symbol === symbol).slice(0, 100);
          const next = `${trades.at(-1)?.time ?? since}000000`;
          return this.#rest<TradePage>(`trades ${cursor}`, { trades, next });
        },
        time: async () => this.#rest("time", this.marketTime ?? this.now),
      },
      trader: (traderId) => ({
        deliverTriggers: async (deliveries) => {
          if (this.traderFails) {
            throw new Error("the trader was reset");
          }
          this.calls += 1;
          this.mostCalls = Math.max(this.mostCalls, this.calls);
          await new Promise((resolve) => setImmediate(resolve));
          this.calls -= 1;
          this.deliveries.push(...deliveries.map((delivery) => ({ ...delivery, traderId })));
          return deliveries.map(({ deliveryId }) => deliveryId);
        },
      }),
      now: () => this.now,
      random: () => 0,
      wait: async () => {
        await new Promise((resolve) => setImmediate(resolve));
      },
      after: (_delay, run) => {
        setImmediate(run);
      },
      background: (work) => {
        work.catch((error: unknown) => this.reports.push(error));
      },
      report: (_event, error) => {
        this.reports.push(error);
      },
    });
  }

  #dial(): LinkSocket {
    if (this.refuses) {
      throw new Error("refused");
    }
    return {
      send: (text) => {
        this.sent.push(JSON.parse(text) as (typeof this.sent)[number]);
      },
      close: () => undefined,
      onMessage: (listener) => {
        this.#onMessage = listener;
      },
      onClose: (listener) => {
        this.#onClose = listener;
      },
    };
  }

  #rest<T>(what: string, value: T): Result<T> {
    this.asked.push(what);
    return this.restFailure === null
      ? ok(value)
      : refuse("MARKET_UNAVAILABLE", "no", { reason: this.restFailure, error: "on purpose" });
  }

  #sql(): Sql {
    return {
      exec: <T extends SqlRow>(query: string, ...bindings: SqlValue[]) => {
        if (bindings.length === 0 && /;\s*\S/.test(query)) {
          this.#database.exec(query);
          return { toArray: () => [] };
        }
        const rows = this.#database
          .prepare(query)
          .all(...bindings.map((each) => (each instanceof ArrayBuffer ? null : each)));
        return { toArray: () => rows as T[] };
      },
    };
  }
}

/** A client of the feed that looks at the prints; answers what it got so far. */
async function watchTrades(stage: Stage) {
  const sent: string[] = [];
  const socket = {
    send: (text: string) => sent.push(text),
    close: () => undefined,
    serializeAttachment: () => undefined,
    deserializeAttachment: () => null,
  };
  stage.parts.fanOut.connect(socket);
  const topics = [{ channel: "trades", symbol: "BTC/USD" }];
  await stage.parts.fanOut.message(socket, JSON.stringify({ type: "subscribe", id: 1, topics }));
  return () =>
    sent
      .map((text) => marketServerFrame.parse(JSON.parse(text)))
      .flatMap((frame) => (frame.type === "frame" ? frame.updates : []))
      .flatMap((update) => (update.channel === "trades" ? [update] : []));
}

async function until(isSo: () => boolean): Promise<void> {
  for (let waits = 0; !isSo() && waits < 100; waits += 1) {
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
}

function row(orderId: string, level: string, armedTradeId: number): TriggerRow {
  return { orderId, version: 1, symbol: "BTC/USD", direction: "below", level: decimal(level), armedTradeId };
}

function minutes(from: number, count: number, timeframe = 60_000): Candle[] {
  return Array.from({ length: count }, (_, index): Candle => {
    const price = decimal(String(100 + index));
    const time = from + index * timeframe;
    const closed = index < count - 1;
    return { time, open: price, high: price, low: price, close: price, volume: decimal("1"), trades: 1, closed };
  });
}

describe("the feed and its venue", () => {
  it("shares one connect budget with private sockets and keeps a part of it for itself (TRADING §6)", async () => {
    const stage = new Stage("live");
    await stage.open();
    // One of them was the feed's own.
    const taken = Array.from({ length: 79 }, () => stage.answers.takePrivateDial());
    expect(taken.every((wait) => wait === 0)).toBe(true);
    expect(stage.answers.takePrivateDial()).toBe(600_000);
    stage.restart();
    await stage.settle();
    expect(stage.parts.link.connected).toBe(true);
    expect(stage.answers.takePrivateDial()).toBe(600_000);
    stage.now += 600_000;
    expect(stage.answers.takePrivateDial()).toBe(0);
  });

  it("ignores a book's frames between a wrong checksum and the next snapshot (PROTOCOL §5.6)", async () => {
    const stage = new Stage();
    await stage.open();
    stage.book("99.0", "101.0");
    expect((await stage.answers.marketView("BTC/USD")).ok).toBe(true);
    stage.book("98.0", "102.0", { type: "update", checksum: 1 });
    stage.book("97.0", "103.0", { type: "update" });
    const market = stage.parts.markets.get("BTC/USD");
    expect(market?.verified).toBe(false);
    expect(stage.sent.slice(-2).map(({ method }) => method)).toEqual(["unsubscribe", "subscribe"]);
    stage.book("96.0", "104.0");
    expect(market?.top().bid).toEqual(["96", "1"]);
    expect(market?.verified).toBe(true);
  });

  it("asks the ticker of a quiet market as second witness before it goes stale, and believes it", async () => {
    const stage = new Stage();
    await stage.open();
    stage.book("99.0", "101.0");
    stage.trades("snapshot", stage.print(1));
    const before = stage.subscribed("ticker");
    await stage.pass(4_500);
    expect(stage.subscribed("ticker")).toBe(before + 1);
    stage.ticker("99.0", "101.0", "100.0");
    await stage.pass(9_000);
    expect(stage.answers.quotes(["BTC/USD"])[0]).toMatchObject({ fresh: true });
    await stage.pass(3_000);
    expect(stage.answers.quotes(["BTC/USD"])[0]).toMatchObject({ fresh: false, staleReason: "no_data" });
  });

  it("does not take prints for a witness of a book that is silent together with its ticker", async () => {
    const stage = new Stage();
    await stage.open();
    stage.book("99.0", "101.0");
    stage.trades("snapshot", stage.print(1));
    for (let second = 1; second <= 11; second += 1) {
      stage.trades("update", stage.print(1 + second, "90"));
      await stage.pass(1_000);
    }
    expect(stage.answers.quotes(["BTC/USD"])[0]).toMatchObject({ fresh: false, staleReason: "no_data" });
  });

  it("keeps a pair whose channels are all silent steadily on the prices that it asks for", async () => {
    const stage = new Stage();
    await stage.open();
    stage.book("99.0", "101.0");
    stage.trades("snapshot", stage.print(1));
    let price = 99;
    let asked = { book: stage.subscribed("book"), ticker: stage.subscribed("ticker") };
    const seen: boolean[] = [];
    for (let second = 1; second <= 40; second += 1) {
      price -= 1;
      await stage.pass(1_000);
      // The venue answers what it is asked, each time with other prices, and says nothing by itself.
      const now = { book: stage.subscribed("book"), ticker: stage.subscribed("ticker") };
      if (now.ticker > asked.ticker) {
        stage.ticker(`${price}.0`, `${price + 2}.0`, "100", "BTC/USD", "snapshot");
      }
      if (now.book > asked.book) {
        stage.book(`${price}.0`, `${price + 2}.0`);
      }
      asked = now;
      seen.push(stage.answers.quotes(["BTC/USD"])[0]?.fresh ?? false);
    }
    expect(seen).not.toContain(false);
    expect(stage.parts.markets.get("BTC/USD")?.top().bid?.[0]).not.toBe("99");
  });

  it("keeps a pair steadily stale whose ticker goes on without the book, until the book speaks by itself", async () => {
    const stage = new Stage();
    await stage.open();
    stage.book("99.0", "101.0");
    stage.trades("snapshot", stage.print(1));
    let asked = stage.subscribed("book");
    const seen: boolean[] = [];
    for (let second = 1; second <= 30; second += 1) {
      const price = 99 - second;
      stage.ticker(`${price}.0`, `${price + 2}.0`, "100");
      await stage.pass(1_000);
      if (stage.subscribed("book") > asked) {
        asked = stage.subscribed("book");
        stage.book(`${price}.0`, `${price + 2}.0`);
      }
      seen.push(stage.answers.quotes(["BTC/USD"])[0]?.fresh ?? false);
    }
    const first = seen.indexOf(false);
    expect(first).toBeGreaterThan(-1);
    expect(first).toBeLessThan(10);
    expect(seen.slice(first)).not.toContain(true);
    stage.book("60.0", "62.0", { type: "update", checksum: stage.checksumAfter("60.0", "62.0") });
    expect(stage.answers.quotes(["BTC/USD"])[0]).toMatchObject({ fresh: true });
  });

  it("tells a pair that is not listed from one whose subscription is refused for another reason", async () => {
    const stage = new Stage();
    await stage.open();
    stage.book("99.0", "101.0");
    stage.trades("snapshot", stage.print(1));
    stage.refuse("book", "Exceeded msg rate");
    expect(stage.answers.quotes(["BTC/USD"])[0]).toMatchObject({ fresh: false, staleReason: "subscription_refused" });
    stage.refuse("book", "Currency pair not supported BTC/USD");
    expect(stage.answers.quotes(["BTC/USD"])[0]).toMatchObject({ fresh: false, staleReason: "symbol_unknown" });
  });

  it("does not take heartbeats for data", async () => {
    const stage = new Stage();
    await stage.open();
    stage.book("99.0", "101.0");
    stage.trades("snapshot", stage.print(1));
    for (let second = 0; second < 12; second += 1) {
      stage.say({ channel: "heartbeat" });
      await stage.pass(1_000);
    }
    expect(stage.answers.heartbeat()).toMatchObject({ connected: true, staleSymbols: ["BTC/USD"] });
  });

  it("survives whatever a frame does to it, and reports it", async () => {
    const stage = new Stage();
    await stage.open();
    stage.say("CloudFlare WebSocket proxy restarting");
    stage.say('{"channel":"trade","type":"update","data":[{"symbol":"UNKNOWN/USD"}]}');
    stage.say({ channel: "status", type: "update", data: [{ system: "maintenance" }] });
    stage.book("99.0", "101.0");
    expect(stage.answers.quotes(["BTC/USD"])[0]).toMatchObject({ fresh: false, staleReason: "market_offline" });
    expect(stage.reports).toEqual([]);
  });

  it("judges every pair by the whole venue's status too, and tells when it is over", async () => {
    const stage = new Stage();
    await stage.open();
    stage.book("99.0", "101.0");
    stage.trades("snapshot", stage.print(1));
    for (const system of ["cancel_only", "post_only", "online"]) {
      stage.say({ channel: "status", type: "update", data: [{ system }] });
      const settled = await stage.answers.settle("trader", "BTC/USD");
      expect(settled).toMatchObject({ ok: true, value: { view: { instrument: { status: system } } } });
      expect(await stage.answers.ticker("BTC/USD")).toMatchObject({ ok: true, value: { status: system, fresh: true } });
      expect(await stage.answers.markets()).toMatchObject({
        ok: true,
        value: { markets: [{ instrument: { status: system } }] },
      });
    }
  });

  it("keeps the pairs' rules over a restart without the venue, and says that nothing is fresh", async () => {
    const stage = new Stage();
    await stage.open();
    await stage.settle();
    stage.refuses = true;
    stage.restart();
    const view = await stage.answers.settle("trader", "BTC/USD");
    expect(view).toMatchObject({
      ok: true,
      value: {
        view: {
          instrument: { tickSize: "0.1", restName: "XXBTZUSD" },
          book: null,
          quote: { fresh: false, staleReason: "connecting" },
        },
      },
    });
  });

  it("says nothing in a replay before it knows the replay's time", async () => {
    const stage = new Stage("replay");
    stage.restFailure = "unreachable";
    await stage.open();
    stage.book("99.0", "101.0");
    expect(await stage.answers.settle("trader", "BTC/USD")).toMatchObject({
      ok: false,
      error: { code: "MARKET_UNAVAILABLE" },
    });
    stage.ticker("99.0", "101.0");
    const view = await stage.answers.settle("trader", "BTC/USD");
    expect(view.ok && view.value.view.quote.at).toBe(START);
  });

  it("states a mark with its age when the book is gone, and values by the last good one", async () => {
    const stage = new Stage();
    await stage.open();
    stage.book("99.0", "99.5");
    stage.trades("snapshot", stage.print(1));
    stage.drop();
    stage.now += 120_000;
    expect(stage.answers.quotes(["BTC/USD"])[0]).toMatchObject({ mark: "99.25", markTime: START, fresh: false });
  });
});

describe("which symbols the feed watches", () => {
  const symbols = Array.from({ length: 15 }, (_, index) => `A${index}/USD`);

  it("at most so many; the least recently used leaves, pinned ones stay", async () => {
    const stage = new Stage("sim", 3);
    await stage.open(symbols);
    await pin(stage.parts, "trader", ["A0/USD"]);
    for (const [index, symbol] of ["A1/USD", "A2/USD", "A1/USD", "A3/USD"].entries()) {
      stage.now += index;
      expect((await watch(stage.parts, symbol, "viewing")).ok).toBe(true);
    }
    expect(stage.parts.markets.symbols().toSorted()).toEqual(["A0/USD", "A1/USD", "A3/USD"]);
    expect(
      stage.sent.filter(({ method, params }) => method === "unsubscribe" && params?.symbol?.[0] === "A2/USD"),
    ).toHaveLength(3);
    await pin(stage.parts, "trader", ["A0/USD", "A1/USD", "A3/USD"]);
    expect(await watch(stage.parts, "A4/USD", "trading")).toMatchObject({
      ok: false,
      error: { code: "TOO_MANY_SYMBOLS" },
    });
    await pin(stage.parts, "trader", []);
    expect((await watch(stage.parts, "A4/USD", "trading")).ok).toBe(true);
  });

  it("trading outranks viewing: a viewed market leaves for an order, not for another view", async () => {
    const stage = new Stage("sim", 1);
    await stage.open(symbols);
    const sent: string[] = [];
    const socket = {
      send: (text: string) => sent.push(text),
      close: () => undefined,
      serializeAttachment: () => undefined,
      deserializeAttachment: () => null,
    };
    stage.parts.fanOut.connect(socket);
    await stage.parts.fanOut.message(
      socket,
      JSON.stringify({ type: "subscribe", id: 1, topics: [{ channel: "ticker", symbol: "A0/USD" }] }),
    );
    expect(await watch(stage.parts, "A1/USD", "viewing")).toMatchObject({ ok: false });
    expect((await watch(stage.parts, "A1/USD", "trading")).ok).toBe(true);
    expect(sent.at(-1)).toContain("TOO_MANY_SYMBOLS");
    stage.parts.fanOut.closed(socket);
  });

  it("those with trigger rows come back after a restart by themselves", async () => {
    const stage = new Stage();
    await stage.open(symbols);
    expect(stage.parts.markets.size).toBe(0);
    await watch(stage.parts, "A7/USD", "viewing");
    stage.trades("snapshot", { ...stage.print(1), symbol: "A7/USD" });
    await registerTriggers(stage.parts, "trader", [{ ...row("a", "1", 1), symbol: "A7/USD" }]);
    stage.restart();
    expect(stage.parts.markets.symbols()).toEqual(["A7/USD"]);
  });
});

describe("the tape and trigger rows", () => {
  it("hold live prints back behind a hole until REST has filled it, and mark the filled ones late", async () => {
    const stage = new Stage();
    await stage.open();
    stage.book("99.0", "101.0");
    stage.trades("snapshot", stage.print(10));
    await changeTriggers(stage.parts, "trader", [row("a", "1000", 10)], []);
    stage.tape = [11, 12, 13, 14].map((id) => stage.print(id));
    stage.restFailure = "unreachable";
    stage.trades("update", stage.print(14));
    await stage.settle();
    expect(stage.deliveries).toEqual([]);
    expect(stage.answers.quotes(["BTC/USD"])[0]).toMatchObject({ fresh: false, staleReason: "no_data" });
    stage.restFailure = null;
    await stage.settle();
    expect(stage.tradeIds()).toEqual([11, 12, 13, 14]);
    expect(stage.deliveries.map(({ late, trades }) => [late, trades.length])).toEqual([
      [true, 3],
      [false, 1],
    ]);
    expect(stage.answers.quotes(["BTC/USD"])[0]).toMatchObject({ fresh: true });
  });

  it("pass over a hole that exists nowhere, and over a long one that no row waits for", async () => {
    const stage = new Stage();
    await stage.open();
    stage.trades("snapshot", stage.print(10));
    stage.tape = [stage.print(10), stage.print(20)];
    stage.trades("update", stage.print(20));
    await stage.settle();
    expect(stage.parts.markets.get("BTC/USD")?.tape.lastId).toBe(20);
    stage.tape = Array.from({ length: 2_000 }, (_, index) => stage.print(21 + index, "100", stage.now + index));
    stage.trades("update", stage.print(5_000));
    await stage.settle();
    expect(stage.parts.markets.get("BTC/USD")?.tape.lastId).toBe(5_000);
    expect(stage.asked.filter((what) => what.startsWith("trades")).length).toBeLessThan(10);
  });

  it("of a row that was armed before memory reaches are read from REST, then go on without a gap or a double", async () => {
    const stage = new Stage();
    stage.tape = Array.from({ length: 60 }, (_, index) =>
      stage.print(index + 1, "100", START - 120_000 + index * 1_000),
    );
    await stage.open();
    stage.trades("snapshot", ...stage.tape.slice(-5));
    await changeTriggers(stage.parts, "trader", [row("a", "1000", 20)], []);
    stage.trades("update", stage.print(61));
    await stage.settle();
    expect(stage.tradeIds()).toEqual(Array.from({ length: 41 }, (_, index) => 21 + index));
    expect(stage.deliveries[0]?.late).toBe(true);
  });

  it("are not armed when their past cannot be read; the digest shows it", async () => {
    const stage = new Stage();
    await stage.open();
    stage.trades("snapshot", stage.print(1_000));
    stage.restFailure = "invalid";
    await changeTriggers(stage.parts, "trader", [row("a", "1000", 5)], []);
    expect(stage.parts.desk.digest("trader")).toBe("0-00000000");
    await changeTriggers(stage.parts, "trader", [{ ...row("b", "1000", 5), symbol: "NOPE/USD" }], []);
    expect(stage.parts.desk.digest("trader")).toBe("0-00000000");
  });

  it("are delivered again and again while the trader fails, less often each time, and once more after a restart", async () => {
    const stage = new Stage();
    await stage.open();
    stage.trades("snapshot", stage.print(1));
    await changeTriggers(stage.parts, "trader", [row("a", "1000", 1)], []);
    stage.traderFails = true;
    stage.trades("update", stage.print(2));
    await stage.settle();
    await stage.pass(1_000);
    expect(stage.parts.desk.owed("trader", "BTC/USD")).toHaveLength(1);
    stage.restart();
    stage.traderFails = false;
    await stage.pass(1_000);
    expect(stage.tradeIds()).toEqual([2]);
    expect(stage.parts.desk.owed("trader", "BTC/USD")).toEqual([]);
  });

  it("of many traders go out some at a time, to each once, and all of them", async () => {
    const stage = new Stage();
    await stage.open();
    stage.trades("snapshot", stage.print(1));
    const traders = Array.from({ length: 400 }, (_, index) => `trader-${index}`);
    for (const trader of traders) {
      await changeTriggers(stage.parts, trader, [row("a", "1000", 1)], []);
    }
    stage.trades("update", stage.print(2));
    stage.trades("update", stage.print(3));
    await stage.settle();
    expect(stage.mostCalls).toBe(50);
    expect(stage.parts.desk.dueTraders()).toEqual([]);
    const told = stage.deliveries.flatMap(({ traderId, trades }) => trades.map(({ id }) => `${traderId} ${id}`));
    expect(told.toSorted()).toEqual(traders.flatMap((trader) => [`${trader} 2`, `${trader} 3`]).toSorted());
  });

  it("of a trailing order bring every print from the first new best on, the low ones between two highs too, also over a restart", async () => {
    const stage = new Stage();
    const best: TriggerRow = { ...row(bestRowOf("a"), "100.1", 1), direction: "above" };
    await stage.open();
    stage.trades("snapshot", stage.print(1));
    await changeTriggers(stage.parts, "trader", [row("a", "95", 1), best], []);
    stage.traderFails = true;
    stage.trades("update", stage.print(2, "110"), stage.print(3, "99"));
    stage.trades("update", stage.print(4, "98"));
    await stage.settle();
    stage.restart();
    await stage.settle();
    stage.list(["BTC/USD"]);
    await stage.settle();
    stage.trades("snapshot", stage.print(4, "98"));
    stage.trades("update", stage.print(5, "97"));
    stage.trades("update", stage.print(6, "111"));
    await stage.settle();
    stage.traderFails = false;
    await stage.pass(5_000);
    expect(stage.tradeIds()).toEqual([2, 3, 4, 5, 6]);
    // Heard and moved nothing: only what the rows say reaches it again.
    stage.trades("update", stage.print(7, "99"));
    await stage.settle();
    expect(stage.tradeIds()).toEqual([2, 3, 4, 5, 6]);
    // What the row that it makes of that has to meet is older than this feed's memory.
    stage.tape = ["100", "110", "99", "98", "97", "111", "99"].map((price, at) => stage.print(at + 1, price));
    await changeTriggers(stage.parts, "trader", [{ ...row("a", "104.5", 2), version: 2 }], [best.orderId]);
    await stage.settle();
    expect(stage.tradeIds().slice(5)).toEqual([3, 4, 5, 7]);
  });

  it("do not meet the same prints twice when they are registered again as they are", async () => {
    const stage = new Stage();
    await stage.open();
    stage.trades("snapshot", stage.print(1));
    await registerTriggers(stage.parts, "trader", [row("a", "1000", 1), row("b", "1000", 1)]);
    stage.trades("update", stage.print(2));
    await stage.settle();
    await registerTriggers(stage.parts, "trader", [row("a", "1000", 1)]);
    await stage.settle();
    expect(stage.tradeIds()).toEqual([2, 2]);
    stage.trades("update", stage.print(3));
    await stage.settle();
    expect(stage.deliveries.map(({ orderId }) => orderId)).toEqual(["a", "b", "a"]);
  });

  it("of an old order are not read again from REST whenever its trader starts", async () => {
    const stage = new Stage();
    stage.tape = Array.from({ length: 60 }, (_, index) =>
      stage.print(index + 1, "100", START - 120_000 + index * 1_000),
    );
    await stage.open();
    stage.trades("snapshot", ...stage.tape.slice(-5));
    await registerTriggers(stage.parts, "trader", [row("a", "1000", 20)]);
    await stage.settle();
    const reads = (): number => stage.asked.filter((what) => what.startsWith("trades")).length;
    const before = reads();
    await registerTriggers(stage.parts, "trader", [row("a", "1000", 20)]);
    // The trader has counted prints meanwhile: the row that stood has met them all and only moves its mark.
    await registerTriggers(stage.parts, "trader", [row("a", "1000", 40)]);
    await stage.settle();
    expect(reads()).toBe(before);
    expect(stage.tradeIds()).toEqual(Array.from({ length: 40 }, (_, index) => 21 + index));
    expect(stage.parts.desk.rows("trader")).toEqual([row("a", "1000", 40)]);
  });

  it("begin anew with a venue whose tape began anew: rows are armed where it stands, and their trader is told", async () => {
    const stage = new Stage();
    await stage.open();
    stage.trades("snapshot", stage.print(1_000));
    // The second was armed lower than the new tape stands: it must not meet prints from before either.
    await changeTriggers(stage.parts, "trader", [row("a", "1000", 1_000), row("b", "50", 3)], []);
    stage.drop();
    await stage.pass(0);
    stage.trades("snapshot", stage.print(5, "40"), stage.print(6, "40"));
    await stage.settle();
    expect(stage.parts.markets.get("BTC/USD")?.tape.lastId).toBe(6);
    expect(stage.deliveries.map(({ orderId, newTapeAt, trades }) => [orderId, newTapeAt, trades])).toEqual([
      ["a", 6, []],
      ["b", 6, []],
    ]);
    stage.trades("update", stage.print(7, "40"));
    await stage.settle();
    expect(stage.deliveries.slice(2).map(({ orderId, trades }) => [orderId, trades.map(({ id }) => id)])).toEqual([
      ["a", [7]],
      ["b", [7]],
    ]);
  });

  it("begin anew also when the new tape shows nothing before its first print", async () => {
    const stage = new Stage();
    await stage.open();
    stage.trades("snapshot", stage.print(1_000));
    await changeTriggers(stage.parts, "trader", [row("a", "1000", 1_000)], []);
    stage.drop();
    await stage.pass(0);
    stage.trades("snapshot");
    await stage.pass(20_000);
    stage.trades("update", stage.print(1));
    await stage.settle();
    expect(stage.parts.markets.get("BTC/USD")?.tape.lastId).toBe(1);
    expect(stage.deliveries.map(({ newTapeAt, trades }) => [newTapeAt, trades.length])).toEqual([
      [0, 0],
      [undefined, 1],
    ]);
  });

  it("begin anew after a restart of the feed too, whichever of both knew the old tape", async () => {
    const stage = new Stage();
    await stage.open();
    stage.trades("snapshot", stage.print(1_000));
    await changeTriggers(stage.parts, "trader", [row("a", "1000", 1_000)], []);
    stage.restart();
    await stage.settle();
    stage.list(["BTC/USD"]);
    stage.trades("snapshot", stage.print(6));
    await stage.settle();
    // The trader has not heard yet and registers what it believes: the row must not die by it.
    await registerTriggers(stage.parts, "trader", [row("a", "1000", 1_000), row("c", "1000", 900)]);
    await stage.settle();
    expect(stage.parts.desk.rows("trader").map(({ armedTradeId }) => armedTradeId)).toEqual([6, 6]);
    expect(stage.deliveries.every(({ newTapeAt }) => newTapeAt === 6)).toBe(true);
    expect(new Set(stage.deliveries.map(({ orderId }) => orderId))).toEqual(new Set(["a", "c"]));
    stage.trades("update", stage.print(7));
    await stage.settle();
    expect(stage.tradeIds()).toEqual([7, 7]);
  });

  it("ask the venue for a snapshot when its REST history shows another tape than ours", async () => {
    const stage = new Stage();
    await stage.open();
    stage.trades("snapshot", stage.print(1_000));
    await changeTriggers(stage.parts, "trader", [row("a", "1000", 1_000)], []);
    stage.now += 60_000;
    stage.tape = [stage.print(900), stage.print(1_400)];
    const before = stage.subscribed("trade");
    stage.trades("update", stage.print(1_500));
    await stage.settle();
    expect(stage.subscribed("trade")).toBe(before + 1);
    stage.trades("snapshot", stage.print(1_499), stage.print(1_500));
    await stage.settle();
    expect(stage.parts.markets.get("BTC/USD")?.tape.lastId).toBe(1_500);
    expect(stage.tradeIds()).toEqual([]);
    expect(stage.deliveries.map(({ newTapeAt }) => newTapeAt)).toEqual([1_500]);
  });

  it("publish the new tape's prints to clients that saw the old ones", async () => {
    const stage = new Stage();
    await stage.open();
    stage.trades("snapshot", stage.print(1_000));
    const updates = await watchTrades(stage);
    await until(() => updates().length > 0);
    expect(updates().at(-1)).toMatchObject({ kind: "snapshot", trades: [{ id: 1_000 }] });
    stage.drop();
    await stage.pass(0);
    stage.trades("snapshot", stage.print(5), stage.print(6));
    await until(() => updates().at(-1)?.trades.at(-1)?.id === 6);
    expect(updates().at(-1)).toMatchObject({ kind: "snapshot", trades: [{ id: 5 }, { id: 6 }] });
    stage.trades("update", stage.print(7));
    await until(() => updates().at(-1)?.trades.at(-1)?.id === 7);
    expect(updates().at(-1)).toMatchObject({ kind: "delta", trades: [{ id: 7 }] });
  });

  it("notice a trade channel that stands still by the ticker's last price, and ask for the missing prints", async () => {
    const stage = new Stage();
    await stage.open();
    stage.book("99.0", "101.0");
    stage.trades("snapshot", stage.print(1, "100"));
    stage.ticker("99.0", "101.0", "100.5");
    const before = stage.subscribed("trade");
    await stage.pass(900);
    expect(stage.subscribed("trade")).toBe(before);
    await stage.pass(600);
    expect(stage.subscribed("trade")).toBe(before + 1);
    expect(stage.answers.quotes(["BTC/USD"])[0]).toMatchObject({ fresh: true });
    stage.ticker("99.0", "101.0", "100.5");
    await stage.pass(2_000);
    expect(stage.answers.quotes(["BTC/USD"])[0]).toMatchObject({ fresh: false, staleReason: "no_data" });
    stage.trades("snapshot", stage.print(1, "100"), stage.print(2, "100.5"));
    expect(stage.answers.quotes(["BTC/USD"])[0]).toMatchObject({ fresh: true });
  });
});

describe("the feed's candles", () => {
  it("begin with history and with the prints of the running minute", async () => {
    const stage = new Stage();
    const minute = START - 30_000;
    stage.candles = {
      "1m": minutes(minute - 3 * 60_000, 4),
      "1h": minutes(minute - 7_200_000, 3, 3_600_000),
      "5m": [],
      "15m": [],
      "4h": [],
      "1d": [],
    };
    stage.tape = [
      stage.print(1, "90", minute + 1_000),
      stage.print(2, "95", minute + 2_000),
      stage.print(3, "93", minute + 3_000),
    ];
    await stage.open();
    stage.trades("snapshot", ...stage.tape.slice(-1));
    await stage.settle();
    const page = await stage.answers.candles("BTC/USD", "1m", null, 10);
    expect(page.ok && page.value.candles.at(-1)).toMatchObject({
      time: minute,
      open: "90",
      high: "95",
      close: "93",
      trades: 3,
      closed: false,
    });
    expect(page.ok && page.value.candles.length).toBe(4);
    const hour = await stage.answers.candles("BTC/USD", "1h", null, 10);
    expect(hour.ok && hour.value.candles.at(-1)).toMatchObject({ time: minute, trades: 3, closed: false });
  });

  it("offer one hour and longer when the source is an hourly replay, on the replay's clock", async () => {
    const stage = new Stage("replay");
    const crash = Date.UTC(2020, 2, 12, 10);
    stage.marketTime = crash;
    stage.candles = { "1h": minutes(crash - 10 * 3_600_000, 11, 3_600_000), "4h": [], "1d": [] };
    await stage.open();
    stage.trades("snapshot", stage.print(1, "7000", crash));
    stage.trades("update", stage.print(2, "5000", crash + 60_000));
    await stage.settle();
    expect(stage.answers.watched()).toEqual([{ symbol: "BTC/USD", timeframes: ["1h", "4h", "1d"] }]);
    expect(await stage.answers.candles("BTC/USD", "1m", null, 10)).toEqual({
      ok: true,
      value: { interval: "1m", candles: [], complete: true },
    });
    const list = await stage.answers.markets();
    expect(list).toMatchObject({ ok: true, value: { market: "replay", marketTime: crash + 60_000 } });
    const hours = await stage.answers.candles("BTC/USD", "1h", null, 2);
    expect(hours.ok && hours.value.candles.at(-1)).toMatchObject({
      time: crash,
      open: "7000",
      close: "5000",
      closed: false,
    });
  });

  it("offer no minutes of a recording that is known to be hourly, though the venue computes some from its prints", async () => {
    const stage = new Stage("replay", 50, "1h");
    const crash = Date.UTC(2020, 2, 12, 10);
    stage.marketTime = crash + 60_000;
    stage.candles = {
      "1m": minutes(crash, 2),
      "5m": minutes(crash, 1, 300_000),
      "15m": minutes(crash, 1, 900_000),
      "1h": minutes(crash - 10 * 3_600_000, 11, 3_600_000),
      "4h": [],
      "1d": [],
    };
    await stage.open();
    const before = await stage.answers.markets();
    expect(before.ok && before.value.markets[0]?.timeframes).toEqual(["1h", "4h", "1d"]);
    stage.trades("snapshot", stage.print(1, "7000", crash));
    await stage.settle();
    expect(stage.answers.watched()).toEqual([{ symbol: "BTC/USD", timeframes: ["1h", "4h", "1d"] }]);
    expect(stage.asked.filter((what) => what.startsWith("candles")).toSorted()).toEqual([
      "candles 1d",
      "candles 1h",
      "candles 4h",
    ]);
  });

  it("take in what a worker read, and offer D1 what it lacks until it has it", async () => {
    const stage = new Stage();
    stage.candles = { "1m": [], "1h": [], "5m": [], "15m": [], "4h": [], "1d": [] };
    await stage.open();
    await stage.settle();
    acceptCandles(stage.parts, "BTC/USD", "5m", minutes(START - 3_600_000, 4, 300_000));
    const series = stage.answers.unstoredCandles(100);
    expect(series.map(({ timeframe, candles }) => [timeframe, candles.length])).toEqual([["5m", 3]]);
    expect(stage.answers.closedCandles("BTC/USD", "5m", START - 3_600_000, 10)).toHaveLength(2);
    stage.parts.candles.markStored(series);
    expect(stage.answers.unstoredCandles(100)).toEqual([]);
  });

  it("do not count prints again that the venue's own history has already", async () => {
    const stage = new Stage();
    stage.now = START + 600_000;
    const minute = stage.now - 30_000;
    stage.candles = { "1m": minutes(minute - 300_000, 6) };
    await stage.open();
    stage.trades("snapshot", stage.print(1, "100", minute - 200_000));
    await changeTriggers(stage.parts, "trader", [row("a", "1", 1)], []);
    await stage.settle();
    stage.restart();
    await stage.settle();
    stage.list(["BTC/USD"]);
    await stage.settle();
    // Happened while we were away; its minute came from REST, complete.
    stage.trades("snapshot", stage.print(1, "100", minute - 200_000), stage.print(2, "100", minute - 90_000));
    await stage.settle();
    const page = await stage.answers.candles("BTC/USD", "1m", null, 10);
    const filled = page.ok ? page.value.candles.find(({ time }) => time === minute - 120_000) : undefined;
    expect(filled).toMatchObject({ volume: "1", trades: 1 });
  });

  it("close with the clock when nothing trades, but not while prints are missing", async () => {
    const stage = new Stage();
    stage.candles = { "1m": minutes(START - 150_000, 3), "1h": [], "5m": [], "15m": [], "4h": [], "1d": [] };
    await stage.open();
    stage.trades("snapshot", stage.print(1));
    await stage.settle();
    await stage.pass(95_000);
    stage.say({ channel: "heartbeat" });
    const closed = stage.answers.closedCandles("BTC/USD", "1m", START - 30_001, 10);
    expect(closed.map(({ trades }) => trades)).toEqual([1, 0]);
  });

  it("wait for a venue that limits us, and read on", async () => {
    const stage = new Stage();
    stage.restFailure = "rate_limited";
    await stage.open();
    await stage.settle();
    stage.candles = { "1m": minutes(START - 150_000, 3), "1h": [], "5m": [], "15m": [], "4h": [], "1d": [] };
    stage.restFailure = null;
    stage.trades("snapshot", stage.print(1));
    await stage.settle();
    await stage.settle();
    expect(stage.answers.watched()).toHaveLength(1);
  });
});
