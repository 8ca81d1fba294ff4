import fc from "fast-check";
import { expect, test } from "vitest";
import { FINISHES, finishOf } from "./finish.ts";

test.each([
  ["stop", "stop"],
  ["tool_calls", "stop"],
  ["function_call", "stop"],
  ["end_turn", "stop"],
  ["length", "length"],
  ["max_tokens", "length"],
  ["MAX_TOKENS", "length"],
  ["model_length", "length"],
  ["model_context_window_exceeded", "length"],
  ["content_filter", "content_filter"],
  ["SAFETY", "content_filter"],
  ["refusal", "content_filter"],
  ["insufficient_system_resource", "interrupted"],
  ["error", "interrupted"],
  ["abort", "interrupted"],
  ["pause_turn", "interrupted"],
  ["MALFORMED_FUNCTION_CALL", "interrupted"],
] as const)("%s means %s", (reason, finish) => {
  expect(finishOf(reason)).toBe(finish);
});

test("nothing is said until a reason is", () => {
  expect(finishOf(null)).toBeNull();
  expect(finishOf("")).toBeNull();
});

test("a reason that nobody documents never makes a reply complete", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (reason) => {
      fc.pre(!FINISHES.has(reason.toLowerCase()));
      expect(finishOf(reason)).toBe("interrupted");
    }),
  );
});
