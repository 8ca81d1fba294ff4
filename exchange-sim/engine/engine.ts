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
  /** Tells what the crowd does in this run from what it did in an earlier one with the same seed. */
  readonly run: string;
  /** The pairs that are listed; all when absent. */
  readonly symbols?: readonly string[];
  /** Where market time starts; the clock's now when absent. */
  readonly startAt?: Micros;
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
  readonly #afterStep: (() => void)[] = [];
  readonly #afterTurn: (() => void)[] = [];
  #depth = 0;

  constructor(options: EngineOptions) {
    this.clock = options.clock;
    this.scheduler = new Scheduler(options.startAt ?? options.clock.market(), () => {
      this.endStep();
    });
    this.random = createRandom(options.seed);
    this.fundamentals = new Fundamentals(this.random.fork(`fundamentals/${options.run}`), new Map());
    const relay: MarketListener = {
      levelChanged: (market, side, price, quantity) => {
        this.#listeners.forEach((listener) => listener.levelChanged(market, side, price, quantity));
      },
      bookSettled: (market) => {
        this.#listeners.forEach((listener) => listener.bookSettled(market));
      },
      makerFilled: (market, maker, trade) => {
        this.#listeners.forEach((listener) => listener.makerFilled(market, maker, trade));
      },
      traded: (market, trades) => {
        this.#listeners.forEach((listener) => listener.traded(market, trades));
      },
    };
    for (const pair of pairs) {
      const character = characterOf(pair.symbol);
      if (character !== undefined && (options.symbols?.includes(pair.symbol) ?? true)) {
        const market = new Market(pair, character.firstTradeId, relay);
        this.markets.set(pair.symbol, market);
        this.crowds.set(
          pair.symbol,
          new Crowd(market, character, this.fundamentals, this.random.fork(`${pair.symbol}/crowd/${options.run}`)),
        );
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

  /** Registers what has to follow every change of a market: triggers, conditional closes. */
  afterStep(run: () => void): void {
    this.#afterStep.push(run);
  }

  /** Registers what has to happen when a turn is over: first what was stored, then what is sent. */
  afterTurn(run: () => void): void {
    this.#afterTurn.push(run);
  }

  /** Gives every market a past that ends now. */
  inventPast(): void {
    const markets = [...this.markets.values()];
    inventHistory(markets, (symbol) => this.fundamentals.value(symbol), this.now, this.random.fork("history"));
  }

  /** Opens the books around what the crowd believes in. */
  openBooks(): void {
    for (const crowd of this.crowds.values()) {
      crowd.seedBook(this.now);
    }
  }

  /** Lets the crowd trade from now on: believe, quote and take. A replay has makers only. */
  startCrowd(withTakers: boolean): void {
    const pace = this.clock.speed;
    if (withTakers) {
      const step = (at: Micros): void => {
        this.fundamentals.step(fundamentalStep / 1_000_000);
        this.scheduler.at(at + fundamentalStep, step);
      };
      this.scheduler.at(this.now + fundamentalStep, step);
    }
    for (const [symbol, crowd] of this.crowds) {
      const market = this.markets.get(symbol);
      const make = (at: Micros): void => {
        if (market?.status !== "maintenance" && market?.status !== "cancel_only") {
          crowd.makerStep(at);
        }
        this.scheduler.at(at + crowd.makerDelay() * pace, make);
      };
      this.scheduler.at(this.now + crowd.makerDelay() * pace, make);
      if (withTakers) {
        const take = (at: Micros): void => {
          if (market?.status === "online") {
            crowd.takerStep(at);
          }
          this.scheduler.at(at + crowd.takerDelay(), take);
        };
        this.scheduler.at(this.now + crowd.takerDelay(), take);
      }
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
      const result = run();
      this.endStep();
      return result;
    } finally {
      this.#depth -= 1;
      if (this.#depth === 0) {
        this.#afterTurn.forEach((each) => {
          each();
        });
      }
    }
  }

  /** Runs what has to follow a change of a market. */
  endStep(): void {
    this.#afterStep.forEach((each) => {
      each();
    });
  }

  /** Runs what is due. */
  catchUp(): void {
    this.turn(() => undefined);
  }
}
