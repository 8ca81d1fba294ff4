/** The built-in analyst as a model: its whole answer is known at once and streamed in words, like everybody else's. */
import type { Reply } from "../../../domain/assistant/outcome.ts";
import type { ModelCall, ModelEvent, ModelWire } from "./call.ts";

export type RulesAnswer = Pick<Reply, "text" | "finish">;

const WORDS_PER_PIECE = 6;
const PIECE_EVERY_MS = 12;

/** `answer` is asked once, when the run is sent. */
export function rulesWire(answer: () => RulesAnswer): ModelWire {
  return (call) => stream(answer, call);
}

async function* stream(answer: () => RulesAnswer, { signal }: ModelCall): AsyncGenerator<ModelEvent> {
  const { text, finish } = answer();
  yield { type: "headers" };
  const words = text.split(/(?<=\s)/);
  for (let start = 0; start < words.length; start += WORDS_PER_PIECE) {
    signal.throwIfAborted();
    yield { type: "text", text: words.slice(start, start + WORDS_PER_PIECE).join("") };
    await new Promise((resolve) => {
      setTimeout(resolve, PIECE_EVERY_MS);
    });
  }
  signal.throwIfAborted();
  yield { type: "usage", tokens: { input: 0, cachedInput: 0, output: 0 } };
  yield { type: "end", finish };
}
