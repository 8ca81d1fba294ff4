/**
 * Candles of one symbol in all timeframes, built from trades. Only the finest timeframe counts trades; the longer ones are
 * the closed fine candles since their open, joined with the running one, so that a trade costs the same however many
 * timeframes there are and all of them always agree.
 */
import type { Candle, Milliseconds, Timeframe, Trade } from "../market.ts";
import { candleOf, flatCandle, joinCandles, withTrade } from "./candle.ts";
import { TIMEFRAME_MS, openTime, timeframesFrom } from "./timeframe.ts";

export type ClosedCandle = { readonly timeframe: Timeframe; readonly candle: Candle };

/** What a trade or the clock did to the candles. */
export type CandleChanges = {
  readonly closed: readonly ClosedCandle[];
  /** Timeframes whose candle of that trade is closed already: the trade came late and corrects the stored one. */
  readonly corrected: readonly Timeframe[];
};

/** Closed candles of a timeframe from an open time on, oldest first. */
export type CandleHistory = (timeframe: Timeframe, from: Milliseconds) => readonly Candle[];

/** After the end of an interval its last trades may still be on their way. */
const CLOSE_MARGIN_MS = 2_000;
/** A longer silence (no feed for days) is a hole for backfill to fill, not a row of flat candles. */
const MOST_FLAT_CANDLES = 1_500;
const NOTHING: CandleChanges = { closed: [], corrected: [] };

export class CandleBuilder {
  readonly timeframes: readonly Timeframe[];
  readonly #finest: Timeframe;
  readonly #longer: readonly Timeframe[];
  /** Closed fine candles since the open of each longer timeframe, joined. */
  readonly #joined = new Map<Timeframe, Candle>();
  #running: Candle | null = null;
  /** Open of the fine interval that ran when the history was taken over: earlier ones are closed. Null before that. */
  #begin: Milliseconds | null = null;

  /** `finest` is what the source can tell apart: "1m", or longer for a replay, for example "1h". */
  constructor(finest: Timeframe) {
    this.timeframes = timeframesFrom(finest);
    this.#finest = finest;
    this.#longer = this.timeframes.filter((timeframe) => timeframe !== finest);
  }

  /** Takes trades in id order. */
  addTrade(trade: Trade): CandleChanges {
    const open = openTime(trade.time, this.#finest);
    const running = this.#running;
    if (running === null && this.#begin !== null && open < this.#begin) {
      // A late print of an interval that is over must not be taken for the running one.
      return this.#correct(trade, this.#begin);
    }
    if (running === null) {
      this.#running = candleOf(open, trade);
      return NOTHING;
    }
    if (open === running.time) {
      this.#running = withTrade(running, trade);
      return NOTHING;
    }
    if (open < running.time) {
      return this.#correct(trade, running.time);
    }
    const closed = this.#closeUntil(open);
    this.#running = candleOf(open, trade);
    return { closed, corrected: [] };
  }

  /** Closes what the market clock has passed; intervals without trades come out flat. */
  advance(marketTime: Milliseconds): readonly ClosedCandle[] {
    const open = openTime(marketTime - CLOSE_MARGIN_MS, this.#finest);
    if (this.#running === null || open <= this.#running.time) {
      return [];
    }
    return this.#closeUntil(open);
  }

  /** The unfinished candle of a timeframe, or null before the first trade. */
  running(timeframe: Timeframe): Candle | null {
    const running = this.#running;
    if (running === null || timeframe === this.#finest) {
      return running;
    }
    const open = openTime(running.time, timeframe);
    const joined = this.#joined.get(timeframe);
    return joined === undefined ? { ...running, time: open } : joinCandles(open, joined, running);
  }

  /**
   * Takes the stored history as what came before the running candle: after a start in the middle of a day, and whenever
   * backfill added to it. With no trade yet, the running candle follows flat on the last stored one.
   */
  resume(history: CandleHistory, marketTime: Milliseconds): void {
    const now = openTime(this.#running?.time ?? marketTime, this.#finest);
    const hour = openTime(now, "1h");
    const day = openTime(now, "1d");
    const isFine = TIMEFRAME_MS[this.#finest] < TIMEFRAME_MS["1h"];
    const hours = isFine ? history("1h", day).filter(({ time }) => time < hour) : [];
    const start = isFine ? hour : day;
    // From one interval earlier on: in the first minute of an hour the candle before it tells the price to go on from.
    const before = TIMEFRAME_MS[isFine ? "1h" : "1d"];
    const known = history(this.#finest, start - before).filter(({ time }) => time < now);
    const fine = known.filter(({ time }) => time >= start);
    this.#begin ??= now;
    for (const timeframe of this.#longer) {
      const open = openTime(now, timeframe);
      const parts = [...hours, ...fine].filter(({ time }) => time >= open);
      const joined = joinAll(open, parts);
      if (joined === null) {
        this.#joined.delete(timeframe);
      } else {
        this.#joined.set(timeframe, joined);
      }
    }
    const last = known.at(-1) ?? hours.at(-1);
    if (this.#running === null && last !== undefined) {
      this.#running = flatCandle(now, last.close);
    }
  }

  /** `running`: open of the fine interval that runs. */
  #correct(trade: Trade, running: Milliseconds): CandleChanges {
    const corrected: Timeframe[] = [this.#finest];
    for (const timeframe of this.#longer) {
      const open = openTime(trade.time, timeframe);
      if (open < openTime(running, timeframe)) {
        corrected.push(timeframe);
        continue;
      }
      const joined = this.#joined.get(timeframe);
      this.#joined.set(timeframe, joined === undefined ? candleOf(open, trade) : withTrade(joined, trade));
    }
    return { closed: [], corrected };
  }

  /** Closes the running candle and every interval before `open`; the one at `open` runs flat until a trade comes. */
  #closeUntil(open: Milliseconds): readonly ClosedCandle[] {
    const closed: ClosedCandle[] = [];
    const length = TIMEFRAME_MS[this.#finest];
    let running = this.#running;
    while (running !== null && running.time < open) {
      const done: Candle = { ...running, closed: true };
      closed.push({ timeframe: this.#finest, candle: done });
      this.#closeLonger(done, closed);
      const next = running.time + length;
      running = flatCandle(next, running.close);
      if (open - next > MOST_FLAT_CANDLES * length) {
        this.#joined.clear();
        running = flatCandle(open, running.close);
      }
    }
    this.#running = running;
    return closed;
  }

  #closeLonger(done: Candle, closed: ClosedCandle[]): void {
    const end = done.time + TIMEFRAME_MS[this.#finest];
    for (const timeframe of this.#longer) {
      const open = openTime(done.time, timeframe);
      const before = this.#joined.get(timeframe);
      const joined = before === undefined ? { ...done, time: open } : joinCandles(open, before, done);
      if (end === open + TIMEFRAME_MS[timeframe]) {
        closed.push({ timeframe, candle: { ...joined, closed: true } });
        this.#joined.delete(timeframe);
      } else {
        this.#joined.set(timeframe, joined);
      }
    }
  }
}

function joinAll(open: Milliseconds, parts: readonly Candle[]): Candle | null {
  return parts.reduce<Candle | null>(
    (whole, part) => (whole === null ? { ...part, time: open, closed: false } : joinCandles(open, whole, part)),
    null,
  );
}
