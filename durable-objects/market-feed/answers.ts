/** What the feed answers to the worker and to traders (port.ts). Waits are bounded; refusals are values. */
import type { CandlePage, MarketList, Ticker } from "../../contract/markets.ts";
import { timeframesFrom } from "../../domain/candles/timeframe.ts";
import type {
  BookView,
  Candle,
  Instrument,
  MarketView,
  Milliseconds,
  Quote,
  Symbol,
  Timeframe,
  Trade,
  TriggerDelivery,
} from "../../domain/market.ts";
import { statusUnder } from "../../domain/venue-status.ts";
import { ok, refuse, type Result } from "../../domain/problem.ts";
import type { CandleSeries } from "./port.ts";
import { advanceCandles } from "./charts.ts";
import { linkState, type FeedParts } from "./feed-parts.ts";
import { DialBook } from "./venue/dial-book.ts";
import { askWitness, checkFeed } from "./venue-events.ts";
import { knowsMarket, marketNotKnown, watch } from "./watching.ts";
import type { WatchedMarket } from "./watched-market.ts";

/** A market that was just subscribed gets this long for its first verified book. */
const FIRST_BOOK_WAIT_MS = 5_000;
/** An order waits no longer than this: its answer is due within a second. */
const ORDER_WAIT_MS = 800;
const FIRST_LIST_WAIT_MS = 1_000;
const CHART_WAIT_MS = 3_000;

export class Answers {
  readonly #feed: FeedParts;

  constructor(feed: FeedParts) {
    this.#feed = feed;
  }

  async markets(): Promise<Result<MarketList>> {
    const feed = this.#feed;
    feed.link.check();
    await feed.waiters.until(() => knowsMarket(feed), FIRST_BOOK_WAIT_MS);
    if (!knowsMarket(feed)) {
      return marketNotKnown();
    }
    // A list that was asked for first thing should not show a row of blanks.
    await feed.waiters.until(() => feed.markets.all().every(({ hadBook }) => hadBook), FIRST_LIST_WAIT_MS);
    const link = linkState(feed);
    const marketTime = feed.clock.marketTime();
    const markets = feed.instruments.all().map((instrument) => {
      const market = feed.markets.get(instrument.symbol);
      const open = this.#underVenue(instrument);
      const ticker = market?.ticker(link, feed.ports.now(), marketTime) ?? null;
      const timeframes = market?.candles?.timeframes ?? timeframesFrom(feed.ports.finest ?? "1m");
      return { instrument: open, ticker, timeframes: [...timeframes] };
    });
    return ok({ market: feed.ports.market, marketTime, connected: link.connected, markets });
  }

  async marketView(symbol: Symbol): Promise<Result<MarketView>> {
    return this.#view(symbol, FIRST_BOOK_WAIT_MS);
  }

