/** A queued run is sent: from our own cache where the user chose so, else to its model, and once more with more room when cut off. */
import { ZERO, type Decimal } from "../../../domain/decimal.ts";
import { endsInBlock } from "../../../domain/assistant/reader/reader.ts";
import type { Result } from "../../../domain/problem.ts";
import type { Catalog, Choice } from "../catalog.ts";
import { hashOf } from "../context.ts";
import type { Spending } from "../spending.ts";
import type { Library } from "../storage/library.ts";
import type { RawReply, RunTable, StoredRun } from "../storage/run-table.ts";
import type { ModelWire } from "../wire/call.ts";
import { askModel, type Ending } from "./ask.ts";
import type { LiveRun } from "./live-run.ts";
import { answerForm, FIRST_OUTPUT_TOKENS, sized, type Prepared } from "./prepare.ts";
import type { RunFrames } from "./run-frames.ts";

export type CarryOutDependencies = {
  readonly storage: { transactionSync<T>(work: () => T): T };
  readonly runs: RunTable;
  readonly library: Library;
  readonly catalog: Catalog;
  readonly spending: Spending;
  readonly frames: RunFrames;
  /** A wire to the model, with its key opened; the key lives as long as the wire. */
  readonly wire: (choice: Choice, run: StoredRun) => Promise<Result<ModelWire>>;
  readonly now: () => number;
  /** A place among those that wait for headers. The first call of a run has it already. */
  readonly place: (signal: AbortSignal) => Promise<void>;
  readonly onHeaders: () => void;
};

/** Marks in the texts themselves are broken up (domain/assistant/envelope.ts): these are ours. */
const ENVELOPE_NAME = /<<<(DATA|END DATA) \w+/g;
const REPLIES_KEPT_MS = 24 * 3_600_000;

export async function carryOut(dependencies: CarryOutDependencies, queued: StoredRun, live: LiveRun): Promise<Ending> {
  const { catalog, library, wire, now } = dependencies;
  const { view, messages, request } = queued;
  const choice = catalog.choose(view.providerId, view.modelId);
  if (!choice.ok) {
    return { status: "failed", error: choice.error, sent: false };
  }
  const hash = request.useCache ? await cacheKey(queued) : null;
  const kept = hash === null ? null : library.keptReply(hash, now() - REPLIES_KEPT_MS);
  if (kept !== null) {
    return replay(dependencies, view.id, live, kept);
  }
  const opened = await wire(choice.value, queued);
  if (live.controller.signal.aborted) {
    return { status: "stopped", error: null, sent: false };
  }
  if (!opened.ok) {
    return { status: "failed", error: opened.error, sent: false };
  }
  const first = sized(choice.value, messages, FIRST_OUTPUT_TOKENS);
  if (!first.ok) {
    return { status: "failed", error: first.error, sent: false };
  }
  let ending = await ask(dependencies, choice.value, queued, live, opened.value, first.value);
  const more = ending.status === "finished" ? moreRoom(choice.value, queued, live, first.value) : null;
  if (more !== null && startAgain(dependencies, queued, live, more)) {
    ending = await ask(dependencies, choice.value, queued, live, opened.value, more);
    if (ending.status !== "finished" && live.takeBack()) {
      // Nothing came of the second: the first is the reply.
      dependencies.runs.saveEarlier(view.id, null);
    }
  }
  if (hash !== null && ending.status === "finished" && live.finish === "stop") {
    library.keepReply(hash, live.reply, now());
  }
  return ending;
}

