/**
 * The Durable Object of the market feed: wires the feed to storage, alarm, sockets and the other objects. Being evicted,
 * redeployed or killed is normal: the constructor takes up rows, sockets and the link where they were left.
 */
import { DurableObject } from "cloudflare:workers";
import { z } from "zod";
import type { CandlePage, MarketList, Ticker } from "../../contract/markets.ts";
import {
  MARKETS,
  TIMEFRAMES,
  type BookView,
  type Candle,
  type Instrument,
  type Market,
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
import type { FanOut } from "./fan-out/fan-out.ts";
import { MIGRATIONS } from "./migrations.ts";
import { ROOT_FEED, relayNumber } from "./names.ts";
import type { CandleSeries, MarketFeedPort } from "./port.ts";
import { changeTriggers, registerTriggers } from "./tape-flow.ts";
import { checkFeed } from "./venue-events.ts";
import { Relay } from "./relay/relay.ts";
import { acceptSocket, dialVenue } from "./venue/dial.ts";
import { historyService } from "./venue/history-service.ts";
import type { LinkSocket } from "./venue/link.ts";
import { pin } from "./watching.ts";

/** An object with only an outbound socket is evicted after 70 s; an alarm this often keeps it and is its watchdog. */
const WATCH_EVERY_MS = 15_000;
const MOST_SOCKETS = 10_000;

type Root = { readonly feed: FeedParts; readonly answers: Answers };

export class MarketFeed extends DurableObject<Env> implements MarketFeedPort {
  readonly #role: Root | Relay;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    migrate(ctx.storage.sql, MIGRATIONS);
    this.#role = relayNumber(ctx.id.name ?? ROOT_FEED) === null ? this.#makeRoot() : this.#makeRelay();
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
    if (this.#role instanceof Relay) {
      this.#role.start(ctx.getWebSockets());
    } else {
      startFeed(this.#role.feed, ctx.getWebSockets());
    }
    this.#armWatchdog();
  }

  override async alarm(): Promise<void> {
    if (!(this.#role instanceof Relay) || this.#role.fanOut.size > 0) {
      this.#armWatchdog();
    }
    try {
      if (this.#role instanceof Relay) {
        this.#role.check();
      } else {
        checkFeed(this.#role.feed);
      }
    } catch (error) {
      // The watchdog must ring again whatever happens.
      this.#report("feed_watchdog_failed", error);
    }
  }

  override async fetch(request: Request): Promise<Response> {
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      return new Response("expected a WebSocket upgrade", { status: 426 });
    }
    if (this.#fanOut.size >= MOST_SOCKETS) {
      return new Response("too many connections", { status: 503 });
    }
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    this.#fanOut.connect(server);
    this.#armWatchdog();
    return new Response(null, { status: 101, webSocket: client });
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    await this.#fanOut.message(socket, message);
  }

  override async webSocketClose(socket: WebSocket, code: number, reason: string): Promise<void> {
    this.#fanOut.closed(socket);
    closeQuietly(socket, code, reason);
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    this.#fanOut.closed(socket);
    closeQuietly(socket, 1011, "socket error");
  }

  async markets(): Promise<Result<MarketList>> {
    return this.#root.answers.markets();
  }

  async marketView(symbol: Symbol): Promise<Result<MarketView>> {
    return this.#root.answers.marketView(symbol);
  }

  async settle(
    traderId: string,
    symbol: Symbol,
  ): Promise<Result<{ view: MarketView; deliveries: readonly TriggerDelivery[] }>> {
    return this.#root.answers.settle(traderId, symbol);
  }

  async quotes(symbols: readonly Symbol[]): Promise<readonly Quote[]> {
    return this.#root.answers.quotes(symbols);
  }

  async ticker(symbol: Symbol): Promise<Result<Ticker>> {
    return this.#root.answers.ticker(symbol);
  }

  async book(symbol: Symbol, depth: number): Promise<Result<BookView & { readonly fresh: boolean }>> {
    return this.#root.answers.book(symbol, depth);
  }

  async trades(symbol: Symbol, limit: number): Promise<Result<readonly Trade[]>> {
    return this.#root.answers.trades(symbol, limit);
  }

  async instrument(symbol: Symbol): Promise<Result<Instrument>> {
    return this.#root.answers.instrument(symbol);
  }

  async candles(
    symbol: Symbol,
    interval: Timeframe,
    before: number | null,
    limit: number,
  ): Promise<Result<CandlePage>> {
    return this.#root.answers.candles(symbol, interval, before, limit);
  }

  async acceptCandles(symbol: Symbol, interval: Timeframe, candles: readonly Candle[]): Promise<void> {
    acceptCandles(this.#root.feed, symbol, interval, candles);
  }

  async closedCandles(symbol: Symbol, interval: Timeframe, after: number, limit: number): Promise<readonly Candle[]> {
    return this.#root.answers.closedCandles(symbol, interval, after, limit);
  }

  async unstoredCandles(limit: number): Promise<readonly CandleSeries[]> {
    return this.#root.answers.unstoredCandles(limit);
  }

  async markCandlesStored(series: readonly CandleSeries[]): Promise<void> {
    this.#root.feed.candles.markStored(series);
  }

  async watched(): Promise<readonly { readonly symbol: Symbol; readonly timeframes: readonly Timeframe[] }[]> {
    return this.#root.answers.watched();
  }

  async registerTriggers(traderId: string, rows: readonly TriggerRow[]): Promise<void> {
    await registerTriggers(this.#root.feed, traderId, rows);
  }

  async changeTriggers(traderId: string, set: readonly TriggerRow[], removeOrderIds: readonly string[]): Promise<void> {
    await changeTriggers(this.#root.feed, traderId, set, removeOrderIds);
  }

  async triggerDigest(traderId: string): Promise<string> {
    return this.#root.feed.desk.digest(traderId);
  }

  async triggerOwners(): Promise<readonly string[]> {
    return this.#root.feed.desk.owners();
  }

  async pin(traderId: string, symbols: readonly Symbol[]): Promise<void> {
    await pin(this.#root.feed, traderId, symbols);
  }

  async takePrivateDial(): Promise<number> {
    return this.#root.answers.takePrivateDial();
  }

  async heartbeat(): Promise<{
    readonly connected: boolean;
    readonly since: number | null;
    readonly symbols: number;
    readonly staleSymbols: readonly Symbol[];
  }> {
    return this.#root.answers.heartbeat();
  }

  /** A relay only fans out: whoever calls it instead of the root has a bug. */
  get #root(): Root {
    if (this.#role instanceof Relay) {
      throw new TypeError("a relay answers no calls: ask the root");
    }
    return this.#role;
  }

  get #fanOut(): FanOut {
    return this.#role instanceof Relay ? this.#role.fanOut : this.#role.feed.fanOut;
  }

  #makeRoot(): Root {
    const { ctx, env } = this;
    const feed = assembleFeed({
      sql: ctx.storage.sql,
      transaction: (run) => {
        ctx.storage.transactionSync(run);
      },
      market: readMarket(env),
      ...readFinest(env),
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
    return { feed, answers: new Answers(feed) };
  }

  #makeRelay(): Relay {
    const { env } = this;
    return new Relay({
      market: readMarket(env),
      dial: () => dialRoot(env),
      now: () => Date.now(),
      random: () => Math.random(),
      after: (milliseconds, run) => {
        setTimeout(run, milliseconds);
      },
    });
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

function readMarket(env: Env): Market {
  return z.enum(MARKETS).parse(env.MARKET);
}

/** Set for a recording coarser than a minute. */
function readFinest(env: Env): { readonly finest?: Timeframe } {
  return env.MARKET_FINEST_TIMEFRAME === "" ? {} : { finest: z.enum(TIMEFRAMES).parse(env.MARKET_FINEST_TIMEFRAME) };
}

async function dialRoot(env: Env): Promise<LinkSocket> {
  const root = env.MARKET_FEED.getByName(ROOT_FEED);
  const { webSocket } = await root.fetch("https://feed/ws/market", { headers: { upgrade: "websocket" } });
  if (webSocket === null) {
    throw new Error("the root feed refused the relay");
  }
  return acceptSocket(webSocket);
}
