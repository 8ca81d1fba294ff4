/** From a request to what is sent: the messages, how the decision is asked for, and the most that it can cost. */
import type { SentMessageView, StartRunRequest } from "../../../contract/assistant.ts";
import { PROPOSAL_TOOL } from "../../../contract/proposals.ts";
import { proposalVocabulary, structuredOutput } from "../../../contract/proposal-output.ts";
import { mostTokens, reservation } from "../../../domain/assistant/budget.ts";
import { buildPrompt, type PromptParts } from "../../../domain/assistant/system-prompt.ts";
import { ZERO, type Decimal } from "../../../domain/decimal.ts";
import { ok, refuse, type Result } from "../../../domain/problem.ts";
import { RULES_PROVIDER, type Choice } from "../catalog.ts";
import type { AnswerForm } from "../wire/call.ts";
import type { StoredRun } from "../storage/run-table.ts";

/** Of one reply; one that is cut off is asked again once with as much as the model gives. */
export const FIRST_OUTPUT_TOKENS = 8_192;
const LEAST_OUTPUT_TOKENS = 512;
/** What a provider tells a model of tools beside the tool itself: Anthropic documents up to 530 tokens. */
const TOKENS_OF_HAVING_TOOLS = 600;
/** Earlier runs of the chat that are sent along. */
const REMEMBERED_RUNS = 6;
const LONGEST_REMEMBERED = 6_000;

export type Prepared = {
  readonly messages: readonly SentMessageView[];
  /** At most. */
  readonly inputTokens: number;
  readonly maximumOutputTokens: number;
  readonly reserved: Decimal;
};

/** How the decision is asked for: by a schema where the model can, by a tool, or as a fenced block. */
export function answerForm({ model, schemaFamily }: Choice): AnswerForm {
  const output = structuredOutput(schemaFamily);
  if (model.supports.structuredOutput && output.kind === "json_schema") {
    return { kind: "schema", name: output.name, strict: output.strict, schema: output.schema };
  }
  const tool = structuredOutput("anthropic");
  if (model.supports.tools && tool.kind === "tool") {
    const schema = output.kind === "json_schema" || output.kind === "tool" ? output.schema : tool.schema;
    return { kind: "tool", ...PROPOSAL_TOOL, schema };
  }
  return { kind: "fenced" };
}

/** PROMPT_TOO_LONG when question and context leave the model no room to answer. */
export function prepare(
  choice: Choice,
  request: StartRunRequest,
  context: string | null,
  ownPrompt: string | null,
  earlier: readonly StoredRun[],
  envelopeToken: string,
): Result<Prepared> {
  const { conversation, outside } = remembered(earlier, choice);
  const parts: PromptParts = {
    vocabulary: proposalVocabulary(),
    answer: answerForm(choice).kind,
    ownPrompt,
    conversation,
    outside: [...outside, ...request.attachments],
    envelopeToken,
    snapshot: context,
    question: request.prompt,
  };
  const messages = buildPrompt(parts).map(({ role, content }) => ({ role, content }));
  return sized(choice, messages, FIRST_OUTPUT_TOKENS);
}

/** Room and reservation of a call with these messages and at most so much output. */
export function sized(choice: Choice, messages: readonly SentMessageView[], wished: number): Result<Prepared> {
  const { model, price, provider } = choice;
  const inputTokens = inputOf(answerForm(choice), messages);
  const room = model.contextTokens - inputTokens;
  if (room < LEAST_OUTPUT_TOKENS && provider.id !== RULES_PROVIDER) {
    return refuse(
      "PROMPT_TOO_LONG",
      `The question with its context is up to ${inputTokens} tokens; ${model.name} takes ${model.contextTokens} with its answer. Send less of the context, or use another model.`,
      { tokens: String(inputTokens), limit: String(model.contextTokens) },
    );
  }
  const maximumOutputTokens = Math.min(wished, model.maximumOutputTokens, Math.max(room, LEAST_OUTPUT_TOKENS));
  const reserved = price === null ? ZERO : reservation(inputTokens, maximumOutputTokens, price);
  return ok({ messages, inputTokens, maximumOutputTokens, reserved });
}

/** The most that the provider counts as input: the messages, and how the decision is asked for. */
function inputOf(form: AnswerForm, messages: readonly SentMessageView[]): number {
  const told = messages.map(({ content }) => content);
  return form.kind === "fenced"
    ? mostTokens(told)
    : mostTokens([...told, JSON.stringify(form)]) + (form.kind === "tool" ? TOKENS_OF_HAVING_TOOLS : 0);
}

/** The chat so far: the model's own words as its own, those of other models as data from outside. */
function remembered(earlier: readonly StoredRun[], choice: Choice): Pick<PromptParts, "conversation" | "outside"> {
  const told = earlier.filter(({ text }) => text !== "").slice(-REMEMBERED_RUNS);
  const own = told.filter(({ view }) => isSame(view, choice));
  const others = told.filter(({ view }) => !isSame(view, choice));
  return {
    conversation: own.flatMap(({ request, text }) => [
      { role: "user" as const, content: request.prompt },
      { role: "assistant" as const, content: text.slice(0, LONGEST_REMEMBERED) },
    ]),
    outside: others.map(({ view, text }) => ({
      source: `reply of ${view.modelName}`,
      text: text.slice(0, LONGEST_REMEMBERED),
    })),
  };
}

function isSame(view: { readonly providerId: string; readonly modelId: string }, { provider, model }: Choice): boolean {
  return view.providerId === provider.id && view.modelId === model.id;
}
