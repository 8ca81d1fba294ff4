/** The order that a proposal would become, sized on the snapshot that it was made from. It is judged by the Trader, not here. */
import type { ProposalStatus } from "../../../contract/assistant.ts";
import { placeOrderRequest, type PlaceOrderRequest } from "../../../contract/orders.ts";
import type { Proposal } from "../../../domain/assistant/proposal.ts";
import { sizeProposal } from "../../../domain/assistant/sizing.ts";
import type { Snapshot, SnapshotMarket } from "../../../domain/assistant/snapshot.ts";
import { decimal, ONE, ZERO } from "../../../domain/decimal.ts";
import type { MarketView } from "../../../domain/market.ts";
import type { Problem, Result } from "../../../domain/problem.ts";

export type ProposedOrderOf = {
  readonly status: Extract<ProposalStatus, "open" | "noted">;
  readonly request: PlaceOrderRequest | null;
  readonly obstacle: Problem | null;
  /** What was made of it, as sentences. */
  readonly note: string | null;
};

const DEFAULT_RISK_PERCENT = decimal("1");

export function orderOf(
  proposal: Proposal,
  snapshot: Snapshot | null,
  market: SnapshotMarket | null,
  listed: Result<MarketView> | null,
): ProposedOrderOf {
  if (proposal.action === "hold" || listed === null) {
    return noted(null);
  }
  if (!listed.ok) {
    return impossible(listed.error);
  }
  if (snapshot === null || market === null || market.last === null) {
    return impossible({
      code: "PROPOSAL_UNUSABLE",
      message: `The answer was given without the price of ${proposal.symbol}: ask again with the context and this symbol.`,
      details: { symbol: proposal.symbol },
    });
  }
  const { instrument } = listed.value;
  if (instrument.quote !== snapshot.currency) {
    return impossible({
      code: "PROPOSAL_UNUSABLE",
      message: `Proposals are executed in ${snapshot.currency} pairs; ${proposal.symbol} is not one. Place the order by hand.`,
      details: { symbol: proposal.symbol },
    });
  }
  const held = snapshot.positions.find(({ asset }) => asset === instrument.base)?.quantity ?? ZERO;
  const sized = sizeProposal(proposal, {
    instrument,
    price: market.ask ?? market.last,
    equity: snapshot.equity,
    rate: ONE,
    held,
    defaultRiskPercent: DEFAULT_RISK_PERCENT,
    defaultStopPercent: null,
  });
  if (!sized.ok) {
    return impossible(sized.error);
  }
  if (sized.value.kind === "nothing") {
    return noted(sized.value.reason);
  }
  // A close is done by the Trader's own close, which frees what orders hold and never flips.
  const request = proposal.action === "close" ? null : placeOrderRequest.safeParse(sized.value.request);
  if (request !== null && !request.success) {
    return impossible({
      code: "PROPOSAL_UNUSABLE",
      message: "The proposal cannot be put into an order.",
      details: { symbol: proposal.symbol },
    });
  }
  const note = sized.value.notes.join(" ");
  return { status: "open", request: request?.data ?? null, obstacle: null, note: note === "" ? null : note };
}

function noted(note: string | null): ProposedOrderOf {
  return { status: "noted", request: null, obstacle: null, note };
}

function impossible(obstacle: Problem): ProposedOrderOf {
  return { status: "open", request: null, obstacle: { ...obstacle, details: { ...obstacle.details } }, note: null };
}
