/** What happened, in words and in virtual time, and what was found broken in it. */
import type { VirtualTime } from "./time.ts";

/** An invariant that does not hold. */
export class Broken extends Error {}

export class Story {
  readonly lines: string[] = [];
  readonly #time: VirtualTime;
  readonly #startedAt: number;
  #broken: Error | null = null;

  constructor(time: VirtualTime) {
    this.#time = time;
    this.#startedAt = time.now;
  }

  tell(text: string): void {
    const seconds = ((this.#time.now - this.#startedAt) / 1_000).toFixed(3);
    this.lines.push(`${seconds.padStart(9)} s  ${text}`);
  }

  /** An invariant was seen broken where nothing can be thrown: inside a commit, inside a port. The first counts. */
  breaks(text: string): void {
    this.fails(new Broken(text));
  }

  /** The desk threw what nobody expected. */
  fails(error: unknown): void {
    this.#broken ??= error instanceof Error ? error : new Error(String(error));
  }

  /** Throws what was seen. */
  check(): void {
    if (this.#broken !== null) {
      throw this.#broken;
    }
  }
}
