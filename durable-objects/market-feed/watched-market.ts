/**
 * Everything the feed knows of one subscribed symbol: verified book, ticker, tape, mark, and when each channel last spoke. It
 * reads no clock; the machine's time comes with each event and the market's with each question.
 */
import type { Ticker } from "../../contract/markets.ts";
import { OrderBook } from "../../domain/book/order-book.ts";
import type { CandleBuilder } from "../../domain/candles/builder.ts";
import { dayChange } from "../../domain/candles/day-change.ts";
import type { Decimal } from "../../domain/decimal.ts";
import { MidWindow, markNow, usableMid, type Mark } from "../../domain/mark.ts";
import type { BookView, Instrument, Level, Milliseconds, Quote, Symbol, Trade } from "../../domain/market.ts";
import {
  ASK_WITNESS_AFTER_MS,
  CONTRADICTION_LIMIT_MS,
  CONTRADICTION_MOMENT_MS,
  freshness,
  lastHeard,
  type ChannelTimes,
  type Freshness,
} from "../../domain/staleness.ts";
import { isAnotherTape, type TapeMark } from "../../domain/triggers/another-tape.ts";
import { statusUnder } from "../../domain/venue-status.ts";
import { TradeTape } from "../../domain/triggers/tape.ts";
import type { BookChange, FrameKind, TickerValues } from "./venue/frames.ts";
import { BOOK_DEPTH } from "./venue/subscriptions.ts";

/** What the link as a whole says about every symbol. */
export type LinkState = {
  readonly connected: boolean;
  readonly since: Milliseconds;
  /** The venue's own system status. */
  readonly system: string;
};

export type BookOutcome = "applied" | "mismatch" | "ignored";

const FIRST_BOOK_LIMIT_MS = 5_000;
/** Book versions begin here at each start, so that none is ever used for two different books. */
const VERSIONS_PER_MILLISECOND = 1_000;
const CLOSED_STATUSES: ReadonlySet<string> = new Set(["maintenance", "work_in_progress", "delisted"]);

export class WatchedMarket {
  readonly symbol: Symbol;
  instrument: Instrument;
  tape: TradeTape;
  /** Null until the history it continues is known. */
  candles: CandleBuilder | null = null;
  /** Prints from before this are in the history that the running candles began with. */
  candlesFrom: Milliseconds = 0;
  /** Prints up to this id reached us late: from a refill, or from the snapshot after a gap. */
  lateThrough = 0;
  lastUsedAt: Milliseconds;
  readonly restoredTapeTime: Milliseconds | null;
  /** False until the venue has shown where its tape stands now: what was restored may be of a tape that is no more. */
  tapeConfirmed = false;
  /** REST has shown that the tape began anew: the next prints of the socket begin it. */
  tapeIsVoid = false;
  refused: string | null = null;
  /** Price 24 hours ago; the owner refreshes it every minute. */
  dayAgo: { readonly price: Decimal | null; readonly asOf: Milliseconds } | null = null;

  #book: OrderBook | null = null;
  #verified = false;
  #hadBook = false;
  #unverifiedSince: Milliseconds;
  #ticker: TickerValues | null = null;
  #askedAt: Milliseconds;
  #bookAt: Milliseconds | null = null;
  #tickerAt: Milliseconds | null = null;
  #contradictedSince: Milliseconds | null = null;
  #contradictedWhenAsked = false;
  #standsStillSince: Milliseconds | null = null;
  #unsettledSince: Milliseconds | null = null;
  #behindSince: Milliseconds | null = null;
  #nextVersion: number;
  #view: { readonly version: number; readonly view: Omit<BookView, "at"> } | null = null;
  #mids = new MidWindow();
  /** Where the tape stood when the symbol was last watched, whether or not it is continued from there. */
  #lastSeen: TapeMark | null;
  #lastMark: Mark | null = null;

  /**
   * `lastSeen`: where the tape stood when the symbol was last watched; `continues`: rows of traders depend on what followed, so
   * the tape goes on from there.
   */
  constructor(instrument: Instrument, lastSeen: TapeMark | null, continues: boolean, now: Milliseconds) {
    const restored = continues ? lastSeen : null;
    this.symbol = instrument.symbol;
    this.instrument = instrument;
    this.tape = new TradeTape(restored?.tradeId ?? null);
    this.restoredTapeTime = restored?.time ?? null;
    this.#lastSeen = lastSeen;
    this.lastUsedAt = now;
    this.#askedAt = now;
    this.#unverifiedSince = now;
    this.#nextVersion = now * VERSIONS_PER_MILLISECOND;
  }

  /** How long to wait for a first book: long for a market that was just asked for, else only a moment. */
  patience(now: Milliseconds, moment: Milliseconds): Milliseconds {
    return this.#hadBook ? moment : Math.max(moment, this.#askedAt + FIRST_BOOK_LIMIT_MS - now);
  }

