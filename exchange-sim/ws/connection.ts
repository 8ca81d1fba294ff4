const mostBuffered = 16 * 1_048_576;

/** What is used of a WebSocket; in process it need not be one. */
export interface Wire {
  readonly OPEN: number;
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(text: string): void;
  close(code: number): void;
  terminate(): void;
}

/** One client's socket. Frames are collected during a turn and sent when it is over. */
export class Connection {
  readonly id: string;
  readonly kind: "public" | "private";
  readonly socket: Wire;
  /** Last time the client sent something, by the process's clock in ms. */
  heardAt: number;
  /** Whether it has any subscription, so that it gets heartbeats. */
  subscribed = false;
  readonly #outbox: string[] = [];

  constructor(id: string, kind: "public" | "private", socket: Wire, now: number) {
    this.id = id;
    this.kind = kind;
    this.socket = socket;
    this.heardAt = now;
  }

  /** Queues a frame for the end of the turn. */
  queue(frame: string): void {
    this.#outbox.push(frame);
  }

  /** Sends what was queued. */
  flush(): void {
    for (const frame of this.#outbox.splice(0)) {
      this.send(frame);
    }
  }

  /** Sends at once. A client that does not read is cut off. */
  send(frame: string): void {
    if (this.socket.readyState !== this.socket.OPEN) {
      return;
    }
    if (this.socket.bufferedAmount > mostBuffered) {
      this.socket.terminate();
    } else {
      this.socket.send(frame);
    }
  }
}
