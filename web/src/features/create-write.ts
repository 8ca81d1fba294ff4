import { createSignal, type Accessor } from "solid-js";
import type { Problem, Result } from "../../../domain/problem.ts";
import { newIntent } from "../data/http.ts";

export type WriteState =
  | { readonly type: "idle" }
  | { readonly type: "sending" }
  | { readonly type: "done" }
  | { readonly type: "failed"; readonly problem: Problem };

export type Write<T> = {
  readonly state: Accessor<WriteState>;
  /** Sends a wish once; null when one is on its way already. The same wish after a lost answer keeps its key. */
  run(wish: string, send: (intent: string) => Promise<Result<T>>): Promise<Result<T> | null>;
  reset(): void;
};

/** True when no answer was read, so that nothing is known about the outcome. */
export function isUncertain(problem: Problem): boolean {
  return problem.code === "TEMPORARILY_UNAVAILABLE" || problem.code === "INTERNAL";
}

/** One button's write to the desk: at most one at a time, one idempotency key per wish. */
export function createWrite<T>(): Write<T> {
  const [state, setState] = createSignal<WriteState>({ type: "idle" });
  let kept: { readonly wish: string; readonly intent: string } | null = null;
  return {
    state,
    async run(wish, send) {
      if (state().type === "sending") {
        return null;
      }
      kept = kept?.wish === wish ? kept : { wish, intent: newIntent() };
      setState({ type: "sending" });
      const answer = await send(kept.intent);
      if (answer.ok || !isUncertain(answer.error)) {
        kept = null;
      }
      setState(answer.ok ? { type: "done" } : { type: "failed", problem: answer.error });
      return answer;
    },
    reset() {
      setState({ type: "idle" });
    },
  };
}
