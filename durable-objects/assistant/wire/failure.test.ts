import { APIConnectionError, APIError } from "openai";
import { describe, expect, it } from "vitest";
import { ModelFailure } from "./call.ts";
import { failureOf } from "./failure.ts";
import { testSecret } from "../../../tests/support/secrets.ts";

function answer(status: number, error: object, headers: Record<string, string> = {}): ModelFailure {
  const failure = failureOf(APIError.generate(status, { error }, undefined, new Headers(headers)), "Mock");
  if (!(failure instanceof ModelFailure)) {
    throw new Error("no failure of a model");
  }
  return failure;
}

describe("what a provider answers instead of a reply", () => {
  // Each from the provider's own documentation of errors; none of them was seen here.
  it.each([
    [
      "OpenAI, wrong key",
      401,
      { message: "Incorrect API key provided: sk-abc", code: "invalid_api_key" },
      "MODEL_KEY_REFUSED",
    ],
    ["Gemini, wrong key", 400, { message: "API key not valid. Please pass a valid API key." }, "MODEL_KEY_REFUSED"],
    ["OpenAI, no access", 403, { message: "Project has no access to model" }, "MODEL_NO_ACCESS"],
    [
      "OpenAI, no such model",
      404,
      { message: "The model `x` does not exist", code: "model_not_found" },
      "MODEL_NO_ACCESS",
    ],
    [
      "OpenAI, no credit",
      429,
      { message: "You exceeded your current quota", code: "insufficient_quota" },
      "MODEL_QUOTA",
    ],
    ["DeepSeek, no credit", 402, { message: "Insufficient Balance" }, "MODEL_QUOTA"],
    [
      "OpenAI, too long",
      400,
      { message: "This model's maximum context length is 8192 tokens", code: "context_length_exceeded" },
      "PROMPT_TOO_LONG",
    ],
    ["Anthropic, overloaded", 529, { type: "overloaded_error", message: "Overloaded" }, "MODEL_FAILED"],
  ])("%s", (_name, status, error, code) => {
    expect(answer(status, error).problem.code).toBe(code);
  });

  it("is tried again only where a moment can help, after the wait that was asked for", () => {
    expect(answer(429, { message: "Rate limit reached" }, { "retry-after": "2" })).toMatchObject({
      retryable: true,
      retryAfterMs: 2_000,
    });
    expect(answer(503, { message: "Overloaded" }).retryable).toBe(true);
    expect(answer(429, { message: "Rate limit reached" }, { "retry-after": "3600" }).retryAfterMs).toBe(10_000);
    for (const status of [400, 401, 402, 403, 404]) {
      expect(answer(status, { message: "no" }).retryable).toBe(false);
    }
  });

  it("was not computed where it has a status, and may have been where the line broke", () => {
    for (const status of [400, 401, 402, 403, 404, 429, 503]) {
      expect(answer(status, { message: "no" }).isFree).toBe(true);
    }
    expect(failureOf(new APIConnectionError({ message: "Connection error." }), "Mock")).toMatchObject({
      isFree: false,
    });
  });

  it("is said in a sentence, without anything that looks like a key", () => {
    const key = testSecret("key of a model provider", "sk-proj-0123456789abcdefghij");
    const { message } = answer(404, { message: `No access for key ${key} to this model` }).problem;
    expect(message).toMatch(/^[A-Z].*[.!?…]$/s);
    expect(message).not.toContain("0123456789abcdef");
  });

  it("is told from a network that is down, and from our own abort", () => {
    const down = failureOf(new APIConnectionError({ message: "Connection error." }), "Mock");
    expect(down).toMatchObject({ problem: { code: "MODEL_UNREACHABLE" }, retryable: true });
    const own = new DOMException("stopped", "AbortError");
    expect(failureOf(own, "Mock")).toBe(own);
  });
});
