import { DAY, HOUR, MINUTE, type Micros } from "../clock.ts";
import type { Random } from "../random.ts";
import { candleBegin, type Candle } from "./candles.ts";
import { characterOf, characters, type Character } from "./fundamentals.ts";
import type { Market } from "./market.ts";
import type { Trade } from "./tape.ts";

/** The past that a fresh exchange invents: coarse long ago, finer later, trades for the last thirteen hours. */

interface Step {
  readonly begin: Micros;
  readonly minutes: number;
}

const tradesFor = 13 * HOUR;
/** How far back each grain reaches, from the coarsest; enough for 720 candles of every interval. */
const grains = [
  { minutes: 1440, reaches: 1_100 * DAY, alignment: 1440 },
  { minutes: 240, reaches: 122 * DAY, alignment: 1440 },
  { minutes: 60, reaches: 31 * DAY, alignment: 1440 },
  { minutes: 15, reaches: 16 * DAY, alignment: 1440 },
  { minutes: 5, reaches: 3 * DAY, alignment: 1440 },
  { minutes: 1, reaches: tradesFor, alignment: 60 },
] as const;

/** Mean size of a taker order in `takerSize`s: the crowd's sizes are log-normal, and eager takers take more. */
const meanTake = 2.2;
/** Mean of the sizes that inventTrade draws, in the same unit: e^(1.1² / 2). */
const meanDraw = 1.83;

/** Consecutive steps that cover the past up to `now`; the last one is shorter than a minute. */
function stepsUpTo(now: Micros): Step[] {
  const steps: Step[] = [];
  grains.forEach((grain, index) => {
    const next = grains[index + 1];
    const from = candleBegin(now - grain.reaches, grain.alignment);
    const to = next === undefined ? now : candleBegin(now - next.reaches, next.alignment);
    for (let begin = from; begin < to; begin += grain.minutes * MINUTE) {
      steps.push({ begin, minutes: grain.minutes });
    }
  });
  return steps;
}

/** A pair's value at the start of each step and at `now`: a walk backwards in time from `final`. */
function walkBack(
  character: Character,
  final: number,
  steps: readonly Step[],
  common: readonly number[],
  now: Micros,
  random: Random,
): number[] {
  const values = [final];
  let value = final;
  for (let index = steps.length - 1; index >= 0; index -= 1) {
    const begin = steps[index]?.begin ?? now;
    const end = steps[index + 1]?.begin ?? now;
    const seconds = (end - begin) / 1_000_000;
    const shock = character.beta * (common[index] ?? 0) + Math.sqrt(1 - character.beta ** 2) * random.normal();
    const pull = (final / value - 1) * Math.min(seconds / (200 * 86_400), 0.5);
    value = Math.max(value * (1 + pull + character.volatility * Math.sqrt(seconds) * shock), final / 20);
    values.push(value);
  }
  return values.reverse();
}

/**
 * Fills every market with a past that ends at `now` at the given values.
 * The same random source gives the same past.
 */
export function inventHistory(
  markets: readonly Market[],
  values: (symbol: string) => number,
  now: Micros,
  random: Random,
): void {
  const steps = stepsUpTo(now);
  const commonRandom = random.fork("common");
  const common = steps.map(() => commonRandom.normal());
  const paths = new Map<string, number[]>();
  for (const character of characters) {
    if (character.symbol !== "ETH/BTC") {
      const source = random.fork(`${character.symbol}/walk`);
      paths.set(character.symbol, walkBack(character, values(character.symbol), steps, common, now, source));
    }
  }
  const ether = paths.get("ETH/USD") ?? [];
  const bitcoin = paths.get("BTC/USD") ?? [];
  paths.set(
    "ETH/BTC",
    ether.map((value, index) => value / (bitcoin[index] ?? value)),
  );
  for (const market of markets) {
    const character = characterOf(market.pair.symbol);
    const path = paths.get(market.pair.symbol);
    if (character !== undefined && path !== undefined) {
      fillMarket(market, character, steps, path, now, random.fork(`${market.pair.symbol}/past`));
    }
  }
}

function fillMarket(
  market: Market,
  character: Character,
  steps: readonly Step[],
  path: readonly number[],
  now: Micros,
  random: Random,
): void {
  const ticks = path.map((value) => Math.max(1, Math.round(value * 10 ** market.pair.priceDecimals)));
  const quantityUnit = 10 ** market.pair.quantityDecimals;
  let id = character.firstTradeId;
  steps.forEach((step, index) => {
    const open = ticks[index] ?? 1;
    const close = ticks[index + 1] ?? open;
    if (step.minutes > 1) {
      const candle = inventCandle(step, open, close, character, random, quantityUnit);
      market.candles.addHistory(candle, step.minutes);
      market.day.add(candle);
      id += candle.trades;
      return;
    }
    const end = Math.min(step.begin + MINUTE, now);
    const count = Math.max(1, Math.round(Math.min(12, 60 / character.takerEvery / 12) * (0.5 + random.next())));
    // A remembered trade stands for several of the live market, so that the volume does not jump where memory ends.
    const merged = Math.max(1, ((end - step.begin) / 1_000_000 / character.takerEvery / count) * (meanTake / meanDraw));
    for (let nth = 1; nth <= count; nth += 1) {
      const time = step.begin + Math.floor(((end - step.begin) * (nth - 0.5)) / count);
      const wiggle = nth === count ? 0 : Math.round(random.normal() * character.spacing * 3);
      const price = Math.max(1, Math.round(open + ((close - open) * nth) / count) + wiggle);
      market.recall(inventTrade(id, price, time, character, random, quantityUnit * merged));
      id += 1;
    }
  });
}

function inventTrade(
  id: number,
  price: number,
  time: Micros,
  character: Character,
  random: Random,
  unit: number,
): Trade {
  const size = Math.min(character.takerSize * Math.exp(random.normal() * 1.1), character.takerSize * 40);
  return {
    id,
    price,
    quantity: BigInt(Math.max(1, Math.round(size * unit))),
    time,
    nanos: 0,
    side: random.next() < 0.5 ? "buy" : "sell",
    orderType: random.next() < 0.6 ? "limit" : "market",
  };
}

function inventCandle(
  step: Step,
  open: number,
  close: number,
  character: Character,
  random: Random,
  unit: number,
): Candle {
  const seconds = step.minutes * 60;
  const reach = open * character.volatility * Math.sqrt(seconds) * 0.6;
  const high = Math.max(open, close) + Math.round(Math.abs(random.normal()) * reach);
  const low = Math.max(1, Math.min(open, close) - Math.round(Math.abs(random.normal()) * reach));
  const trades = Math.max(1, Math.round((seconds / character.takerEvery) * (0.6 + 0.8 * random.next())));
  const volume = BigInt(Math.max(1, Math.round(trades * character.takerSize * meanTake * unit)));
  const average = Math.round((open + close + high + low) / 4);
  return { begin: step.begin, open, high, low, close, volume, cost: volume * BigInt(average), trades };
}