  async settle(
    traderId: string,
    symbol: Symbol,
  ): Promise<Result<{ view: MarketView; deliveries: readonly TriggerDelivery[] }>> {
    const view = await this.#view(symbol, ORDER_WAIT_MS);
    return view.ok ? ok({ view: view.value, deliveries: this.#feed.desk.owed(traderId, symbol) }) : view;
  }

  quotes(symbols: readonly Symbol[]): readonly Quote[] {
    return symbols.flatMap((symbol) => {
      const market = this.#feed.markets.get(symbol);
      return market === null ? [] : [this.#quote(market)];
    });
  }

  async ticker(symbol: Symbol): Promise<Result<Ticker>> {
    const watched = await this.#ready(symbol, FIRST_BOOK_WAIT_MS);
    const feed = this.#feed;
    return watched.ok ? ok(watched.value.ticker(linkState(feed), feed.ports.now(), feed.clock.marketTime())) : watched;
  }

  async book(symbol: Symbol, depth: number): Promise<Result<BookView & { readonly fresh: boolean }>> {
    const watched = await this.#ready(symbol, FIRST_BOOK_WAIT_MS);
    if (!watched.ok) {
      return watched;
    }
    const feed = this.#feed;
    const view = watched.value.bookView(linkState(feed), feed.ports.now(), feed.clock.marketTime());
    if (view === null) {
      return refuse("MARKET_UNAVAILABLE", `There is no verified order book of ${symbol} at the moment.`, { symbol });
    }
    const { fresh } = watched.value.freshness(linkState(feed), feed.ports.now());
    return ok({ ...view, bids: view.bids.slice(0, depth), asks: view.asks.slice(0, depth), fresh });
  }

  async trades(symbol: Symbol, limit: number): Promise<Result<readonly Trade[]>> {
    const watched = await this.#ready(symbol, FIRST_BOOK_WAIT_MS);
    return watched.ok ? ok(watched.value.tape.recent().slice(-limit)) : watched;
  }

  async instrument(symbol: Symbol): Promise<Result<Instrument>> {
    const known = this.#feed.instruments.get(symbol);
    if (known !== null) {
      return ok(this.#underVenue(known));
    }
    const watched = await watch(this.#feed, symbol, "viewing");
    return watched.ok ? ok(this.#underVenue(watched.value.instrument)) : watched;
  }

  async candles(
    symbol: Symbol,
    interval: Timeframe,
    before: Milliseconds | null,
    limit: number,
  ): Promise<Result<CandlePage>> {
    const watched = await watch(this.#feed, symbol, "viewing");
    if (!watched.ok) {
      return watched;
    }
    const market = watched.value;
    this.#feed.backfill.want(market, interval);
    await this.#feed.waiters.until(() => this.#chartIsReady(market, interval), CHART_WAIT_MS);
    if (market.candles !== null && !market.candles.timeframes.includes(interval)) {
      // An hourly source has no finer candles, now or earlier.
      return ok({ interval, candles: [], complete: true });
    }
    advanceCandles(this.#feed, market);
    const closed = this.#feed.candles.newest(symbol, interval, before, limit);
    const running = market.candles?.running(interval) ?? null;
    const candles =
      running === null || (before !== null && running.time >= before)
        ? closed
        : [...closed.filter(({ time }) => time < running.time), running].slice(-limit);
    return ok({ interval, candles: [...candles], complete: false });
  }

  closedCandles(symbol: Symbol, interval: Timeframe, after: Milliseconds, limit: number): readonly Candle[] {
    const market = this.#feed.markets.get(symbol);
    if (market !== null) {
      advanceCandles(this.#feed, market);
    }
    return this.#feed.candles.between(symbol, interval, after + 1, Number.MAX_SAFE_INTEGER).slice(0, limit);
  }

  /** Closed candles that D1 does not have yet, at most `limit`. */
  unstoredCandles(limit: number): readonly CandleSeries[] {
    for (const market of this.#feed.markets.all()) {
      advanceCandles(this.#feed, market);
    }
    return this.#feed.candles.unstored(limit);
  }

  watched(): readonly { readonly symbol: Symbol; readonly timeframes: readonly Timeframe[] }[] {
    return this.#feed.markets
      .all()
      .flatMap(({ symbol, candles }) => (candles === null ? [] : [{ symbol, timeframes: candles.timeframes }]));
  }

  takePrivateDial(): Milliseconds {
    const { sql, now } = this.#feed.ports;
    return new DialBook(sql).takePrivate(now());
  }

  heartbeat(): {
    readonly connected: boolean;
    readonly since: number | null;
    readonly symbols: number;
    readonly staleSymbols: readonly Symbol[];
  } {
    const feed = this.#feed;
    checkFeed(feed);
    const link = linkState(feed);
    const stale = feed.markets.all().filter((market) => !market.freshness(link, feed.ports.now()).fresh);
    return {
      connected: link.connected,
      since: link.connected ? link.since : null,
      symbols: feed.markets.size,
      staleSymbols: stale.map(({ symbol }) => symbol),
    };
  }

  async #view(symbol: Symbol, patience: number): Promise<Result<MarketView>> {
    const deadline = this.#feed.ports.now() + patience;
    const watched = await this.#ready(symbol, patience);
    if (!watched.ok) {
      return watched;
    }
    const market = watched.value;
    const feed = this.#feed;
    await this.#hearWitness(market, Math.min(ORDER_WAIT_MS, deadline - feed.ports.now()));
    return ok({
      instrument: this.#underVenue(market.instrument),
      quote: this.#quote(market),
      book: market.bookView(linkState(feed), feed.ports.now(), feed.clock.marketTime()),
      tapeTradeId: market.tape.lastId ?? 0,
    });
  }

  /** The pair as orders are judged by it: what the whole venue does not take, no pair takes. */
  #underVenue(instrument: Instrument): Instrument {
    const status = statusUnder(linkState(this.#feed).system, instrument.status);
    return status === instrument.status ? instrument : { ...instrument, status };
  }

  /** A watched market, given a moment to have a verified book and a settled tape. What is not there then is missing. */
  async #ready(symbol: Symbol, patience: number): Promise<Result<WatchedMarket>> {
    const deadline = this.#feed.ports.now() + patience;
    const watched = await watch(this.#feed, symbol, patience === ORDER_WAIT_MS ? "trading" : "viewing", patience);
    if (!this.#feed.clock.isKnown) {
      return marketNotKnown();
    }
    if (watched.ok) {
      const market = watched.value;
      const isReady = (): boolean =>
        market.refused !== null || (market.verified && market.tape.lastId !== null && market.tape.gap === null);
      const now = this.#feed.ports.now();
      await this.#feed.waiters.until(isReady, Math.min(deadline - now, market.patience(now, ORDER_WAIT_MS)));
    }
    return watched;
  }

  /** A quiet market proves that it lives before it is called stale. */
  async #hearWitness(market: WatchedMarket, patience: number): Promise<void> {
    const isFresh = (): boolean => market.freshness(linkState(this.#feed), this.#feed.ports.now()).fresh;
    const state = market.freshness(linkState(this.#feed), this.#feed.ports.now());
    if (!state.fresh && state.reason === "no_data" && market.tape.gap === null) {
      askWitness(this.#feed, market);
      await this.#feed.waiters.until(isFresh, patience);
    }
  }

  #chartIsReady(market: WatchedMarket, interval: Timeframe): boolean {
    const { candles } = market;
    return candles !== null && (!candles.timeframes.includes(interval) || this.#feed.backfill.isDone(market, interval));
  }

  #quote(market: WatchedMarket): Quote {
    const feed = this.#feed;
    return market.quote(linkState(feed), feed.ports.now(), feed.clock.marketTime());
  }
}
