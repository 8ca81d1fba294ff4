import { MILLISECOND, type Clock, type Micros } from "../clock.ts";
import { pairs, type SystemStatus } from "../instruments.ts";
import { createRandom, type Random } from "../random.ts";
import { Scheduler } from "../scheduler.ts";
import { Crowd } from "./crowd.ts";
import { characterOf, Fundamentals } from "./fundamentals.ts";
import { inventHistory } from "./history.ts";
import { Market, type MarketListener } from "./market.ts";
import { SpreadRecorder } from "./spreads.ts";

export interface EngineOptions {
  readonly clock: Clock;
  readonly seed: string;
}

const fundamentalStep = 250 * MILLISECOND;

/** The venue without its doors: markets, the crowd that trades on them, and their time. */
export class Engine {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly markets = new Map<string, Market>();
  readonly crowds = new Map<string, Crowd>();
  readonly fundamentals: Fundamentals;
  readonly spreads = new SpreadRecorder();
  systemStatus: SystemStatus = "online";
  readonly #listeners: MarketListener[] = [this.spreads];
  readonly #afterTurn: (() => void)[] = [];
  #depth = 0;

  constructor(options: EngineOptions) {
    this.clock = options.clock;
    this.scheduler = new Scheduler(options.clock.market());
    this.random = createRandom(options.seed);
    this.fundamentals = new Fundamentals(this.random.fork("fundamentals"), new Map());
    const relay: MarketListener = {
      levelChanged: (market, side, price, quantity) => {
        this.#listeners.forEach((listener) => listener.levelChanged(market, side, price, quantity));
      },
      bookSettled: (market) => {
        this.#listeners.forEach((listener) => listener.bookSettled(market));
      },
      traded: (market, trades) => {
        this.#listeners.forEach((listener) => listener.traded(market, trades));
      },
    };
    for (const pair of pairs) {
      const character = characterOf(pair.symbol);
      if (character !== undefined) {
        const market = new Market(pair, character.firstTradeId, relay);
        this.markets.set(pair.symbol, market);
        this.crowds.set(pair.symbol, new Crowd(market, character, this.fundamentals, this.random.fork(`${pair.symbol}/crowd`)));
      }
    }
  }

  /** Market time as the engine has lived it: the time of the entry being run, else the last time run to. */
  get now(): Micros {
    return this.scheduler.now;
  }

  addListener(listener: MarketListener): void {
    this.#listeners.push(listener);
  }

  /** Registers what has to happen when a turn is over: first what was stored, then what is sent. */
  afterTurn(run: () => void): void {
    this.#afterTurn.push(run);
  }

  /** Invents the past and opens the books. */
  open(): void {
    inventHistory([...this.markets.values()], (symbol) => this.fundamentals.value(symbol), this.now, this.random.fork("history"));
    for (const crowd of this.crowds.values()) {
      crowd.seedBook(this.now);
    }
  }

  /** Lets the crowd trade from now on. */
  startCrowd(): void {
    const step = (at: Micros): void => {
      this.fundamentals.step(fundamentalStep / 1_000_000);
      this.scheduler.at(at + fundamentalStep, step);
    };
    this.scheduler.at(this.now + fundamentalStep, step);
    for (const [symbol, crowd] of this.crowds) {
      const market = this.markets.get(symbol);
      const make = (at: Micros): void => {
        if (market?.status !== "maintenance" && market?.status !== "cancel_only") {
          crowd.makerStep(at);
        }
        this.scheduler.at(at + crowd.makerDelay(), make);
      };
      const take = (at: Micros): void => {
        if (market?.status === "online") {
          crowd.takerStep(at);
        }
        this.scheduler.at(at + crowd.takerDelay(), take);
      };
      this.scheduler.at(this.now + crowd.makerDelay(), make);
      this.scheduler.at(this.now + crowd.takerDelay(), take);
    }
  }

  /**
   * One turn: everything due runs, then `run`; then the turn is stored and only then its frames are sent. Turns inside
   * a turn belong to it.
   */
  turn<T>(run: () => T): T {
    this.#depth += 1;
    try {
      if (this.#depth === 1) {
        this.scheduler.runUntil(this.clock.market());
      }
      return run();
    } finally {
      this.#depth -= 1;
      if (this.#depth === 0) {
        this.#afterTurn.forEach((each) => {
          each();
        });
      }
    }
  }

  /** Runs what is due. */
  catchUp(): void {
    this.turn(() => undefined);
  }
}
