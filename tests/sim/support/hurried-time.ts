import type { Exchange } from "../../../exchange-sim/exchange.ts";

/** Real milliseconds between two steps. */
const STEP_MS = 10;

/**
 * Time that runs many times as fast as the wall's, for both sides of a test over real sockets: it moves the exchange's virtual
 * clock and runs the timers of whoever trades there. A machine that lags slows all of it alike.
 */
export class HurriedTime {
  readonly #exchange: Exchange;
  readonly #timers = new Map<() => void, number>();
  readonly #steps: NodeJS.Timeout;

  /** The exchange has to run on virtual time; `speed` is its milliseconds per real one. */
  constructor(exchange: Exchange, speed: number) {
    this.#exchange = exchange;
    this.#steps = setInterval(() => {
      exchange.advance(STEP_MS * speed);
      this.#runDue();
    }, STEP_MS);
  }

  now(): number {
    return Math.floor(this.#exchange.engine.clock.wall() / 1_000);
  }

  /** Runs `run` later, unless the function that it returns is called first. */
  after(milliseconds: number, run: () => void): () => void {
    const timer = (): void => {
      run();
    };
    this.#timers.set(timer, this.now() + milliseconds);
    return () => {
      this.#timers.delete(timer);
    };
  }

  pass(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(milliseconds, resolve);
    });
  }

  stop(): void {
    clearInterval(this.#steps);
    this.#timers.clear();
  }

  #runDue(): void {
    const due = [...this.#timers].filter(([, at]) => at <= this.now()).toSorted(([, left], [, right]) => left - right);
    for (const [timer] of due) {
      if (this.#timers.delete(timer)) {
        timer();
      }
    }
  }
}
