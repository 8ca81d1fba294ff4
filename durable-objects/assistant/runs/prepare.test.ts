import { expect, it } from "vitest";
import { mostTokens } from "../../../domain/assistant/budget.ts";
import { decimal } from "../../../domain/decimal.ts";
import type { Choice } from "../catalog.ts";
import { answerForm, sized } from "./prepare.ts";

const MESSAGES = [{ role: "user" as const, content: "What now?" }];

function choice(change: Partial<Choice["model"]>): Choice {
  return {
    provider: {
      id: "own-1",
      name: "Mock",
      kind: "compatible",
      baseUrl: "http://127.0.0.1:1/v1",
      needsKey: false,
      ready: true,
      reason: null,
      notice: null,
      credential: null,
      models: [],
      own: true,
    },
    model: {
      id: "model",
      name: "Model",
      contextTokens: 32_000,
      maximumOutputTokens: 1_000,
      price: null,
      supports: { structuredOutput: false, tools: false, streamingUsage: true },
      timeoutSeconds: 300,
      own: true,
      ...change,
    },
    price: { input: decimal("1000000"), cachedInput: decimal("0"), output: decimal("0") },
    schemaFamily: "anthropic",
  };
}

it("reserves the tool or the schema that asks for the decision beside the messages", () => {
  const plain = mostTokens(["What now?"]);
  const supports = { structuredOutput: false, tools: true, streamingUsage: true };
  const form = answerForm(choice({ supports }));
  expect(form.kind).toBe("tool");
  const withTool = plain + mostTokens([JSON.stringify(form)]) + 600;
  expect(sized(choice({}), MESSAGES, 1_000)).toMatchObject({ ok: true, value: { reserved: String(plain) } });
  expect(sized(choice({ supports }), MESSAGES, 1_000)).toMatchObject({
    ok: true,
    value: { inputTokens: withTool, reserved: String(withTool) },
  });
});

it("refuses a question that leaves the model no room to answer, its tool counted", () => {
  const supports = { structuredOutput: false, tools: true, streamingUsage: true };
  expect(sized(choice({ contextTokens: 1_000 }), MESSAGES, 1_000).ok).toBe(true);
  expect(sized(choice({ contextTokens: 1_000, supports }), MESSAGES, 1_000)).toMatchObject({
    ok: false,
    error: { code: "PROMPT_TOO_LONG", details: { limit: "1000" } },
  });
});
