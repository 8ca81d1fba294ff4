import { waitForAnswer } from "./wait.ts";

export type DeskState =
  | { readonly kind: "healthy" }
  /** It serves, but says itself that a part is missing: usually the exchange is out of reach. */
  | { readonly kind: "degraded" }
  | { readonly kind: "down"; readonly problem: string };

/** How long to wait, in milliseconds: for all to be well, and for an answer at all. */
export interface Patience {
  readonly healthy: number;
  readonly any: number;
}

/** Asks the desk's health address until it is well, or serves without its market, or for too long. */
export async function waitForDesk(health: string, patience: Patience, signal: AbortSignal): Promise<DeskState> {
  let problem = await waitForAnswer(health, patience.healthy, signal);
  if (problem !== undefined && !isDegraded(problem)) {
    problem = await waitForAnswer(health, patience.any - patience.healthy, signal);
  }
  if (problem === undefined) {
    return { kind: "healthy" };
  }
  return isDegraded(problem) ? { kind: "degraded" } : { kind: "down", problem };
}

function isDegraded(problem: string): boolean {
  return problem.startsWith("503 ") && problem.includes('"status":"degraded"');
}
