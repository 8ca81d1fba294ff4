/**
 * One question to a model, until it has answered or failed. It is tried again only while nothing of the answer has come; what it
 * is stopped by (the user, its time) reaches the provider, because the connection is aborted.
 */
import type { Problem } from "../../../domain/problem.ts";
import { beforeAbort } from "../../lib/before-abort.ts";
import { ModelFailure, type ModelCall, type ModelEvent, type ModelWire } from "../wire/call.ts";
import { failureOf } from "../wire/failure.ts";
import { LONGEST_ANSWER, type LiveRun } from "./live-run.ts";

export type Asking = {
  readonly wire: ModelWire;
  readonly call: Omit<ModelCall, "signal">;
  readonly live: LiveRun;
  readonly providerName: string;
  readonly modelName: string;
  readonly timeoutSeconds: number;
  /**
   * Before each try after the first. `mayCost`: the provider may charge for the try that failed. False: there is no budget for
   * another, and the failure stands.
   */
  readonly onAgain: (mayCost: boolean) => boolean;
  /** Before each try: a place among those that wait for their provider's headers. It is waited for until the signal. */
  readonly place: (signal: AbortSignal) => Promise<void>;
  readonly onHeaders: () => void;
  /** The first of the answer has come. */
  readonly onBegin: () => void;
};

/**
 * How a question ended. `sent`: the provider may charge for its last try, whether it told what or not. Tries that ended before
 * any headers may all have been lost on the way: together they count as one.
 */
export type Ending = {
  readonly status: "finished" | "stopped" | "failed";
  readonly error: Problem | null;
  readonly sent: boolean;
};

const TRIES = 3;
const FIRST_PAUSE_MS = 500;

export async function askModel(asking: Asking): Promise<Ending> {
  const { live } = asking;
  const timeout = new AbortController();
  const timer = setTimeout(() => {
    timeout.abort();
  }, asking.timeoutSeconds * 1_000);
  const signal = AbortSignal.any([live.controller.signal, timeout.signal]);
  try {
    let isLostCounted = false;
    for (let tries = 1; ; tries += 1) {
      const failed = await attempt(asking, signal);
      if (failed === null) {
        return { status: "finished", error: null, sent: true };
      }
      const { error, reached } = failed;
      const mayCost = reached === "yes" || (reached === "unknown" && !isLostCounted);
      isLostCounted ||= reached === "unknown";
      if (signal.aborted) {
        return cutOff(asking, mayCost);
      }
      if (!(error instanceof ModelFailure)) {
        throw error;
      }
      const ending: Ending = { status: "failed", error: error.problem, sent: mayCost };
      if (!error.retryable || live.hasBegun || tries === TRIES) {
        return ending;
      }
      await pause(error.retryAfterMs ?? FIRST_PAUSE_MS * 2 ** (tries - 1), signal);
      if (signal.aborted) {
        return cutOff(asking, mayCost);
      }
      if (!asking.onAgain(mayCost)) {
        return ending;
      }
    }
  } finally {
    clearTimeout(timer);
  }
}

/** The user has stopped it, or its time is over. */
function cutOff(asking: Asking, sent: boolean): Ending {
  return asking.live.controller.signal.aborted
    ? { status: "stopped", error: null, sent }
    : { status: "failed", error: tooSlow(asking), sent };
}

type Failed = {
  readonly error: Error;
  /** Whether the provider has computed something for it. */
  readonly reached: "no" | "unknown" | "yes";
};

/** Null when the answer came whole, else what came instead. */
async function attempt(
  { wire, call, live, providerName, place, onHeaders, onBegin }: Asking,
  signal: AbortSignal,
): Promise<Failed | null> {
  let reached: Failed["reached"] = "no";
  try {
    await place(signal);
    signal.throwIfAborted();
    reached = "unknown";
    for await (const event of untilAborted(wire({ ...call, signal }), signal)) {
      reached = "yes";
      if (event.type === "headers") {
        onHeaders();
      } else if (live.take(event)) {
        onBegin();
      }
      if (live.length > LONGEST_ANSWER) {
        live.finish = "length";
        break;
      }
    }
    return null;
  } catch (error) {
    const failure = failureOf(error, providerName);
    const isFree = failure instanceof ModelFailure && failure.isFree && !live.hasBegun;
    return {
      error: failure instanceof Error ? failure : new Error("a model's wire failed without an error"),
      reached: isFree ? "no" : reached,
    };
  }
}

/** A wire that does not heed the signal, or heeds it late, holds nobody up. */
async function* untilAborted(events: AsyncIterable<ModelEvent>, signal: AbortSignal): AsyncGenerator<ModelEvent> {
  const iterator = events[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await beforeAbort(iterator.next(), signal);
      if (next.done === true) {
        return;
      }
      yield next.value;
    }
  } finally {
    // Not waited for: a generator that hangs ends only when what it hangs in does.
    Promise.resolve(iterator.return?.()).catch(() => undefined);
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}

function tooSlow({ modelName, timeoutSeconds }: Asking): Problem {
  return {
    code: "MODEL_TIMEOUT",
    message: `${modelName} did not finish within ${timeoutSeconds} s. Try again, or allow it more time in its entry.`,
    details: { seconds: String(timeoutSeconds) },
  };
}
