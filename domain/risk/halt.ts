/**
 * Halts (TRADING §5): an account that is halted opens nothing. They are part of the account's state, so neither a restart nor
 * anybody's absence lifts one. Times are market time.
 */
import type { Decimal } from "../decimal.ts";
import type { Asset, Milliseconds } from "../market.ts";
import type { Problem } from "../problem.ts";

/** `stopped`: the trader pressed Stop. */
export const HALT_KINDS = ["drawdown", "daily_loss", "loss_streak", "stopped"] as const;
export type HaltKind = (typeof HALT_KINDS)[number];

/** What was to become of the positions when the halt came. `protect`: every position was to have a stop. */
export const HALT_POSITIONS = ["keep", "protect", "tighten", "flatten"] as const;
export type HaltPositions = (typeof HALT_POSITIONS)[number];

export type Halt = {
  readonly kind: HaltKind;
  readonly haltedAt: Milliseconds;
  /** It may be resumed by waiting from then on; null: at any time. */
  readonly waitUntil: Milliseconds | null;
  /** It ends by itself then (a loss streak); null: only somebody can end it. */
  readonly endsAt: Milliseconds | null;
  readonly positions: HaltPositions;
  /** Whose stops wait for a price to be tightened by; absent: none. */
  readonly pending?: readonly Asset[];
  /** What tripped, in percent, in account currency or in losses; null where the trader stopped. */
  readonly value: Decimal | null;
  readonly limit: Decimal | null;
  /** A sentence that names the rule, the value and the limit. */
  readonly reason: string;
};

/** The halts that hold now. */
export function haltsInForce(halts: readonly Halt[], marketTime: Milliseconds): readonly Halt[] {
  return halts.filter(({ endsAt }) => endsAt === null || marketTime < endsAt);
}

/** Why nothing may be opened now: TRADING_HALTED with the reason; null while no halt holds. Exits never ask. */
export function haltProblem(halts: readonly Halt[], marketTime: Milliseconds): Problem | null {
  const [first, ...others] = haltsInForce(halts, marketTime);
  if (first === undefined) {
    return null;
  }
  const reasons = [first, ...others].map(({ reason }) => reason).join(" ");
  const way =
    first.endsAt === null
      ? "Nothing is opened until you resume; exits go on."
      : `Nothing is opened until ${clockOf(first.endsAt)}; exits go on.`;
  return {
    code: "TRADING_HALTED",
    message: `${reasons} ${way}`,
    details: {
      halt: first.kind,
      ...(first.limit === null ? {} : { limit: first.limit }),
      ...(first.value === null ? {} : { value: first.value }),
    },
  };
}

const DAY_MS = 86_400_000;

/** "14:05 UTC" of a market time. */
export function clockOf(time: Milliseconds): string {
  const minutes = Math.ceil((((time % DAY_MS) + DAY_MS) % DAY_MS) / 60_000);
  const pad = (part: number): string => String(part).padStart(2, "0");
  return `${pad(Math.floor(minutes / 60) % 24)}:${pad(minutes % 60)} UTC`;
}
