/** Prices that jump and pairs that close. */
import { movePrice } from "../../../exchange-sim/engine/movement.ts";
import type { Surroundings } from "../surroundings.ts";
import { SYMBOLS } from "../venue.ts";

const CLOSED = ["cancel_only", "post_only", "limit_only", "maintenance"] as const;

/** Trades through the book, or with nothing in between. */
export function jump(world: Surroundings): void {
  const draws = world.drawsOf("jumps");
  if (draws === null || draws.integer(6) > 0) {
    return;
  }
  const { engine } = world.exchange.venue;
  const symbol = SYMBOLS[draws.integer(SYMBOLS.length)] ?? "BTC/USD";
  const last = engine.markets.get(symbol)?.lastPrice;
  const mode = draws.integer(2) === 0 ? "gap" : "walk";
  const percent = Math.min(12, 0.5 + draws.exponential(2)) * (draws.integer(2) === 0 ? 1 : -1);
  if (last !== undefined) {
    engine.turn(() => {
      movePrice(engine, symbol, Math.round(last * (1 + percent / 100)), mode);
    });
    world.story.tell(`market: ${symbol} ${mode}s by ${percent.toFixed(2)} %`);
  }
}

export function closePair(world: Surroundings): void {
  const draws = world.drawsOf("closures");
  if (draws === null || draws.integer(12) > 0) {
    return;
  }
  const market = world.exchange.venue.engine.markets.get(SYMBOLS[draws.integer(SYMBOLS.length)] ?? "BTC/USD");
  if (market !== undefined) {
    market.status = CLOSED[draws.integer(CLOSED.length)] ?? "maintenance";
    world.story.tell(`exchange: ${market.pair.symbol} is ${market.status}`);
    world.time.after(draws.integer(25_000), () => {
      market.status = "online";
      world.story.tell(`exchange: ${market.pair.symbol} is open again`);
    });
  }
}