async function ask(
  dependencies: CarryOutDependencies,
  choice: Choice,
  queued: StoredRun,
  live: LiveRun,
  wire: ModelWire,
  { maximumOutputTokens, reserved }: Prepared,
): Promise<Ending> {
  const { storage, runs, frames, now, place, onHeaders } = dependencies;
  const {
    view: { id },
    messages,
  } = queued;
  const { provider, model } = choice;
  return askModel({
    wire,
    call: {
      modelId: model.id,
      messages,
      maximumOutputTokens,
      answer: answerForm(choice),
      streamingUsage: model.supports.streamingUsage,
    },
    live,
    providerName: provider.name,
    modelName: model.name,
    timeoutSeconds: model.timeoutSeconds,
    place,
    onHeaders,
    onBegin: () => {
      const view = runs.get(id)?.view;
      if (view !== undefined) {
        runs.saveView({ ...view, status: "streaming", firstTokenAt: view.firstTokenAt ?? now() });
      }
    },
    onAgain: (mayCost) =>
      storage.transactionSync(() => {
        if (mayCost && !reserveAgain(dependencies, queued, live, reserved)) {
          return false;
        }
        const view = runs.get(id)?.view;
        if (view !== undefined) {
          runs.saveView({ ...view, attempts: view.attempts + 1 });
          frames.tell(id, { type: "start" });
        }
        return true;
      }),
  });
}

/**
 * The room of a second try, when the reply was cut off for want of it and the model has more (CASES "cut off"). There are
 * gateways that say "stop" where their room ends: then a block is left open.
 */
function moreRoom(choice: Choice, { messages }: StoredRun, live: LiveRun, first: Prepared): Prepared | null {
  if (live.finish !== "length" && !(live.finish === "stop" && live.refusal === null && endsInBlock(live.raw))) {
    return null;
  }
  const more = sized(choice, messages, choice.model.maximumOutputTokens);
  return more.ok && more.value.maximumOutputTokens > first.maximumOutputTokens ? more.value : null;
}

/** Settles what the first answer cost and reserves a second. False when the budget does not allow it: then the first stands. */
function startAgain(dependencies: CarryOutDependencies, queued: StoredRun, live: LiveRun, more: Prepared): boolean {
  const { storage, runs, frames } = dependencies;
  const { id } = queued.view;
  return storage.transactionSync(() => {
    if (!reserveAgain(dependencies, queued, live, more.reserved)) {
      return false;
    }
    runs.saveEarlier(id, { reply: live.reply, text: live.text, thinking: live.thinking });
    live.restart();
    runs.forgetFrames(id);
    const view = runs.get(id)?.view;
    if (view !== undefined) {
      runs.saveView({ ...view, status: "waiting", attempts: view.attempts + 1, reserved: more.reserved });
      frames.tell(id, { type: "start" });
    }
    return true;
  });
}

/** Every call of a run is reserved by itself; the one before it is charged by its usage, or whole as an estimate. */
function reserveAgain(
  { spending }: CarryOutDependencies,
  { view: { id, providerId, modelId } }: StoredRun,
  live: LiveRun,
  amount: Decimal,
): boolean {
  if (!spending.reserve({ runId: id, providerId, modelId }, amount, null).ok) {
    return false;
  }
  spending.settlePart(id, live.tokens, amount);
  live.tokens = null;
  return true;
}

/** A kept reply comes like any other, at once and for nothing. */
function replay({ runs, spending }: CarryOutDependencies, id: string, live: LiveRun, kept: RawReply): Ending {
  spending.release(id);
  const view = runs.get(id)?.view;
  if (view !== undefined) {
    runs.saveView({ ...view, cached: true, status: "streaming", reserved: ZERO });
  }
  live.take({ type: "text", text: kept.text });
  for (const [call, text] of kept.toolArguments.entries()) {
    live.take({ type: "tool", call, text });
  }
  live.take({ type: "refusal", text: kept.refusal ?? "" });
  live.take({ type: "end", finish: "stop" });
  return { status: "finished", error: null, sent: false };
}

/**
 * Equal for the same question to the same model about the same state, whenever it is asked: the time and the random names of
 * envelopes are no part of what is asked.
 */
async function cacheKey({ view, messages }: StoredRun): Promise<string> {
  const asked = messages.map(({ role, content }) => [
    role,
    content.replace(/^"time": .*$/m, "").replaceAll(ENVELOPE_NAME, "<<<$1"),
  ]);
  return hashOf(JSON.stringify([view.providerId, view.modelId, asked]));
}
