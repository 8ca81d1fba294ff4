import type { FaultBoard } from "../admin/faults.ts";
import type { Engine } from "../engine/engine.ts";
import { intervals } from "../engine/candles.ts";
import type { Market, MarketListener } from "../engine/market.ts";
import type { Side } from "../engine/order-book.ts";
import type { Trade } from "../engine/tape.ts";
import type { Switches } from "../switches.ts";
import { bookDepths, BookView } from "./book-view.ts";
import type { Connection } from "./connection.ts";
import {
  bookSnapshotFrame,
  bookUpdateFrame,
  candleFrame,
  candleRow,
  instrumentFrame,
  tickerFrame,
  tradeFrame,
} from "./frames.ts";
import { encodeJson, type Json } from "./json.ts";
import {
  booleanParam,
  failure,
  integerParam,
  success,
  textParam,
  textsParam,
  unknownMember,
  type Request,
} from "./messages.ts";
import { SubscriptionTable, type Subscription } from "./subscriptions.ts";

const subscribeMembers = [
  "channel",
  "symbol",
  "depth",
  "interval",
  "event_trigger",
  "snapshot",
  "token",
  "include_tokenized_assets",
  "execution_venue",
  "req_id",
];
const symbolChannels = ["ticker", "trade", "book", "ohlc"];
const snapshotTrades = 50;

/** The market data channels of WebSocket v2 (PROTOCOL §5). */
export class PublicChannels implements MarketListener {
  readonly #engine: Engine;
  readonly #switches: Switches;
  readonly #faults: FaultBoard;
  readonly #table = new SubscriptionTable();
  readonly #views = new Map<string, BookView[]>();
  readonly #tops = new Map<string, string>();

  constructor(engine: Engine, switches: Switches, faults: FaultBoard) {
    this.#engine = engine;
    this.#switches = switches;
    this.#faults = faults;
  }

