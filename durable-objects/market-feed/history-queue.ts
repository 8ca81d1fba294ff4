/**
 * One queue for all REST reads of the feed: one at a time, spaced as the venue's public limit asks (about one a second per
 * address, PROTOCOL §3.3), with a pause after every refusal. What repairs a tape goes before what fills a chart.
 */
import type { Result } from "../../domain/problem.ts";

export type Urgency = "tape" | "chart wanted" | "chart";

type Job = { readonly urgency: Urgency; readonly run: () => Promise<Pause> };
type Pause = "none" | "limited";

const ORDER: readonly Urgency[] = ["tape", "chart wanted", "chart"];
const PAUSE_AFTER_LIMIT_MS = 5_000;

export class HistoryQueue {
  readonly #spacing: number;
  readonly #wait: (milliseconds: number) => Promise<void>;
  readonly #jobs: Job[] = [];
  #running = false;

  /** `spacing`: milliseconds between two reads. */
  constructor(spacing: number, wait: (milliseconds: number) => Promise<void>) {
    this.#spacing = spacing;
    this.#wait = wait;
  }

  /** Runs a read when its turn comes; its answer is a value, also when the venue limits us. */
  add<T>(urgency: Urgency, read: () => Promise<Result<T>>): Promise<Result<T>> {
    return new Promise((resolve, reject) => {
      this.#jobs.push({
        urgency,
        async run() {
          try {
            const result = await read();
            resolve(result);
            return !result.ok && result.error.details["reason"] === "rate_limited" ? "limited" : "none";
          } catch (error) {
            reject(error);
            return "none";
          }
        },
      });
      if (!this.#running) {
        this.#running = true;
        void this.#work();
      }
    });
  }

  async #work(): Promise<void> {
    for (let job = this.#next(); job !== null; job = this.#next()) {
      const pause = await job.run();
      const wait = pause === "limited" ? PAUSE_AFTER_LIMIT_MS : this.#spacing;
      if (wait > 0) {
        await this.#wait(wait);
      }
    }
    this.#running = false;
  }

  #next(): Job | null {
    for (const urgency of ORDER) {
      const index = this.#jobs.findIndex((job) => job.urgency === urgency);
      if (index !== -1) {
        return this.#jobs.splice(index, 1)[0] ?? null;
      }
    }
    return null;
  }
}
