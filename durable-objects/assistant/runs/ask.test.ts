import { describe, expect, it } from "vitest";
import { ModelFailure, type ModelEvent, type ModelWire } from "../wire/call.ts";
import { askModel, type Asking, type Ending } from "./ask.ts";
import { LiveRun } from "./live-run.ts";

type Asked = { readonly ending: Ending; readonly tries: number; readonly again: readonly boolean[] };

const LOST = { code: "MODEL_UNREACHABLE" as const, message: "The connection was lost.", details: {} };
const BUSY = { code: "MODEL_FAILED" as const, message: "Busy.", details: { status: "503" } };

/** Asks a wire that brings `events` and fails then; `mayTryAgain` is what the budget says. */
async function ask(
  events: readonly ModelEvent[],
  problem: ModelFailure["problem"] = LOST,
  mayTryAgain = true,
): Promise<Asked & { readonly live: LiveRun }> {
  const live = new LiveRun(() => undefined);
  const again: boolean[] = [];
  let tries = 0;
  const wire: ModelWire = async function* () {
    tries += 1;
    yield* events;
    throw new ModelFailure(problem, true, { retryAfterMs: 1, isFree: problem === BUSY });
  };
  const ending = await askModel({
    ...asking(wire, live),
    onAgain: (mayCost) => {
      again.push(mayCost);
      return mayTryAgain;
    },
  });
  return { ending, tries, again, live };
}

function asking(wire: ModelWire, live: LiveRun): Asking {
  return {
    wire,
    call: {
      modelId: "model",
      messages: [],
      maximumOutputTokens: 100,
      answer: { kind: "fenced" },
      streamingUsage: true,
    },
    live,
    providerName: "Mock",
    modelName: "model",
    timeoutSeconds: 10,
    onAgain: () => true,
    place: async () => undefined,
    onHeaders: () => undefined,
    onBegin: () => undefined,
  };
}

async function* refusing(failure: ModelFailure): AsyncGenerator<ModelEvent> {
  yield* await Promise.reject<readonly ModelEvent[]>(failure);
}

describe("a question to a model", () => {
  it("is tried again while nothing of the answer has come, each time that may have cost something with the budget's leave", async () => {
    expect(await ask([{ type: "headers" }])).toMatchObject({
      ending: { status: "failed", sent: true },
      tries: 3,
      again: [true, true],
    });
    expect(await ask([], BUSY)).toMatchObject({
      ending: { status: "failed", sent: false },
      tries: 3,
      again: [false, false],
    });
  });

  it("counts once of all tries that a dead network may have swallowed, and each that brought headers", async () => {
    expect(await ask([], LOST)).toMatchObject({
      ending: { status: "failed", sent: false },
      tries: 3,
      again: [true, false],
    });
    expect(await ask([{ type: "headers" }], LOST)).toMatchObject({ ending: { sent: true }, again: [true, true] });
  });

  it("costs nothing when it is stopped, or its time ends, in the pause after a refusal", async () => {
    const busy: ModelWire = () => refusing(new ModelFailure(BUSY, true, { retryAfterMs: 10_000, isFree: true }));
    const live = new LiveRun(() => undefined);
    const stopped = askModel(asking(busy, live));
    live.controller.abort(new Error("stopped"));
    expect(await stopped).toEqual({ status: "stopped", error: null, sent: false });
    const slow = await askModel({ ...asking(busy, new LiveRun(() => undefined)), timeoutSeconds: 0.01 });
    expect(slow).toMatchObject({ status: "failed", error: { code: "MODEL_TIMEOUT" }, sent: false });
  });

  it("costs nothing when it is stopped while it waits for a place, and is never sent", async () => {
    const live = new LiveRun(() => undefined);
    let tries = 0;
    const wire: ModelWire = () => {
      tries += 1;
      return refusing(new ModelFailure(LOST, false));
    };
    const waiting = askModel({
      ...asking(wire, live),
      place: (signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve())),
    });
    live.controller.abort(new Error("stopped"));
    expect(await waiting).toEqual({ status: "stopped", error: null, sent: false });
    expect(tries).toBe(0);
  });

  it("takes a place before every try", async () => {
    const live = new LiveRun(() => undefined);
    const order: string[] = [];
    const wire: ModelWire = async function* () {
      order.push("asked");
      yield { type: "headers" };
      throw new ModelFailure(LOST, true, { retryAfterMs: 1 });
    };
    await askModel({
      ...asking(wire, live),
      place: async () => {
        order.push("place");
      },
      onHeaders: () => order.push("headers"),
    });
    expect(order).toEqual(Array.from({ length: 3 }, () => ["place", "asked", "headers"]).flat());
  });

  it("is not tried again where the budget has no room for another", async () => {
    expect(await ask([], LOST, false)).toMatchObject({
      ending: { status: "failed", error: LOST, sent: true },
      tries: 1,
      again: [true],
    });
  });

  it.each<[string, ModelEvent]>([
    ["a word", { type: "text", text: "One" }],
    ["a thought", { type: "thinking", text: "Hm" }],
    ["a call of our tool without a word beside it", { type: "tool", call: 0, text: "" }],
    ["a refusal", { type: "refusal", text: "I" }],
  ])("is not tried again once %s has come", async (_what, event) => {
    const { ending, tries, again } = await ask([{ type: "headers" }, event]);
    expect({ ending, tries, again }).toEqual({
      ending: { status: "failed", error: LOST, sent: true },
      tries: 1,
      again: [],
    });
  });

  it("keeps what had come of a call of our tool, and takes it for cut off", async () => {
    const { live } = await ask([
      { type: "tool", call: 0, text: '{"proposals":' },
      { type: "tool", call: 0, text: "[" },
      { type: "tool", call: 1, text: "{}" },
    ]);
    expect(live.toolArguments).toEqual(['{"proposals":[', "{}"]);
    expect(live.finish).toBe("interrupted");
  });

  it("ends at its time and at the user's stop, whether or not the wire heeds the signal", async () => {
    const deaf: ModelWire = async function* () {
      yield { type: "text", text: "One" };
      await new Promise(() => undefined);
    };
    const slow = await askModel({ ...asking(deaf, new LiveRun(() => undefined)), timeoutSeconds: 0.01 });
    expect(slow).toMatchObject({ status: "failed", error: { code: "MODEL_TIMEOUT" }, sent: true });
    const live = new LiveRun(() => undefined);
    const stopped = askModel({ ...asking(deaf, live), onBegin: () => live.controller.abort(new Error("stopped")) });
    expect(await stopped).toEqual({ status: "stopped", error: null, sent: true });
  });

  it("is cut off where a model runs wild, in its thoughts or in a call of our tool too", async () => {
    for (const type of ["text", "thinking", "refusal"] as const) {
      const wild: ModelWire = async function* () {
        for (;;) {
          yield { type, text: "x".repeat(10_000) };
        }
      };
      const live = new LiveRun(() => undefined);
      expect(await askModel(asking(wild, live))).toMatchObject({ status: "finished" });
      expect(live.finish).toBe("length");
    }
  });
});
