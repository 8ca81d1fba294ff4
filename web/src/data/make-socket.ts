/**
 * One WebSocket that comes back: exponential backoff with jitter, a ping that finds dead lines, close codes obeyed. Knows no
 * frame; market-store and trader-store give it their own greeting and reading.
 */
import { CLOSE_CODES } from "../../../contract/close-codes.ts";

export type SocketState =
  | { readonly type: "connecting"; readonly since: number }
  | { readonly type: "open" }
  /** Lost; the next attempt is at `retryAt`. `since`: when the line was lost. */
  | { readonly type: "waiting"; readonly since: number; readonly retryAt: number; readonly code: number }
  /** Will not come back by itself: signed out, forbidden, or closed by us. */
  | { readonly type: "stopped"; readonly code: number | null };

/** The part of a WebSocket that is used here, so that tests can script one. */
export type SocketPort = {
  send(text: string): void;
  close(code?: number, reason?: string): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
};

export type SocketOptions = {
  readonly open: () => SocketPort;
  readonly onOpen: (send: (frame: unknown) => void) => void;
  readonly onText: (text: string) => void;
  readonly onState: (state: SocketState) => void;
  /** The session ended (4401): true → come back at once, false → stop. */
  readonly onSessionEnded?: () => Promise<boolean>;
  readonly random?: () => number;
  readonly now?: () => number;
};

export type Socket = {
  /** Sends a frame as JSON; false when the line is down. */
  send(frame: unknown): boolean;
  /**
   * Drops the line and dials again, for example after a frame that was not in the contract. One that stopped (signed out,
   * forbidden) starts anew: somebody has signed in since.
   */
  reconnect(): void;
  close(): void;
};

const PING_EVERY_MS = 20_000;
const PONG_WITHIN_MS = 10_000;
const CONNECT_WITHIN_MS = 10_000;
const FIRST_DELAY_MS = 300;
const LONGEST_DELAY_MS = 15_000;
const FLOOD_DELAY_MS = 5_000;

/** Dials at once and keeps dialling until `close`, or until the server says not to. */
export function makeSocket(options: SocketOptions): Socket {
  const now = options.now ?? Date.now;
  const random = options.random ?? Math.random;
  let line: SocketPort | null = null;
  let isOpen = false;
  let isStopped = false;
  let isClosed = false;
  let attempt = 0;
  let lostAt = now();
  let lastHeard = 0;
  const timers = { retry: 0, ping: 0, connect: 0 };

  function dial(): void {
    clearTimers();
    if (attempt === 0) {
      options.onState({ type: "connecting", since: lostAt });
    }
    const current = options.open();
    line = current;
    timers.connect = window.setTimeout(() => drop(current, 1006), CONNECT_WITHIN_MS);
    current.onopen = () => {
      if (line !== current) {
        return;
      }
      window.clearTimeout(timers.connect);
      isOpen = true;
      attempt = 0;
      lastHeard = now();
      timers.ping = window.setInterval(() => checkLine(current), PING_EVERY_MS);
      options.onState({ type: "open" });
      options.onOpen(send);
    };
    current.onmessage = (event) => {
      lastHeard = now();
      if (line === current && typeof event.data === "string" && event.data !== "pong") {
        options.onText(event.data);
      }
    };
    current.onclose = (event) => {
      if (line === current) {
        lose(event.code);
      }
    };
  }

  function checkLine(current: SocketPort): void {
    const asked = now();
    current.send("ping");
    window.setTimeout(() => {
      if (line === current && lastHeard < asked) {
        drop(current, 1006);
      }
    }, PONG_WITHIN_MS);
  }

  /** Gives a line up without waiting for its close event, which a dead network may never deliver. */
  function drop(current: SocketPort, code: number): void {
    if (line !== current) {
      return;
    }
    current.onclose = null;
    current.close();
    lose(code);
  }

  function lose(code: number): void {
    clearTimers();
    line = null;
    if (isOpen) {
      lostAt = now();
    }
    isOpen = false;
    if (isStopped) {
      return;
    }
    if (code === CLOSE_CODES.sessionEnded) {
      void askAboutSession(code);
    } else if (code === CLOSE_CODES.forbidden) {
      stop(code);
    } else {
      retryLater(code);
    }
  }

  async function askAboutSession(code: number): Promise<void> {
    const mayReturn = options.onSessionEnded === undefined ? false : await options.onSessionEnded();
    if (isStopped || line !== null) {
      return;
    }
    if (mayReturn) {
      retryLater(code);
    } else {
      stop(code);
    }
  }

  function retryLater(code: number): void {
    const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt);
    attempt += 1;
    // Full jitter over the upper half: a deploy must not bring everybody back in the same instant.
    const floor = code === CLOSE_CODES.tooSlowOrTooFast ? FLOOD_DELAY_MS : ceiling / 2;
    const delay = floor + (random() * ceiling) / 2;
    options.onState({ type: "waiting", since: lostAt, retryAt: now() + delay, code });
    timers.retry = window.setTimeout(dial, delay);
  }

  function stop(code: number | null): void {
    isStopped = true;
    options.onState({ type: "stopped", code });
  }

  function send(frame: unknown): boolean {
    if (line === null || !isOpen) {
      return false;
    }
    line.send(JSON.stringify(frame));
    return true;
  }

  function clearTimers(): void {
    window.clearTimeout(timers.retry);
    window.clearInterval(timers.ping);
    window.clearTimeout(timers.connect);
  }

  /** A network that came back, or a tab that was looked at again, is worth an attempt now. */
  function hurry(): void {
    if (line === null && !isStopped && document.visibilityState === "visible") {
      attempt = Math.min(attempt, 1);
      dial();
    }
  }

  addEventListener("online", hurry);
  document.addEventListener("visibilitychange", hurry);
  dial();

  return {
    send,
    reconnect() {
      if (line !== null) {
        drop(line, 1006);
      } else if (isStopped && !isClosed) {
        isStopped = false;
        attempt = 0;
        dial();
      }
    },
    close() {
      removeEventListener("online", hurry);
      document.removeEventListener("visibilitychange", hurry);
      clearTimers();
      isStopped = true;
      isClosed = true;
      const current = line;
      line = null;
      isOpen = false;
      if (current !== null) {
        current.onclose = null;
        current.close(1000);
      }
      options.onState({ type: "stopped", code: null });
    },
  };
}

/** A WebSocket to a path of this origin. */
export function openSocket(path: string): SocketPort {
  const url = new URL(path, location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(url);
  const port: SocketPort = {
    send: (text) => socket.send(text),
    close: (code, reason) => socket.close(code, reason),
    onopen: null,
    onmessage: null,
    onclose: null,
  };
  socket.onopen = () => port.onopen?.();
  socket.onmessage = (event: MessageEvent<unknown>) => port.onmessage?.(event);
  socket.onclose = (event) => port.onclose?.(event);
  return port;
}
