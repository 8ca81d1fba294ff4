import { HOUR, SECOND, type Micros } from "../clock.ts";
import type { Crowd } from "./crowd.ts";
import type { Engine } from "./engine.ts";
import type { Market } from "./market.ts";

export type MoveMode = "walk" | "gap";

/** Steps of an admin's price walk; each is a sweep through the book, after which the makers quote again. */
const walkSteps = 8;

/**
 * Brings a market to a price: `walk` trades through the book level by level, `gap` has the makers step aside so that
 * the next trade is at the new price. What stops or limits that meets happens as it would on the venue.
 */
export function movePrice(engine: Engine, symbol: string, target: number, mode: MoveMode): void {
  const market = engine.markets.get(symbol);
  const crowd = engine.crowds.get(symbol);
  if (market === undefined || crowd === undefined) {
    return;
  }
  if (mode === "gap") {
    moveTo(engine, market, crowd, target, engine.now, false);
    return;
  }
  const from = market.lastPrice ?? target;
  for (let step = 1; step <= walkSteps; step += 1) {
    moveTo(engine, market, crowd, Math.round(from + ((target - from) * step) / walkSteps), engine.now, true);
  }
}

/** One jump of price and belief. */
export function moveTo(
  engine: Engine,
  market: Market,
  crowd: Crowd,
  target: number,
  time: Micros,
  sweep: boolean,
  quantity: bigint = crowd.takerQuantity(),
): void {
  engine.fundamentals.set(market.pair.symbol, target / 10 ** market.pair.priceDecimals);
  crowd.walkTo(Math.max(1, target), quantity, time, sweep);
  crowd.requote(time);
  engine.endStep();
}

/** Steps in which the market lives through a time in which the exchange did not run: fine for the newest minutes. */
const fineStep = 30 * SECOND;
const fineFor = 13 * HOUR;
const coarseSteps = 600;

/** Plans the trades of a time in which the exchange was down, so that the tape has no hole. */
export function bridgeDowntime(engine: Engine, from: Micros, to: Micros): void {
  const fineFrom = Math.max(from, to - fineFor);
  planBridge(engine, from, fineFrom, Math.max(fineStep, Math.ceil((fineFrom - from) / coarseSteps)));
  planBridge(engine, fineFrom, to, Math.min(fineStep, Math.ceil((to - fineFrom) / 4)));
}

function planBridge(engine: Engine, from: Micros, to: Micros, step: Micros): void {
  for (let time = from + step; time < to; time += step) {
    engine.scheduler.at(time, (at) => {
      engine.fundamentals.step(step / SECOND);
      for (const [symbol, market] of engine.markets) {
        const crowd = engine.crowds.get(symbol);
        if (crowd !== undefined && market.status === "online") {
          crowd.walkTo(Math.max(1, Math.round(crowd.fair)), crowd.takerQuantity(), at, false);
          crowd.requote(at);
        }
      }
    });
  }
}
