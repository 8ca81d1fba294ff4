/**
 * The market feed without its Durable Object: one link to the venue, the subscribed markets, the tape that meets trigger rows,
 * and the fan-out. Everything it needs of the runtime comes in as ports; market-feed.ts wires them, answers.ts asks it.
 */
import type { Topic } from "../../contract/market-socket.ts";
import type { ClosedCandle } from "../../domain/candles/builder.ts";
import { DAY_MS } from "../../domain/candles/day-change.ts";
import { openTime } from "../../domain/candles/timeframe.ts";
import { wantsWitness } from "../../domain/staleness.ts";
import type { Candle, Market, Milliseconds, Symbol, Timeframe, Trade, TriggerRow } from "../../domain/market.ts";
import { ok, refuse, type Result } from "../../domain/problem.ts";
import { log, logUnexpected } from "../lib/log.ts";
import type { Sql } from "../lib/sql.ts";
import { Backfill } from "./backfill.ts";
import { CandleStore } from "./candle-store.ts";
import { FanOut } from "./fan-out/fan-out.ts";
import { HistoryQueue } from "./history-queue.ts";
import { Instruments } from "./instruments.ts";
import { MarketClock } from "./market-clock.ts";
import { MarketTable, type Purpose } from "./market-table.ts";
import { Pins } from "./pins.ts";
import type { TriggerReceiver } from "./port.ts";
import { TapeMarks } from "./tape-marks.ts";
import { TriggerDesk } from "./trigger-desk.ts";
import { readFrame, type BookChange, type FrameKind, type TickerValues, type VenueMessage } from "./venue/frames.ts";
import { VenueLink, type LinkSocket } from "./venue/link.ts";
import type { VenueHistory } from "./venue/rest.ts";
import { Subscriptions, type Reply, type SymbolChannel } from "./venue/subscriptions.ts";
import { Waiters } from "./waiters.ts";
import { WatchedMarket, type LinkState } from "./watched-market.ts";

export type FeedPorts = {
  readonly sql: Sql;
  readonly transaction: (run: () => void) => void;
  readonly market: Market;
  readonly dial: () => Promise<LinkSocket>;
  readonly history: VenueHistory;
  readonly trader: (traderId: string) => TriggerReceiver;
  readonly now: () => Milliseconds;
  readonly random: () => number;
  readonly wait: (milliseconds: number) => Promise<void>;
  readonly after: (milliseconds: number, run: () => void) => void;
  /** Keeps the object in memory until background work is done, and reports what it threw. */
  readonly background: (work: Promise<unknown>) => void;
};

/** Public REST takes about one request a second per address (PROTOCOL §3.3). */
const LIVE_SPACING_MS = 1_100;
const FIRST_LIST_WAIT_MS = 5_000;
const WITNESS_EVERY_MS = 3_000;
const RENEW_EVERY_MS = 10_000;
const REST_NAMES_EVERY_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** A bad checksum more often than this in a minute means that the venue lies: ask less often. */
const MISMATCHES_PER_MINUTE = 5;
/** Up to this many listed pairs are all watched from the start: a small exchange is shown whole. */
const WATCH_ALL_UP_TO = 10;
const DIALS_KEPT_MS = 3_600_000;
const CHART_CANDLES = 300;
const CHECK_EVERY_MS = 1_000;
const FIRST_TRADE_WAIT_MS = 3_000;
const FOREVER = Number.MAX_SAFE_INTEGER;

export class Feed {
  readonly instruments: Instruments;
  readonly markets: MarketTable;
  readonly candles: CandleStore;
  readonly desk: TriggerDesk;
  readonly backfill: Backfill;
  readonly fanOut: FanOut;
  readonly waiters = new Waiters();
  readonly #ports: FeedPorts;
  readonly #clock: MarketClock;
  readonly #link: VenueLink;
  readonly #subscriptions: Subscriptions;
  readonly #queue: HistoryQueue;
  readonly #marks: TapeMarks;
  readonly #pins: Pins;
  /** When a channel was last renewed, and which mismatches happened lately. */
  readonly #renewedAt = new Map<string, Milliseconds>();
  readonly #mismatches = new Map<Symbol, readonly Milliseconds[]>();
  readonly #wasFresh = new Map<Symbol, boolean>();
  #system = "online";
  #restNamesAt: Milliseconds | null = null;
  #checkedAt: Milliseconds = 0;

