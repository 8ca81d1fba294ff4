/** /api/assistant/proposals and /shadows: what models proposed, and what came of it. */
import { z } from "zod";
import { PROPOSAL_SOURCES } from "../domain/assistant/outcome.ts";
import { PROPOSAL_ACTIONS, PROPOSAL_ORDER_TYPES } from "../domain/assistant/proposal.ts";
import { entityId, modelId } from "./assistant-models.ts";
import { decimalText, positiveDecimalText } from "./decimal.ts";
import { problem } from "./errors.ts";
import { milliseconds } from "./markets.ts";
import { orderStatus, placeOrderRequest, placedOrder } from "./orders.ts";
import { pageOf, pageQuery } from "./paging.ts";
import { ruleVerdict } from "./risk.ts";
import { symbolText } from "./symbols.ts";

/** The decision as it was read and validated. Numbers are the model's own. */
export const proposedTrade = z.object({
  action: z.enum(PROPOSAL_ACTIONS),
  symbol: symbolText,
  orderType: z.enum(PROPOSAL_ORDER_TYPES),
  quantity: decimalText.nullable(),
  riskPercent: decimalText.nullable(),
  limitPrice: decimalText.nullable(),
  stop: decimalText.nullable(),
  target: decimalText.nullable(),
  confidence: z.number().int().min(0).max(100).nullable(),
  reasoning: z.string(),
  invalidation: z.string().nullable(),
  validForSeconds: z.number().int().positive().nullable(),
});
export type ProposedTradeView = z.infer<typeof proposedTrade>;

/** A number of the reply against the snapshot that was sent. Only a contradicted one blocks the click. */
export const claim = z.object({
  /** The words around it. */
  quote: z.string(),
  value: decimalText,
  /** The field of the snapshot that it speaks of; null where it names none. */
  field: z.string().nullable(),
  symbol: symbolText.nullable(),
  /** What that field said. */
  actual: decimalText.nullable(),
  verdict: z.enum(["supported", "contradicted", "unsupported"]),
});
export type ClaimView = z.infer<typeof claim>;

/**
 * `open`: waits for the trader. `executing`: the click is being carried out. `placed`: an order came of it, which `orderStatus`
 * follows to its end. `denied`: the desk refused the order; the proposal may be executed again with other figures.
 */
export const PROPOSAL_STATUSES = ["open", "executing", "placed", "denied", "rejected", "expired", "noted"] as const;
export const proposalStatus = z.enum(PROPOSAL_STATUSES);
export type ProposalStatus = (typeof PROPOSAL_STATUSES)[number];

/** What the trader changed before executing. Absent: as proposed; null: taken away. Recorded as edits. */
export const proposalEdits = z.strictObject({
  orderType: z.enum(PROPOSAL_ORDER_TYPES).optional(),
  quantity: positiveDecimalText.optional(),
  limitPrice: positiveDecimalText.nullable().optional(),
  stop: positiveDecimalText.nullable().optional(),
  target: positiveDecimalText.nullable().optional(),
});
export type ProposalEdits = z.output<typeof proposalEdits>;

export const proposalView = z.object({
  id: entityId,
  runId: entityId,
  chatId: entityId,
  accountId: entityId,
  providerId: entityId,
  modelId,
  providerName: z.string(),
  modelName: z.string(),
  notice: z.string().nullable(),
  source: z.enum(PROPOSAL_SOURCES),
  trade: proposedTrade,
  status: proposalStatus,
  /** The order that executing it now would ask for; null for a hold, a close, or where no size follows from it. */
  request: placeOrderRequest.nullable(),
  /** Why it cannot be executed as it is (no size, unknown symbol, nothing held …); null: it can be tried. */
  obstacle: problem.nullable(),
  claims: z.array(claim),
  /** True: one-click is blocked until the trader overrides. */
  contradicted: z.boolean(),
  /** Price at decision time, against which drift is measured; null without a market. */
  referencePrice: decimalText.nullable(),
  driftLimitPercent: decimalText,
  /** Of the target's gain to the stop's loss, two decimals; null without both. */
  rewardToRisk: decimalText.nullable(),
  expiresAt: milliseconds,
  createdAt: milliseconds,
  decidedAt: milliseconds.nullable(),
  /** The trader's, with a rejection. */
  reason: z.string().nullable(),
  /** What differs from the proposal in the order that was placed; null: nothing. */
  edits: proposalEdits.nullable(),
  /** The trader executed it although a claim was contradicted. */
  overridden: z.boolean(),
  /** What each rule of the risk engine said in the turn that decided about the order. Absent: not executed, a close, or not judged. */
  verdict: z
    .object({ rules: z.array(ruleVerdict).readonly(), denial: problem.nullable(), at: milliseconds })
    .nullable()
    .optional(),
  /** Of a refused execution. */
  denial: problem.nullable(),
  orderId: z.string().nullable(),
  orderStatus: orderStatus.nullable(),
  filledQuantity: decimalText.nullable(),
  averagePrice: decimalText.nullable(),
  /** Counts its changes, so that of two answers the newer one is known. Absent in older ones: 0. */
  version: z.number().int().nonnegative().optional(),
});
export type ProposalView = z.infer<typeof proposalView>;

/** GET /api/assistant/proposals: newest first. */
export const proposalQuery = pageQuery.extend({
  accountId: entityId.optional(),
  runId: entityId.optional(),
  status: proposalStatus.optional(),
});
export const proposalPage = pageOf(proposalView);
export type ProposalPage = z.infer<typeof proposalPage>;

/**
 * POST /api/assistant/proposals/{id}/execute, with an Idempotency-Key. Shelf life and drift are checked at this moment;
 * `overrideClaims` is the trader's word that a contradicted claim does not matter.
 */
export const executeProposalRequest = z.strictObject({
  edits: proposalEdits.default({}),
  overrideClaims: z.boolean().default(false),
});
export type ExecuteProposalRequest = z.output<typeof executeProposalRequest>;
export const executedProposal = z.object({ proposal: proposalView, placed: placedOrder });
export type ExecutedProposalView = z.infer<typeof executedProposal>;

/** POST /api/assistant/proposals/{id}/reject */
export const rejectProposalRequest = z.strictObject({ reason: z.string().trim().max(500).optional() });

/**
 * The paper account of a model: USD 10,000 at start. Every valid proposal of it is carried out there too, clicked or not, so that
 * what is measured is the model and not the clicking.
 */
export const shadow = z.object({
  providerId: entityId,
  modelId,
  /** Null while it cannot be valued completely. */
  equity: decimalText.nullable(),
  startingBalance: decimalText,
  realisedProfit: decimalText,
  positions: z.number().int().nonnegative(),
  /** Proposals that became an order there, that had nothing to do there, and that the desk denied there. */
  placed: z.number().int().nonnegative(),
  nothing: z.number().int().nonnegative(),
  denied: z.number().int().nonnegative(),
  since: milliseconds,
});
export type ShadowView = z.infer<typeof shadow>;
/** GET /api/assistant/shadows */
export const shadowList = z.object({ shadows: z.array(shadow) });
export type ShadowListView = z.infer<typeof shadowList>;
