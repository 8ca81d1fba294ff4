/**
 * The Durable Object of the market feed: wires the feed to storage, alarm, sockets and the other objects. Being evicted,
 * redeployed or killed is normal: the constructor takes up rows, sockets and the link where they were left.
 */
import { DurableObject } from "cloudflare:workers";
import { z } from "zod";
import type { CandlePage, MarketList, Ticker } from "../../contract/markets.ts";
import {
  MARKETS,
  type BookView,
  type Candle,
  type Instrument,
  type MarketView,
  type Quote,
  type Symbol,
  type Timeframe,
  type Trade,
  type TriggerDelivery,
  type TriggerRow,
} from "../../domain/market.ts";
import type { Result } from "../../domain/problem.ts";
import { closeQuietly } from "../lib/close-quietly.ts";
import { reportUnexpected } from "../lib/error-sink.ts";
import { migrate } from "../lib/migrate.ts";
import { Answers } from "./answers.ts";
import { acceptCandles } from "./charts.ts";
import { assembleFeed, startFeed } from "./feed.ts";
import type { FeedParts } from "./feed-parts.ts";
import { MIGRATIONS } from "./migrations.ts";
import type { CandleSeries, MarketFeedPort } from "./port.ts";
import { changeTriggers, registerTriggers } from "./tape-flow.ts";
import { checkFeed } from "./venue-events.ts";
import { dialVenue } from "./venue/dial.ts";
import { historyService } from "./venue/history-service.ts";
import { pin } from "./watching.ts";

/** An object with only an outbound socket is evicted after 70 s; an alarm this often keeps it and is its watchdog. */
const WATCH_EVERY_MS = 15_000;
const MOST_SOCKETS = 10_000;

export class MarketFeed extends DurableObject<Env> implements MarketFeedPort {
  readonly #feed: FeedParts;
  readonly #answers: Answers;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    migrate(ctx.storage.sql, MIGRATIONS);
    this.#feed = assembleFeed({
      sql: ctx.storage.sql,
      transaction: (run) => {
        ctx.storage.transactionSync(run);
      },
      market: z.enum(MARKETS).parse(env.MARKET),
      dial: () => dialVenue(env.KRAKEN_WS_URL),
      history: historyService(() => ctx.exports.KrakenHistory),
      trader: (traderId) => env.TRADER.getByName(traderId),
      now: () => Date.now(),
      random: () => Math.random(),
      wait: (milliseconds) => scheduler.wait(milliseconds),
      after: (milliseconds, run) => {
        setTimeout(run, milliseconds);
      },
      background: (work) => {
        ctx.waitUntil(
          work.catch((error: unknown) => {
            this.#report("feed_background_failed", error);
          }),
        );
      },
      report: (event, error) => {
        this.#report(event, error);
      },
    });
    this.#answers = new Answers(this.#feed);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
    startFeed(this.#feed, ctx.getWebSockets());
    this.#armWatchdog();
  }

  override async alarm(): Promise<void> {
    this.#armWatchdog();
    try {
      checkFeed(this.#feed);
    } catch (error) {
      // The watchdog must ring again whatever happens.
      this.#report("feed_watchdog_failed", error);
    }
  }

  override async fetch(request: Request): Promise<Response> {
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      return new Response("expected a WebSocket upgrade", { status: 426 });
    }
    if (this.#feed.fanOut.size >= MOST_SOCKETS) {
      return new Response("too many connections", { status: 503 });
    }
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    this.#feed.fanOut.connect(server);
    return new Response(null, { status: 101, webSocket: client });
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    await this.#feed.fanOut.message(socket, message);
  }

  override async webSocketClose(socket: WebSocket, code: number, reason: string): Promise<void> {
    this.#feed.fanOut.closed(socket);
    closeQuietly(socket, code, reason);
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    this.#feed.fanOut.closed(socket);
    closeQuietly(socket, 1011, "socket error");
  }

  async markets(): Promise<Result<MarketList>> {
    return this.#answers.markets();
  }

  async marketView(symbol: Symbol): Promise<Result<MarketView>> {
    return this.#answers.marketView(symbol);
  }

  async settle(
    traderId: string,
    symbol: Symbol,
  ): Promise<Result<{ view: MarketView; deliveries: readonly TriggerDelivery[] }>> {
    return this.#answers.settle(traderId, symbol);
  }

  async quotes(symbols: readonly Symbol[]): Promise<readonly Quote[]> {
    return this.#answers.quotes(symbols);
  }

  async ticker(symbol: Symbol): Promise<Result<Ticker>> {
    return this.#answers.ticker(symbol);
  }

  async book(symbol: Symbol, depth: number): Promise<Result<BookView & { readonly fresh: boolean }>> {
    return this.#answers.book(symbol, depth);
  }

  async trades(symbol: Symbol, limit: number): Promise<Result<readonly Trade[]>> {
    return this.#answers.trades(symbol, limit);
  }

  async instrument(symbol: Symbol): Promise<Result<Instrument>> {
    return this.#answers.instrument(symbol);
  }

  async candles(
    symbol: Symbol,
    interval: Timeframe,
    before: number | null,
    limit: number,
  ): Promise<Result<CandlePage>> {
    return this.#answers.candles(symbol, interval, before, limit);
  }

  async acceptCandles(symbol: Symbol, interval: Timeframe, candles: readonly Candle[]): Promise<void> {
    acceptCandles(this.#feed, symbol, interval, candles);
  }

  async closedCandles(symbol: Symbol, interval: Timeframe, after: number, limit: number): Promise<readonly Candle[]> {
    return this.#answers.closedCandles(symbol, interval, after, limit);
  }

  async unstoredCandles(limit: number): Promise<readonly CandleSeries[]> {
    return this.#answers.unstoredCandles(limit);
  }

  async markCandlesStored(series: readonly CandleSeries[]): Promise<void> {
    this.#feed.candles.markStored(series);
  }

  async watched(): Promise<readonly { readonly symbol: Symbol; readonly timeframes: readonly Timeframe[] }[]> {
    return this.#answers.watched();
  }

  async registerTriggers(traderId: string, rows: readonly TriggerRow[]): Promise<void> {
    await registerTriggers(this.#feed, traderId, rows);
  }

  async changeTriggers(traderId: string, set: readonly TriggerRow[], removeOrderIds: readonly string[]): Promise<void> {
    await changeTriggers(this.#feed, traderId, set, removeOrderIds);
  }

  async triggerDigest(traderId: string): Promise<string> {
    return this.#feed.desk.digest(traderId);
  }

  async pin(traderId: string, symbols: readonly Symbol[]): Promise<void> {
    await pin(this.#feed, traderId, symbols);
  }

  async heartbeat(): Promise<{
    readonly connected: boolean;
    readonly since: number | null;
    readonly symbols: number;
    readonly staleSymbols: readonly Symbol[];
  }> {
    return this.#answers.heartbeat();
  }

  #report(event: string, error: unknown): void {
    const where = {
      sinkUrl: this.env.ERROR_SINK_URL,
      waitUntil: (promise: Promise<unknown>) => {
        this.ctx.waitUntil(promise);
      },
    };
    reportUnexpected(where, event, error, { feed: this.ctx.id.name ?? "" });
  }

  #armWatchdog(): void {
    // Local alarms do not survive a restart of the runtime, so the constructor arms it too (PLATFORM §A1).
    this.ctx.waitUntil(this.ctx.storage.setAlarm(Date.now() + WATCH_EVERY_MS));
  }
}