  constructor(ports: FeedPorts, mostSymbols?: number) {
    const { sql, now } = ports;
    this.#ports = ports;
    this.#clock = new MarketClock(ports.market, now);
    this.instruments = new Instruments(sql);
    this.markets = new MarketTable(mostSymbols);
    this.candles = new CandleStore(sql);
    this.#marks = new TapeMarks(sql);
    this.#pins = new Pins(sql);
    this.#queue = new HistoryQueue(ports.market === "live" ? LIVE_SPACING_MS : 0, ports.wait);
    this.desk = new TriggerDesk({
      sql,
      now,
      trader: ports.trader,
      priceDecimals: (symbol) => this.instruments.get(symbol)?.priceDecimals ?? 0,
    });
    this.#link = new VenueLink(this.#linkPorts(), {
      opened: () => {
        this.#opened();
      },
      received: (text) => {
        this.#received(text);
      },
      closed: () => {
        this.#closed();
      },
    });
    this.#subscriptions = new Subscriptions((request) => this.#link.send(request), now);
    this.backfill = this.#makeBackfill();
    this.fanOut = this.#makeFanOut();
  }

  get market(): Market {
    return this.#ports.market;
  }

  now(): Milliseconds {
    return this.#ports.now();
  }

  marketTime(): Milliseconds {
    return this.#clock.marketTime();
  }

  linkState(): LinkState {
    return { connected: this.#link.connected, since: this.#link.since, system: this.#system };
  }

  /** Takes up what was going on before the object was last gone, and dials. */
  start(sockets: readonly WebSocket[]): void {
    for (const symbol of [...this.desk.symbols(), ...this.#pins.symbols()]) {
      this.#rewatch(symbol);
    }
    for (const { symbol } of this.fanOut.restore(sockets)) {
      this.#rewatch(symbol);
    }
    this.#link.check();
  }

  /** Dials if the link is down and its time has come. */
  wake(): void {
    this.#link.check();
  }

  /** Everything that time alone brings. Called by the alarm, and every second while there are clients. */
  check(): void {
    this.#checkedAt = this.now();
    this.#link.check();
    for (const { channel, symbol } of this.#subscriptions.retryOverdue()) {
      log("venue_subscription_repeated", { channel, symbol });
    }
    const link = this.linkState();
    for (const market of this.markets.all()) {
      this.#checkMarket(market, link);
    }
    this.deliver();
  }

  /** A watched market, subscribed now if it is not yet. */
  async watch(symbol: Symbol, purpose: Purpose): Promise<Result<WatchedMarket>> {
    const known = this.markets.get(symbol);
    if (known !== null) {
      known.lastUsedAt = this.now();
      return ok(known);
    }
    this.#link.check();
    await this.waiters.until(() => this.instruments.size > 0, FIRST_LIST_WAIT_MS);
    return this.#admit(symbol, purpose);
  }

  /** Pins the symbols of a trader's positions, and only those. */
  async pin(traderId: string, symbols: readonly Symbol[]): Promise<void> {
    this.#pins.replace(traderId, symbols);
    for (const symbol of symbols) {
      const watched = await this.watch(symbol, "trading");
      if (!watched.ok) {
        log("pin_refused", { symbol, code: watched.error.code });
      }
    }
  }

  /** Sets and removes rows; prints that passed since a row was armed meet it now, before any later print does. */
  async changeTriggers(traderId: string, set: readonly TriggerRow[], remove: readonly string[]): Promise<void> {
    this.#ports.transaction(() => {
      this.desk.change(traderId, [], remove);
    });
    for (const row of set) {
      await this.#arm(traderId, row);
    }
    this.deliver();
  }

  /** Makes `rows` all the trader's rows. */
  async registerTriggers(traderId: string, rows: readonly TriggerRow[]): Promise<void> {
    const wanted = new Set(rows.map(({ orderId }) => orderId));
    const gone = this.desk.rows(traderId).filter(({ orderId }) => !wanted.has(orderId));
    await this.changeTriggers(
      traderId,
      rows,
      gone.map(({ orderId }) => orderId),
    );
  }

  /** Asks the ticker of a quiet symbol to repeat itself: the second witness of staleness. */
  askWitness(market: WatchedMarket): void {
    this.#renew(market, "ticker", WITNESS_EVERY_MS);
  }

  /** Hands over what is owed to traders, in the background. */
  deliver(): void {
    if (this.desk.dueTraders().length > 0) {
      this.#ports.background(this.desk.deliver());
    }
  }

  /** Takes candles in that were read elsewhere. */
  acceptCandles(symbol: Symbol, timeframe: Timeframe, candles: readonly Candle[]): void {
    if (this.candles.put(symbol, timeframe, candles) > 0) {
      const market = this.markets.get(symbol);
      market?.candles?.resume((each, from) => this.candles.between(symbol, each, from, FOREVER), this.marketTime());
      this.fanOut.replaced({ channel: "candles", symbol, interval: timeframe });
    }
  }

  /** Closes the candles whose time is over. */
  advanceCandles(market: WatchedMarket): void {
    // While prints are missing, intervals would come out flat that were not.
    if (market.tape.gap === null && this.#link.connected && market.candles !== null) {
      this.#candlesClosed(market, market.candles.advance(this.marketTime()));
    }
  }

  #opened(): void {
    this.#system = "online";
    this.#subscriptions.forgetAll();
    this.#subscriptions.subscribeInstruments();
    this.#subscriptions.subscribe(this.markets.symbols());
    this.#readRestNames();
    this.fanOut.statusChanged();
  }

  #closed(): void {
    const now = this.now();
    this.#subscriptions.forgetAll();
    for (const market of this.markets.all()) {
      market.disconnected(now);
      this.#marks.write(market, null);
      this.#tell(market);
    }
    this.fanOut.statusChanged();
    this.waiters.notify();
  }

  #received(text: string): void {
    const message = readFrame(text);
    try {
      this.#take(message, text);
    } catch (error) {
      // A bug in one frame must not take the link, and with it every market, down.
      logUnexpected("venue_frame_failed", error, { kind: message.kind });
    }
  }

  #take(message: VenueMessage, text: string): void {
    switch (message.kind) {
      case "book":
        for (const book of message.books) {
          this.#takeBook(message.type, book);
        }
        return;
      case "trades":
        this.#takeTrades(message.type, message.trades);
        return;
      case "tickers":
        for (const ticker of message.tickers) {
          this.#takeTicker(ticker);
        }
        return;
      case "instruments":
        this.#takeInstruments(message);
        return;
      case "reply":
        this.#takeReply(message);
        return;
      case "status":
        log("venue_status", { system: message.system });
        this.#system = message.system;
        this.#tellAll();
        return;
      case "text":
      case "unknown":
        log("venue_frame_unread", { kind: message.kind, text: text.slice(0, 200) });
        return;
      case "heartbeat":
      case "pong":
    }
  }

  #takeBook(type: FrameKind, change: BookChange): void {
    const market = this.markets.get(change.symbol);
    if (market === null) {
      return;
    }
    const outcome = market.takeBook(type, change, this.now());
    if (outcome === "ignored") {
      return;
    }
    if (type === "update") {
      this.#clock.observe(change.time);
    }
    if (outcome === "mismatch") {
      this.#bookMismatched(market);
    } else {
      market.sample(this.marketTime());
      this.waiters.notify();
    }
    this.#tell(market);
  }

  /** Renews the book of this pair alone; one that keeps failing is asked for less often. */
  #bookMismatched(market: WatchedMarket): void {
    const now = this.now();
    const recent = (this.#mismatches.get(market.symbol) ?? []).filter((time) => now - time < MINUTE_MS);
    this.#mismatches.set(market.symbol, [...recent, now]);
    log("book_checksum_mismatch", { symbol: market.symbol, lately: recent.length + 1 });
    this.#renew(market, "book", recent.length < MISMATCHES_PER_MINUTE ? 0 : RENEW_EVERY_MS);
  }

  #takeTicker(ticker: TickerValues): void {
    const market = this.markets.get(ticker.symbol);
    if (market !== null) {
      this.#clock.observe(ticker.time);
      market.takeTicker(ticker, this.now());
      this.fanOut.changed(market.symbol, "ticker");
      this.waiters.notify();
    }
  }

  #takeTrades(type: FrameKind, trades: readonly Trade[]): void {
    for (const symbol of new Set(trades.map((trade) => trade.symbol))) {
      const market = this.markets.get(symbol);
      const own = trades.filter((trade) => trade.symbol === symbol);
      if (market === null) {
        continue;
      }
      if (type === "snapshot") {
        this.#beforeSnapshot(market, own);
      } else {
        this.#clock.observe(own.at(-1)?.time ?? null);
      }
      this.#processTrades(market, market.takeTrades(own, this.now()));
      if (market.tape.gap !== null) {
        this.#ports.background(this.backfill.refill(market));
      }
    }
  }

  /** A snapshot ends a silence: its unknown prints happened while we did not listen. */
  #beforeSnapshot(market: WatchedMarket, trades: readonly Trade[]): void {
    const newest = trades.reduce((most, { id }) => Math.max(most, id), 0);
    const { lastId } = market.tape;
    if (lastId !== null && newest > 0 && newest < lastId) {
      log("tape_began_anew", { symbol: market.symbol, lastId, newest });
      market.restartTape();
      this.#clock.restart();
      this.#marks.forget(market.symbol);
      this.candles.forget(market.symbol);
      this.#ports.background(this.backfill.start(market));
    } else if (lastId !== null) {
      market.lateThrough = Math.max(market.lateThrough, newest);
    }
  }

  /** Prints that are due, in id order: candles, trigger rows, screens. */
  #processTrades(market: WatchedMarket, due: readonly Trade[]): void {
    if (due.length === 0) {
      this.waiters.notify();
      return;
    }
    const late = due.filter(({ id }) => id <= market.lateThrough);
    const live = due.filter(({ id }) => id > market.lateThrough);
    this.#ports.transaction(() => {
      this.#addToCandles(market, due);
      const top = market.top();
      const owedLate = this.desk.matchTape(market.symbol, late, top, true);
      const owed = this.desk.matchTape(market.symbol, live, top, false) || owedLate;
      this.#marks.write(market, owed ? null : this.now());
    });
    market.sample(this.marketTime());
    this.fanOut.changed(market.symbol, "trades");
    this.#tell(market);
    this.waiters.notify();
    this.deliver();
  }

  #addToCandles(market: WatchedMarket, trades: readonly Trade[]): void {
    const builder = market.candles;
    if (builder === null) {
      return;
    }
    for (const trade of trades) {
      const { closed, corrected } = builder.addTrade(trade);
      this.#candlesClosed(market, closed);
      for (const timeframe of corrected) {
        this.candles.correct(market.symbol, timeframe, openTime(trade.time, timeframe), trade);
      }
    }
    this.fanOut.changed(market.symbol, "candles");
  }

  #candlesClosed(market: WatchedMarket, closed: readonly ClosedCandle[]): void {
    for (const { timeframe, candle } of closed) {
      this.candles.put(market.symbol, timeframe, [candle]);
      this.candles.prune(market.symbol, timeframe);
    }
    if (closed.length > 0) {
      this.fanOut.changed(market.symbol, "candles");
    }
  }

  #takeInstruments(message: Extract<VenueMessage, { kind: "instruments" }>): void {
    const changed = this.instruments.take(message.type, message.pairs, message.assetDecimals);
    for (const symbol of changed) {
      const market = this.markets.get(symbol);
      const instrument = this.instruments.get(symbol);
      if (market !== null && instrument !== null) {
        market.instrument = instrument;
        this.#tell(market);
      }
    }
    const symbols = this.instruments.all().map(({ symbol }) => symbol);
    const wanted = symbols.length <= WATCH_ALL_UP_TO ? symbols : [...this.desk.symbols(), ...this.#pins.symbols()];
    for (const symbol of wanted) {
      this.#rewatch(symbol);
    }
    this.waiters.notify();
  }

  #takeReply(reply: Reply): void {
    const outcome = this.#subscriptions.take(reply);
    if (outcome.kind === "refused") {
      log("venue_subscription_refused", { channel: outcome.channel, symbol: outcome.symbol, error: outcome.error });
      const market = this.markets.get(outcome.symbol);
      if (market !== null) {
        market.refused = outcome.error;
        this.#tell(market);
        this.waiters.notify();
      }
    } else if (outcome.kind === "acknowledged" && reply.symbol !== null) {
      const market = this.markets.get(reply.symbol);
      if (market !== null && market.refused !== null) {
        market.refused = null;
        this.#tell(market);
      }
    }
  }

  #checkMarket(market: WatchedMarket, link: LinkState): void {
    const now = this.now();
    this.advanceCandles(market);
    this.#refreshDayAgo(market);
    const state = market.freshness(link, now);
    if (wantsWitness(market.times(link), now)) {
      this.askWitness(market);
    }
    if (!state.fresh && link.connected && (state.reason === "no_data" || state.reason === "book_unverified")) {
      this.#renew(market, "book", RENEW_EVERY_MS);
    }
    if (market.tapeIsBehind(now)) {
      this.#renew(market, "trade", RENEW_EVERY_MS);
    }
    if (this.#wasFresh.get(market.symbol) !== state.fresh) {
      this.#wasFresh.set(market.symbol, state.fresh);
      this.#tell(market);
    }
    this.#marks.write(market, now);
  }

  #renew(market: WatchedMarket, channel: SymbolChannel, every: Milliseconds): void {
    const key = `${channel} ${market.symbol}`;
    const now = this.now();
    if (now - (this.#renewedAt.get(key) ?? -Infinity) >= every) {
      this.#renewedAt.set(key, now);
      this.#subscriptions.renew(channel, market.symbol);
    }
  }

  /** The price of 24 hours ago moves on once a minute. */
  #refreshDayAgo(market: WatchedMarket): void {
    const moment = this.marketTime() - DAY_MS;
    if (market.dayAgo === null || Math.abs(moment - market.dayAgo.asOf) >= MINUTE_MS) {
      market.dayAgo = { price: this.candles.priceAt(market.symbol, moment), asOf: moment };
      this.fanOut.changed(market.symbol, "ticker");
    }
  }

  #admit(symbol: Symbol, purpose: Purpose): Result<WatchedMarket> {
    const known = this.markets.get(symbol);
    if (known !== null) {
      return ok(known);
    }
    if (this.instruments.size === 0) {
      return refuse(
        "MARKET_UNAVAILABLE",
        "The exchange cannot be reached at the moment; its markets are not known yet.",
      );
    }
    const instrument = this.instruments.get(symbol);
    if (instrument === null) {
      return refuse("UNKNOWN_SYMBOL", `${symbol} is not listed at the exchange.`, { symbol });
    }
    const held = new Set([...this.desk.symbols(), ...this.#pins.symbols()]);
    const room = this.markets.room(purpose, held, this.fanOut.viewedSymbols());
    if (room.kind === "none") {
      const limit = String(this.markets.size);
      return refuse(
        "TOO_MANY_SYMBOLS",
        `${symbol} cannot be watched now: all ${limit} places are taken by markets in use.`,
        { symbol, limit },
      );
    }
    if (room.kind === "evict") {
      this.#leave(room.symbol);
    }
    const restored = this.desk.has(symbol) ? this.#marks.read(symbol) : null;
    const market = new WatchedMarket(instrument, restored, this.now());
    this.markets.add(market);
    this.#subscriptions.subscribe([symbol]);
    this.#ports.background(this.backfill.start(market));
    return ok(market);
  }

  #rewatch(symbol: Symbol): void {
    if (this.instruments.get(symbol) !== null && this.markets.get(symbol) === null) {
      this.#admit(symbol, "viewing");
    }
  }

  #leave(symbol: Symbol): void {
    log("symbol_left", { symbol });
    this.#subscriptions.unsubscribe(symbol);
    this.markets.remove(symbol);
    this.#wasFresh.delete(symbol);
    this.fanOut.dropSymbol(symbol, {
      code: "TOO_MANY_SYMBOLS",
      message: `${symbol} is no longer watched: its place was needed for a market that is traded.`,
      details: { symbol },
    });
  }

  /** Puts a row to work, after it has met the prints since it was armed: each row sees its prints in order. */
  async #arm(traderId: string, row: TriggerRow): Promise<void> {
    const watched = await this.watch(row.symbol, "trading");
    if (!watched.ok) {
      // Not stored: the digest will differ, and the trader registers the row again.
      log("trigger_refused", { symbol: row.symbol, orderId: row.orderId, code: watched.error.code });
      return;
    }
    const market = watched.value;
    if (!(await this.waiters.until(() => market.tape.lastId !== null, FIRST_TRADE_WAIT_MS))) {
      log("trigger_waits_for_tape", { symbol: row.symbol, orderId: row.orderId });
      return;
    }
    const oldest = market.tape.recent()[0]?.id ?? (market.tape.lastId ?? row.armedTradeId) + 1;
    const earlier = oldest > row.armedTradeId + 1 ? await this.backfill.printsSince(market, row.armedTradeId) : [];
    if (earlier === null || !this.markets.has(market)) {
      log("trigger_waits_for_prints", { symbol: row.symbol, orderId: row.orderId });
      return;
    }
    this.#ports.transaction(() => {
      const changed = this.desk.change(traderId, [row], []);
      const before = market.tape.recent()[0]?.id ?? Infinity;
      const past = [...earlier.filter(({ id }) => id < before), ...market.tape.recent()];
      const isLate = earlier.length > 0;
      const owed = changed.length > 0 && this.desk.matchRow(traderId, row, past, market.top(), isLate);
      this.#marks.write(market, owed || this.#marks.read(row.symbol) === null ? null : this.now());
    });
  }

  #tell(market: WatchedMarket): void {
    this.fanOut.changed(market.symbol, "ticker");
    this.fanOut.changed(market.symbol, "book");
  }

  #tellAll(): void {
    for (const market of this.markets.all()) {
      this.#tell(market);
    }
  }

  #readRestNames(): void {
    const now = this.now();
    if (this.#restNamesAt !== null && now - this.#restNamesAt < REST_NAMES_EVERY_MS) {
      return;
    }
    this.#restNamesAt = now;
    const read = async (): Promise<void> => {
      const names = await this.#queue.add("tape", () => this.#ports.history.restNames());
      if (names.ok) {
        this.instruments.takeRestNames(names.value);
      } else {
        this.#restNamesAt = null;
        log("rest_names_failed", { error: names.error.details["error"] ?? "" });
      }
    };
    this.#ports.background(read());
  }

  #linkPorts(): ConstructorParameters<typeof VenueLink>[0] {
    const { sql, dial, now, random, after } = this.#ports;
    return {
      dial,
      now,
      random,
      after,
      dials: () =>
        sql
          .exec<{ time: number }>("SELECT time FROM dials")
          .toArray()
          .map(({ time }) => time),
      recordDial: (time) => {
        sql.exec("DELETE FROM dials WHERE time < ?", time - DIALS_KEPT_MS);
        sql.exec("INSERT INTO dials (time) VALUES (?)", time);
      },
    };
  }

  #makeBackfill(): Backfill {
    return new Backfill({
      history: this.#ports.history,
      queue: this.#queue,
      store: this.candles,
      marketTime: () => this.marketTime(),
      wait: this.#ports.wait,
      isWatched: (market) => this.markets.has(market),
      hasTriggers: (market) => this.desk.has(market.symbol),
      acceptLateTrades: (market, trades) => {
        const before = market.tape.gap?.before ?? 0;
        market.lateThrough = Math.max(market.lateThrough, before - 1);
        this.#processTrades(market, market.takeTrades(trades, this.now()));
      },
      skipGap: (market) => {
        this.#processTrades(market, market.skipGap(this.now()));
      },
      candlesClosed: (market, closed) => {
        this.#candlesClosed(market, closed);
      },
      candlesReplaced: (market, timeframe) => {
        market.dayAgo = null;
        this.#refreshDayAgo(market);
        this.fanOut.replaced({ channel: "candles", symbol: market.symbol, interval: timeframe });
        this.waiters.notify();
      },
    });
  }

  #makeFanOut(): FanOut {
    const { now, market } = this.#ports;
    return new FanOut({
      market,
      now,
      marketTime: () => this.marketTime(),
      connected: () => this.#link.connected,
      beforeFlush: () => {
        if (now() - this.#checkedAt >= CHECK_EVERY_MS) {
          this.check();
        }
      },
      watch: (topic) => this.#watchTopic(topic),
      source: {
        ticker: (symbol) => this.markets.get(symbol)?.ticker(this.linkState(), now(), this.marketTime()) ?? null,
        book: (symbol) => {
          const watched = this.markets.get(symbol);
          const view = watched?.bookView(this.linkState(), now(), this.marketTime()) ?? null;
          return view === null || watched === null || watched === undefined
            ? null
            : { ...view, fresh: watched.freshness(this.linkState(), now()).fresh };
        },
        trades: (symbol) => this.markets.get(symbol)?.tape.recent() ?? [],
        candles: (symbol, interval, from) => this.chart(symbol, interval, from),
      },
    });
  }

  /** Closed candles and the running one, oldest first: from an open time on, or what a chart begins with. */
  chart(symbol: Symbol, interval: Timeframe, from: Milliseconds | null): readonly Candle[] {
    const closed =
      from === null
        ? this.candles.newest(symbol, interval, null, CHART_CANDLES)
        : this.candles.between(symbol, interval, from, FOREVER);
    const running = this.markets.get(symbol)?.candles?.running(interval) ?? null;
    return running === null ? closed : [...closed.filter(({ time }) => time < running.time), running];
  }

  async #watchTopic(topic: Topic): Promise<Result<null>> {
    const watched = await this.watch(topic.symbol, "viewing");
    if (!watched.ok) {
      return watched;
    }
    if (topic.channel === "candles") {
      this.backfill.want(watched.value, topic.interval);
    }
    return ok(null);
  }
}
