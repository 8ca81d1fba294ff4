import { setTimeout as delay } from "node:timers/promises";

/**
 * Resolves undefined as soon as the address answers 2xx, else, after the limit in milliseconds or when aborted, what
 * the last attempt got: a status with its text, or why there was no connection.
 */
export async function waitForAnswer(url: string, limit: number, signal: AbortSignal): Promise<string | undefined> {
  const end = Date.now() + limit;
  let problem: string | undefined = "it was not asked";
  while (Date.now() < end && !signal.aborted) {
    problem = await ask(url, 5_000);
    if (problem === undefined) {
      return undefined;
    }
    await pause(150, signal);
  }
  return problem;
}

/** Undefined when the address answers 2xx in time (milliseconds), else what it answered instead. */
export async function ask(url: string, limit: number): Promise<string | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(limit) });
    const text = await response.text();
    return response.ok ? undefined : `${response.status} ${text.slice(0, 500)}`;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return cause instanceof Error ? cause.message : String(cause);
  }
}

/** Resolves after so many milliseconds, or at once when aborted. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  try {
    await delay(milliseconds, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    if (signal?.aborted !== true) {
      throw error;
    }
  }
}
