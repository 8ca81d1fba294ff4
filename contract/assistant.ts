/**
 * /api/assistant: models, chats, runs, proposals and what they cost. A model has no authority: a run leaves proposals, and an
 * order comes only from a trader's execution of one. Keys go in and never come out.
 */
import { z } from "zod";
import { FINISH_REASONS, OUTCOME_KINDS, PROPOSAL_SOURCES } from "../domain/assistant/outcome.ts";
import { PROPOSAL_ACTIONS, PROPOSAL_ORDER_TYPES } from "../domain/assistant/proposal.ts";
import { decimalText, nonNegativeDecimalText, positiveDecimalText } from "./decimal.ts";
import { problem } from "./errors.ts";
import { milliseconds } from "./markets.ts";
import { orderStatus, placeOrderRequest, placedOrder } from "./orders.ts";
import { pageOf, pageQuery } from "./paging.ts";
import { symbolText } from "./symbols.ts";

const entityId = z.string().regex(/^[\w-]{1,64}$/, "must be an id");
const label = z.string().trim().min(1, "must not be empty").max(80);
/** Ids of models hold slashes and colons ("meta-llama/llama-4:free"), so they never stand in a path. */
export const modelId = z
  .string()
  .trim()
  .regex(/^[\w./:@+-]{1,120}$/, "must be the model's id as its provider writes it");

// Providers and models

/** USD per million tokens; all null: the price is not known and nothing can be budgeted but the number of runs. */
export const modelPrice = z.strictObject({
  input: nonNegativeDecimalText,
  /** Of input that the provider had in its cache. */
  cachedInput: nonNegativeDecimalText,
  output: nonNegativeDecimalText,
});

export const modelCapabilities = z.strictObject({
  structuredOutput: z.boolean(),
  tools: z.boolean(),
  streamingUsage: z.boolean(),
});

export const model = z.object({
  id: modelId,
  name: z.string(),
  contextTokens: z.number().int().positive(),
  maximumOutputTokens: z.number().int().positive(),
  price: modelPrice.nullable(),
  supports: modelCapabilities,
  /** How long a run of it may take altogether; a reasoning model may take minutes. */
  timeoutSeconds: z.number().int().positive(),
  /** True: an entry of the user's. */
  own: z.boolean(),
});
export type ModelView = z.infer<typeof model>;

export const providerKind = z.enum(["compatible", "workers_ai", "rules"]);

export const keyTestOutcome = z.enum(["works", "bad_key", "no_model_access", "network", "quota", "failed"]);
export type KeyTestOutcome = z.infer<typeof keyTestOutcome>;

/** The answer of the test button: which of the four it is, and a sentence. */
export const keyTest = z.object({
  outcome: keyTestOutcome,
  message: z.string(),
  modelId: modelId.nullable(),
  at: milliseconds,
});
export type KeyTestView = z.infer<typeof keyTest>;

export const modelCredential = z.object({
  providerId: entityId,
  /** Eight characters that tell keys apart and give nothing of them away. */
  fingerprint: z.string(),
  savedAt: milliseconds,
  lastUsedAt: milliseconds.nullable(),
  lastTest: keyTest.nullable(),
});
export type ModelCredentialView = z.infer<typeof modelCredential>;

export const provider = z.object({
  id: entityId,
  name: z.string(),
  kind: providerKind,
  /** Null where nothing is dialled: the rules analyst, Workers AI. */
  baseUrl: z.string().nullable(),
  needsKey: z.boolean(),
  /** Whether a run can be started now. */
  ready: z.boolean(),
  /** What is missing, as a sentence; null when ready. */
  reason: z.string().nullable(),
  /** "rules, not a language model" for the built-in analyst; else null. Shown wherever the provider's name is. */
  notice: z.string().nullable(),
  credential: modelCredential.nullable(),
  models: z.array(model),
  /** True: an endpoint that the user added, which can be changed and removed. */
  own: z.boolean(),
});
export type ProviderView = z.infer<typeof provider>;

/** GET /api/assistant/providers, and the answer to every change of them. */
export const providerList = z.object({
  providers: z.array(provider),
  /** What the picker starts with: the last one used that is ready, else the rules analyst. */
  preferred: z.object({ providerId: entityId, modelId }),
});
export type ProviderListView = z.infer<typeof providerList>;

/** A model as the user describes it. Prices they leave out are not known. */
export const ownModel = z.strictObject({
  id: modelId,
  name: label.optional(),
  contextTokens: z.number().int().min(1_000).max(10_000_000).default(32_000),
  maximumOutputTokens: z.number().int().min(64).max(1_000_000).default(4_096),
  price: modelPrice.nullable().default(null),
  supports: modelCapabilities.default({ structuredOutput: false, tools: false, streamingUsage: true }),
  timeoutSeconds: z.number().int().min(5).max(1_800).default(300),
});
export type OwnModel = z.output<typeof ownModel>;

const baseUrl = z
  .string()
  .trim()
  .max(300)
  .pipe(z.url({ error: "must be an address such as https://openrouter.ai/api/v1" }));

