/** The test button: the model is asked for one word, and what comes back is told apart. */
import type { KeyTestOutcome, KeyTestView } from "../../../contract/assistant.ts";
import type { ErrorCode } from "../../../domain/problem.ts";
import type { Choice } from "../catalog.ts";
import { ModelFailure, type ModelWire } from "../wire/call.ts";
import { failureOf } from "../wire/failure.ts";

const DEADLINE_MS = 20_000;
/** Reasoning models think before their one word. */
const OUTPUT_TOKENS = 64;

const OUTCOMES: Readonly<Partial<Record<ErrorCode, KeyTestOutcome>>> = {
  MODEL_KEY_REFUSED: "bad_key",
  MODEL_NO_ACCESS: "no_model_access",
  MODEL_UNREACHABLE: "network",
  ENDPOINT_REFUSED: "network",
  MODEL_QUOTA: "quota",
};

/** Asks the model and says which of the four it is. */
export async function testKey(wire: ModelWire, { provider, model }: Choice, now: () => number): Promise<KeyTestView> {
  const told = (outcome: KeyTestOutcome, message: string): KeyTestView => ({
    outcome,
    message,
    modelId: model.id,
    at: now(),
  });
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort();
  }, DEADLINE_MS);
  try {
    const call = {
      modelId: model.id,
      messages: [{ role: "user" as const, content: "Answer with the one word: ready" }],
      maximumOutputTokens: OUTPUT_TOKENS,
      answer: { kind: "fenced" as const },
      streamingUsage: false,
      signal: controller.signal,
    };
    for await (const event of wire(call)) {
      if (event.type !== "headers") {
        break;
      }
    }
    return told("works", `${provider.name} answers with ${model.name}.`);
  } catch (error) {
    if (controller.signal.aborted) {
      return told(
        "network",
        `${provider.name} did not answer within ${DEADLINE_MS / 1_000} s, asked for ${model.name}.`,
      );
    }
    const failure = failureOf(error, provider.name);
    if (!(failure instanceof ModelFailure)) {
      throw error;
    }
    // A key may work for one model of a provider and not for another.
    const { code, message } = failure.problem;
    return told(OUTCOMES[code] ?? "failed", `${message} Asked for ${model.name}.`);
  } finally {
    clearTimeout(timer);
    controller.abort();
  }
}
