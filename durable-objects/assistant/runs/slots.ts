/**
 * Who may be asked now. The platform lets six connections wait for response headers at once (PLATFORM A1), and two are kept for
 * everything else: four runs at most wait for their provider, three of one provider, so that one that hangs does not hold up
 * the others. The rest is queued in order; a run that is asked again waits for a place like any other, before those that were
 * never asked.
 */
export const MOST_WAITING = 4;
export const MOST_WAITING_OF_ONE = 3;

type Waiter = { readonly runId: string; readonly providerId: string; readonly enter: () => void };

export class Slots {
  readonly #waiting = new Map<string, string>();
  readonly #again: Waiter[] = [];

  /** Takes a place for a run, or keeps the one that it has; false when there is none. */
  take(runId: string, providerId: string): boolean {
    if (this.#waiting.has(runId)) {
      return true;
    }
    const ofProvider = [...this.#waiting.values()].filter((id) => id === providerId).length;
    if (this.#waiting.size >= MOST_WAITING || ofProvider >= MOST_WAITING_OF_ONE) {
      return false;
    }
    this.#waiting.set(runId, providerId);
    return true;
  }

  /** As take, of a run that is under way: it waits for its place until the signal. */
  async takeAgain(runId: string, providerId: string, signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.take(runId, providerId)) {
      return;
    }
    await new Promise<void>((resolve) => {
      const waiter = { runId, providerId, enter: resolve };
      this.#again.push(waiter);
      signal.addEventListener(
        "abort",
        () => {
          const place = this.#again.indexOf(waiter);
          if (place >= 0) {
            this.#again.splice(place, 1);
          }
          resolve();
        },
        { once: true },
      );
    });
  }

  /** Its headers came, or it ended without. True when it had a place. */
  free(runId: string): boolean {
    const had = this.#waiting.delete(runId);
    for (const waiter of this.#again.filter((each) => this.take(each.runId, each.providerId))) {
      this.#again.splice(this.#again.indexOf(waiter), 1);
      waiter.enter();
    }
    return had;
  }
}
