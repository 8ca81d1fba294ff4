/**
 * A position that the desk has to sell and could not yet: its target was reached, its stop is no more, a halt or Stop flattens
 * (TRADING §4 "keep trying within the collar, alert, say what is left"). It is kept with the protection until nothing is left, the
 * trader sets another level, or trading is resumed.
 */
import type { ErrorCode } from "../problem.ts";
import type { Milliseconds } from "../market.ts";

/**
 * `past_stop`: the price is past the stop and none rests. `stop_failed`: it was triggered, and the exchange ended it unfilled.
 * `flatten`: a halt or Stop sells all positions.
 */
export type ExitCause = "target" | "past_stop" | "stop_failed" | "flatten";

export type ExitReason = {
  readonly cause: ExitCause;
  /** The sentence of the interface. */
  readonly reason: string;
};

export type ExitWish = ExitReason & {
  /** Reasons that stand as well: the position is sold until none is left. Absent: none. */
  readonly also?: readonly ExitReason[];
  /** Sales that were tried. */
  readonly attempts: number;
  readonly triedAt: Milliseconds | null;
  /** Why the last of them was not even sent; null when it was. */
  readonly refusal: ErrorCode | null;
};

/** The wish with one more reason. `first`: it is told before the others, and tried at once. */
export function withReason(wish: ExitWish | null, added: ExitReason, first: boolean): ExitWish {
  if (wish === null) {
    return { ...added, attempts: 0, triedAt: null, refusal: null };
  }
  const reasons = reasonsOf(wish);
  if (wish.cause === added.cause || (!first && reasons.some(({ cause }) => cause === added.cause))) {
    return wish;
  }
  const others = reasons.filter(({ cause }) => cause !== added.cause);
  return first
    ? { ...added, attempts: 0, triedAt: null, refusal: null, also: others }
    : { ...wish, also: [...(wish.also ?? []), added] };
}

/** The wish without those reasons; null: there is none left, and nothing is to be sold. */
export function withoutReasons(wish: ExitWish, causes: readonly ExitCause[]): ExitWish | null {
  const [first, ...also] = reasonsOf(wish).filter(({ cause }) => !causes.includes(cause));
  if (first === undefined) {
    return null;
  }
  return first.cause === wish.cause ? { ...wish, also } : { ...first, attempts: 0, triedAt: null, refusal: null, also };
}

function reasonsOf({ cause, reason, also = [] }: ExitWish): readonly ExitReason[] {
  return [{ cause, reason }, ...also];
}

/** Stops of one position that the exchange ended unasked. */
export type StopsLost = { readonly count: number; readonly at: Milliseconds };

const FIRST_PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 300_000;

/** The pause after so many attempts: 10 s, twice as long each time, at most five minutes. */
export function pauseAfter(attempts: number): Milliseconds {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.max(0, Math.min(attempts, 10) - 1));
}

/** When the sale is tried again; 0: at once. */
export function exitDueAt({ triedAt, attempts }: ExitWish): Milliseconds {
  return triedAt === null ? 0 : triedAt + pauseAfter(attempts);
}

/** After this long a lost stop is no longer the beginning of a row of them. */
const FORGOTTEN_AFTER_MS = 3_600_000;

/** The row of lost stops with one more, which was there since `placedAt`. Those that were there together count as one. */
export function lostAgain(lost: StopsLost | null | undefined, placedAt: Milliseconds, now: Milliseconds): StopsLost {
  if (lost === null || lost === undefined || now - lost.at > FORGOTTEN_AFTER_MS) {
    return { count: 1, at: now };
  }
  return placedAt < lost.at ? lost : { count: lost.count + 1, at: now };
}

/** When a stop may be placed again: the first that was lost is replaced at once, each further one after a longer pause. */
export function replaceableAt(lost: StopsLost | null | undefined): Milliseconds {
  return lost === null || lost === undefined || lost.count < 2 ? 0 : lost.at + pauseAfter(lost.count - 1);
}
