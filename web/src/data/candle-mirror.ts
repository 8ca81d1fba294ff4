/**
 * The candles of one symbol and timeframe: the live tail from the socket and older pages from the API, one ascending run
 * without holes. Each view says what changed since the last, so that a chart updates its tail and never re-creates.
 */
import type { Candle, Timeframe } from "../../../domain/market.ts";
import type { Problem } from "../../../domain/problem.ts";

export type CandleChange =
  /** Set all data again. */
  | { readonly type: "reset" }
  /** Candles from index `from` on are new or changed. */
  | { readonly type: "tail"; readonly from: number }
  /** `added` candles came before the first. */
  | { readonly type: "older"; readonly added: number };

export type CandleSeries = {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** Oldest first; the last may be open (`closed: false`). The array is shared and grows in place: read it, keep no copy. */
  readonly candles: readonly Candle[];
  readonly change: CandleChange;
  /** No older candles exist anywhere. */
  readonly complete: boolean;
  readonly loadingOlder: boolean;
  readonly problem: Problem | null;
};

export type CandleMirror = {
  apply(kind: "snapshot" | "delta", candles: readonly Candle[]): void;
  addOlder(candles: readonly Candle[], complete: boolean): void;
  setLoading(isLoading: boolean, problem?: Problem | null): void;
  first(): Candle | undefined;
  isComplete(): boolean;
  isLoading(): boolean;
  length(): number;
  /** The series with the changes since the last call. */
  view(): CandleSeries;
};

const durations: Record<Timeframe, number> = {
  "1m": 60_000,
  "5m": 300_000,
  "15m": 900_000,
  "1h": 3_600_000,
  "4h": 14_400_000,
  "1d": 86_400_000,
};

export function timeframeMilliseconds(timeframe: Timeframe): number {
  return durations[timeframe];
}

export function makeCandleMirror(symbol: string, timeframe: Timeframe): CandleMirror {
  let candles: Candle[] = [];
  let change: CandleChange | null = { type: "reset" };
  let isComplete = false;
  let isLoadingOlder = false;
  let problem: Problem | null = null;

  function note(next: CandleChange): void {
    change = combine(change, next);
  }

  function put(candle: Candle): void {
    const last = candles.at(-1);
    if (last === undefined || candle.time > last.time) {
      candles.push(candle);
      note({ type: "tail", from: candles.length - 1 });
      return;
    }
    const index = indexOfTime(candles, candle.time);
    if (candles[index]?.time === candle.time) {
      candles[index] = candle;
      note({ type: "tail", from: index });
    }
  }

  return {
    apply(kind, incoming) {
      const first = incoming[0];
      const last = candles.at(-1);
      const hasHole = first !== undefined && last !== undefined && first.time > last.time + durations[timeframe];
      if (kind === "snapshot" && (hasHole || candles.length === 0)) {
        candles = [...incoming];
        isComplete = false;
        note({ type: "reset" });
        return;
      }
      for (const candle of incoming) {
        put(candle);
      }
    },
    addOlder(older, complete) {
      const first = candles[0];
      const added = first === undefined ? older : older.filter((candle) => candle.time < first.time);
      if (added.length > 0) {
        candles.unshift(...added);
        note({ type: "older", added: added.length });
      }
      // A page that brings nothing new is the end, whatever it says: otherwise a chart would ask for ever.
      isComplete = complete || added.length === 0;
    },
    setLoading(isLoading, failure = null) {
      isLoadingOlder = isLoading;
      problem = failure;
    },
    first: () => candles[0],
    isComplete: () => isComplete,
    isLoading: () => isLoadingOlder,
    length: () => candles.length,
    view() {
      const shown = change ?? { type: "tail", from: candles.length };
      change = null;
      return { symbol, timeframe, candles, change: shown, complete: isComplete, loadingOlder: isLoadingOlder, problem };
    },
  };
}

function combine(before: CandleChange | null, next: CandleChange): CandleChange {
  if (before === null) {
    return next;
  }
  if (before.type === "tail" && next.type === "tail") {
    return { type: "tail", from: Math.min(before.from, next.from) };
  }
  return { type: "reset" };
}

function indexOfTime(candles: readonly Candle[], time: number): number {
  let low = 0;
  let high = candles.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const candle = candles[middle];
    if (candle !== undefined && candle.time < time) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
