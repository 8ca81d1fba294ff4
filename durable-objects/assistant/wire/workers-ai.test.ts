/** The binding as its documentation describes it, and as it may be when something is wrong. */
import { describe, expect, it } from "vitest";
import type { ModelCall, ModelEvent } from "./call.ts";
import { workersAiWire, type WorkersAi } from "./workers-ai.ts";

type Stream = {
  readonly readable: ReadableStream<Uint8Array>;
  readonly send: (text: string) => void;
  readonly close: () => void;
  readonly isCancelled: () => boolean;
};

function stream(): Stream {
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  let cancelled = false;
  const readable = new ReadableStream<Uint8Array>({
    start: (given) => {
      controller = given;
    },
    cancel: () => {
      cancelled = true;
    },
  });
  return {
    readable,
    send: (text) => controller?.enqueue(encoder.encode(text)),
    close: () => controller?.close(),
    isCancelled: () => cancelled,
  };
}

function callOf(signal: AbortSignal, maximumOutputTokens = 100): ModelCall {
  const answer = { kind: "fenced" } as const;
  return { modelId: "model", messages: [], maximumOutputTokens, answer, streamingUsage: true, signal };
}

async function eventsOf(binding: WorkersAi, call: ModelCall): Promise<readonly ModelEvent[]> {
  const events: ModelEvent[] = [];
  for await (const event of workersAiWire(binding)(call)) {
    events.push(event);
  }
  return events;
}

/** Everything that a stream of these pieces is read as. */
async function read(pieces: readonly string[], maximumOutputTokens?: number): Promise<readonly ModelEvent[]> {
  const { readable, send, close } = stream();
  for (const piece of pieces) {
    send(piece);
  }
  close();
  return eventsOf({ run: async () => readable }, callOf(new AbortController().signal, maximumOutputTokens));
}

const WORD = 'data: {"response":"word "}\n\n';
const USAGE = 'data: {"response":"","usage":{"prompt_tokens":7,"completion_tokens":20}}\n\n';

describe("a run of Workers AI", () => {
  it("is read however its stream was cut, with its usage and its end", async () => {
    const whole = `${WORD}${WORD}${USAGE}data: [DONE]\n\n`;
    const expected = [
      { type: "headers" },
      { type: "text", text: "word " },
      { type: "text", text: "word " },
      { type: "usage", tokens: { input: 7, cachedInput: 0, output: 20 } },
      { type: "end", finish: "stop" },
    ];
    expect(await read([whole])).toEqual(expected);
    expect(await read(whole.split(""))).toEqual(expected);
  });

  it("that breaks off without its last word was interrupted, and one that used all its room was cut off", async () => {
    expect((await read([WORD, WORD])).at(-1)).toEqual({ type: "end", finish: "interrupted" });
    expect((await read([WORD, USAGE, "data: [DONE]"], 20)).at(-1)).toEqual({ type: "end", finish: "length" });
    const said = 'data: {"choices":[{"delta":{"content":"word"},"finish_reason":"length"}]}\n\n';
    expect((await read([said, "data: [DONE]\n\n"])).slice(1)).toEqual([
      { type: "text", text: "word" },
      { type: "end", finish: "length" },
    ]);
  });

  it("that never answers is left at the abort, and the stream that comes too late is cancelled", async () => {
    const controller = new AbortController();
    const late = stream();
    let answer: (value: unknown) => void = () => undefined;
    let told: AbortSignal | null = null;
    const run = eventsOf(
      {
        run: (_model, _input, { signal }) => {
          told = signal;
          return new Promise((resolve) => {
            answer = resolve;
          });
        },
      },
      callOf(controller.signal),
    );
    controller.abort(new Error("stopped by the user"));
    await expect(run).rejects.toThrow("stopped by the user");
    expect(told).toMatchObject({ aborted: true });
    answer(late.readable);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    expect(late.isCancelled()).toBe(true);
  });

  it("that falls silent in the middle is left at the abort, at the provider too", async () => {
    const controller = new AbortController();
    const { readable, send, isCancelled } = stream();
    send(WORD);
    const wire = workersAiWire({ run: async () => readable })(callOf(controller.signal));
    const events = wire[Symbol.asyncIterator]();
    await events.next();
    expect(await events.next()).toMatchObject({ value: { type: "text" } });
    const silent = events.next();
    controller.abort(new Error("its time is over"));
    await expect(silent).rejects.toThrow("its time is over");
    expect(isCancelled()).toBe(true);
  });

  it("whose line breaks, or that answers in another way than asked, may have cost something", async () => {
    const signal = new AbortController().signal;
    const lost = async (): Promise<never> => {
      throw new Error("Network connection lost.");
    };
    await expect(eventsOf({ run: lost }, callOf(signal))).rejects.toMatchObject({ isFree: false });
    const whole = async () => ({ response: "It rose." });
    await expect(eventsOf({ run: whole }, callOf(signal))).rejects.toMatchObject({ isFree: false });
  });

  it("that fails says so in words and may be tried again", async () => {
    const failing = eventsOf(
      {
        run: async () => {
          throw new Error("3040: Capacity temporarily exceeded");
        },
      },
      callOf(new AbortController().signal),
    );
    await expect(failing).rejects.toMatchObject({
      retryable: true,
      isFree: true,
      problem: { code: "MODEL_FAILED", message: expect.stringContaining("Capacity") },
    });
  });
});
