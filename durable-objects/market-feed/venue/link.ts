/**
 * The one upstream socket. It dials, keeps itself alive, notices that it died, and dials again within the venue's connect
 * budget; what the frames mean is the feed's business. The owner calls `check` from its alarm: an object with only an
 * outbound socket is evicted after 70 s, and timers of an evicted object are gone.
 */
import { closeQuietly } from "../../lib/close-quietly.ts";
import { describeError, log } from "../../lib/log.ts";
import { SETTLED_AFTER_MS, budgetDelay, reconnectDelay } from "./backoff.ts";

export type LinkSocket = {
  send(text: string): void;
  close(code?: number, reason?: string): void;
  onMessage(listener: (text: string) => void): void;
  onClose(listener: (reason: string) => void): void;
};

export type LinkPorts = {
  readonly dial: () => Promise<LinkSocket>;
  readonly now: () => number;
  readonly random: () => number;
  /** Times of earlier dials, which survive the object. */
  readonly dials: () => readonly number[];
  readonly recordDial: (time: number) => void;
  readonly after: (milliseconds: number, run: () => void) => void;
  /** Longest wait between two dials, milliseconds. */
  readonly longestDelay: number;
  /** What keeps the line alive; null: the venue's own ping request. */
  readonly pingText: string | null;
};

export type LinkEvents = {
  opened(): void;
  received(text: string): void;
  closed(): void;
};

/** A connection without traffic is closed after about a minute (PROTOCOL §3.3). */
const PING_EVERY_MS = 20_000;
/** Heartbeats come every second once anything is subscribed; this long without a frame, the link is dead. */
const SILENCE_LIMIT_MS = 30_000;

export class VenueLink {
  readonly #ports: LinkPorts;
  readonly #events: LinkEvents;
  #socket: LinkSocket | null = null;
  #dialling = false;
  #dialAt = 0;
  #failures = 0;
  #openedAt: number | null = null;
  #changedAt: number;
  #heardAt = 0;
  #pingedAt = 0;
  #requestId = 0;

  constructor(ports: LinkPorts, events: LinkEvents) {
    this.#ports = ports;
    this.#events = events;
    this.#changedAt = ports.now();
  }

  get connected(): boolean {
    return this.#socket !== null;
  }

  /** Since when the link has been up, or down. */
  get since(): number {
    return this.#changedAt;
  }

  /** Keeps the link as it should be: dials when its time has come, pings, cuts a silent one. Cheap; call it often. */
  check(): void {
    const now = this.#ports.now();
    if (this.#socket === null) {
      this.#dialWhenDue(now);
      return;
    }
    if (now - this.#heardAt > SILENCE_LIMIT_MS) {
      log("venue_link_silent", { milliseconds: now - this.#heardAt });
      this.#drop(this.#socket, "silent");
      return;
    }
    if (this.#openedAt !== null && now - this.#openedAt > SETTLED_AFTER_MS) {
      this.#failures = 0;
    }
    if (now - this.#pingedAt >= PING_EVERY_MS) {
      this.#pingedAt = now;
      if (this.#ports.pingText === null) {
        this.send({ method: "ping" });
      } else {
        this.sendText(this.#ports.pingText);
      }
    }
  }

  /** Sends a request with a fresh request id, which it answers; null when the link is down. */
  send(request: Readonly<Record<string, unknown>>): number | null {
    // Ids stay below 2^31 (PROTOCOL §5.2).
    this.#requestId = (this.#requestId % 1_000_000_000) + 1;
    const requestId = this.#requestId;
    return this.sendText(JSON.stringify({ ...request, req_id: requestId })) ? requestId : null;
  }

  /** Sends text as it is; false when the link is down. */
  sendText(text: string): boolean {
    const socket = this.#socket;
    if (socket === null) {
      return false;
    }
    try {
      socket.send(text);
      return true;
    } catch (error) {
      log("venue_link_send_failed", { error: describeError(error).error });
      this.#drop(socket, "send failed");
      return false;
    }
  }

  /** Cuts the link; it dials again. */
  reset(reason: string): void {
    if (this.#socket !== null) {
      this.#drop(this.#socket, reason);
    }
  }

  /** Closes the link until `check` is called again. */
  rest(reason: string): void {
    const socket = this.#socket;
    if (socket !== null) {
      this.#socket = null;
      this.#changedAt = this.#ports.now();
      closeQuietly(socket, 1000, reason);
      this.#events.closed();
    }
  }

  #dialWhenDue(now: number): void {
    if (this.#dialling || now < this.#dialAt) {
      return;
    }
    const wait = budgetDelay(this.#ports.dials(), now);
    if (wait > 0) {
      log("venue_connect_budget_spent", { wait });
      this.#later(wait);
      return;
    }
    this.#dialling = true;
    this.#ports.recordDial(now);
    void this.#dial();
  }

  async #dial(): Promise<void> {
    try {
      const socket = await this.#ports.dial();
      this.#opened(socket);
    } catch (error) {
      log("venue_dial_failed", { error: describeError(error).error, failures: this.#failures + 1 });
      this.#failures += 1;
      this.#later(reconnectDelay(this.#failures, this.#ports.random(), this.#ports.longestDelay));
    } finally {
      this.#dialling = false;
    }
  }

  #opened(socket: LinkSocket): void {
    const now = this.#ports.now();
    this.#socket = socket;
    this.#openedAt = now;
    this.#changedAt = now;
    this.#heardAt = now;
    this.#pingedAt = now;
    log("venue_link_opened", { failures: this.#failures });
    socket.onMessage((text) => {
      if (this.#socket === socket) {
        this.#heardAt = this.#ports.now();
        this.#events.received(text);
      }
    });
    socket.onClose((reason) => {
      if (this.#socket === socket) {
        this.#lost(reason);
      }
    });
    this.#events.opened();
  }

  #drop(socket: LinkSocket, reason: string): void {
    this.#lost(reason);
    closeQuietly(socket, 1000, reason);
  }

  #lost(reason: string): void {
    const now = this.#ports.now();
    const lived = this.#openedAt === null ? 0 : now - this.#openedAt;
    this.#failures = lived > SETTLED_AFTER_MS ? 1 : this.#failures + 1;
    this.#socket = null;
    this.#openedAt = null;
    this.#changedAt = now;
    log("venue_link_lost", { reason, lived });
    this.#events.closed();
    this.#later(reconnectDelay(this.#failures, this.#ports.random(), this.#ports.longestDelay));
  }

  #later(delay: number): void {
    this.#dialAt = this.#ports.now() + delay;
    this.#ports.after(delay, () => {
      this.check();
    });
  }
}