/** POST /api/assistant/providers: an OpenAI-compatible endpoint. https only; http to loopback only when run locally. */
export const addProviderRequest = z.strictObject({
  name: label,
  baseUrl,
  needsKey: z.boolean().default(true),
  models: z.array(ownModel).min(1, "needs at least one model").max(50),
});
export type AddProviderRequest = z.output<typeof addProviderRequest>;

/** PUT /api/assistant/providers/{providerId}. An absent field is unchanged; `models` replaces the user's own entries. */
export const changeProviderRequest = z.strictObject({
  name: label.optional(),
  baseUrl: baseUrl.optional(),
  needsKey: z.boolean().optional(),
  models: z.array(ownModel).max(50).optional(),
});
export type ChangeProviderRequest = z.output<typeof changeProviderRequest>;

// Credentials

/** The message never quotes what was typed. */
const WRONG_KEY = "must be a key of 1 to 400 visible characters without spaces";
export const modelKey = z
  .string(WRONG_KEY)
  .trim()
  .regex(/^[\x21-\x7e]{1,400}$/, WRONG_KEY);

/** PUT /api/assistant/credentials/{providerId}. A blank key is unchanged. */
export const saveKeyRequest = z.strictObject({ key: z.string().trim().length(0).or(modelKey) });
/** POST /api/assistant/credentials/{providerId}/test. Without a model the provider's first is tried. */
export const testKeyRequest = z.strictObject({ modelId: modelId.optional() });
/** GET /api/assistant/credentials */
export const credentialList = z.object({ credentials: z.array(modelCredential) });
export type CredentialListView = z.infer<typeof credentialList>;

/** GET /api/assistant/credentials/audit: every decryption, those of one minute and purpose together, newest first. */
export const modelKeyUse = z.object({
  id: z.string(),
  providerId: entityId,
  purpose: z.string(),
  fingerprint: z.string(),
  firstAt: milliseconds,
  lastAt: milliseconds,
  count: z.number().int().positive(),
});
export const modelKeyUsePage = pageOf(modelKeyUse);
export type ModelKeyUsePage = z.infer<typeof modelKeyUsePage>;

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
 * `queued`: four others wait for their provider. `waiting`: sent, nothing came yet. The last four are final: `stopped` by the
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

/** POST /api/assistant/runs/preview: what a run with these settings would send. */
export const previewRequest = startRunRequest.pick({ accountId: true, symbols: true });
/** Exactly the text that is sent, and its size. */
export const contextPreview = z.object({
  text: z.string(),
  hash: z.string(),
  characters: z.number().int().nonnegative(),
  estimatedTokens: z.number().int().nonnegative(),
  takenAt: milliseconds,
});
export type ContextPreviewView = z.infer<typeof contextPreview>;

// Proposals

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
  /** Of a refused execution. */
  denial: problem.nullable(),
  orderId: z.string().nullable(),
  orderStatus: orderStatus.nullable(),
  filledQuantity: decimalText.nullable(),
  averagePrice: decimalText.nullable(),
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

/** GET /api/assistant/runs/{runId}: the complete record. */
export const runRecord = z.object({
  run,
  /** Exactly what was sent, in order; empty before it was. */
  messages: z.array(sentMessage),
  snapshot: contextPreview.nullable(),
  /** As it came, tool calls included; null before the end. */
  rawReply: z
    .object({
      text: z.string(),
      toolArguments: z.array(z.string()),
      finish: z.enum(FINISH_REASONS),
      refusal: z.string().nullable(),
    })
    .nullable(),
  proposals: z.array(proposalView),
});
export type RunRecordView = z.infer<typeof runRecord>;

/** GET /api/assistant/chats/{chatId}: oldest run first, the last 200. */
export const chatDetail = z.object({ chat, runs: z.array(run), proposals: z.array(proposalView) });
export type ChatDetailView = z.infer<typeof chatDetail>;

// Usage and budget

/** Money of one day (UTC), USD. `limit` null: no limit. */
export const budgetLine = z.object({
  providerId: entityId.nullable(),
  modelId: modelId.nullable(),
  name: z.string(),
  limit: decimalText.nullable(),
  spent: decimalText,
  reserved: decimalText,
  /** Percent of the limit that is spent or reserved; null without a limit. */
  usedPercent: decimalText.nullable(),
  /** From 80 % on `warning`, from 100 % on `stopped`. */
  state: z.enum(["ok", "warning", "stopped"]),
  runs: z.number().int().nonnegative(),
  inputTokens: z.number().int().nonnegative(),
  cachedInputTokens: z.number().int().nonnegative(),
  outputTokens: z.number().int().nonnegative(),
});
export type BudgetLineView = z.infer<typeof budgetLine>;

/** GET /api/assistant/usage: today. */
export const usage = z.object({
  /** YYYY-MM-DD, UTC. */
  day: z.string(),
  total: budgetLine,
  models: z.array(budgetLine),
});
export type UsageView = z.infer<typeof usage>;

/** PUT /api/assistant/usage/budget: the whole of it. Null or left out: no limit. */
export const budgetRequest = z.strictObject({
  total: positiveDecimalText.nullable(),
  models: z
    .array(z.strictObject({ providerId: entityId, modelId, limit: positiveDecimalText }))
    .max(100)
    .default([]),
});
export type BudgetRequest = z.output<typeof budgetRequest>;

// Shadows

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
