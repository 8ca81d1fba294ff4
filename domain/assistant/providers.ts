/**
 * Providers and models as data. Prices are list prices in USD per million tokens as the providers' pages showed them on
 * PRICES_READ_ON; the user's own entries and prices come first (`withOwnModels`).
 */
import { decimal, ZERO, type Decimal } from "../decimal.ts";
import type { Milliseconds } from "../market.ts";

export const PROVIDER_IDS = ["rules", "openai", "anthropic", "gemini", "deepseek", "custom", "workers-ai"] as const;
export type ProviderId = (typeof PROVIDER_IDS)[number];

export type Provider = {
  readonly id: ProviderId;
  readonly name: string;
  /** Of its OpenAI-compatible API; null where there is none (rules, the binding) or where the user states it. */
  readonly baseUrl: string | null;
  readonly needsKey: boolean;
  /** The family of JSON schema that it understands (contract/proposal-output.ts). */
  readonly schemaFamily: "openai" | "gemini" | "anthropic" | "json_mode" | "none";
  /** Where the user finds keys and prices. */
  readonly page: string | null;
};

/** What a million tokens cost. */
export type TokenPrice = { readonly input: Decimal; readonly cachedInput: Decimal; readonly output: Decimal };

/** A price and the moment from which it counts. */
export type DatedPrice = TokenPrice & { readonly from: Milliseconds };

export type ModelSupport = {
  /** Answers in a JSON schema that is sent with the request. */
  readonly structuredOutput: boolean;
  readonly tools: boolean;
  /** Accepts that it must call a tool; false: it is only offered. */
  readonly forcedTool: boolean;
  /** Tells its usage at the end of a stream. */
  readonly streamingUsage: boolean;
};

export type Model = {
  readonly provider: ProviderId;
  /** As the provider's API names it. */
  readonly id: string;
  readonly name: string;
  /** Tokens of prompt and answer together that are used of it at most. */
  readonly contextTokens: number;
  readonly maximumOutputTokens: number;
  /** Oldest first; one of them at least. */
  readonly prices: readonly [DatedPrice, ...DatedPrice[]];
  readonly supports: ModelSupport;
  /** A reasoning model may take minutes before its first word (CASES "slow models"). */
  readonly timeoutSeconds: number;
  /** What the user should know about the price; null: nothing. */
  readonly priceNote: string | null;
  /** True for an entry of the user's. */
  readonly own: boolean;
};

/** The day on which the price pages were read, and the pages. */
export const PRICES_READ_ON = "2026-11-25";
export const PRICE_SOURCES: Readonly<Partial<Record<ProviderId, string>>> = {
  openai: "https://developers.openai.com/api/docs/pricing",
  anthropic: "https://platform.claude.com/docs/en/about-claude/pricing",
  gemini: "https://ai.google.dev/gemini-api/docs/pricing",
  deepseek: "https://api-docs.deepseek.com/quick_start/pricing",
  "workers-ai": "https://developers.cloudflare.com/workers-ai/platform/pricing/",
};

/** The name under which every word of the built-in analyst is shown. */
export const RULES_LABEL = "rules, not a language model";

export const PROVIDERS: readonly Provider[] = [
  { id: "rules", name: "Built-in analyst", baseUrl: null, needsKey: false, schemaFamily: "none", page: null },
  provider("openai", "OpenAI", "https://api.openai.com/v1", "openai", "https://platform.openai.com/api-keys"),
  provider(
    "anthropic",
    "Anthropic",
    "https://api.anthropic.com/v1",
    "anthropic",
    "https://platform.claude.com/settings/keys",
  ),
  provider(
    "gemini",
    "Google Gemini",
    "https://generativelanguage.googleapis.com/v1beta/openai",
    "gemini",
    "https://aistudio.google.com/apikey",
  ),
  provider("deepseek", "DeepSeek", "https://api.deepseek.com", "json_mode", "https://platform.deepseek.com/api_keys"),
  { id: "custom", name: "OpenAI-compatible", baseUrl: null, needsKey: false, schemaFamily: "none", page: null },
  { id: "workers-ai", name: "Workers AI", baseUrl: null, needsKey: false, schemaFamily: "none", page: null },
];

const everything: ModelSupport = { structuredOutput: true, tools: true, forcedTool: true, streamingUsage: true };
const MINUTE = 60;

