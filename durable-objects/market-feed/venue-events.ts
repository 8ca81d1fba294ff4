/** What the venue says, applied to the markets; and what has to be asked of it again when it says nothing or nonsense. */
import { wantsBook, wantsWitness } from "../../domain/staleness.ts";
import type { Milliseconds } from "../../domain/market.ts";
import { log } from "../lib/log.ts";
import { advanceCandles, refreshDayAgo } from "./charts.ts";
import { linkState, tellMarket, type FeedParts } from "./feed-parts.ts";
import { deliver, takeTrades } from "./tape-flow.ts";
import { readFrame, type BookChange, type FrameKind, type TickerValues, type VenueMessage } from "./venue/frames.ts";
import type { Reply, SymbolChannel } from "./venue/subscriptions.ts";
import { readVenueTime } from "./venue-clock.ts";
import { watchListed } from "./watching.ts";
import type { WatchedMarket } from "./watched-market.ts";

const WITNESS_EVERY_MS = 3_000;
const RENEW_EVERY_MS = 10_000;
/** A pair whose channels are silent is kept up by asking: often enough that what is shown never gets stale. */
const ASK_EVERY_MS = 4_000;
const ASK_PRINTS_EVERY_MS = 2_000;
const REST_NAMES_EVERY_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** A bad checksum more often than this in a minute means that the venue lies: ask less often. */
const MISMATCHES_PER_MINUTE = 5;

/** A new connection knows nothing of us: everything is subscribed again. */
export function linkOpened(parts: FeedParts): void {
  parts.state.system = "online";
  parts.subscriptions.forgetAll();
  parts.subscriptions.subscribeInstruments();
  parts.subscriptions.subscribe(parts.markets.symbols());
  readRestNames(parts);
  readVenueTime(parts);
  parts.fanOut.statusChanged();
}

export function linkClosed(parts: FeedParts): void {
  const now = parts.ports.now();
  parts.subscriptions.forgetAll();
  for (const market of parts.markets.all()) {
    market.disconnected(now);
    parts.marks.write(market, null);
    tellMarket(parts, market);
  }
  parts.fanOut.statusChanged();
  parts.waiters.notify();
}

/** Takes one frame. A bug in it must not take the link, and with it every market, down. */
export function frameReceived(parts: FeedParts, text: string): void {
  const message = readFrame(text);
  try {
    take(parts, message, text);
  } catch (error) {
    parts.ports.report("venue_frame_failed", error);
  }
}

/** Everything that time alone brings: by the alarm, and every second while there are clients. */
export function checkFeed(parts: FeedParts): void {
  parts.state.checkedAt = parts.ports.now();
  parts.link.check();
  for (const { channel, symbol } of parts.subscriptions.retryOverdue()) {
    log("venue_subscription_repeated", { channel, symbol });
  }
  for (const market of parts.markets.all()) {
    checkMarket(parts, market);
  }
  deliver(parts);
}

/** Asks the ticker of a quiet symbol to repeat itself: the second witness of staleness. */
export function askWitness(parts: FeedParts, market: WatchedMarket): void {
  renew(parts, market, "ticker", WITNESS_EVERY_MS);
}

function take(parts: FeedParts, message: VenueMessage, text: string): void {
  switch (message.kind) {
    case "book":
      for (const book of message.books) {
        takeBook(parts, message.type, book);
      }
      return;
    case "trades":
      for (const symbol of new Set(message.trades.map((trade) => trade.symbol))) {
        const market = parts.markets.get(symbol);
        if (market !== null) {
          const trades = message.trades.filter((trade) => trade.symbol === symbol);
          takeTrades(parts, market, message.type, trades);
        }
      }
      return;
    case "tickers":
      for (const ticker of message.tickers) {
        takeTicker(parts, message.type, ticker);
      }
      return;
    case "instruments":
      takeInstruments(parts, message);
      return;
    case "reply":
      takeReply(parts, message);
      return;
    case "status":
      takeStatus(parts, message.system);
      return;
    case "text":
    case "unknown":
      log("venue_frame_unread", { kind: message.kind, text: text.slice(0, 200) });
      return;
    case "heartbeat":
    case "pong":
  }
}

function takeBook(parts: FeedParts, type: FrameKind, change: BookChange): void {
  const market = parts.markets.get(change.symbol);
  const outcome = market?.takeBook(type, change, parts.ports.now()) ?? "ignored";
  if (market === null || outcome === "ignored") {
    return;
  }
  if (type === "update") {
    parts.clock.observe(change.time);
  }
  if (outcome === "mismatch") {
    bookMismatched(parts, market);
  } else {
    market.sample(parts.clock.marketTime());
    parts.waiters.notify();
  }
  tellMarket(parts, market);
}

