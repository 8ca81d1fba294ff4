/**
 * /api/assistant: chats, runs and the prompt library. A model has no authority: a run leaves proposals, and an order comes only
 * from a trader's execution of one. Providers, keys and budget: assistant-models.ts; proposals: assistant-proposals.ts.
 */
import { z } from "zod";
import { ALERT_DIRECTIONS } from "../domain/alerts/price-alert.ts";
import { FINISH_REASONS, OUTCOME_KINDS } from "../domain/assistant/outcome.ts";
import { entityId, label, modelId } from "./assistant-models.ts";
import { proposalView } from "./assistant-proposals.ts";
import { decimalText } from "./decimal.ts";
import { problem } from "./errors.ts";
import { milliseconds } from "./markets.ts";
import { pageOf, pageQuery } from "./paging.ts";
import { symbolText } from "./symbols.ts";

export * from "./assistant-models.ts";
export * from "./assistant-proposals.ts";

// Prompts

/** A system prompt of the library. Every save is a new version; runs name the version they used. */
export const promptVersion = z.object({
  version: z.number().int().positive(),
  text: z.string(),
  savedAt: milliseconds,
});
export const prompt = z.object({
  id: entityId,
  name: z.string(),
  /** Newest first. */
  versions: z.array(promptVersion),
  createdAt: milliseconds,
  updatedAt: milliseconds,
});
export type PromptView = z.infer<typeof prompt>;
/** GET /api/assistant/prompts */
export const promptList = z.object({ prompts: z.array(prompt) });
export type PromptListView = z.infer<typeof promptList>;
/** POST /api/assistant/prompts; PUT /api/assistant/prompts/{promptId} saves a new version. */
export const savePromptRequest = z.strictObject({ name: label, text: z.string().trim().min(1).max(8_000) });
export type SavePromptRequest = z.output<typeof savePromptRequest>;

// Chats

export const chat = z.object({
  id: entityId,
  title: z.string(),
  runs: z.number().int().nonnegative(),
  createdAt: milliseconds,
  updatedAt: milliseconds,
});
export type ChatView = z.infer<typeof chat>;

/** GET /api/assistant/chats: most recently used first. `search` looks in titles, questions and answers. */
export const chatQuery = pageQuery.extend({ search: z.string().trim().max(200).optional() });
export const chatPage = pageOf(chat);
export type ChatPage = z.infer<typeof chatPage>;
/** POST /api/assistant/chats. Without a title the first question gives it. */
export const openChatRequest = z.strictObject({ title: label.optional() });
/** PUT /api/assistant/chats/{chatId} */
export const renameChatRequest = z.strictObject({ title: label });

// Runs

/**
 * `queued`: as many others as may (four, three of one provider) wait for their provider. `waiting`: sent, nothing came yet. The last four are final: `stopped` by the
 * user, `interrupted` by a restart of the desk (charged, never repeated by itself), `failed` at the provider.
 */
export const RUN_STATUSES = ["queued", "waiting", "streaming", "finished", "stopped", "interrupted", "failed"] as const;
export const runStatus = z.enum(RUN_STATUSES);
export type RunStatus = (typeof RUN_STATUSES)[number];

/** POST /api/assistant/runs, with an Idempotency-Key. */
export const startRunRequest = z.strictObject({
  chatId: entityId,
  prompt: z.string().trim().min(1, "must not be empty").max(8_000),
  providerId: entityId,
  modelId,
  /** The account whose state is sent, and in which proposals would be executed. */
  accountId: entityId,
  /** Watched symbols, the current one first. */
  symbols: z.array(symbolText).max(5).default([]),
  /** The toggle: false sends no account and no market. */
  withContext: z.boolean().default(true),
  /** A prompt of the library; absent: the built-in one alone. */
  promptId: entityId.optional(),
  promptVersion: z.number().int().positive().optional(),
  /** An identical prompt and context may be answered from our own cache. */
  useCache: z.boolean().default(false),
  /** News, another model's answer …: travels in a marked data envelope and is never an instruction. */
  attachments: z
    .array(z.strictObject({ source: label, text: z.string().min(1).max(8_000) }))
    .max(5)
    .default([]),
});
export type StartRunRequest = z.output<typeof startRunRequest>;

export const runUsage = z.object({
  inputTokens: z.number().int().nonnegative(),
  cachedInputTokens: z.number().int().nonnegative(),
  outputTokens: z.number().int().nonnegative(),
  /** USD. */
  cost: decimalText,
  /** The provider told no usage: the reservation stands. */
  estimated: z.boolean(),
});
export type RunUsageView = z.infer<typeof runUsage>;

export const readProblem = z.object({ path: z.string(), message: z.string() });

export const runOutcome = z.object({
  kind: z.enum(OUTCOME_KINDS),
  /** What the trader reads of it, as a sentence; null with proposals. */
  message: z.string().nullable(),
  problems: z.array(readProblem),
});

