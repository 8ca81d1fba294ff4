/**
 * What the sockets do not tell: candles from before the subscription, the prints of the running interval, and the prints of a
 * hole in the tape. All of it comes from REST, through one queue.
 */
import { CandleBuilder, type ClosedCandle } from "../../domain/candles/builder.ts";
import { TIMEFRAME_MS, openTime, timeframesFrom } from "../../domain/candles/timeframe.ts";
import type { Milliseconds, Timeframe, Trade } from "../../domain/market.ts";
import type { Result } from "../../domain/problem.ts";
import { log } from "../lib/log.ts";
import type { CandleStore } from "./candle-store.ts";
import type { HistoryQueue, Urgency } from "./history-queue.ts";
import { cursorAt, type VenueHistory } from "./venue/rest.ts";
import type { WatchedMarket } from "./watched-market.ts";

export type BackfillPorts = {
  readonly history: VenueHistory;
  readonly queue: HistoryQueue;
  readonly store: CandleStore;
  /** What the source can tell apart, where it is known; null: what the venue's history offers. */
  readonly finest: Timeframe | null;
  readonly marketTime: () => Milliseconds;
  readonly wait: (milliseconds: number) => Promise<void>;
  /** False once the symbol left or was started anew: work for it ends. */
  readonly isWatched: (market: WatchedMarket) => boolean;
  readonly hasTriggers: (market: WatchedMarket) => boolean;
  /** Takes prints of a refill in; they count as late. */
  readonly acceptLateTrades: (market: WatchedMarket, trades: readonly Trade[]) => void;
  /** Goes on behind a hole whose prints exist nowhere or are not worth reading. */
  readonly skipGap: (market: WatchedMarket) => void;
  readonly candlesClosed: (market: WatchedMarket, closed: readonly ClosedCandle[]) => void;
  /** The candles of a series are other than before: charts begin again from a snapshot. */
  readonly candlesReplaced: (market: WatchedMarket, timeframe: Timeframe) => void;
};

/** The order in which a chart is usually wanted; what is asked for goes first. */
const CHART_ORDER: readonly Timeframe[] = ["1m", "1h", "5m", "15m", "4h", "1d"];
const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 60_000;
/** Without trigger rows a long hole is not worth more pages than this: candles come from OHLC. */
const PAGES_WITHOUT_TRIGGERS = 3;
const PAGES_FOR_RUNNING_CANDLE = 10;
const TAPE_WAIT_MS = 250;
const TAPE_WAITS = 40;
/** How far back to look, step by step, for prints since an id whose time is unknown. */
const LOOK_BACK_MS = [600_000, 3_600_000, 6 * 3_600_000, 24 * 3_600_000] as const;

export class Backfill {
  readonly #ports: BackfillPorts;
  readonly #wanted = new Set<string>();
  readonly #done = new WeakMap<WatchedMarket, Set<Timeframe>>();
  readonly #refilling = new WeakSet<WatchedMarket>();

  constructor(ports: BackfillPorts) {
    this.#ports = ports;
  }

  /** True when the venue's history of this timeframe has been read since the symbol was started. */
  isDone(market: WatchedMarket, timeframe: Timeframe): boolean {
    return this.#done.get(market)?.has(timeframe) ?? false;
  }

  /** Somebody looks at this chart: read it before others. */
  want(market: WatchedMarket, timeframe: Timeframe): void {
    this.#wanted.add(key(market, timeframe));
  }

  /** Reads the history of a symbol that was just subscribed, or whose tape began anew, and begins its running candles. */
  async start(market: WatchedMarket): Promise<void> {
    const done = new Set<Timeframe>();
    this.#done.set(market, done);
    const isCurrent = (): boolean => this.#done.get(market) === done && this.#ports.isWatched(market);
    const finest = await this.#readFinest(market);
    if (finest === null || !isCurrent()) {
      return;
    }
    await this.#beginCandles(market, finest, isCurrent);
    const remaining = new Set(timeframesFrom(finest).filter((timeframe) => timeframe !== finest));
    while (remaining.size > 0 && isCurrent()) {
      const next = this.#nextOf(market, remaining);
      remaining.delete(next);
      await this.#readCandles(market, next);
    }
  }

