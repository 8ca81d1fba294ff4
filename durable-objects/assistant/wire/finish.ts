/** Why a stream ended, as chat completions say it. */
import type { FinishReason } from "../../../domain/assistant/outcome.ts";

/** Null: it was not said yet. */
export function finishOf(reason: string | null): FinishReason | null {
  switch (reason) {
    case null:
      return null;
    case "length":
      return "length";
    case "content_filter":
      return "content_filter";
    default:
      return "stop";
  }
}
