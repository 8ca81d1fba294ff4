/** What is checked of a reply for one of its proposals, and which symbol its sentences speak of. */
import type { Symbol } from "../../market.ts";
import type { ReadProposal } from "../outcome.ts";
import { mentions } from "../reader/prose.ts";
import type { SymbolTable } from "../reader/symbols.ts";
import type { Snapshot } from "../snapshot.ts";
import { checkClaims, MOST_CLAIMS, type Claim } from "./claims.ts";

/**
 * The claims of what the trader is shown, which all proposals rest on and which speaks of `focus` until it names a symbol, and of
 * the reasons of this proposal, which speak of its own symbol.
 */
export function claimsOfProposal(
  said: string,
  { proposal, source }: ReadProposal,
  snapshot: Snapshot,
  symbols: SymbolTable,
  focus: Symbol | null,
): readonly Claim[] {
  // The reasons of a proposal in plain sentences are those sentences.
  const own = source === "prose" ? [] : checkClaims([proposal.reasoning], snapshot, symbols, proposal.symbol);
  return [...checkClaims([said], snapshot, symbols, focus), ...own].slice(0, MOST_CLAIMS);
}

/**
 * The symbol that was asked about: the only one that the question names, else the first of those that went along, which is the
 * one on screen. Of alerts of several pairs none is.
 */
export function focusOf({ prompt, symbols: sent, isTriggered }: FocusQuestion, symbols: SymbolTable): Symbol | null {
  const named = [...new Set(mentions(prompt, symbols))];
  if (named.length === 1) {
    return named[0] ?? null;
  }
  return named.length > 1 || (isTriggered && sent.length > 1) ? null : (sent[0] ?? null);
}

export type FocusQuestion = {
  readonly prompt: string;
  readonly symbols: readonly Symbol[];
  readonly isTriggered: boolean;
};