/** Renews the book of this pair alone; one that keeps failing is asked for less often. */
function bookMismatched(parts: FeedParts, market: WatchedMarket): void {
  const now = parts.ports.now();
  const { mismatches } = parts.state;
  const recent = (mismatches.get(market.symbol) ?? []).filter((time) => now - time < MINUTE_MS);
  mismatches.set(market.symbol, [...recent, now]);
  log("book_checksum_mismatch", { symbol: market.symbol, lately: recent.length + 1 });
  renew(parts, market, "book", recent.length < MISMATCHES_PER_MINUTE ? 0 : RENEW_EVERY_MS);
}

function takeTicker(parts: FeedParts, type: FrameKind, ticker: TickerValues): void {
  const market = parts.markets.get(ticker.symbol);
  if (market !== null) {
    parts.clock.observe(ticker.time);
    market.takeTicker(type, ticker, parts.ports.now());
    parts.fanOut.changed(market.symbol, "ticker");
    parts.waiters.notify();
  }
}

function takeInstruments(parts: FeedParts, message: Extract<VenueMessage, { kind: "instruments" }>): void {
  const { instruments, markets } = parts;
  for (const symbol of instruments.take(message.type, message.pairs, message.assetDecimals)) {
    const market = markets.get(symbol);
    if (market !== null) {
      market.instrument = instruments.get(symbol) ?? market.instrument;
      tellMarket(parts, market);
    }
  }
  watchListed(parts);
  parts.waiters.notify();
}

function takeReply(parts: FeedParts, reply: Reply): void {
  const outcome = parts.subscriptions.take(reply);
  if (outcome.kind === "refused") {
    log("venue_subscription_refused", { channel: outcome.channel, symbol: outcome.symbol, error: outcome.error });
  }
  // A market without book or trades cannot be traded on; without ticker it only lacks a witness.
  if (outcome.kind === "ignored" || outcome.channel === "ticker" || outcome.channel === "instrument") {
    return;
  }
  const market = parts.markets.get(outcome.symbol);
  const refused = outcome.kind === "refused" ? outcome.error : null;
  if (market !== null && market.refused !== refused) {
    market.refused = refused;
    tellMarket(parts, market);
    parts.waiters.notify();
  }
}

function takeStatus(parts: FeedParts, system: string): void {
  log("venue_status", { system });
  parts.state.system = system;
  for (const market of parts.markets.all()) {
    tellMarket(parts, market);
  }
}

function checkMarket(parts: FeedParts, market: WatchedMarket): void {
  const now = parts.ports.now();
  const link = linkState(parts);
  advanceCandles(parts, market);
  refreshDayAgo(parts, market);
  const times = market.times(link);
  if (wantsWitness(times, now)) {
    askWitness(parts, market);
  }
  if (wantsBook(times, now)) {
    renew(parts, market, "book", ASK_EVERY_MS);
  }
  if (market.tapeIsBehind(now)) {
    renew(parts, market, "trade", ASK_PRINTS_EVERY_MS);
  }
  const state = market.freshness(link, now);
  if (!state.fresh && link.connected && (state.reason === "no_data" || state.reason === "book_unverified")) {
    renew(parts, market, "book", RENEW_EVERY_MS);
  }
  if (parts.state.wasFresh.get(market.symbol) !== state.fresh) {
    parts.state.wasFresh.set(market.symbol, state.fresh);
    tellMarket(parts, market);
  }
  parts.marks.write(market, now);
}

function renew(parts: FeedParts, market: WatchedMarket, channel: SymbolChannel, every: Milliseconds): void {
  const key = `${channel} ${market.symbol}`;
  const now = parts.ports.now();
  if (now - (parts.state.renewedAt.get(key) ?? -Infinity) >= every) {
    parts.state.renewedAt.set(key, now);
    parts.subscriptions.renew(channel, market.symbol);
  }
}

function readRestNames(parts: FeedParts): void {
  const { state, ports, instruments, markets, queue } = parts;
  const now = ports.now();
  if (state.restNamesAt !== null && now - state.restNamesAt < REST_NAMES_EVERY_MS) {
    return;
  }
  state.restNamesAt = now;
  const read = async (): Promise<void> => {
    const names = await queue.add("tape", () => ports.history.restNames());
    if (!names.ok) {
      state.restNamesAt = null;
      log("rest_names_not_read", { error: names.error.details["error"] ?? "" });
      return;
    }
    instruments.takeRestNames(names.value);
    for (const market of markets.all()) {
      market.instrument = instruments.get(market.symbol) ?? market.instrument;
    }
  };
  ports.background(read());
}
