/** Puts the feed together and takes up what was going on before its object was last gone. */
import { Backfill } from "./backfill.ts";
import { CandleStore } from "./candle-store.ts";
import { candlesClosed, chart, refreshDayAgo } from "./charts.ts";
import { FanOut } from "./fan-out/fan-out.ts";
import type { FeedSource } from "./fan-out/publishers.ts";
import type { ClientSocket } from "./fan-out/session.ts";
import { linkState, type FeedParts, type FeedPorts } from "./feed-parts.ts";
import { HistoryQueue } from "./history-queue.ts";
import { Instruments } from "./instruments.ts";
import { MarketClock } from "./market-clock.ts";
import { MarketTable } from "./market-table.ts";
import { Pins } from "./pins.ts";
import { TapeMarks } from "./tape-marks.ts";
import { skipGap, takeLateTrades } from "./tape-flow.ts";
import { TriggerDesk } from "./trigger-desk.ts";
import { checkFeed, frameReceived, linkClosed, linkOpened } from "./venue-events.ts";
import { LONGEST_DELAY_MS } from "./venue/backoff.ts";
import { DialBook } from "./venue/dial-book.ts";
import { VenueLink } from "./venue/link.ts";
import { Subscriptions } from "./venue/subscriptions.ts";
import { Waiters } from "./waiters.ts";
import { heldSymbols, rewatch, watchTopic } from "./watching.ts";

/** Public REST takes about one request a second per address (PROTOCOL §3.3). */
const LIVE_SPACING_MS = 1_100;
const CHECK_EVERY_MS = 1_000;

/** The feed's parts, over the ports of the runtime. Nothing is dialled yet. */
export function assembleFeed(ports: FeedPorts): FeedParts {
  const { sql, now } = ports;
  const instruments = new Instruments(sql);
  const link = new VenueLink(linkPorts(ports), {
    opened: () => {
      linkOpened(parts);
    },
    received: (text) => {
      frameReceived(parts, text);
    },
    closed: () => {
      linkClosed(parts);
    },
  });
  const parts: FeedParts = {
    ports,
    state: {
      system: "online",
      checkedAt: 0,
      restNamesAt: null,
      renewedAt: new Map(),
      mismatches: new Map(),
      wasFresh: new Map(),
    },
    clock: new MarketClock(ports.market, now),
    instruments,
    markets: new MarketTable(ports.mostSymbols),
    candles: new CandleStore(sql),
    desk: new TriggerDesk({
      sql,
      now,
      trader: ports.trader,
      priceDecimals: (symbol) => instruments.get(symbol)?.priceDecimals ?? 0,
    }),
    marks: new TapeMarks(sql),
    pins: new Pins(sql),
    queue: new HistoryQueue(ports.market === "live" ? LIVE_SPACING_MS : 0, ports.wait),
    waiters: new Waiters(),
    link,
    subscriptions: new Subscriptions((request) => link.send(request), now),
    get backfill() {
      return backfill;
    },
    get fanOut() {
      return fanOut;
    },
  };
  const backfill = makeBackfill(parts);
  const fanOut = makeFanOut(parts);
  return parts;
}

/** Subscribes again what traders and the surviving sockets depend on, and dials. */
export function startFeed(parts: FeedParts, sockets: readonly ClientSocket[]): void {
  rewatch(parts, heldSymbols(parts));
  const topics = parts.fanOut.restore(sockets);
  rewatch(
    parts,
    topics.map(({ symbol }) => symbol),
  );
  parts.link.check();
}

function linkPorts({ sql, market, dial, now, random, after }: FeedPorts): ConstructorParameters<typeof VenueLink>[0] {
  const dials = new DialBook(sql);
  return {
    dial,
    now,
    random,
    after,
    pingText: null,
    longestDelay: market === "live" ? LONGEST_DELAY_MS.venue : LONGEST_DELAY_MS.own,
    dials: () => dials.times(),
    recordDial: (time) => {
      dials.record(time);
    },
  };
}

function makeBackfill(parts: FeedParts): Backfill {
  return new Backfill({
    history: parts.ports.history,
    queue: parts.queue,
    store: parts.candles,
    finest: parts.ports.finest ?? null,
    marketTime: () => parts.clock.marketTime(),
    wait: parts.ports.wait,
    isWatched: (market) => parts.markets.has(market),
    hasTriggers: (market) => parts.desk.has(market.symbol),
    acceptLateTrades: (market, trades) => {
      takeLateTrades(parts, market, trades);
    },
    skipGap: (market) => {
      skipGap(parts, market);
    },
    candlesClosed: (market, closed) => {
      candlesClosed(parts, market, closed);
    },
    candlesReplaced: (market, timeframe) => {
      market.dayAgo = null;
      refreshDayAgo(parts, market);
      parts.fanOut.replaced({ channel: "candles", symbol: market.symbol, interval: timeframe });
      parts.waiters.notify();
    },
  });
}

function makeFanOut(parts: FeedParts): FanOut {
  const { now, market } = parts.ports;
  return new FanOut({
    market,
    now,
    marketTime: () => parts.clock.marketTime(),
    connected: () => parts.link.connected,
    beforeFlush: () => {
      if (now() - parts.state.checkedAt >= CHECK_EVERY_MS) {
        checkFeed(parts);
      }
    },
    watch: (topic) => watchTopic(parts, topic),
    source: makeSource(parts),
  });
}

function makeSource(parts: FeedParts): FeedSource {
  const { markets, clock, ports } = parts;
  return {
    ticker: (symbol) => markets.get(symbol)?.ticker(linkState(parts), ports.now(), clock.marketTime()) ?? null,
    book: (symbol) => {
      const market = markets.get(symbol);
      const view = market?.bookView(linkState(parts), ports.now(), clock.marketTime()) ?? null;
      return view === null || market === null
        ? null
        : { ...view, fresh: market.freshness(linkState(parts), ports.now()).fresh };
    },
    trades: (symbol) => markets.get(symbol)?.tape.recent() ?? [],
    candles: (symbol, interval, from) => chart(parts, symbol, interval, from),
  };
}
