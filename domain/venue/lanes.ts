/**
 * Who goes first when several calls wait for the one line to the venue (TRADING §6 "Lanes"): the most urgent lane, and in it the
 * oldest. Calls of one key are sent one after the other, because their nonces have to arrive in order (PROTOCOL §1.3).
 */

/** Most urgent first: exits, stops and cancels; resolving unknowns; entries; history. */
export const LANES = ["protective", "resolving", "entries", "history"] as const;
export type Lane = (typeof LANES)[number];

/** Whether a call of lane `left` goes before one of lane `right`. */
export function isMoreUrgent(left: Lane, right: Lane): boolean {
  return LANES.indexOf(left) < LANES.indexOf(right);
}

/** The call to send next of those that wait in order of arrival, or null. `mayGo` passes over calls that have to wait. */
export function nextCall<T extends { readonly lane: Lane }>(
  waiting: readonly T[],
  mayGo: (call: T) => boolean = () => true,
): T | null {
  for (const lane of LANES) {
    const found = waiting.find((call) => call.lane === lane && mayGo(call));
    if (found !== undefined) {
      return found;
    }
  }
  return null;
}
