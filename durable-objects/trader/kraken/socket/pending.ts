/** Requests that wait for their replies, by request id (PROTOCOL §6.3). */
import type { Milliseconds } from "../../../../domain/market.ts";
import type { SocketReply } from "./frames.ts";

export type Waiting = {
  /** When it is given up. */
  readonly due: Milliseconds;
  /** Takes a reply; true when no further one is expected. */
  take(reply: SocketReply): boolean;
  /** No (further) reply will come. */
  lost(why: "timeout" | "no answer"): void;
};

export class PendingRequests {
  readonly #waiting = new Map<number, Waiting>();

  get dueAt(): Milliseconds {
    let soonest = Infinity;
    for (const { due } of this.#waiting.values()) {
      soonest = Math.min(soonest, due);
    }
    return soonest;
  }

  add(requestId: number, waiting: Waiting): void {
    this.#waiting.set(requestId, waiting);
  }

  /** False when nobody waits for the reply (any more). */
  take(reply: SocketReply): boolean {
    const waiting = reply.requestId === null ? undefined : this.#waiting.get(reply.requestId);
    if (waiting === undefined || reply.requestId === null) {
      return false;
    }
    if (waiting.take(reply)) {
      this.#waiting.delete(reply.requestId);
    }
    return true;
  }

  /** The request was not sent, or is of no more interest. */
  lose(requestId: number): void {
    const waiting = this.#waiting.get(requestId);
    this.#waiting.delete(requestId);
    waiting?.lost("no answer");
  }

  /** Gives up what is overdue. */
  check(now: Milliseconds): void {
    for (const [requestId, waiting] of this.#waiting) {
      if (waiting.due <= now) {
        this.#waiting.delete(requestId);
        waiting.lost("timeout");
      }
    }
  }

  /** The connection broke: nobody will answer. */
  loseAll(): void {
    const lost = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const waiting of lost) {
      waiting.lost("no answer");
    }
  }
}
