/** What is asked of a model and what comes of it, the same for every kind of provider. */
import type { SentMessageView } from "../../../contract/assistant.ts";
import type { JsonSchema } from "../../../contract/proposal-output.ts";
import type { FinishReason } from "../../../domain/assistant/outcome.ts";
import type { Problem } from "../../../domain/problem.ts";

/** How the decision comes: the whole answer in a schema, by a call of our tool beside the text, or as a block in the text. */
export type AnswerForm =
  | { readonly kind: "schema"; readonly name: string; readonly strict: boolean; readonly schema: JsonSchema }
  | { readonly kind: "tool"; readonly name: string; readonly description: string; readonly schema: JsonSchema }
  | { readonly kind: "fenced" };

export type ModelCall = {
  readonly modelId: string;
  readonly messages: readonly SentMessageView[];
  readonly maximumOutputTokens: number;
  readonly answer: AnswerForm;
  /** Whether the provider tells tokens at the end of a stream. */
  readonly streamingUsage: boolean;
  /** Aborts the call at the provider. */
  readonly signal: AbortSignal;
};

export type Tokens = { readonly input: number; readonly cachedInput: number; readonly output: number };

/** What a stream brings, in order. `headers` comes once, first: from then on the connection no longer waits. */
export type ModelEvent =
  | { readonly type: "headers" }
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "thinking"; readonly text: string }
  /** More of the arguments of a call of our tool; `call` tells calls apart. */
  | { readonly type: "tool"; readonly call: number; readonly text: string }
  /** More of a refusal to answer. */
  | { readonly type: "refusal"; readonly text: string }
  | { readonly type: "usage"; readonly tokens: Tokens }
  | { readonly type: "end"; readonly finish: FinishReason };

/** A model that can be asked. Rejects with ModelFailure, or with whatever the abort's reason is. */
export type ModelWire = (call: ModelCall) => AsyncIterable<ModelEvent>;

/** A call that failed at the provider, in words. */
export class ModelFailure extends Error {
  override readonly name = "ModelFailure";
  readonly problem: Problem;
  /** Whether the same call may succeed a moment later. */
  readonly retryable: boolean;
  /** What the provider asked to wait; null: nothing. */
  readonly retryAfterMs: number | null;
  /** Whether nothing was computed for it, so that nothing is charged: it was refused, or never reached the provider. */
  readonly isFree: boolean;

  constructor(
    problem: Problem,
    retryable: boolean,
    { retryAfterMs = null, isFree = false }: { readonly retryAfterMs?: number | null; readonly isFree?: boolean } = {},
  ) {
    super(problem.message);
    this.problem = problem;
    this.retryable = retryable;
    this.retryAfterMs = retryAfterMs;
    this.isFree = isFree;
  }
}
