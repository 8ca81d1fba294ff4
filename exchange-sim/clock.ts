/** Whole microseconds since 1970. Exact in a double until the year 2255. */
export type Micros = number;

export const MILLISECOND = 1_000;
export const SECOND = 1_000_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/**
 * Two times: the market's, which a replay runs faster than real time, and the wall's, on which deadlines and rate
 * counters run. Without a replay they are the same.
 */
export interface Clock {
  market(): Micros;
  wall(): Micros;
  /** Market microseconds per wall microsecond. */
  readonly speed: number;
}

export interface VirtualClock extends Clock {
  /** Moves time forward to `to`; never backwards. */
  set(to: Micros): void;
}

export function createVirtualClock(start: Micros): VirtualClock {
  let now = start;
  return {
    speed: 1,
    market: () => now,
    wall: () => now,
    set(to) {
      now = Math.max(now, to);
    },
  };
}

/** Real time. Never goes back when the system clock is set back. */
export function createRealClock(): Clock {
  const now = monotonicNow();
  return { speed: 1, market: now, wall: now };
}

/** Market time that starts at `start` and runs `speed` times as fast as the wall. */
export function createReplayClock(start: Micros, speed: number): Clock {
  const wall = monotonicNow();
  const origin = wall();
  return { speed, market: () => Math.floor(start + (wall() - origin) * speed), wall };
}

function monotonicNow(): () => Micros {
  const origin = Date.now() * 1_000 - Math.floor(performance.now() * 1_000);
  return () => origin + Math.floor(performance.now() * 1_000);
}

/** `2026-09-25T17:48:26.844359Z`, the form of every WebSocket time. */
export function isoMicros(time: Micros): string {
  const micros = String(time % 1_000_000).padStart(6, "0");
  return `${new Date(Math.floor(time / 1_000)).toISOString().slice(0, 19)}.${micros}Z`;
}

/** `2026-09-25T17:48:26Z`. */
export function isoSeconds(time: Micros): string {
  return `${new Date(Math.floor(time / 1_000)).toISOString().slice(0, 19)}Z`;
}

/** REST's float seconds, four decimals as in orders and ledgers. */
export function floatSeconds(time: Micros): number {
  return Math.round(time / 100) / 10_000;
}
