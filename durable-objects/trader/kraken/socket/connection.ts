/**
 * The one private connection: takes a token and a dial from their budgets, dials, keeps the line alive, notices that it died, and
 * begins again (PROTOCOL §3.3, §5.6). It owns no timer: `check` does what is due, `dueAt` says when something will be.
 */
import type { Milliseconds } from "../../../../domain/market.ts";
import type { VenueFailure, VenueReply } from "../../../../domain/venue/failure.ts";
import { closeQuietly } from "../../../lib/close-quietly.ts";
import { describeError, log } from "../../../lib/log.ts";
import { LONGEST_DELAY_MS, SETTLED_AFTER_MS, reconnectDelay } from "../../../market-feed/venue/backoff.ts";
import type { LinkSocket } from "../../../market-feed/venue/link.ts";

/** A connection without traffic is closed after about a minute (PROTOCOL §3.3). */
const PING_EVERY_MS = 20_000;
/** Heartbeats come every second once anything is subscribed; this long without a frame, the line is dead. */
const SILENCE_LIMIT_MS = 30_000;
/** Token, dial and handshake together. */
const ATTEMPT_LIMIT_MS = 20_000;
/** After a mass reset everybody dials at once: each waits up to this long (TRADING §6). */
const MASS_RESET_MS = 60_000;
/** How long after the proxy's farewell a drop is put down to it. */
const FAREWELL_MS = 120_000;

export type ConnectionPorts = {
  readonly now: () => Milliseconds;
  readonly random: () => number;
  readonly token: () => Promise<VenueReply<string>>;
  readonly takeDial: () => Promise<Milliseconds>;
  readonly dial: () => Promise<LinkSocket>;
};

export type ConnectionEvents = {
  opened(token: string): void;
  received(text: string): void;
  lost(reason: string): void;
  /** No token was given; the next try is at `failure.retryAt` or after a long wait. */
  refused(failure: VenueFailure): void;
  /** Something is due at another time than before. */
  changed(): void;
};

type Line = { readonly socket: LinkSocket; readonly openedAt: Milliseconds };

export class Connection {
  readonly #ports: ConnectionPorts;
  readonly #events: ConnectionEvents;
  #isWanted = false;
  #line: Line | null = null;
  /** Rises with every attempt and every loss, so that what an earlier one brings late is recognised. */
  #attempt = 0;
  #attemptStartedAt: Milliseconds | null = null;
  #dialAt: Milliseconds = 0;
  #failures = 0;
  #heardAt: Milliseconds = 0;
  #pingedAt: Milliseconds = 0;
  #farewellAt: Milliseconds | null = null;

  constructor(ports: ConnectionPorts, events: ConnectionEvents) {
    this.#ports = ports;
    this.#events = events;
  }

  get isWanted(): boolean {
    return this.#isWanted;
  }

  /** Whether it waits for the time to dial. */
  get isResting(): boolean {
    return this.#isWanted && this.#line === null && this.#attemptStartedAt === null;
  }

