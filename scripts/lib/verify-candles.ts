import { candleOf, withTrade } from "../../domain/candles/candle.ts";
import { openTime } from "../../domain/candles/timeframe.ts";
import type { Candle, Trade } from "../../domain/market.ts";
import type { Result } from "../../domain/problem.ts";
import { cursorAt, type VenueHistory } from "../../durable-objects/market-feed/venue/rest.ts";
import { Failure } from "./failure.ts";

export interface CandleResult {
  readonly symbol: string;
  /** Whole minutes for which all trades were at hand. */
  readonly minutes: number;
  /** Those whose candle is not what their trades make. */
  readonly different: readonly string[];
}

const fields = ["open", "high", "low", "close", "volume", "trades"] as const;
const minute = 60_000;
const span = 15 * minute;

/** Compares the venue's last minute candles with the aggregation of its own trades. Throws a Failure when refused. */
export async function verifyCandles(history: VenueHistory, symbol: string, restName: string): Promise<CandleResult> {
  const now = required(await history.time());
  const page = required(await history.trades(symbol, restName, cursorAt(now - span)));
  const candles = required(await history.candles(restName, "1m", null));
  const from = openTime(now - span, "1m") + minute;
  // A full page may end before now: its last minute is then incomplete.
  const newest = page.trades.length >= 1_000 ? page.trades.at(-1)?.time : now;
  const until = openTime(newest ?? now, "1m");
  const made = aggregate(page.trades);
  const compared = candles.filter((candle) => candle.closed && candle.time >= from && candle.time < until);
  return { symbol, minutes: compared.length, different: compared.flatMap((candle) => difference(candle, made)) };
}

function aggregate(trades: readonly Trade[]): ReadonlyMap<number, Candle> {
  const made = new Map<number, Candle>();
  for (const trade of trades) {
    const time = openTime(trade.time, "1m");
    const candle = made.get(time);
    made.set(time, candle === undefined ? candleOf(time, trade) : withTrade(candle, trade));
  }
  return made;
}

function difference(candle: Candle, made: ReadonlyMap<number, Candle>): string[] {
  const minuteText = new Date(candle.time).toISOString();
  const own = made.get(candle.time);
  if (own === undefined) {
    return candle.trades === 0 ? [] : [`${minuteText}: ${candle.trades} trades, none found`];
  }
  const unequal = fields.filter((field) => candle[field] !== own[field]);
  return unequal.length === 0
    ? []
    : [`${minuteText}: ${unequal.map((field) => `${field} ${candle[field]}, from trades ${own[field]}`).join("; ")}`];
}

/** The value of a reply, or a Failure with the venue's refusal. */
export function required<T>(result: Result<T>): T {
  if (!result.ok) {
    throw new Failure(result.error.message);
  }
  return result.value;
}