  /** Refills the hole in a tape from REST until it is settled. At most one refill per symbol runs. */
  async refill(market: WatchedMarket): Promise<void> {
    if (this.#refilling.has(market)) {
      return;
    }
    this.#refilling.add(market);
    log("tape_gap", {
      symbol: market.symbol,
      after: market.tape.gap?.after ?? 0,
      before: market.tape.gap?.before ?? 0,
    });
    try {
      await this.#refill(market);
    } finally {
      this.#refilling.delete(market);
    }
  }

  /**
   * Prints after an id, up to what the tape holds; null when they cannot be had. For a trigger row that was armed before the
   * oldest print in memory.
   */
  async printsSince(market: WatchedMarket, tradeId: number): Promise<readonly Trade[] | null> {
    for (const lookBack of LOOK_BACK_MS) {
      const trades = await this.#tradesFrom(
        market,
        this.#ports.marketTime() - lookBack,
        PAGES_FOR_RUNNING_CANDLE,
        "tape",
      );
      if (trades === null) {
        return null;
      }
      const first = trades[0];
      if (first !== undefined && first.id <= tradeId + 1) {
        return trades.filter(({ id }) => id > tradeId);
      }
    }
    log("prints_out_of_reach", { symbol: market.symbol, tradeId });
    return [];
  }

  async #refill(market: WatchedMarket): Promise<void> {
    let pages = 0;
    let cursor: string | null = null;
    while (this.#ports.isWatched(market)) {
      const { gap } = market.tape;
      if (gap === null || market.tapeIsVoid) {
        return;
      }
      if (pages >= PAGES_WITHOUT_TRIGGERS && !this.#ports.hasTriggers(market)) {
        log("tape_gap_skipped", { symbol: market.symbol, after: gap.after, before: gap.before });
        this.#ports.skipGap(market);
        return;
      }
      cursor ??= cursorAt(this.#gapStart(market));
      const from: string = cursor;
      const page = await this.#read(market, "tape", () =>
        this.#ports.history.trades(market.symbol, market.instrument.restName, from),
      );
      if (page === null) {
        return;
      }
      pages += 1;
      this.#ports.acceptLateTrades(market, page.trades);
      if (market.tapeIsVoid) {
        return;
      }
      const newest = page.trades.at(-1)?.id ?? gap.before;
      const ended = newest >= gap.before - 1 || page.next === cursor;
      if (ended && market.tape.gap?.after === gap.after) {
        log("tape_gap_without_prints", { symbol: market.symbol, after: gap.after, before: gap.before });
        this.#ports.skipGap(market);
      }
      cursor = page.next;
    }
  }

  /** Prints before the hole carry its start; a tape that was just restored carries none, then its age is unknown. */
  #gapStart(market: WatchedMarket): Milliseconds {
    const last = market.tape.lastTrade?.time ?? market.restoredTapeTime;
    return (last ?? this.#ports.marketTime() - LOOK_BACK_MS[0]) - 1_000;
  }

  /** The finest candles tell what the source can tell apart: an hourly replay has no minutes. */
  async #readFinest(market: WatchedMarket): Promise<Timeframe | null> {
    const { finest } = this.#ports;
    if (finest !== null) {
      return (await this.#readCandles(market, finest)) === null ? null : finest;
    }
    for (const timeframe of ["1m", "1h"] as const) {
      const rows = await this.#readCandles(market, timeframe);
      if (rows === null) {
        return null;
      }
      if (rows > 0) {
        return timeframe;
      }
    }
    // A listing without any history yet.
    return "1m";
  }

  /** Answers how many rows came, 0 when the source does not offer the timeframe, null when the symbol left meanwhile. */
  async #readCandles(market: WatchedMarket, timeframe: Timeframe): Promise<number | null> {
    const { store, history } = this.#ports;
    const known = store.lastTime(market.symbol, timeframe);
    const since = known === null ? null : known - TIMEFRAME_MS[timeframe];
    const urgency = this.#wanted.has(key(market, timeframe)) ? "chart wanted" : "chart";
    const { tape } = market;
    const rows = await this.#read(market, urgency, () => history.candles(market.instrument.restName, timeframe, since));
    if (market.tape !== tape) {
      // The tape began anew meanwhile: another start reads everything again.
      return null;
    }
    if (rows === null) {
      return this.#ports.isWatched(market) ? 0 : null;
    }
    store.put(market.symbol, timeframe, rows);
    this.#done.get(market)?.add(timeframe);
    market.candles?.resume(this.#historyOf(market), this.#ports.marketTime());
    this.#ports.candlesReplaced(market, timeframe);
    return rows.length + (known === null ? 0 : 1);
  }

  /** Begins the running candles: closed history, then the prints of the running interval. */
  async #beginCandles(market: WatchedMarket, finest: Timeframe, isCurrent: () => boolean): Promise<void> {
    for (let waits = 0; market.tape.lastId === null && waits < TAPE_WAITS; waits += 1) {
      await this.#ports.wait(TAPE_WAIT_MS);
    }
    const began = this.#ports.marketTime();
    const open = openTime(began, finest);
    const oldest = market.tape.recent()[0];
    if (oldest === undefined || oldest.time >= open) {
      const earlier = (await this.#tradesFrom(market, open, PAGES_FOR_RUNNING_CANDLE, "chart wanted")) ?? [];
      if (market.tape.lastId === null) {
        // Nothing came by the socket: the tape begins with what REST knows.
        this.#ports.acceptLateTrades(market, earlier);
      } else {
        market.tape.prepend(earlier);
      }
    }
    if (!isCurrent()) {
      return;
    }
    const builder = new CandleBuilder(finest);
    builder.resume(this.#historyOf(market), began);
    const closed = market.tape
      .recent()
      .filter(({ time }) => time >= open)
      .flatMap((trade) => builder.addTrade(trade).closed);
    market.candles = builder;
    market.candlesFrom = open;
    this.#ports.candlesClosed(market, closed);
    for (const timeframe of builder.timeframes) {
      this.#ports.candlesReplaced(market, timeframe);
    }
  }

  async #tradesFrom(
    market: WatchedMarket,
    time: Milliseconds,
    mostPages: number,
    urgency: Urgency,
  ): Promise<readonly Trade[] | null> {
    const trades = new Map<number, Trade>();
    let cursor = cursorAt(time - 1);
    for (let page = 0; page < mostPages; page += 1) {
      const from = cursor;
      const result = await this.#read(market, urgency, () =>
        this.#ports.history.trades(market.symbol, market.instrument.restName, from),
      );
      if (result === null) {
        return null;
      }
      for (const trade of result.trades) {
        trades.set(trade.id, trade);
      }
      const newest = result.trades.at(-1)?.id ?? Infinity;
      if (result.next === cursor || newest >= (market.tape.lastId ?? Infinity)) {
        break;
      }
      cursor = result.next;
    }
    return [...trades.values()].toSorted((left, right) => left.id - right.id);
  }

  /** A read that is repeated until it succeeds; null when the symbol left, or the venue says that it never will. */
  async #read<T>(market: WatchedMarket, urgency: Urgency, read: () => Promise<Result<T>>): Promise<T | null> {
    for (let failures = 0; this.#ports.isWatched(market); failures += 1) {
      const result = await this.#ports.queue.add(urgency, read);
      if (result.ok) {
        return result.value;
      }
      log("venue_history_failed", { symbol: market.symbol, error: result.error.details["error"] ?? "", failures });
      if (result.error.details["reason"] === "invalid") {
        return null;
      }
      await this.#ports.wait(Math.min(FIRST_RETRY_MS * 2 ** failures, LONGEST_RETRY_MS));
    }
    return null;
  }

  #historyOf(market: WatchedMarket) {
    const { store } = this.#ports;
    return (timeframe: Timeframe, from: Milliseconds) =>
      store.between(market.symbol, timeframe, from, Number.MAX_SAFE_INTEGER);
  }

  #nextOf(market: WatchedMarket, remaining: ReadonlySet<Timeframe>): Timeframe {
    const ordered = CHART_ORDER.filter((timeframe) => remaining.has(timeframe));
    return ordered.find((timeframe) => this.#wanted.has(key(market, timeframe))) ?? ordered[0] ?? "1m";
  }
}

function key(market: WatchedMarket, timeframe: Timeframe): string {
  return `${market.symbol} ${timeframe}`;
}