export const MODELS: readonly Model[] = [
  {
    provider: "rules",
    id: "rules",
    name: `Built-in analyst (${RULES_LABEL})`,
    contextTokens: 1_000_000,
    maximumOutputTokens: 4_096,
    prices: [{ from: 0, input: ZERO, cachedInput: ZERO, output: ZERO }],
    supports: { structuredOutput: true, tools: false, forcedTool: false, streamingUsage: true },
    timeoutSeconds: 5,
    priceNote: null,
    own: false,
  },
  model("openai", "gpt-6.2-sol", "GPT-6.2 Sol", price("2", "0.1", "10"), {
    // Above 272,000 tokens of input the whole request costs more: we stay below.
    contextTokens: 272_000,
    maximumOutputTokens: 32_768,
    // Its chat completions take no tools.
    supports: { ...everything, tools: false, forcedTool: false },
    timeoutSeconds: 10 * MINUTE,
  }),
  model("openai", "gpt-6.1-sol", "GPT-6.1 Sol", price("2", "0.1", "10"), {
    contextTokens: 272_000,
    maximumOutputTokens: 32_768,
    supports: { ...everything, tools: false, forcedTool: false },
    timeoutSeconds: 10 * MINUTE,
  }),
  model("openai", "gpt-5-nano", "GPT-5 nano", price("0.05", "0.005", "0.4"), {
    contextTokens: 400_000,
    maximumOutputTokens: 16_384,
    timeoutSeconds: 5 * MINUTE,
  }),
  model("anthropic", "claude-opus-5-5", "Claude Opus 5.5", price("4", "0.4", "20"), {
    contextTokens: 1_000_000,
    maximumOutputTokens: 32_768,
    supports: { ...everything, structuredOutput: false, forcedTool: false },
    timeoutSeconds: 10 * MINUTE,
  }),
  model("anthropic", "claude-sonnet-5-5", "Claude Sonnet 5.5", price("2", "0.2", "10"), {
    contextTokens: 1_000_000,
    maximumOutputTokens: 32_768,
    supports: { ...everything, structuredOutput: false, forcedTool: false },
    timeoutSeconds: 5 * MINUTE,
  }),
  model("anthropic", "claude-haiku-5-5", "Claude Haiku 5.5", price("0.1", "0.01", "0.5"), {
    // Above 100,000 tokens of prompt it costs five times as much: we stay below.
    contextTokens: 100_000,
    maximumOutputTokens: 16_384,
    supports: { ...everything, structuredOutput: false, forcedTool: false },
    timeoutSeconds: 3 * MINUTE,
  }),
  model(
    "gemini",
    "gemini-3.8-flash",
    "Gemini 3.8 Flash",
    [
      { from: 0, ...price("0.75", "0.075", "3.75") },
      { from: Date.UTC(2027, 0, 1), ...price("1.5", "0.15", "7.5") },
    ],
    {
      contextTokens: 1_000_000,
      maximumOutputTokens: 32_768,
      timeoutSeconds: 5 * MINUTE,
      priceNote: "Half price until the end of 2026.",
    },
  ),
  model("deepseek", "deepseek-flash", "DeepSeek Flash", price("0.3", "0.006", "1.2"), {
    contextTokens: 1_000_000,
    maximumOutputTokens: 32_768,
    supports: { ...everything, structuredOutput: false },
    timeoutSeconds: 10 * MINUTE,
    priceNote: "The price of peak hours; off-peak is half.",
  }),
  model("deepseek", "deepseek-v4-pro", "DeepSeek V4 Pro", price("1.32", "0.044", "3.96"), {
    contextTokens: 1_000_000,
    maximumOutputTokens: 32_768,
    supports: { ...everything, structuredOutput: false },
    timeoutSeconds: 10 * MINUTE,
    priceNote: "The price of peak hours; off-peak is half.",
  }),
  model("workers-ai", "@cf/openai/gpt-oss-120b", "gpt-oss 120B (Workers AI)", price("0.35", "0.35", "0.75"), {
    contextTokens: 128_000,
    maximumOutputTokens: 8_192,
    supports: { structuredOutput: false, tools: false, forcedTool: false, streamingUsage: false },
    timeoutSeconds: 3 * MINUTE,
  }),
];

/** The provider of that id. */
export function providerOf(id: ProviderId): Provider {
  const found = PROVIDERS.find((each) => each.id === id);
  if (found === undefined) {
    throw new RangeError(`no provider ${id}`);
  }
  return found;
}

/** The table with the user's entries: one for a known model replaces it, others are added behind. */
export function withOwnModels(own: readonly Model[]): readonly Model[] {
  return [...MODELS.filter((listed) => findModel(own, listed.provider, listed.id) === undefined), ...own];
}

export function findModel(models: readonly Model[], from: ProviderId, id: string): Model | undefined {
  return models.find((listed) => listed.provider === from && listed.id === id);
}

/** What the model costs at a moment. */
export function priceAt({ prices }: Pick<Model, "prices">, time: Milliseconds): TokenPrice {
  const { input, cachedInput, output } = prices.findLast(({ from }) => from <= time) ?? prices[0];
  return { input, cachedInput, output };
}

/** An entry of the user's with cautious assumptions about what is not known of it. */
export function ownModel(
  entry: Pick<Model, "provider" | "id" | "name" | "contextTokens" | "maximumOutputTokens"> & {
    readonly price: TokenPrice;
  } & Partial<Pick<Model, "supports" | "timeoutSeconds">>,
): Model {
  return {
    provider: entry.provider,
    id: entry.id,
    name: entry.name,
    contextTokens: entry.contextTokens,
    maximumOutputTokens: entry.maximumOutputTokens,
    prices: [{ from: 0, ...entry.price }],
    supports: entry.supports ?? { structuredOutput: false, tools: false, forcedTool: false, streamingUsage: true },
    timeoutSeconds: entry.timeoutSeconds ?? 5 * MINUTE,
    priceNote: null,
    own: true,
  };
}

function provider(
  id: ProviderId,
  name: string,
  baseUrl: string,
  schemaFamily: Provider["schemaFamily"],
  page: string,
): Provider {
  return { id, name, baseUrl, needsKey: true, schemaFamily, page };
}

function price(input: string, cachedInput: string, output: string): TokenPrice {
  return { input: decimal(input), cachedInput: decimal(cachedInput), output: decimal(output) };
}

function model(
  from: ProviderId,
  id: string,
  name: string,
  prices: TokenPrice | readonly [DatedPrice, ...DatedPrice[]],
  facts: Pick<Model, "contextTokens" | "maximumOutputTokens" | "timeoutSeconds"> &
    Partial<Pick<Model, "supports" | "priceNote">>,
): Model {
  return {
    provider: from,
    id,
    name,
    prices: "input" in prices ? [{ from: 0, ...prices }] : prices,
    supports: everything,
    priceNote: null,
    own: false,
    ...facts,
  };
}
