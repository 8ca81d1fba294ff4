/** Bounded waiting for something that an event of the venue will bring. */
export class Waiters {
  readonly #wakeups = new Set<() => void>();

  /** To be called whenever something that could be waited for has changed. */
  notify(): void {
    for (const wake of this.#wakeups) {
      wake();
    }
  }

  /** True as soon as `isTrue` is, false when that does not happen within `milliseconds`. */
  async until(isTrue: () => boolean, milliseconds: number): Promise<boolean> {
    if (isTrue() || milliseconds <= 0) {
      return isTrue();
    }
    return new Promise((resolve) => {
      const finish = (outcome: boolean): void => {
        clearTimeout(timer);
        this.#wakeups.delete(check);
        resolve(outcome);
      };
      const check = (): void => {
        if (isTrue()) {
          finish(true);
        }
      };
      const timer = setTimeout(() => {
        finish(isTrue());
      }, milliseconds);
      this.#wakeups.add(check);
    });
  }
}