  subscribe(connection: Connection, request: Request): void {
    const channel = textParam(request.params["channel"]);
    const stray = unknownMember(request.params, subscribeMembers);
    if (stray !== undefined) {
      this.#refuse(
        connection,
        request,
        `Unsupported field: '${stray}' for the given msg type: ${request.method} ${channel ?? ""}`.trim(),
      );
    } else if (channel === "instrument") {
      this.#subscribeInstrument(connection, request);
    } else if (channel === undefined || !symbolChannels.includes(channel)) {
      this.#refuse(connection, request, "Unsupported event");
    } else {
      const symbols = textsParam(request.params["symbol"]);
      if (symbols === undefined || symbols.length === 0) {
        this.#refuse(connection, request, "Symbol(s) not found");
      }
      for (const symbol of symbols ?? []) {
        this.#subscribeSymbol(connection, request, channel, symbol);
      }
    }
  }

  unsubscribe(connection: Connection, request: Request): void {
    const channel = textParam(request.params["channel"]) ?? "";
    const symbols = channel === "instrument" ? ["*"] : (textsParam(request.params["symbol"]) ?? []);
    for (const symbol of symbols) {
      const interval = integerParam(request.params["interval"]);
      const depth = integerParam(request.params["depth"]);
      const found = this.#table.find(
        connection,
        channel,
        symbol,
        (each) =>
          (interval === undefined || each.interval === interval) && (depth === undefined || each.depth === depth),
      );
      if (found === undefined) {
        this.#refuse(connection, request, "Subscription Not Found", symbol === "*" ? undefined : symbol);
        continue;
      }
      this.#table.remove(found);
      this.#dropUnusedViews(symbol);
      this.#reply(connection, success(request, this.#engine.clock.wall(), ackOf(found, undefined)));
    }
    connection.subscribed = this.#table.has(connection);
  }

  forget(connection: Connection): void {
    for (const symbol of this.#table.removeAll(connection)) {
      this.#dropUnusedViews(symbol);
    }
  }

  levelChanged(market: Market, side: Side, price: number, quantity: bigint): void {
    for (const view of this.#views.get(market.pair.symbol) ?? []) {
      view.levelChanged(side, price, quantity);
    }
  }

  bookSettled(market: Market): void {
    const { symbol } = market.pair;
    for (const view of this.#views.get(symbol) ?? []) {
      const changes = view.settle();
      if (changes.length > 0 && this.#faults.active("silentChannel", "book", symbol) === undefined) {
        const corrupt = this.#faults.take("corruptChecksum", "book", symbol) !== undefined;
        const frame = bookUpdateFrame(market, view, changes, {
          corrupt,
          exponents: this.#switches.value("bookExponents"),
        });
        this.#table.each("book", symbol, (each) => {
          if (each.depth === view.depth) {
            each.connection.queue(frame);
          }
        });
      }
    }
    this.#topMayHaveChanged(market);
  }

  makerFilled(): void {
    // Who a maker was is private.
  }

  traded(market: Market, trades: readonly Trade[]): void {
    const { symbol } = market.pair;
    this.#send("trade", symbol, () => tradeFrame(market, trades, "update"));
    this.#send("ticker", symbol, () => this.#ticker(market, "update"));
    for (const interval of intervals) {
      const running = market.candles.series(interval)?.running;
      if (running !== undefined) {
        this.#send(
          "ohlc",
          symbol,
          () => candleFrame([candleRow(market, running, interval)], this.#engine.now, "update"),
          (each) => each.interval === interval,
        );
      }
    }
  }

  /** Tells subscribers of `instrument` that a pair's status changed. */
  statusChanged(market: Market): void {
    this.#send("instrument", "*", () =>
      instrumentFrame([market], "update", this.#switches.value("instrumentExponents")),
    );
  }

  #topMayHaveChanged(market: Market): void {
    const { bids, asks } = market.book;
    const top = `${String(bids.best?.price)}/${String(bids.best?.total)}/${String(asks.best?.price)}/${String(asks.best?.total)}`;
    if (this.#tops.get(market.pair.symbol) !== top) {
      this.#tops.set(market.pair.symbol, top);
      this.#send(
        "ticker",
        market.pair.symbol,
        () => this.#ticker(market, "update"),
        (each) => each.trigger === "bbo",
      );
    }
  }

  #ticker(market: Market, type: "snapshot" | "update"): string {
    return tickerFrame(market, market.day.last24Hours(this.#engine.now), this.#engine.now, type);
  }

  #send(
    channel: string,
    symbol: string,
    frame: () => string,
    matches: (each: Subscription) => boolean = () => true,
  ): void {
    if (this.#faults.active("silentChannel", channel, symbol) !== undefined) {
      return;
    }
    let text: string | undefined;
    this.#table.each(channel, symbol, (each) => {
      if (matches(each)) {
        text ??= frame();
        each.connection.queue(text);
      }
    });
  }

  #subscribeInstrument(connection: Connection, request: Request): void {
    if (this.#table.find(connection, "instrument", "*", () => true) !== undefined) {
      this.#refuse(connection, request, "Already subscribed");
      return;
    }
    const subscription: Subscription = { connection, channel: "instrument", symbol: "*" };
    const snapshot = booleanParam(request.params["snapshot"]) ?? true;
    this.#accept(subscription, request, snapshot);
    if (snapshot) {
      connection.queue(
        instrumentFrame(this.#engine.markets.values(), "snapshot", this.#switches.value("instrumentExponents")),
      );
    }
  }

  #subscribeSymbol(connection: Connection, request: Request, channel: string, symbol: string): void {
    const market = this.#engine.markets.get(symbol);
    if (market === undefined) {
      this.#refuse(connection, request, `Currency pair not supported ${symbol}`, symbol);
      return;
    }
    if (this.#faults.take("ackFailure", channel, symbol) !== undefined) {
      this.#refuse(connection, request, "EService:Unavailable", symbol);
      return;
    }
    const depth = channel === "book" ? integerOr(request.params["depth"], 10) : undefined;
    if (channel === "book" && !bookDepths.some((each) => each === depth)) {
      this.#refuse(connection, request, "Subscription depth not supported", symbol);
      return;
    }
    const interval = channel === "ohlc" ? integerOr(request.params["interval"], 1) : undefined;
    if (channel === "ohlc" && !intervals.some((each) => each === interval)) {
      this.#refuse(connection, request, "Subscription ohlc interval not supported", symbol);
      return;
    }
    const trigger = channel === "ticker" ? (textParam(request.params["event_trigger"]) ?? "trades") : undefined;
    if (trigger !== undefined && trigger !== "trades" && trigger !== "bbo") {
      this.#refuse(connection, request, "Event trigger not supported", symbol);
      return;
    }
    if (this.#table.find(connection, channel, symbol, (each) => each.interval === interval) !== undefined) {
      this.#refuse(connection, request, "Already subscribed", symbol);
      return;
    }
    const snapshot =
      booleanParam(request.params["snapshot"]) ??
      (channel !== "trade" || this.#switches.value("tradeSnapshotByDefault"));
    const subscription: Subscription = {
      connection,
      channel,
      symbol,
      ...(depth === undefined ? {} : { depth }),
      ...(interval === undefined ? {} : { interval }),
      ...(trigger === undefined ? {} : { trigger }),
    };
    this.#accept(subscription, request, snapshot);
    if (depth !== undefined) {
      this.#view(market, depth);
    }
    if (snapshot) {
      connection.queue(this.#snapshot(market, subscription));
    }
  }

  #snapshot(market: Market, subscription: Subscription): string {
    const { depth, interval, trigger } = subscription;
    if (depth !== undefined) {
      return bookSnapshotFrame(market, this.#view(market, depth), this.#switches.value("bookExponents"));
    }
    if (interval !== undefined) {
      const candles = market.candles.series(interval)?.upTo(this.#engine.now) ?? [];
      const rows = candles.filter((candle) => candle.trades > 0).map((candle) => candleRow(market, candle, interval));
      return candleFrame(rows, this.#engine.now, "snapshot");
    }
    return trigger === undefined
      ? tradeFrame(market, market.tape.newest(snapshotTrades), "snapshot")
      : this.#ticker(market, "snapshot");
  }

  #view(market: Market, depth: number): BookView {
    const views = this.#views.get(market.pair.symbol) ?? [];
    const existing = views.find((view) => view.depth === depth);
    if (existing !== undefined) {
      return existing;
    }
    const view = new BookView(market, depth);
    this.#views.set(market.pair.symbol, [...views, view]);
    return view;
  }

  #dropUnusedViews(symbol: string): void {
    const views = this.#views.get(symbol);
    if (views !== undefined) {
      const used = new Set<number | undefined>();
      this.#table.each("book", symbol, (each) => used.add(each.depth));
      this.#views.set(
        symbol,
        views.filter((view) => used.has(view.depth)),
      );
    }
  }

  #accept(subscription: Subscription, request: Request, snapshot: boolean): void {
    this.#table.add(subscription);
    subscription.connection.subscribed = true;
    this.#reply(subscription.connection, success(request, this.#engine.clock.wall(), ackOf(subscription, snapshot)));
  }

  #refuse(connection: Connection, request: Request, error: string, symbol?: string): void {
    this.#reply(connection, failure(request, this.#engine.clock.wall(), error, { symbol }));
  }

  #reply(connection: Connection, reply: Json): void {
    connection.queue(encodeJson(reply));
  }
}

function integerOr(value: Request["params"][string] | undefined, fallback: number): number | undefined {
  return value === undefined ? fallback : integerParam(value);
}

/** The `result` of an acknowledgement; that of an unsubscribe has no snapshot (PROTOCOL §5.2). */
function ackOf(subscription: Subscription, snapshot: boolean | undefined): Json {
  const { channel, depth, interval, trigger, symbol } = subscription;
  const warnings =
    snapshot === undefined
      ? undefined
      : channel === "ohlc"
        ? ["timestamp is deprecated, use interval_begin"]
        : channel === "instrument"
          ? ["tick_size is deprecated, use price_increment"]
          : undefined;
  return {
    channel,
    depth,
    event_trigger: trigger,
    interval,
    snapshot,
    symbol: symbol === "*" ? undefined : symbol,
    warnings,
  };
}
