/** The feed's triggers for targets: prints that reached one are delivered until the desk does not want them any more, late or twice. */
import { targetRows } from "../../../domain/account/watched-levels.ts";
import { compare, decimal } from "../../../domain/decimal.ts";
import type { Trade, TriggerDelivery, TriggerRow } from "../../../domain/market.ts";
import { formatTrimmed } from "../../../exchange-sim/units.ts";
import type { Lives } from "../lives.ts";
import type { Surroundings } from "../surroundings.ts";

const LOOKS_EVERY_MS = 400;
const PRINTS_KEPT = 400;

export class TargetFeed {
  readonly #world: Surroundings;
  readonly #lives: Lives;
  #deliveries = 0;

  constructor(world: Surroundings, lives: Lives) {
    this.#world = world;
    this.#lives = lives;
  }

  start(): void {
    if (this.#world.drawsOf("targets") !== null) {
      this.#later();
    }
  }

  #later(): void {
    this.#world.time.after(LOOKS_EVERY_MS, () => {
      if (this.#world.storm) {
        this.#look();
        this.#later();
      }
    });
  }

  #look(): void {
    const draws = this.#world.drawsOf("targets");
    const state = this.#lives.alive?.state ?? null;
    if (draws === null || state === null || this.#world.feed.state === "dead") {
      return;
    }
    for (const row of targetRows(state)) {
      const trades = this.#prints(row);
      if (trades.length > 0) {
        const delay = draws.integer(10) === 0 ? draws.integer(8_000) : draws.integer(200);
        this.#deliver(row, trades, delay);
      }
    }
  }

  #deliver(row: TriggerRow, trades: readonly Trade[], delay: number): void {
    this.#deliveries += 1;
    const { orderId, version, symbol } = row;
    const late = delay > 1_000;
    const delivery: TriggerDelivery = {
      deliveryId: this.#deliveries,
      orderId,
      version,
      symbol,
      trades,
      bid: null,
      ask: null,
      late,
    };
    this.#world.time.after(delay, () => {
      this.#lives.alive?.apply({ type: "apply_prints", deliveries: [delivery] });
    });
  }

  #prints({ symbol, level, armedTradeId }: TriggerRow): readonly Trade[] {
    const market = this.#world.exchange.venue.engine.markets.get(symbol);
    if (market === undefined) {
      return [];
    }
    const { priceDecimals, quantityDecimals } = market.pair;
    const first = market.tape
      .newest(PRINTS_KEPT)
      .filter(({ id }) => id > armedTradeId)
      .map(({ id, price, quantity, side, time }): Trade => ({
        id,
        symbol,
        side,
        price: decimal(formatTrimmed(BigInt(price), priceDecimals)),
        quantity: decimal(formatTrimmed(quantity, quantityDecimals)),
        time: Math.floor(time / 1_000),
      }))
      .find(({ price }) => compare(price, level) >= 0);
    return first === undefined ? [] : [first];
  }
}
