import WebSocket from "ws";
import { member } from "./rest-client.ts";

export interface Frame {
  readonly text: string;
  readonly json: unknown;
}

/** A socket that keeps all frames and waits for those that match. */
export class SocketClient {
  readonly frames: Frame[] = [];
  closed = false;
  readonly #socket: WebSocket;
  readonly #waiters = new Set<() => void>();

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data: Buffer) => {
      const text = data.toString("utf8");
      this.frames.push({ text, json: text.startsWith("{") ? JSON.parse(text) : undefined });
      this.#wake();
    });
    socket.on("close", () => {
      this.closed = true;
      this.#wake();
    });
  }

  static async open(url: string): Promise<SocketClient> {
    const socket = new WebSocket(url);
    const client = new SocketClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
    });
    return client;
  }

  send(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }

  sendText(text: string): void {
    this.#socket.send(text);
  }

  /** The first frame, from index `from` on, that matches; waits for it up to three seconds. */
  async next(matches: (frame: Frame) => boolean, from = 0): Promise<Frame> {
    const deadline = Date.now() + 3_000;
    for (;;) {
      const found = this.frames.slice(from).find(matches);
      if (found !== undefined) {
        return found;
      }
      if (Date.now() > deadline || this.closed) {
        throw new Error(`no such frame among: ${this.frames.map((frame) => frame.text.slice(0, 200)).join("\n")}`);
      }
      await this.#change(deadline - Date.now());
    }
  }

  /** Sends a request and waits for the reply with its req_id. */
  async request(method: string, params: object, requestId: number): Promise<unknown> {
    this.send({ method, params, req_id: requestId });
    const reply = await this.next(({ json }) => member(json, "req_id") === requestId);
    return reply.json;
  }

  /** All frames of a channel so far. */
  channel(name: string): unknown[] {
    return this.frames.map((frame) => frame.json).filter((json) => member(json, "channel") === name);
  }

  async untilClosed(): Promise<void> {
    const deadline = Date.now() + 3_000;
    while (!this.closed && Date.now() < deadline) {
      await this.#change(deadline - Date.now());
    }
  }

  close(): void {
    this.#socket.close();
  }

  #change(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, Math.max(1, milliseconds));
      const waiters = this.#waiters;
      function done(): void {
        clearTimeout(timer);
        waiters.delete(done);
        resolve();
      }
      waiters.add(done);
    });
  }

  #wake(): void {
    for (const waiter of this.#waiters) {
      waiter();
    }
  }
}
