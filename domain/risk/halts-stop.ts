/** Stop (CASES "kill switch"): what it is asked, and what it says that it did. */
import type { Asset, Symbol } from "../market.ts";

/**
 * `keep`: entries and other resting orders are cancelled, protective stops stay. `protect`: every position has a stop after
 * it. `flatten`: everything of the desk is cancelled and every managed position sold.
 */
export const STOP_MODES = ["keep", "protect", "flatten"] as const;
export type StopMode = (typeof STOP_MODES)[number];

export const STOP_STEPS = ["entries", "cancel", "keep", "protect", "sell", "leave"] as const;

/** `done`: it is so. `asked`: the exchange was asked and has not answered yet. `failed`: it could not be done, and why. */
export type StopStep = {
  readonly what: (typeof STOP_STEPS)[number];
  readonly outcome: "done" | "asked" | "failed";
  readonly orderId: string | null;
  readonly asset: Asset | null;
  readonly symbol: Symbol | null;
  /** A sentence. */
  readonly sentence: string;
};