/** A price alert that fired and was to ask the model. Those of one minute are one run, which names them all. */
export const runTrigger = z.strictObject({
  source: z.literal("price_alert"),
  /** Of the alert. */
  id: entityId,
  symbol: symbolText,
  direction: z.enum(ALERT_DIRECTIONS),
  price: decimalText,
  tradePrice: decimalText,
  /** Market time of the trade. */
  firedAt: milliseconds,
  /** The trade was while the desk was away. */
  late: z.boolean(),
  note: z.string().nullable(),
});
export type RunTriggerView = z.infer<typeof runTrigger>;

export const run = z.object({
  id: entityId,
  chatId: entityId,
  accountId: entityId,
  providerId: entityId,
  modelId,
  providerName: z.string(),
  modelName: z.string(),
  /** "rules, not a language model", or null. */
  notice: z.string().nullable(),
  status: runStatus,
  /** Place in the queue, from 1; null when not queued. */
  queuePosition: z.number().int().positive().nullable(),
  prompt: z.string(),
  /** What asked in the trader's place. Absent: the trader did. */
  triggers: z.array(runTrigger).readonly().optional(),
  /** The answer so far. */
  text: z.string(),
  /** What a reasoning model thought aloud, so far; not part of the answer. */
  thinking: z.string(),
  symbols: z.array(symbolText),
  withContext: z.boolean(),
  snapshotHash: z.string().nullable(),
  promptId: entityId.nullable(),
  promptVersion: z.number().int().positive().nullable(),
  /** Answered from our own cache: nothing was asked and nothing charged. */
  cached: z.boolean(),
  /** Tries so far; more than one only when none brought a token, or a reply was cut off by its length. */
  attempts: z.number().int().nonnegative(),
  /** Null while it runs. */
  outcome: runOutcome.nullable(),
  usage: runUsage.nullable(),
  /** Of what is reserved or was spent, USD. */
  reserved: decimalText,
  /** Why it failed or was interrupted. */
  error: problem.nullable(),
  proposalIds: z.array(entityId),
  createdAt: milliseconds,
  sentAt: milliseconds.nullable(),
  firstTokenAt: milliseconds.nullable(),
  endedAt: milliseconds.nullable(),
  /** Of the last frame about it on the socket. */
  seq: z.number().int().nonnegative(),
});
export type RunView = z.infer<typeof run>;

/** GET /api/assistant/runs: newest first. */
export const runQuery = pageQuery.extend({ chatId: entityId.optional() });
export const runPage = pageOf(run);
export type RunPage = z.infer<typeof runPage>;

/** One message as it was sent to the provider. */
export const sentMessage = z.object({ role: z.enum(["system", "user", "assistant"]), content: z.string() });
export type SentMessageView = z.infer<typeof sentMessage>;

/** POST /api/assistant/runs/{runId}/retry, with an Idempotency-Key: the same question again, as a new run. */
export const retryRunRequest = z.strictObject({ providerId: entityId.optional(), modelId: modelId.optional() });

/** POST /api/assistant/runs/preview: a run that is not started. Without a chat: as the first of a new one. */
export const previewRequest = startRunRequest.omit({ chatId: true, prompt: true, useCache: true }).extend({
  chatId: entityId.optional(),
  /** As far as it is written. */
  prompt: z.string().trim().max(8_000).default(""),
});
export type PreviewRequest = z.output<typeof previewRequest>;
/** The text of account and market that is sent, and its size. */
export const contextPreview = z.object({
  text: z.string(),
  hash: z.string(),
  characters: z.number().int().nonnegative(),
  /** At most: each provider counts in its own way. */
  estimatedTokens: z.number().int().nonnegative(),
  takenAt: milliseconds,
});
export type ContextPreviewView = z.infer<typeof contextPreview>;

/** Every message that a run would send now, in order; each run has marks of its own around data from outside. */
export const runPreview = z.object({
  messages: z.array(sentMessage),
  characters: z.number().int().nonnegative(),
  /** At most, the shape of the decision included. */
  estimatedTokens: z.number().int().nonnegative(),
});
export type RunPreviewView = z.infer<typeof runPreview>;

const rawReply = z.object({
  text: z.string(),
  toolArguments: z.array(z.string()),
  finish: z.enum(FINISH_REASONS),
  refusal: z.string().nullable(),
});

/** GET /api/assistant/runs/{runId}: the complete record. */
export const runRecord = z.object({
  run,
  /** Exactly what was sent, in order; empty before it was. */
  messages: z.array(sentMessage),
  snapshot: contextPreview.nullable(),
  /** As it came, tool calls included; null before the end. */
  rawReply: rawReply.nullable(),
  /** What came first, where that was cut off and the model was asked once more with more room. */
  earlierReply: rawReply.nullable(),
  proposals: z.array(proposalView),
});
export type RunRecordView = z.infer<typeof runRecord>;

/** GET /api/assistant/chats/{chatId}: oldest run first, the last 200. */
export const chatDetail = z.object({ chat, runs: z.array(run), proposals: z.array(proposalView) });
export type ChatDetailView = z.infer<typeof chatDetail>;
