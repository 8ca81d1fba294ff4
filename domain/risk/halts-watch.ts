/** What an account remembers for its halts. */
import type { Decimal } from "../decimal.ts";
import { newEquityWatch, type EquityWatch } from "./samples.ts";
import { NO_STREAK, type Streak } from "./streak.ts";

export type RiskWatch = EquityWatch & { readonly streak: Streak };

/** Of an account that begins with so much. */
export function newWatch(equity: Decimal): RiskWatch {
  return { ...newEquityWatch(equity), streak: NO_STREAK };
}
