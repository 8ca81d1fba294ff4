/** Virtual time: nothing happens between two timers but what promises cause. One seed, one story. */

type Timer = { readonly at: number; readonly order: number; readonly run: () => void };

export class VirtualTime {
  /** Milliseconds since the epoch. */
  now: number;
  #timers: Timer[] = [];
  #order = 0;

  constructor(start: number) {
    this.now = start;
  }

  /** Runs `run` later; the function that it returns calls it off. */
  after(milliseconds: number, run: () => void): () => void {
    const timer = { at: this.now + Math.max(0, milliseconds), order: this.#order, run };
    this.#order += 1;
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(milliseconds, resolve);
    });
  }

  /** Waits until no promise can go on, then rings the next timer. False when there is none up to `until`. */
  async step(until: number): Promise<boolean> {
    await settled();
    const next = this.#timers.toSorted((left, right) => left.at - right.at || left.order - right.order)[0];
    if (next === undefined || next.at > until) {
      this.now = Math.max(this.now, until);
      return false;
    }
    this.#timers = this.#timers.filter((each) => each !== next);
    this.now = Math.max(this.now, next.at);
    next.run();
    await settled();
    return true;
  }
}

/** Every promise of the simulation is settled by promises alone, so one turn of the event loop drains them all. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
