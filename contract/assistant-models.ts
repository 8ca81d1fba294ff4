/** /api/assistant/providers, /credentials and /usage: what can be asked, with which key, at what cost. Keys never come out. */
import { z } from "zod";
import { decimalText, nonNegativeDecimalText, positiveDecimalText } from "./decimal.ts";
import { milliseconds } from "./markets.ts";
import { pageOf } from "./paging.ts";

export const entityId = z.string().regex(/^[\w-]{1,64}$/, "must be an id");
export const label = z.string().trim().min(1, "must not be empty").max(80);
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
  /** What should be known about the price, as a sentence. Absent: nothing. */
  priceNote: z.string().optional(),
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
