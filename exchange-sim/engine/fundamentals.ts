import type { Random } from "../random.ts";

/** How each pair behaves. Rates are per second, sizes in the base asset, distances in ticks. */
export interface Character {
  readonly symbol: string;
  /** Price in quote currency around which a fresh market starts. */
  readonly anchor: number;
  /** Standard deviation of the return over one second. */
  readonly volatility: number;
  /** Share of the common factor in that deviation. */
  readonly beta: number;
  /** Mean seconds between takers. */
  readonly takerEvery: number;
  /** Mean seconds between maker actions. */
  readonly makerEvery: number;
  /** Median taker size, in base units. */
  readonly takerSize: number;
  /** Median size of a maker's order, in base units. */
  readonly makerSize: number;
  /** Usual distance between best bid and best ask, in ticks. */
  readonly spread: number;
  /** Mean distance between neighbouring levels, in ticks. */
  readonly spacing: number;
  readonly firstTradeId: number;
}

export const characters: readonly Character[] = [
  {
    symbol: "BTC/USD",
    anchor: 64_000,
    volatility: 0.000_08,
    beta: 0.9,
    takerEvery: 0.35,
    makerEvery: 0.11,
    takerSize: 0.012,
    makerSize: 0.12,
    spread: 3,
    spacing: 14,
    firstTradeId: 109_000_001,
  },
  {
    symbol: "ETH/USD",
    anchor: 3_300,
    volatility: 0.000_1,
    beta: 0.8,
    takerEvery: 0.7,
    makerEvery: 0.18,
    takerSize: 0.18,
    makerSize: 2.2,
    spread: 3,
    spacing: 7,
    firstTradeId: 71_000_001,
  },
  {
    symbol: "SOL/USD",
    anchor: 150,
    volatility: 0.000_13,
    beta: 0.7,
    takerEvery: 1.2,
    makerEvery: 0.3,
    takerSize: 2.5,
    makerSize: 40,
    spread: 2,
    spacing: 1.6,
    firstTradeId: 31_000_001,
  },
  {
    symbol: "DOGE/USD",
    anchor: 0.2,
    volatility: 0.000_15,
    beta: 0.7,
    takerEvery: 1.8,
    makerEvery: 0.4,
    takerSize: 1_500,
    makerSize: 24_000,
    spread: 40,
    spacing: 60,
    firstTradeId: 17_000_001,
  },
  {
    symbol: "ETH/BTC",
    anchor: 3_300 / 64_000,
    volatility: 0.000_06,
    beta: 0,
    takerEvery: 3,
    makerEvery: 0.6,
    takerSize: 0.25,
    makerSize: 3,
    spread: 3,
    spacing: 2,
    firstTradeId: 9_000_001,
  },
];

const crossSymbol = "ETH/BTC";
const crossParts = { numerator: "ETH/USD", denominator: "BTC/USD" } as const;

/**
 * The value the crowd believes in, per pair: a random walk with a common factor, weakly drawn to its anchor. ETH/BTC
 * is not a walk of its own but the ratio of the other two, so that cross prices stay consistent.
 */
export class Fundamentals {
  readonly #values = new Map<string, number>();
  readonly #anchors = new Map<string, number>();
  readonly #random: Random;

  constructor(random: Random, values: ReadonlyMap<string, number>) {
    this.#random = random;
    for (const character of characters) {
      const value = values.get(character.symbol) ?? character.anchor;
      this.#values.set(character.symbol, value);
      this.#anchors.set(character.symbol, value);
    }
  }

  value(symbol: string): number {
    if (symbol === crossSymbol) {
      return this.value(crossParts.numerator) / this.value(crossParts.denominator);
    }
    return this.#values.get(symbol) ?? 0;
  }

  /** Moves the belief, and what it is drawn to, to a new value. A move of the cross moves its numerator. */
  set(symbol: string, value: number): void {
    if (symbol === crossSymbol) {
      this.set(crossParts.numerator, value * this.value(crossParts.denominator));
      return;
    }
    this.#values.set(symbol, value);
    this.#anchors.set(symbol, value);
  }

  step(seconds: number): void {
    const common = this.#random.normal();
    for (const character of characters) {
      if (character.symbol === crossSymbol) {
        continue;
      }
      const own = this.#random.normal();
      const value = this.value(character.symbol);
      const anchor = this.#anchors.get(character.symbol) ?? value;
      const shock = character.beta * common + Math.sqrt(1 - character.beta ** 2) * own;
      const pull = (anchor / value - 1) * Math.min(seconds / 20_000, 0.5);
      this.#values.set(character.symbol, value * (1 + pull + character.volatility * Math.sqrt(seconds) * shock));
    }
  }
}

export function characterOf(symbol: string): Character | undefined {
  return characters.find((character) => character.symbol === symbol);
}
