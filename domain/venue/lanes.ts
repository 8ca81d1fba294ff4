/**
 * Who goes first when several calls wait for the one line to the venue (TRADING §6 "Lanes"): the most urgent lane, and in it the
 * oldest. Calls of one key are sent one after the other, because their nonces have to arrive in order (PROTOCOL §1.3).
 */

/** Most urgent first: exits, stops and cancels; resolving unknowns; entries; history. */
export const LANES = ["protective", "resolving", "entries", "history"] as const;
export type Lane = (typeof LANES)[number];

export type LaneCall = {
  readonly lane: Lane;
  /** Whether it changes something at the venue. */
  readonly writes: boolean;
};

/** Whether `left` goes before `right` even if it came later. An exit or a cancel does not wait for what a saga wants to read. */
export function isMoreUrgent(left: LaneCall, right: LaneCall): boolean {
  return rank(left) < rank(right);
}

/**
 * The call to send next of those that wait in order of arrival, or null: the oldest of the most urgent. `mayGo` passes over calls
 * that have to wait.
 */
export function nextCall<T extends LaneCall>(waiting: readonly T[], mayGo: (call: T) => boolean): T | null {
  let next: T | null = null;
  for (const call of waiting) {
    if (mayGo(call) && (next === null || isMoreUrgent(call, next))) {
      next = call;
    }
  }
  return next;
}

function rank({ lane, writes }: LaneCall): number {
  return LANES.indexOf(lane) + (lane === "protective" && !writes ? 0.5 : 0);
}
