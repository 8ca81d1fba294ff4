/** When to dial again (PROTOCOL §3.3): at once after a single drop, then from 5 s growing, with jitter. */
const FIRST_DELAY_MS = 5_000;
/** The venue bans addresses that dial too often; what is our own may be asked more. */
export const LONGEST_DELAY_MS = { venue: 60_000, own: 5_000 } as const;
/** A connection that lived this long ends a series of failures. */
export const SETTLED_AFTER_MS = 30_000;

/**
 * Dials in ten minutes from this deployment's address (TRADING §6); the venue bans at about 150. Private sockets stop earlier, so
 * that the public feed always has some left.
 */
export const DIAL_BUDGETS = { public: 100, private: 80 } as const;
export const BUDGET_WINDOW_MS = 600_000;

/**
 * Wait before the next dial, without jitter at most `longest`. `failures` counts dials in a row that led to no settled
 * connection; `random` is in [0, 1).
 */
export function reconnectDelay(failures: number, random: number, longest: number): number {
  if (failures <= 1) {
    return 0;
  }
  const base = Math.min(FIRST_DELAY_MS * 2 ** Math.min(failures - 2, 10), longest);
  return Math.round(base * (1 + random / 2));
}

/**
 * How long the dial budget makes the next dial wait, given the times of earlier dials of both kinds; 0 when there is room.
 */
export function budgetDelay(dials: readonly number[], now: number, budget: number = DIAL_BUDGETS.public): number {
  const recent = dials.filter((time) => time > now - BUDGET_WINDOW_MS).toSorted((left, right) => left - right);
  const blocking = recent.at(-budget);
  return blocking === undefined ? 0 : blocking + BUDGET_WINDOW_MS - now;
}
