/**
 * Models of Workers AI by their binding, which is there in staging and production only. Their stream is SSE of `{response}`, or of
 * `{choices}` as elsewhere. Shapes from the documentation of Workers AI; no account of ours has been asked.
 */
import { z } from "zod";
import type { FinishReason } from "../../../domain/assistant/outcome.ts";
import { beforeAbort } from "../../lib/before-abort.ts";
import { ModelFailure, type ModelCall, type ModelEvent, type ModelWire, type Tokens } from "./call.ts";
import { isNetworkError } from "./failure.ts";
import { finishOf } from "./finish.ts";

/** The part of the binding that is used. */
export type WorkersAi = {
  run(model: string, input: object, options: { readonly signal: AbortSignal }): Promise<unknown>;
};

const piece = z.object({
  response: z.string().nullish(),
  choices: z
    .array(
      z.object({ delta: z.object({ content: z.string().nullish() }).nullish(), finish_reason: z.string().nullish() }),
    )
    .nullish(),
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }).nullish(),
});

export function workersAiWire(binding: WorkersAi): ModelWire {
  return (call) => ask(binding, call);
}

async function* ask(binding: WorkersAi, call: ModelCall): AsyncGenerator<ModelEvent> {
  const stream = await open(binding, call);
  yield { type: "headers" };
  let finish: FinishReason | null = null;
  let tokens: Tokens | null = null;
  let isDone = false;
  for await (const data of serverSentEvents(stream, call.signal)) {
    if (data === "[DONE]") {
      isDone = true;
      break;
    }
    const parsed = piece.safeParse(parse(data));
    if (!parsed.success) {
      continue;
    }
    const { response, choices, usage } = parsed.data;
    const [choice] = choices ?? [];
    const text = `${response ?? ""}${choice?.delta?.content ?? ""}`;
    if (text !== "") {
      yield { type: "text", text };
    }
    finish = finishOf(choice?.finish_reason ?? null) ?? finish;
    if (usage !== undefined && usage !== null) {
      tokens = { input: usage.prompt_tokens, cachedInput: 0, output: usage.completion_tokens };
      yield { type: "usage", tokens };
    }
  }
  yield { type: "end", finish: finish ?? (isDone ? unsaid(tokens, call) : "interrupted") };
}

/** Most of its models do not say why they end: one that has used all its room was cut off for want of it. */
function unsaid(tokens: Tokens | null, { maximumOutputTokens }: ModelCall): FinishReason {
  return tokens !== null && tokens.output >= maximumOutputTokens ? "length" : "stop";
}

/** The binding is told of an abort, and not relied on to heed it: a stream that comes afterwards is left at once. */
async function open(
  binding: WorkersAi,
  { modelId, messages, maximumOutputTokens, signal }: ModelCall,
): Promise<ReadableStream> {
  signal.throwIfAborted();
  const asked = binding.run(modelId, { messages, stream: true, max_tokens: maximumOutputTokens }, { signal });
  let answer: unknown;
  try {
    answer = await beforeAbort(asked, signal);
  } catch (error) {
    if (signal.aborted) {
      leave(asked);
    }
    signal.throwIfAborted();
    // It has refused, unless the line to it broke.
    throw failed(error instanceof Error ? error.message : String(error), !isNetworkError(error));
  }
  if (!(answer instanceof ReadableStream)) {
    throw failed("it did not stream", false);
  }
  return answer;
}

function leave(asked: Promise<unknown>): void {
  asked.then(
    (late) => (late instanceof ReadableStream ? late.cancel() : undefined),
    () => undefined,
  );
}

/** The data lines of a stream, which is cancelled when it is left before its end. */
async function* serverSentEvents(stream: ReadableStream, signal: AbortSignal): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const reader: ReadableStreamDefaultReader<unknown> = stream.getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await beforeAbort(reader.read(), signal);
      rest += done ? "\n" : value instanceof Uint8Array ? decoder.decode(value, { stream: true }) : "";
      const lines = rest.split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line.startsWith("data:")) {
          yield line.slice(5).trim();
        }
      }
      if (done) {
        return;
      }
    }
  } finally {
    // Not waited for: whoever hangs in a read hangs in this too.
    reader.cancel().catch(() => undefined);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Cut in the middle: nothing that could be shown.
    return null;
  }
}

function failed(why: string, isFree: boolean): ModelFailure {
  const message = `Workers AI could not answer: ${why.slice(0, 200)}.`;
  return new ModelFailure({ code: "MODEL_FAILED", message, details: {} }, true, { isFree });
}