  /** True once there has been a verified book since the symbol was subscribed. */
  get hadBook(): boolean {
    return this.#hadBook;
  }

  get verified(): boolean {
    return this.#verified;
  }

  /** Nothing is known after a reconnect: the book is void, and every channel has yet to speak (PROTOCOL §5.6). */
  disconnected(now: Milliseconds): void {
    this.#dropBook(now);
    this.#askedAt = now;
    this.#bookAt = null;
    this.#tickerAt = null;
    this.#standsStillSince = null;
    this.refused = null;
  }

  /** Takes a book message in. After a mismatch nothing counts until the next snapshot. */
  takeBook(type: FrameKind, change: BookChange, now: Milliseconds): BookOutcome {
    if (type === "snapshot") {
      this.#book = new OrderBook(BOOK_DEPTH, this.instrument.priceDecimals, this.#nextVersion);
    }
    const book = this.#book;
    if (book === null) {
      return "ignored";
    }
    const understood =
      type === "snapshot" ? book.applySnapshot(change.bids, change.asks) : book.applyUpdate(change.bids, change.asks);
    this.#nextVersion = Math.max(this.#nextVersion, book.version + 1);
    this.#bookAt = now;
    this.#contradictedSince = null;
    if (type === "update") {
      this.#standsStillSince = null;
    }
    if (!understood || book.checksum() !== change.checksum) {
      this.#dropBook(now);
      return "mismatch";
    }
    this.#verified = true;
    this.#hadBook = true;
    return "applied";
  }

  takeTicker(type: FrameKind, ticker: TickerValues, now: Milliseconds): void {
    this.#ticker = ticker;
    this.#tickerAt = now;
    this.#compareTop(type, ticker, now);
    const { lastTrade } = this.tape;
    const printMissing = lastTrade !== null && ticker.last !== null && ticker.last !== lastTrade.price;
    this.#behindSince = printMissing ? (this.#behindSince ?? now) : null;
  }

  /**
   * True when the ticker has named a last price for a moment that no print explains: the trade channel stands still, and the
   * prints are to be asked for. When that does not help, the tape counts as unsettled until they come.
   */
  tapeIsBehind(now: Milliseconds): boolean {
    if (this.#behindSince === null) {
      return false;
    }
    if (now - this.#behindSince > CONTRADICTION_LIMIT_MS) {
      this.#unsettledSince ??= this.#behindSince;
    }
    return now - this.#behindSince > CONTRADICTION_MOMENT_MS;
  }

  /** Takes prints in; answers those that are due, in order, each once. */
  takeTrades(trades: readonly Trade[], now: Milliseconds): readonly Trade[] {
    this.#behindSince = null;
    return this.#settled(this.tape.accept(trades), now);
  }

  /** The missing prints exist nowhere: go on behind the hole. */
  skipGap(now: Milliseconds): readonly Trade[] {
    return this.#settled(this.tape.skipGap(), now);
  }

  /** True when these prints belong to another tape than the one that was seen so far. */
  tapeBeganAnew(type: FrameKind, trades: readonly Trade[]): boolean {
    const { lastId, lastTrade } = this.tape;
    const time = lastTrade?.time ?? this.restoredTapeTime;
    const known = lastId === null || time === null ? this.#lastSeen : { tradeId: lastId, time };
    if (trades.length === 0) {
      return false;
    }
    return this.tapeIsVoid || (known !== null && isAnotherTape(known, trades, type === "snapshot"));
  }

  /** A tape whose ids began anew: nothing that was derived from the old one stays. */
  restartTape(): void {
    this.tape = new TradeTape(null);
    this.tapeConfirmed = false;
    this.tapeIsVoid = false;
    this.#lastSeen = null;
    this.#mids = new MidWindow();
    this.#lastMark = null;
    this.#behindSince = null;
    this.dayAgo = null;
    this.candles = null;
    this.candlesFrom = 0;
    this.lateThrough = 0;
    this.#unsettledSince = null;
  }

  /** To be called after events of the book or the tape, with the market's time: samples the mid and keeps the last mark. */
  sample(marketTime: Milliseconds): void {
    const { bid, ask } = this.top();
    const middle = usableMid(bid?.[0] ?? null, ask?.[0] ?? null);
    if (middle === null || this.#mids.add(marketTime, middle)) {
      this.mark(marketTime);
    }
  }

