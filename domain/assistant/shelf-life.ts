/** How long a proposal may be acted on (CASES "shelf life"): a time, and a distance of the price from where it was made. */
import {
  absolute,
  decimal,
  divide,
  HUNDRED,
  isAbove,
  isPositive,
  multiply,
  subtract,
  type Decimal,
} from "../decimal.ts";
import type { Milliseconds } from "../market.ts";
import { ok, refuse, type Result } from "../problem.ts";
import {
  DEFAULT_VALIDITY_SECONDS,
  LONGEST_VALIDITY_SECONDS,
  SHORTEST_VALIDITY_SECONDS,
  type Proposal,
} from "./proposal.ts";

/** Percent that the price may have moved since the proposal was made. */
export const DEFAULT_DRIFT_LIMIT = decimal("0.5");

/** What a proposal was made on; kept with it. */
export type ProposalBasis = {
  /** Market time of the snapshot: a slow answer is old when it comes. */
  readonly madeAt: Milliseconds;
  /** Price of the symbol in the snapshot; null where it had none: then nothing of it can be executed. */
  readonly price: Decimal | null;
  readonly driftLimitPercent: Decimal;
  readonly expiresAt: Milliseconds;
};

/** The basis of a proposal read from an answer to a snapshot. */
export function basisOf(
  proposal: Pick<Proposal, "validForSeconds">,
  snapshotTime: Milliseconds,
  price: Decimal | null,
  driftLimitPercent: Decimal = DEFAULT_DRIFT_LIMIT,
): ProposalBasis {
  const asked = proposal.validForSeconds ?? DEFAULT_VALIDITY_SECONDS;
  const seconds = Math.min(Math.max(asked, SHORTEST_VALIDITY_SECONDS), LONGEST_VALIDITY_SECONDS);
  return { madeAt: snapshotTime, price, driftLimitPercent, expiresAt: snapshotTime + seconds * 1_000 };
}

/** Percent between the price then and the price now, without sign. */
export function driftPercent(then: Decimal, now: Decimal): Decimal {
  return divide(multiply(absolute(subtract(now, then)), HUNDRED), then, 8, "half-even");
}

/**
 * Whether the proposal may still be acted on. It is asked when the card is shown and again at the click, with the price of that
 * moment, in market time. `price` null: none is fresh, so the drift is not known, and a sale too would wait for a market that may
 * be anywhere when it comes.
 */
export function recheck(basis: ProposalBasis, now: Milliseconds, price: Decimal | null): Result<null> {
  if (now >= basis.expiresAt) {
    return refuse("PROPOSAL_EXPIRED", "The proposal has expired: ask again.", { expiredAt: String(basis.expiresAt) });
  }
  if (basis.price === null || !isPositive(basis.price)) {
    return refuse("PROPOSAL_EXPIRED", "The proposal was made without a price: ask again.");
  }
  if (price === null) {
    return refuse(
      "QUOTE_STALE",
      "There is no fresh price, so it cannot be told how far the market has moved since the proposal was made: ask again when it is back. Closing the position by hand needs no price.",
    );
  }
  const drift = driftPercent(basis.price, price);
  if (isAbove(drift, basis.driftLimitPercent)) {
    return refuse(
      "PROPOSAL_DRIFTED",
      `The price has moved from ${basis.price} to ${price}, more than the ${basis.driftLimitPercent} % that the proposal is good for: ask again.`,
      { price, basis: basis.price, driftPercent: drift, limit: basis.driftLimitPercent },
    );
  }
  return ok(null);
}
