/** Models of Workers AI by their binding, which is there in staging and production only. Its stream is SSE of `{response}`. */
import { z } from "zod";
import { ModelFailure, type ModelCall, type ModelEvent, type ModelWire } from "./call.ts";

/** The part of the binding that is used. */
export type WorkersAi = { run(model: string, input: object): Promise<unknown> };

const piece = z.object({
  response: z.string().nullish(),
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }).nullish(),
});

export function workersAiWire(binding: WorkersAi): ModelWire {
  return (call) => ask(binding, call);
}

async function* ask(binding: WorkersAi, call: ModelCall): AsyncGenerator<ModelEvent> {
  const { modelId, messages, maximumOutputTokens, signal } = call;
  let answer: unknown;
  try {
    answer = await binding.run(modelId, { messages, stream: true, max_tokens: maximumOutputTokens });
  } catch (error) {
    signal.throwIfAborted();
    throw failed(error instanceof Error ? error.message : String(error));
  }
  signal.throwIfAborted();
  if (!(answer instanceof ReadableStream)) {
    throw failed("it did not stream");
  }
  yield { type: "headers" };
  for await (const data of serverSentEvents(answer, signal)) {
    if (data === "[DONE]") {
      break;
    }
    const parsed = piece.safeParse(parse(data));
    if (parsed.success) {
      const { response, usage } = parsed.data;
      if (typeof response === "string" && response !== "") {
        yield { type: "text", text: response };
      }
      if (usage !== undefined && usage !== null) {
        yield {
          type: "usage",
          tokens: { input: usage.prompt_tokens, cachedInput: 0, output: usage.completion_tokens },
        };
      }
    }
  }
  yield { type: "end", finish: "stop", toolArguments: [], refusal: null };
}

async function* serverSentEvents(stream: ReadableStream, signal: AbortSignal): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of stream) {
    signal.throwIfAborted();
    rest += bytes instanceof Uint8Array ? decoder.decode(bytes, { stream: true }) : "";
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.startsWith("data:")) {
        yield line.slice(5).trim();
      }
    }
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

function failed(why: string): ModelFailure {
  const message = `Workers AI could not answer: ${why.slice(0, 200)}.`;
  return new ModelFailure({ code: "MODEL_FAILED", message, details: {} }, true);
}
