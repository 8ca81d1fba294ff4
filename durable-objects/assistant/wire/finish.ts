/**
 * Why a stream ended, as chat completions say it, and as gateways pass it on from a provider's own interface. From the
 * documentation of each: OpenAI and OpenRouter (`stop`, `length`, `tool_calls`, `function_call`, `content_filter`; OpenRouter also
 * `error`), DeepSeek (those and `insufficient_system_resource`), Anthropic's stop reasons, Gemini's finish reasons, Mistral
 * (`model_length`, `error`), vLLM (`abort`). Only what is known to be an end is one.
 */
import type { FinishReason } from "../../../domain/assistant/outcome.ts";

export const FINISHES: ReadonlyMap<string, FinishReason> = new Map<string, FinishReason>([
  ["stop", "stop"],
  ["tool_calls", "stop"],
  ["function_call", "stop"],
  ["end_turn", "stop"],
  ["stop_sequence", "stop"],
  ["tool_use", "stop"],
  ["eos", "stop"],
  ["eos_token", "stop"],
  ["length", "length"],
  ["max_tokens", "length"],
  ["model_length", "length"],
  ["model_context_window_exceeded", "length"],
  ["content_filter", "content_filter"],
  ["refusal", "content_filter"],
  ["safety", "content_filter"],
  ["recitation", "content_filter"],
  ["blocklist", "content_filter"],
  ["prohibited_content", "content_filter"],
  ["spii", "content_filter"],
  ["insufficient_system_resource", "interrupted"],
  ["error", "interrupted"],
  ["abort", "interrupted"],
  ["pause_turn", "interrupted"],
  ["malformed_function_call", "interrupted"],
  ["other", "interrupted"],
]);

/** Null: it was not said yet. A reason that nobody documents is no end: what was broken off is never read as complete. */
export function finishOf(reason: string | null): FinishReason | null {
  return reason === null || reason === "" ? null : (FINISHES.get(reason.toLowerCase()) ?? "interrupted");
}
