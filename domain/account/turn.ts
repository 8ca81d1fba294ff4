import type { Problem } from "../problem.ts";
import type { Context } from "./context.ts";
import type { AccountEvent } from "./events.ts";
import { evolve } from "./evolve.ts";
import type { AccountState } from "./state.ts";

/** One decision in the making: the events so far and the state they lead to, so that each step sees the one before. */
export type Turn = {
  state: AccountState;
  readonly context: Context;
  readonly events: AccountEvent[];
  readonly notices: string[];
};

export function beginTurn(state: AccountState, context: Context): Turn {
  return { state, context, events: [], notices: [] };
}

/** Adds an event. Sequence numbers are the shell's; inside a turn they only have to rise. */
export function record(turn: Turn, event: AccountEvent): void {
  turn.events.push(event);
  turn.state = evolve(turn.state, event, turn.state.seq + 1);
}

/** The times of an event of this turn. */
export function stamp(context: Context): { readonly time: number; readonly marketTime: number } {
  return { time: context.now, marketTime: context.marketTime };
}

/** Null: the turn stands. A problem: it is denied, and only `events` (the recorded denial) remain. */
export type Outcome = { readonly problem: Problem; readonly events: readonly AccountEvent[] } | null;
