/** A run in the words of its record. */
import type { OutcomeKind } from "../../../../domain/assistant/outcome.ts";
import type { RunView } from "../../../../contract/assistant.ts";
import { formatDecimal } from "../../ui/format.ts";

export const OUTCOME_WORDS: Readonly<Record<OutcomeKind, string>> = {
  proposals: "It contains proposals.",
  no_decision: "It contains no decision.",
  malformed: "A decision was meant, and it breaks a rule.",
  cut_off: "It was cut off.",
  refused: "The model would not answer.",
};

/** "1,204 tokens in, 310 out, $0.0042". */
export function usageWords({ usage, cached }: RunView): string {
  if (cached) {
    return "from our own cache: nothing was asked and nothing charged";
  }
  if (usage === null) {
    return "no usage yet";
  }
  const tokens = `${String(usage.inputTokens)} tokens in, ${String(usage.outputTokens)} out`;
  return `${tokens}, $${formatDecimal(usage.cost)}${usage.estimated ? " (estimated: the provider did not say)" : ""}`;
}
