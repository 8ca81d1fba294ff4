/**
 * What a model may propose. A proposal is a wish with reasons: it has no authority, and nothing but its typed fields is ever
 * executed (CASES "authority"). The zod schema that is generated from these types stands in contract/proposals.ts.
 */
import type { Decimal } from "../decimal.ts";
import type { Symbol } from "../market.ts";

/** `hold`: do nothing with the symbol. `close`: sell the whole managed position at market. */
export const PROPOSAL_ACTIONS = ["buy", "sell", "hold", "close"] as const;
export type ProposalAction = (typeof PROPOSAL_ACTIONS)[number];

export const PROPOSAL_ORDER_TYPES = ["market", "limit"] as const;
export type ProposalOrderType = (typeof PROPOSAL_ORDER_TYPES)[number];

/** Seconds that a proposal may live: what a model asks for is kept inside these; without a wish the default counts. */
export const SHORTEST_VALIDITY_SECONDS = 30;
export const DEFAULT_VALIDITY_SECONDS = 600;
export const LONGEST_VALIDITY_SECONDS = 86_400;

/** The decision about one symbol. Prices in quote, quantity in base. At most one of `quantity` and `riskPercent` is set. */
export type Proposal = {
  readonly action: ProposalAction;
  readonly symbol: Symbol;
  readonly orderType: ProposalOrderType;
  readonly quantity: Decimal | null;
  /** Percent of equity that is lost when the stop is hit; the size follows from it and from the distance of the stop. */
  readonly riskPercent: Decimal | null;
  /** Of a limit order, and only then. */
  readonly limitPrice: Decimal | null;
  readonly stop: Decimal | null;
  readonly target: Decimal | null;
  /** 0–100, whole; null where the model said none. Never rescaled. */
  readonly confidence: number | null;
  readonly reasoning: string;
  /** What would prove the idea wrong; null where the model said nothing. */
  readonly invalidation: string | null;
  /** Null: DEFAULT_VALIDITY_SECONDS. */
  readonly validForSeconds: number | null;
};

/** A proposal that can become an order. */
export function isTrade({ action }: Pick<Proposal, "action">): boolean {
  return action !== "hold";
}
