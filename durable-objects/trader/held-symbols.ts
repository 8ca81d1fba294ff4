import type { AccountState } from "../../domain/account/state.ts";
import type { Symbol } from "../../domain/market.ts";

/** The pairs by which everything that the account holds is valued, and what had no price yet when it came or went. */
export function heldSymbols(state: AccountState): readonly Symbol[] {
  const assets = new Set([...Object.keys(state.holdings), ...Object.keys(state.venue?.unvalued ?? {})]);
  return [...assets].filter((asset) => asset !== state.currency).map((asset) => `${asset}/${state.currency}`);
}
