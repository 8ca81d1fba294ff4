import { afterEach, expect, it, vi } from "vitest";
import type { ModelCall } from "./call.ts";
import { compatibleWire } from "./compatible.ts";

const CALL: Omit<ModelCall, "signal"> = {
  modelId: "model",
  messages: [{ role: "user", content: "What now?" }],
  maximumOutputTokens: 100,
  answer: { kind: "fenced" },
  streamingUsage: true,
};
/** contract/assistant-models.ts: the longest patience that a user may allow a model. */
const LONGEST_PATIENCE_MS = 1_800_000;

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("waits for the headers as long as the run does, and is left when the run's signal says so", async () => {
  vi.useFakeTimers();
  let left = false;
  vi.stubGlobal("fetch", async (_url: unknown, { signal }: { readonly signal: AbortSignal }) => {
    await new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => {
        left = true;
        reject(new DOMException("left", "AbortError"));
      });
    });
  });
  const stopping = new AbortController();
  const wire = compatibleWire({ name: "Slow", baseUrl: "http://127.0.0.1:1/v1", key: null, isOpenAi: false });
  const asked = wire({ ...CALL, signal: stopping.signal })
    [Symbol.asyncIterator]()
    .next();
  const ended = asked.then(
    () => "answered",
    (error: unknown) => (error instanceof Error ? error.message : ""),
  );
  await vi.advanceTimersByTimeAsync(LONGEST_PATIENCE_MS);
  expect(left).toBe(false);
  stopping.abort(new Error("its time is over"));
  expect(await ended).toBe("its time is over");
  expect(left).toBe(true);
});
