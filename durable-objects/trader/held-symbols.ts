import type { AccountState } from "../../domain/account/state.ts";
import type { Symbol } from "../../domain/market.ts";

/** The pairs by which everything that the account holds is valued. */
export function heldSymbols(state: AccountState): readonly Symbol[] {
  return Object.keys(state.holdings)
    .filter((asset) => asset !== state.currency)
    .map((asset) => `${asset}/${state.currency}`);
}
