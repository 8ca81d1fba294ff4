/** What came of a model's reply. The outcomes are distinct, are recorded, and only the first can lead to an order (CASES). */
import type { Proposal } from "./proposal.ts";

/** Why the provider stopped: by itself, at the token limit, by its filter, or because the run was cut (by us or by the network). */
export const FINISH_REASONS = ["stop", "length", "content_filter", "interrupted"] as const;
export type FinishReason = (typeof FINISH_REASONS)[number];

/** A finished reply as the provider gave it. */
export type Reply = {
  /** The text that the reader of the chat sees. */
  readonly text: string;
  /** Arguments of the calls of our own proposal tool, as raw JSON text, in order; empty where the model called none. */
  readonly toolArguments: readonly string[];
  readonly finish: FinishReason;
  /** A refusal that the provider reported in a field of its own; null: none. */
  readonly refusal: string | null;
};

/** Where a proposal was read: a call of our tool, a fenced block, bare JSON in the text, or a sentence. */
export const PROPOSAL_SOURCES = ["tool", "fenced", "bare", "prose"] as const;
export type ProposalSource = (typeof PROPOSAL_SOURCES)[number];

export type ReadProposal = {
  readonly proposal: Proposal;
  readonly source: ProposalSource;
};

/** What is wrong with one field of a decision. `path` is dotted ("1.confidence"), empty for the whole. */
export type ReadProblem = {
  readonly path: string;
  /** A sentence that names the rule and the value. */
  readonly message: string;
};

/**
 * `reasoning` is the text of the reply outside of its decision blocks, whole, its thinking aloud among it. `said` is what the
 * trader sees of it and what is checked: everything but the decisions that were taken and the thinking. `problems` beside proposals name decisions of the
 * same reply that were not valid: each symbol stands for itself.
 */
export type ReplyOutcome =
  | {
      readonly kind: "proposals";
      readonly proposals: readonly ReadProposal[];
      readonly problems: readonly ReadProblem[];
      readonly reasoning: string;
      readonly said: string;
    }
  /** Prose without a decision. */
  | { readonly kind: "no_decision"; readonly reasoning: string; readonly said: string }
  /** A decision was meant, and cannot be read as one. */
  | {
      readonly kind: "malformed";
      readonly problems: readonly ReadProblem[];
      readonly reasoning: string;
      readonly said: string;
    }
  /** The reply ends before its decision does: it is asked again once with more room. */
  | {
      readonly kind: "cut_off";
      readonly reason: "length" | "interrupted" | "unclosed_block";
      readonly reasoning: string;
      readonly said: string;
    }
  /** The model or its provider would not answer. */
  | { readonly kind: "refused"; readonly message: string; readonly reasoning: string; readonly said: string };

export const OUTCOME_KINDS = [
  "proposals",
  "no_decision",
  "malformed",
  "cut_off",
  "refused",
] as const satisfies readonly ReplyOutcome["kind"][];
export type OutcomeKind = ReplyOutcome["kind"];

/** What the validator (contract/proposals.ts validateProposal) says of one decision. */
export type ProposalVerdict =
  | { readonly ok: true; readonly proposal: Proposal }
  | { readonly ok: false; readonly problems: readonly ReadProblem[] };

/** A value of JSON whose numbers are kept as the text they were written in: money never passes through a float. */
export type JsonValue =
  | string
  | boolean
  | null
  | NumberToken
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** A number of JSON, as written. */
export type NumberToken = { readonly numberText: string };
