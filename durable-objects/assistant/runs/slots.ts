/**
 * Who may be asked now. The platform lets six connections wait for response headers at once (PLATFORM A1), and two are kept for
 * everything else: four runs at most wait for their provider, three of one provider, so that one that hangs does not hold up
 * the others. The rest is queued in order.
 */
export const MOST_WAITING = 4;
export const MOST_WAITING_OF_ONE = 3;

export class Slots {
  readonly #waiting = new Map<string, string>();

  /** Takes a place for a run; false when there is none. */
  take(runId: string, providerId: string): boolean {
    const ofProvider = [...this.#waiting.values()].filter((id) => id === providerId).length;
    if (this.#waiting.size >= MOST_WAITING || ofProvider >= MOST_WAITING_OF_ONE) {
      return false;
    }
    this.#waiting.set(runId, providerId);
    return true;
  }

  /** Its headers came, or it ended without. True when it had a place. */
  free(runId: string): boolean {
    return this.#waiting.delete(runId);
  }
}
