/** Which symbols are subscribed, and which has to leave for another. */
import type { Topic } from "../../contract/market-socket.ts";
import type { Milliseconds, Symbol } from "../../domain/market.ts";
import { ok, refuse, type Result } from "../../domain/problem.ts";
import { log } from "../lib/log.ts";
import type { FeedParts } from "./feed-parts.ts";
import type { Purpose } from "./market-table.ts";
import { WatchedMarket } from "./watched-market.ts";

const LIST_WAIT_MS = 5_000;
/** Up to this many listed pairs are all watched from the start: a small exchange is shown whole. */
const WATCH_ALL_UP_TO = 10;

/** A watched market, subscribed now if it is not yet; waits a bounded time for the venue's list of pairs. */
export async function watch(
  parts: FeedParts,
  symbol: Symbol,
  purpose: Purpose,
  patience: Milliseconds = LIST_WAIT_MS,
): Promise<Result<WatchedMarket>> {
  const known = parts.markets.get(symbol);
  if (known !== null) {
    known.lastUsedAt = parts.ports.now();
    return ok(known);
  }
  parts.link.check();
  await parts.waiters.until(() => knowsMarket(parts), patience);
  return admit(parts, symbol, purpose);
}

/** True once the pairs are listed and the market's clock is known. */
export function knowsMarket({ instruments, clock }: FeedParts): boolean {
  return instruments.size > 0 && clock.isKnown;
}

/** The answer while it is not. */
export function marketNotKnown<T>(): Result<T> {
  return refuse("MARKET_UNAVAILABLE", "The exchange cannot be reached at the moment; its markets are not known yet.");
}

/** As watch, for a client's topic; the chart that it looks at is read first. */
export async function watchTopic(parts: FeedParts, topic: Topic): Promise<Result<null>> {
  const watched = await watch(parts, topic.symbol, "viewing");
  if (!watched.ok) {
    return watched;
  }
  if (topic.channel === "candles") {
    parts.backfill.want(watched.value, topic.interval);
  }
  return ok(null);
}

/** Pins the symbols of a trader's positions, and only those. */
export async function pin(parts: FeedParts, traderId: string, symbols: readonly Symbol[]): Promise<void> {
  parts.pins.replace(traderId, symbols);
  for (const symbol of symbols) {
    const watched = await watch(parts, symbol, "trading");
    if (!watched.ok) {
      log("pin_refused", { symbol, code: watched.error.code });
    }
  }
}

/** Takes symbols up again that somebody depended on before a restart. Unlisted ones are left out. */
export function rewatch(parts: FeedParts, symbols: Iterable<Symbol>): void {
  for (const symbol of symbols) {
    if (parts.instruments.get(symbol) !== null) {
      admit(parts, symbol, "viewing");
    }
  }
}

/** Symbols that must not leave: traders have rows or positions there. */
export function heldSymbols({ desk, pins }: FeedParts): ReadonlySet<Symbol> {
  return new Set([...desk.symbols(), ...pins.symbols()]);
}

/** Watches what a fresh list of pairs allows to watch: a small exchange whole, else what traders depend on. */
export function watchListed(parts: FeedParts): void {
  const symbols = parts.instruments.all().map(({ symbol }) => symbol);
  rewatch(parts, symbols.length <= WATCH_ALL_UP_TO ? symbols : heldSymbols(parts));
}

function admit(parts: FeedParts, symbol: Symbol, purpose: Purpose): Result<WatchedMarket> {
  const { markets, instruments } = parts;
  const known = markets.get(symbol);
  if (known !== null) {
    return ok(known);
  }
  if (instruments.size === 0) {
    return marketNotKnown();
  }
  const instrument = instruments.get(symbol);
  if (instrument === null) {
    return refuse("UNKNOWN_SYMBOL", `${symbol} is not listed at the exchange.`, { symbol });
  }
  const room = markets.room(purpose, heldSymbols(parts), parts.fanOut.viewedSymbols());
  if (room.kind === "none") {
    const limit = String(markets.size);
    const message = `${symbol} cannot be watched now: all ${limit} places are taken by markets in use.`;
    return refuse("TOO_MANY_SYMBOLS", message, { symbol, limit });
  }
  if (room.kind === "evict") {
    leave(parts, room.symbol);
  }
  const market = new WatchedMarket(instrument, parts.marks.read(symbol), parts.desk.has(symbol), parts.ports.now());
  markets.add(market);
  parts.subscriptions.subscribe([symbol]);
  parts.ports.background(parts.backfill.start(market));
  return ok(market);
}

function leave(parts: FeedParts, symbol: Symbol): void {
  log("symbol_left", { symbol });
  parts.subscriptions.unsubscribe(symbol);
  parts.markets.remove(symbol);
  parts.state.wasFresh.delete(symbol);
  parts.fanOut.dropSymbol(symbol, {
    code: "TOO_MANY_SYMBOLS",
    message: `${symbol} is no longer watched: its place was needed for another market.`,
    details: { symbol },
  });
}