  get dueAt(): Milliseconds {
    if (!this.#isWanted) {
      return Infinity;
    }
    if (this.#line !== null) {
      return Math.min(this.#heardAt + SILENCE_LIMIT_MS, this.#pingedAt + PING_EVERY_MS);
    }
    return this.#attemptStartedAt === null ? this.#dialAt : this.#attemptStartedAt + ATTEMPT_LIMIT_MS;
  }

  /** Wants the connection from now on. */
  open(afterReset: boolean): void {
    if (!this.#isWanted) {
      this.#isWanted = true;
      const jitter = afterReset ? Math.floor(this.#ports.random() * MASS_RESET_MS) : 0;
      this.#dialAt = Math.max(this.#dialAt, this.#ports.now() + jitter);
    }
  }

  /** Wants it no more. */
  close(reason: string): void {
    this.#isWanted = false;
    this.#abandon(reason);
  }

  /** Cuts the line; it dials again, not before `retryAt`. */
  reset(reason: string, retryAt: Milliseconds | null = null): void {
    if (this.#line !== null) {
      this.#lose(reason, true);
      this.#dialAt = Math.max(this.#dialAt, retryAt ?? 0);
    }
  }

  /** The venue is about to drop everybody: the next dial is spread over a minute. */
  expectMassReset(): void {
    this.#farewellAt = this.#ports.now();
  }

  /** Sends text as it is; false when the line is down or breaks under it. */
  send(text: string): boolean {
    if (this.#line === null) {
      return false;
    }
    try {
      this.#line.socket.send(text);
      return true;
    } catch (error) {
      log("kraken_socket_send_failed", { error: describeError(error).error });
      this.#lose("send failed", true);
      return false;
    }
  }

  /** Does what is due. `pingText` is sent when nothing else kept the line alive. */
  check(pingText: () => string): void {
    const now = this.#ports.now();
    if (!this.#isWanted) {
      return;
    }
    if (this.#line !== null) {
      this.#keepAlive(this.#line, now, pingText);
    } else if (this.#attemptStartedAt === null) {
      if (now >= this.#dialAt) {
        void this.#connect(now);
      }
    } else if (now >= this.#attemptStartedAt + ATTEMPT_LIMIT_MS) {
      this.#fail("the attempt took too long", null);
    }
  }

  #keepAlive(line: Line, now: Milliseconds, pingText: () => string): void {
    if (now - this.#heardAt >= SILENCE_LIMIT_MS) {
      this.#lose("silent", true);
      return;
    }
    if (now - line.openedAt > SETTLED_AFTER_MS) {
      this.#failures = 0;
    }
    if (now - this.#pingedAt >= PING_EVERY_MS) {
      this.#pingedAt = now;
      this.send(pingText());
    }
  }

  /** Token first: without one a dial is wasted, and dials are scarce. */
  async #connect(now: Milliseconds): Promise<void> {
    this.#attempt += 1;
    const attempt = this.#attempt;
    this.#attemptStartedAt = now;
    try {
      const token = await this.#ports.token();
      if (attempt !== this.#attempt) {
        return;
      }
      if (!token.ok) {
        const { failure } = token;
        const longest = failure.class === "suspended" ? this.#ports.now() + LONGEST_DELAY_MS.venue : null;
        this.#fail(`no token: ${failure.text}`, failure.retryAt ?? longest);
        this.#events.refused(failure);
        return;
      }
      const wait = await this.#ports.takeDial();
      if (attempt !== this.#attempt) {
        return;
      }
      if (wait > 0) {
        log("kraken_socket_budget_spent", { wait });
        this.#attemptStartedAt = null;
        this.#dialAt = this.#ports.now() + wait;
        this.#events.changed();
        return;
      }
      const socket = await this.#ports.dial();
      if (attempt !== this.#attempt) {
        closeQuietly(socket, 1000, "too late");
        return;
      }
      this.#opened(socket, token.value);
    } catch (error) {
      if (attempt === this.#attempt) {
        this.#fail(describeError(error).error, null);
      }
    }
  }

  #opened(socket: LinkSocket, token: string): void {
    const now = this.#ports.now();
    const line = { socket, openedAt: now };
    this.#line = line;
    this.#attemptStartedAt = null;
    this.#heardAt = now;
    this.#pingedAt = now;
    this.#farewellAt = null;
    log("kraken_socket_opened", { failures: this.#failures });
    // Before anything is heard: the status can be here already.
    this.#events.opened(token);
    socket.onMessage((text) => {
      if (this.#line === line) {
        this.#heardAt = this.#ports.now();
        this.#events.received(text);
      }
    });
    socket.onClose((reason) => {
      if (this.#line === line) {
        this.#lose(reason, false);
      }
    });
  }

  #fail(reason: string, retryAt: Milliseconds | null): void {
    this.#attempt += 1;
    this.#attemptStartedAt = null;
    this.#failures += 1;
    log("kraken_socket_attempt_failed", { reason, failures: this.#failures });
    // The first retry after a drop is at once; one after a failed attempt never is.
    const delay = reconnectDelay(this.#failures + 1, this.#ports.random(), LONGEST_DELAY_MS.venue);
    this.#dialAt = Math.max(this.#ports.now() + delay, retryAt ?? 0);
    this.#events.changed();
  }

  #lose(reason: string, closes: boolean): void {
    const line = this.#line;
    if (line === null) {
      return;
    }
    const now = this.#ports.now();
    const lived = now - line.openedAt;
    this.#failures = lived > SETTLED_AFTER_MS ? 1 : this.#failures + 1;
    const delay = reconnectDelay(this.#failures, this.#ports.random(), LONGEST_DELAY_MS.venue);
    const isMassReset = this.#farewellAt !== null && now - this.#farewellAt < FAREWELL_MS;
    const jitter = isMassReset ? Math.floor(this.#ports.random() * MASS_RESET_MS) : 0;
    this.#dialAt = now + Math.max(delay, jitter);
    log("kraken_socket_lost", { reason, lived });
    this.#drop(line, closes ? reason : null);
    this.#events.lost(reason);
  }

  #abandon(reason: string): void {
    this.#attempt += 1;
    this.#attemptStartedAt = null;
    if (this.#line !== null) {
      this.#drop(this.#line, reason);
      this.#events.lost(reason);
    }
  }

  #drop(line: Line, closeReason: string | null): void {
    this.#line = null;
    this.#attempt += 1;
    if (closeReason !== null) {
      closeQuietly(line.socket, 1000, closeReason);
    }
  }
}
