import { ask, pause } from "./wait.ts";

const interval = 10_000;
const patience = 3;

/**
 * Resolves with a sentence once the address has not answered three times in a row: wrangler can survive the death of
 * a part of itself and then hang instead of ending. Any answer, even an error, counts as alive.
 */
export async function silence(url: string, signal: AbortSignal): Promise<string> {
  let misses = 0;
  let problem = "";
  while (misses < patience) {
    await pause(interval, signal);
    if (signal.aborted) {
      return "";
    }
    const answer = await ask(url, interval);
    const answered = answer === undefined || /^\d{3} /.test(answer);
    misses = answered ? 0 : misses + 1;
    problem = answer ?? "";
  }
  return `The desk has stopped answering on ${url} (${problem}).`;
}
