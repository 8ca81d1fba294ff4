import { isAlive, workerdBelow } from "./descendants.ts";
import { ask, pause } from "./wait.ts";

const interval = 5_000;
const patience = 3;
const lookEvery = 500;
/** A runtime that was exchanged for another answers at once. */
const secondLook = 1_500;

/**
 * Resolves with a sentence once the worker is lost: a runtime (workerd) below the process `owner` is gone and the address does
 * not answer, or the address has not answered three times in a row. Wrangler survives the death of its runtime and then
 * hangs, so waiting for its end is not enough. Any answer, even an error, counts as alive.
 */
export async function workerLost(owner: number, url: string, signal: AbortSignal): Promise<string> {
  return Promise.race([runtimeGone(owner, url, signal), silence(url, signal)]);
}

async function runtimeGone(owner: number, url: string, signal: AbortSignal): Promise<string> {
  let runtimes = workerdBelow(owner);
  while (!signal.aborted) {
    await pause(lookEvery, signal);
    if (runtimes.every(isAlive)) {
      continue;
    }
    const answer = await ask(url, secondLook);
    if (!isAnswer(answer) && !signal.aborted) {
      return "The worker's runtime has ended unexpectedly.";
    }
    runtimes = workerdBelow(owner);
  }
  return "";
}

async function silence(url: string, signal: AbortSignal): Promise<string> {
  let misses = 0;
  let problem = "";
  while (misses < patience) {
    await pause(interval, signal);
    if (signal.aborted) {
      return "";
    }
    const answer = await ask(url, interval);
    misses = isAnswer(answer) ? 0 : misses + 1;
    problem = answer ?? "";
  }
  return `The desk has stopped answering on ${url} (${problem}).`;
}

function isAnswer(answer: string | undefined): boolean {
  return answer === undefined || /^\d{3} /.test(answer);
}
