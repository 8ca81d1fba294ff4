/**
 * How the exchange says no, by what it means for the order (PROTOCOL §4). The class decides what happens next and nothing
 * else does: a refusal ends the order, a wait sends it again, ambiguity is resolved by reading.
 */
import type { Milliseconds } from "../market.ts";

export const VENUE_FAILURE_CLASSES = [
  /** Not executed: fix it or give up. */
  "refused",
  /** Not executed: may be sent again later. */
  "wait",
  /** For a write: the outcome is not known. Read, never resend. */
  "ambiguous",
  /** The order is gone (filled, cancelled or expired): its state has to be read. */
  "gone",
  /** The key or the account is in trouble: stop trading and tell. */
  "suspended",
] as const;
export type VenueFailureClass = (typeof VENUE_FAILURE_CLASSES)[number];

export type VenueFailure = {
  readonly class: VenueFailureClass;
  /** The venue's own text, for example "EOrder:Insufficient funds"; "timeout" or "no answer" where there was none. */
  readonly text: string;
  /** A sentence for the trader. */
  readonly message: string;
  /** Earliest time to try again, for `wait` and a lockout; null: at once. */
  readonly retryAt: Milliseconds | null;
};

export type VenueReply<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: VenueFailure };
