import { MINUTE, SECOND, type Micros } from "../clock.ts";
import type { Pair } from "../instruments.ts";
import { maximum, parseUnits } from "../units.ts";
import type { Candle } from "./candles.ts";
import type { Engine } from "./engine.ts";
import { moveTo } from "./movement.ts";

/** A candle of Kraken's OHLCVT files: unix seconds, open, high, low, close, volume, trades. */
export interface ReplayCandle {
  readonly begin: Micros;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: bigint;
  readonly trades: number;
}

export interface ReplayTape {
  readonly pair: Pair;
  readonly minutes: number;
  readonly candles: readonly ReplayCandle[];
}

/** Reads a file without header; throws with the line that is not such a row. */
export function readReplayFile(text: string, pair: Pair): ReplayTape {
  const candles: ReplayCandle[] = [];
  text.split(/\r?\n/).forEach((line, index) => {
    if (line.trim() !== "") {
      candles.push(readRow(line, pair, index + 1));
    }
  });
  candles.sort((a, b) => a.begin - b.begin);
  let minutes = 60;
  for (let index = 1; index < Math.min(candles.length, 100); index += 1) {
    const gap = ((candles[index]?.begin ?? 0) - (candles[index - 1]?.begin ?? 0)) / MINUTE;
    minutes = index === 1 ? gap : Math.min(minutes, gap);
  }
  return { pair, minutes, candles };
}

function readRow(line: string, pair: Pair, number: number): ReplayCandle {
  const fields = line.split(",");
  const prices = fields.slice(1, 5).map((field) => parseUnits(field, pair.priceDecimals, "half-up"));
  const [open, high, low, close] = prices.map((price) => Number(price ?? 0n));
  const volume = parseUnits(fields[5] ?? "", pair.quantityDecimals, "half-up");
  const seconds = /^\d{9,11}$/.test(fields[0] ?? "") ? Number.parseInt(fields[0] ?? "", 10) : undefined;
  const isRow = seconds !== undefined && volume !== undefined && !prices.includes(undefined);
  if (!isRow || open === undefined || high === undefined || low === undefined || close === undefined || low < 1) {
    throw new Error(
      `line ${String(number)} is not a row of an OHLCVT file (time,open,high,low,close,volume,trades): ${line}`,
    );
  }
  return {
    begin: seconds * SECOND,
    open,
    high,
    low,
    close,
    volume,
    trades: Number.parseInt(fields[6] ?? "0", 10) || 0,
  };
}

/** Puts the candles before `from` into the market's past. */
export function recallReplay(engine: Engine, tape: ReplayTape, from: Micros): void {
  const market = engine.markets.get(tape.pair.symbol);
  for (const row of tape.candles) {
    if (row.begin < from && market !== undefined) {
      const average = Math.round((row.open + row.high + row.low + row.close) / 4);
      const candle: Candle = { ...row, cost: row.volume * BigInt(average) };
      market.candles.addHistory(candle, tape.minutes);
      market.day.add(candle);
      market.nextTradeId += row.trades;
    }
  }
}

interface Waypoint {
  readonly at: Micros;
  readonly price: number;
}

/** The path through a candle: open, the adverse extreme of a long position, the other one, close (TRADING §3). */
export function waypoints(row: ReplayCandle, minutes: number, between: number): Waypoint[] {
  const corners = [row.open, row.low, row.high, row.close];
  const length = minutes * MINUTE;
  const leg = Math.floor(length / 3);
  const points: Waypoint[] = [{ at: row.begin, price: row.open }];
  for (let index = 1; index < corners.length; index += 1) {
    const start = corners[index - 1] ?? row.open;
    const end = corners[index] ?? row.close;
    for (let nth = 1; nth <= between + 1; nth += 1) {
      const part = nth / (between + 1);
      // The close prints just before the next candle begins.
      const at = row.begin + Math.min(length - SECOND, Math.floor((index - 1 + part) * leg));
      points.push({ at, price: nth === between + 1 ? end : Math.round(start + (end - start) * part) });
    }
  }
  return points;
}

/**
 * Plans the replay from `from` on, one candle at a time. Each candle's volume is spread over its prints, so that the
 * simulated candle has the recorded open, high, low, close and volume, apart from what accounts trade themselves.
 */
export function startReplay(engine: Engine, tape: ReplayTape, from: Micros, finished: () => void): void {
  const market = engine.markets.get(tape.pair.symbol);
  const crowd = engine.crowds.get(tape.pair.symbol);
  if (market === undefined || crowd === undefined) {
    throw new Error(`${tape.pair.symbol} is not a market of this replay`);
  }
  const between = pointsBetween(tape.minutes, engine.clock.speed);
  const length = tape.minutes * MINUTE;
  // A replay that goes on after a restart begins in the middle of a candle.
  let next = tape.candles.findIndex((row) => row.begin + length > from);
  const plan = (): void => {
    const row = next < 0 ? undefined : tape.candles[next];
    if (row === undefined) {
      finished();
      return;
    }
    next += 1;
    const points = row.volume === 0n ? [] : waypoints(row, tape.minutes, between);
    const share = points.length === 0 ? 0n : row.volume / BigInt(points.length);
    points.forEach((point, index) => {
      const rest = row.volume - share * BigInt(points.length - 1);
      const quantity = maximum(1n, index === points.length - 1 ? rest : share);
      if (point.at >= from) {
        engine.scheduler.at(point.at, (at) => {
          moveTo(engine, market, crowd, point.price, at, false, quantity);
        });
      }
    });
    engine.scheduler.at(row.begin + length - SECOND + 1, plan);
  };
  plan();
}

/** Prints between two corners of the path: about two a second of real time, between 1 and 40. */
function pointsBetween(minutes: number, speed: number): number {
  const legSeconds = (minutes * 60) / 3 / speed;
  return Math.max(1, Math.min(40, Math.floor(legSeconds * 2)));
}
