/** The order that a proposal would become, at the price of the snapshot that it was made from. It is judged by the Trader, not here. */
import type { ProposalStatus } from "../../../contract/assistant.ts";
import type { PlaceOrderRequest } from "../../../contract/orders.ts";
import type { Proposal } from "../../../domain/assistant/proposal.ts";
import { sizeProposal } from "../../../domain/assistant/sizing.ts";
import type { Snapshot, SnapshotMarket } from "../../../domain/assistant/snapshot.ts";
import { ZERO } from "../../../domain/decimal.ts";
import type { MarketView } from "../../../domain/market.ts";
import type { Problem, Result } from "../../../domain/problem.ts";
import { sizeWish, type RiskQuestion } from "./size.ts";

export type ProposedOrderOf = {
  readonly status: Extract<ProposalStatus, "open" | "noted">;
  readonly request: PlaceOrderRequest | null;
  readonly obstacle: Problem | null;
  /** What was made of it, as sentences. */
  readonly note: string | null;
};

/** Passes by itself; a proposal is not asked about again. */
const PASSING: ReadonlySet<string> = new Set([
  "TEMPORARILY_UNAVAILABLE",
  "INTERNAL",
  "RATE_LIMITED",
  "MARKET_UNAVAILABLE",
]);

export async function orderOf(
  proposal: Proposal,
  snapshot: Snapshot | null,
  market: SnapshotMarket | null,
  listed: Result<MarketView> | null,
  ask: RiskQuestion,
): Promise<ProposedOrderOf> {
  if (proposal.action === "hold" || listed === null) {
    return noted(null);
  }
  if (!listed.ok) {
    return impossible(proposal, listed.error);
  }
  if (snapshot === null || market === null || market.last === null) {
    return impossible(proposal, {
      code: "PROPOSAL_UNUSABLE",
      message: `The answer was given without the price of ${proposal.symbol}: ask again with the context and this symbol.`,
      details: { symbol: proposal.symbol },
    });
  }
  const { instrument } = listed.value;
  if (instrument.quote !== snapshot.currency) {
    return impossible(proposal, otherCurrency(proposal.symbol, snapshot.currency));
  }
  const held = snapshot.positions.find(({ asset }) => asset === instrument.base)?.quantity ?? ZERO;
  const wish = sizeProposal(proposal, { instrument, price: market.ask ?? market.last, held });
  const sized = wish.ok ? await sizeWish(wish.value, ask) : wish;
  if (!sized.ok) {
    return impossible(proposal, sized.error);
  }
  if (sized.value.kind === "nothing") {
    return noted(sized.value.reason);
  }
  const { request, notes } = sized.value;
  const note = notes.length === 0 ? null : notes.join(" ");
  // A close is done by the Trader's own close, which frees what orders hold and never flips.
  return { status: "open", request: proposal.action === "close" ? null : request, obstacle: null, note };
}

/** Of a pair whose quote is another asset: its orders would spend a position. */
export function otherCurrency(symbol: string, currency: string): Problem {
  return {
    code: "PROPOSAL_UNUSABLE",
    message: `Proposals are executed in ${currency} pairs; ${symbol} is not one. Place the order by hand.`,
    details: { symbol },
  };
}

function noted(note: string | null): ProposedOrderOf {
  return { status: "noted", request: null, obstacle: null, note };
}

function impossible({ symbol }: Proposal, problem: Problem): ProposedOrderOf {
  const obstacle: Problem = PASSING.has(problem.code)
    ? {
        code: "PROPOSAL_UNUSABLE",
        message: `The desk could not tell an order for it when the answer came: ask again.`,
        details: { symbol, reason: problem.code },
      }
    : { ...problem, details: { ...problem.details } };
  return { status: "open", request: null, obstacle, note: null };
}
