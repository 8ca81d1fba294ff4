import type { Micros } from "./clock.ts";

export interface Scheduled {
  cancel(): void;
}

interface Entry {
  readonly at: Micros;
  readonly order: number;
  readonly run: (at: Micros) => void;
  cancelled: boolean;
}

/** A queue of things to do at market times. It has no timer of its own: somebody calls `runUntil`. */
export class Scheduler {
  #heap: Entry[] = [];
  #order = 0;
  #now: Micros;

  readonly #afterEach: () => void;

  constructor(start: Micros, afterEach: () => void) {
    this.#now = start;
    this.#afterEach = afterEach;
  }

  /** The time of the entry that is being run, or the last time run to. */
  get now(): Micros {
    return this.#now;
  }

  at(time: Micros, run: (at: Micros) => void): Scheduled {
    const entry: Entry = { at: Math.max(time, this.#now), order: this.#order, run, cancelled: false };
    this.#order += 1;
    this.#push(entry);
    return {
      cancel() {
        entry.cancelled = true;
      },
    };
  }

  /** When the next entry is due; undefined when there is none. */
  get nextAt(): Micros | undefined {
    while (this.#heap[0]?.cancelled === true) {
      this.#pop();
    }
    return this.#heap[0]?.at;
  }

  /** Runs everything due up to and including `time`, in order of time, then of registration. */
  runUntil(time: Micros): void {
    for (let next = this.nextAt; next !== undefined && next <= time; next = this.nextAt) {
      const entry = this.#pop();
      if (entry !== undefined) {
        this.#now = Math.max(this.#now, entry.at);
        entry.run(this.#now);
        this.#afterEach();
      }
    }
    this.#now = Math.max(this.#now, time);
  }

  #before(a: Entry, b: Entry): boolean {
    return a.at < b.at || (a.at === b.at && a.order < b.order);
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex];
      if (parent === undefined || !this.#before(entry, parent)) {
        break;
      }
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = entry;
  }

  #pop(): Entry | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) {
      return top;
    }
    let index = 0;
    for (;;) {
      const leftIndex = index * 2 + 1;
      const left = heap[leftIndex];
      if (left === undefined) {
        break;
      }
      const right = heap[leftIndex + 1];
      const useRight = right !== undefined && this.#before(right, left);
      const child = useRight ? right : left;
      if (!this.#before(child, last)) {
        break;
      }
      heap[index] = child;
      index = useRight ? leftIndex + 1 : leftIndex;
    }
    heap[index] = last;
    return top;
  }
}
