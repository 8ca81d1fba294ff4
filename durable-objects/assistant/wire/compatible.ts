/**
 * Providers that speak OpenAI's chat completions, through the openai package: OpenAI, Anthropic's, Google's and DeepSeek's
 * compatible endpoints, Ollama, OpenRouter, gateways. The SDK retries nothing: when is decided by the run.
 */
import OpenAI from "openai";
import type {
  ChatCompletionChunk,
  ChatCompletionCreateParamsStreaming,
  ChatCompletionMessageParam,
} from "openai/resources/chat/completions";
import type { FinishReason } from "../../../domain/assistant/outcome.ts";
import type { SentMessageView } from "../../../contract/assistant.ts";
import { refuse } from "../../../domain/problem.ts";
import type { Secret } from "../../lib/secret.ts";
import { ModelFailure, type AnswerForm, type ModelCall, type ModelEvent, type ModelWire, type Tokens } from "./call.ts";
import { failureOf } from "./failure.ts";
import { finishOf } from "./finish.ts";

export type CompatibleEndpoint = {
  readonly name: string;
  readonly baseUrl: string;
  /** Null: the endpoint needs none. */
  readonly key: Secret | null;
  /** OpenAI's own models take `max_completion_tokens`, everybody else `max_tokens`. */
  readonly isOpenAi: boolean;
};

/** A call is ended by the run, through its signal, after at most half an hour: the SDK's own ten minutes would come first. */
const LONGER_THAN_ANY_RUN_MS = 3_600_000;

/** A wire to an endpoint. The key lives as long as the wire: one run. */
export function compatibleWire(endpoint: CompatibleEndpoint): ModelWire {
  return (call) => ask(endpoint, call);
}

async function* ask(endpoint: CompatibleEndpoint, call: ModelCall): AsyncGenerator<ModelEvent> {
  try {
    const stream = await clientOf(endpoint).chat.completions.create(requestOf(endpoint, call), {
      signal: call.signal,
      timeout: LONGER_THAN_ANY_RUN_MS,
    });
    yield { type: "headers" };
    yield* read(stream);
  } catch (error) {
    call.signal.throwIfAborted();
    throw failureOf(error, endpoint.name);
  }
}

async function* read(stream: AsyncIterable<ChatCompletionChunk>): AsyncGenerator<ModelEvent> {
  let finish: FinishReason | null = null;
  for await (const chunk of stream) {
    const tokens = tokensOf(chunk);
    if (tokens !== null) {
      yield { type: "usage", tokens };
    }
    const [choice] = chunk.choices;
    if (choice === undefined) {
      continue;
    }
    const { delta } = choice;
    const thinking = thinkingOf(delta);
    if (thinking !== "") {
      yield { type: "thinking", text: thinking };
    }
    if (typeof delta.content === "string" && delta.content !== "") {
      yield { type: "text", text: delta.content };
    }
    if (typeof delta.refusal === "string" && delta.refusal !== "") {
      yield { type: "refusal", text: delta.refusal };
    }
    for (const call of delta.tool_calls ?? []) {
      yield { type: "tool", call: call.index, text: call.function?.arguments ?? "" };
    }
    finish = finishOf(choice.finish_reason) ?? finish;
  }
  // A stream that ends without saying why was cut on the way.
  yield { type: "end", finish: finish ?? "interrupted" };
}

function clientOf({ baseUrl, key }: CompatibleEndpoint): OpenAI {
  return new OpenAI({
    baseURL: baseUrl,
    apiKey: key?.reveal() ?? "none",
    maxRetries: 0,
    logLevel: "off",
    // Nothing of the environment is ever sent.
    organization: null,
    project: null,
    fetch: async (url, init) => {
      const { signal, ...rest } = init ?? {};
      const response = await fetch(url, { ...rest, ...(signal === undefined ? {} : { signal }), redirect: "manual" });
      if (response.status >= 300 && response.status < 400) {
        throw redirected();
      }
      return response;
    },
  });
}

function redirected(): ModelFailure {
  const refused = refuse(
    "ENDPOINT_REFUSED",
    "The address answers with a redirect, which is not followed: the key would go somewhere else. Enter the final address.",
  );
  return new ModelFailure(refused.ok ? { code: "INTERNAL", message: "", details: {} } : refused.error, false, {
    isFree: true,
  });
}

function requestOf({ isOpenAi }: CompatibleEndpoint, call: ModelCall): ChatCompletionCreateParamsStreaming {
  const { modelId, messages, maximumOutputTokens, answer, streamingUsage } = call;
  return {
    model: modelId,
    messages: messages.map(messageOf),
    stream: true,
    ...(isOpenAi ? { max_completion_tokens: maximumOutputTokens } : { max_tokens: maximumOutputTokens }),
    ...(streamingUsage ? { stream_options: { include_usage: true } } : {}),
    ...answerFields(answer),
  };
}

function answerFields(answer: AnswerForm): Partial<ChatCompletionCreateParamsStreaming> {
  switch (answer.kind) {
    case "schema": {
      const { name, strict, schema } = answer;
      return { response_format: { type: "json_schema", json_schema: { name, strict, schema: { ...schema } } } };
    }
    case "tool": {
      const { name, description, schema } = answer;
      return { tools: [{ type: "function", function: { name, description, parameters: { ...schema } } }] };
    }
    case "fenced":
      return {};
  }
}

function messageOf({ role, content }: SentMessageView): ChatCompletionMessageParam {
  return { role, content };
}

/** OpenAI and DeepSeek tell cached input inside or beside the usage; without it nothing was cached. */
function tokensOf({ usage }: ChatCompletionChunk): Tokens | null {
  if (usage === undefined || usage === null) {
    return null;
  }
  const hits: unknown = Reflect.get(usage, "prompt_cache_hit_tokens");
  const cached = usage.prompt_tokens_details?.cached_tokens ?? (typeof hits === "number" ? hits : 0);
  return {
    input: usage.prompt_tokens,
    cachedInput: Math.min(cached, usage.prompt_tokens),
    output: usage.completion_tokens,
  };
}

/** DeepSeek calls it `reasoning_content`, OpenRouter and Ollama `reasoning`. */
function thinkingOf(delta: object): string {
  for (const name of ["reasoning_content", "reasoning"]) {
    const text: unknown = Reflect.get(delta, name);
    if (typeof text === "string") {
      return text;
    }
  }
  return "";
}
