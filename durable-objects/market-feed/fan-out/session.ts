/** One client socket: what it watches, what it has read, and how fast it talks. */
import { ACKNOWLEDGE_EVERY_MS } from "../../../contract/market-socket.ts";
import type { Milliseconds } from "../../../domain/market.ts";
import type { TopicKey } from "./topics.ts";

/** Unread frames before a client is skipped, and how long that may last (DESIGN, parts: back-pressure). */
const MOST_UNREAD_FRAMES = 20;
const ACKNOWLEDGE_GRACE_MS = ACKNOWLEDGE_EVERY_MS + 1_000;
const CONGESTION_LIMIT_MS = 30_000;
/** What the runtime still holds for a client; only newer runtimes tell. */
const SKIP_BUFFERED_BYTES = 256 * 1024;
const MOST_BUFFERED_BYTES = 4 * 1024 * 1024;
/** Frames that a client may send: even one that acknowledges every frame stays below. */
export const MOST_MESSAGES = 150;
const MESSAGE_WINDOW_MS = 10_000;

/** What the fan-out needs of a client's socket. */
export type ClientSocket = {
  send(text: string): void;
  close(code?: number, reason?: string): void;
  serializeAttachment(value: unknown): void;
  deserializeAttachment(): unknown;
};

export type Flow = "ready" | "skip" | "cut";

export class ClientSession {
  readonly socket: ClientSocket;
  readonly topics = new Set<TopicKey>();
  /** Topics that need a snapshot before deltas make sense. */
  readonly pending = new Set<TopicKey>();
  /** Equal for sessions that watch the same topics: they share every frame. */
  subscriptionKey = "";
  #unread: number[] = [];
  #acknowledgedAt: Milliseconds;
  #congestedSince: Milliseconds | null = null;
  #windowStart: Milliseconds;
  #messages = 0;

  constructor(socket: ClientSocket, now: Milliseconds) {
    this.socket = socket;
    this.#acknowledgedAt = now;
    this.#windowStart = now;
  }

  add(key: TopicKey): void {
    this.topics.add(key);
    this.pending.add(key);
    this.#rekey();
  }

  remove(key: TopicKey): void {
    this.topics.delete(key);
    this.pending.delete(key);
    this.#rekey();
  }

  /** Counts a message of the client; false when it floods. */
  admit(now: Milliseconds): boolean {
    if (now - this.#windowStart >= MESSAGE_WINDOW_MS) {
      this.#windowStart = now;
      this.#messages = 0;
    }
    this.#messages += 1;
    return this.#messages <= MOST_MESSAGES;
  }

  sent(frame: number): void {
    this.#unread.push(frame);
  }

  acknowledge(frame: number, now: Milliseconds): void {
    this.#unread = this.#unread.filter((each) => each > frame);
    this.#acknowledgedAt = now;
  }

  /** Whether the client can take a frame now. One that was skipped gets snapshots again when it has caught up. */
  flow(now: Milliseconds): Flow {
    const buffered = bufferedBytes(this.socket);
    const unread = this.#unread.length > MOST_UNREAD_FRAMES && now - this.#acknowledgedAt > ACKNOWLEDGE_GRACE_MS;
    if (buffered > MOST_BUFFERED_BYTES) {
      return "cut";
    }
    if (!unread && buffered <= SKIP_BUFFERED_BYTES) {
      this.#congestedSince = null;
      return "ready";
    }
    if (this.#congestedSince === null) {
      this.#congestedSince = now;
      for (const key of this.topics) {
        this.pending.add(key);
      }
    }
    return now - this.#congestedSince > CONGESTION_LIMIT_MS ? "cut" : "skip";
  }

  #rekey(): void {
    this.subscriptionKey = [...this.topics].toSorted().join(" ");
  }
}

/** Bytes queued for a socket; 0 where the runtime does not say (before workerd 1.20261117, PLATFORM §0.8). */
function bufferedBytes(socket: ClientSocket): number {
  const value: unknown = Reflect.get(socket, "bufferedAmount");
  return typeof value === "number" ? value : 0;
}