  top(): { readonly bid: Level | null; readonly ask: Level | null } {
    return this.#verified && this.#book !== null
      ? { bid: this.#book.bestBid(), ask: this.#book.bestAsk() }
      : { bid: null, ask: null };
  }

  freshness(link: LinkState, now: Milliseconds): Freshness {
    return freshness(this.times(link), now);
  }

  times(link: LinkState): ChannelTimes {
    return {
      connected: link.connected,
      since: link.connected ? Math.max(this.#askedAt, link.since) : link.since,
      refused: this.refused === null ? null : isUnknownPair(this.refused) ? "symbol_unknown" : "subscription_refused",
      offline: CLOSED_STATUSES.has(statusUnder(link.system, this.instrument.status)),
      unverifiedSince: this.#verified ? null : this.#unverifiedSince,
      book: this.#bookAt,
      ticker: this.#tickerAt,
      contradictedSince: this.#contradictedSince,
      contradictedWhenAsked: this.#contradictedWhenAsked,
      standsStillSince: this.#standsStillSince,
      tapeUnsettledSince: this.#unsettledSince,
    };
  }

  /** The mark of TRADING §1, or the last good one; null before the first. */
  mark(marketTime: Milliseconds): Mark | null {
    const { bid, ask } = this.top();
    const mark = markNow({
      bid: bid?.[0] ?? null,
      ask: ask?.[0] ?? null,
      lastTrade: this.tape.lastTrade,
      median: this.#mids.median(),
      now: marketTime,
    });
    this.#lastMark = mark ?? this.#lastMark;
    return this.#lastMark;
  }

  quote(link: LinkState, now: Milliseconds, marketTime: Milliseconds): Quote {
    const state = this.freshness(link, now);
    const mark = this.mark(marketTime);
    return {
      symbol: this.symbol,
      ...this.top(),
      lastTrade: this.tape.lastTrade,
      mark: mark?.price ?? null,
      markTime: mark?.time ?? null,
      fresh: state.fresh,
      ...staleFields(state, now, marketTime),
      at: marketTime,
    };
  }

  ticker(link: LinkState, now: Milliseconds, marketTime: Milliseconds): Ticker {
    const quote = this.quote(link, now, marketTime);
    const values = this.#ticker;
    const last = quote.lastTrade?.price ?? values?.last ?? null;
    const { change, percent } = dayChange(this.dayAgo?.price ?? null, last);
    return {
      symbol: this.symbol,
      bid: quote.bid?.[0] ?? null,
      ask: quote.ask?.[0] ?? null,
      last,
      lastTime: quote.lastTrade?.time ?? null,
      mark: quote.mark,
      markTime: quote.markTime,
      high24h: values?.high ?? null,
      low24h: values?.low ?? null,
      volume24h: values?.volume ?? null,
      change24h: change,
      changePercent24h: percent,
      status: statusUnder(link.system, this.instrument.status),
      fresh: quote.fresh,
      staleSince: quote.staleSince,
      staleReason: quote.staleReason,
    };
  }

  /** The verified book, or null; `at` is when anything last witnessed that it is current, in market time. */
  bookView(link: LinkState, now: Milliseconds, marketTime: Milliseconds): BookView | null {
    const book = this.#book;
    if (!this.#verified || book === null) {
      return null;
    }
    if (this.#view?.version !== book.version) {
      const { version } = book;
      this.#view = { version, view: { symbol: this.symbol, version, bids: book.bids(), asks: book.asks() } };
    }
    return { ...this.#view.view, at: marketTime - (now - lastHeard(this.times(link))) };
  }

  /**
   * A ticker that goes on by itself without the book shows that the book's channel stands still. A snapshot of the book that is
   * asked for does not undo that: only an update does, or a ticker that still agrees with it a while later.
   */
  #compareTop(type: FrameKind, ticker: TickerValues, now: Milliseconds): void {
    const { bid, ask } = this.top();
    const agrees = ticker.bid === (bid?.[0] ?? null) && ticker.ask === (ask?.[0] ?? null);
    if (agrees || !this.#verified) {
      this.#contradictedSince = null;
      if (agrees && now - (this.#bookAt ?? now) >= ASK_WITNESS_AFTER_MS) {
        this.#standsStillSince = null;
      }
      return;
    }
    this.#contradictedSince ??= now;
    this.#contradictedWhenAsked = type === "snapshot";
    if (type === "update" && now - this.#contradictedSince > CONTRADICTION_LIMIT_MS) {
      this.#standsStillSince ??= this.#bookAt ?? this.#contradictedSince;
    }
  }

  #settled(due: readonly Trade[], now: Milliseconds): readonly Trade[] {
    this.#unsettledSince = this.tape.gap === null ? null : (this.#unsettledSince ?? now);
    return due;
  }

  #dropBook(now: Milliseconds): void {
    if (this.#verified) {
      this.#unverifiedSince = now;
    }
    this.#book = null;
    this.#verified = false;
    this.#view = null;
    this.#contradictedSince = null;
  }
}

/** "Currency pair not supported XBT/USD" (PROTOCOL §4): anything else is a refusal that may pass. */
function isUnknownPair(error: string): boolean {
  return /currency pair not supported/i.test(error);
}

function staleFields(
  state: Freshness,
  now: Milliseconds,
  marketTime: Milliseconds,
): Pick<Quote, "staleSince" | "staleReason"> {
  return state.fresh
    ? { staleSince: null, staleReason: null }
    : { staleSince: marketTime - (now - state.since), staleReason: state.reason };
}
