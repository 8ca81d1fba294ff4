/** What happens within one synchronous turn, staged: nothing of it is true before the desk has committed it. */
import type { Command } from "../../domain/account/commands.ts";
import type { Context } from "../../domain/account/context.ts";
import { decide } from "../../domain/account/decide.ts";
import type { Decision } from "../../domain/account/decision.ts";
import type { AccountEvent } from "../../domain/account/events.ts";
import { evolve } from "../../domain/account/evolve.ts";
import { unopenedAccount, type AccountState } from "../../domain/account/state.ts";
import type { StoredAnswer } from "./store.ts";

/** An event of the journal with the account before and after it. */
export type Recorded = {
  readonly seq: number;
  readonly accountId: string;
  readonly event: AccountEvent;
  readonly before: AccountState;
  readonly after: AccountState;
};

export type KeptAnswer = StoredAnswer & { readonly key: string; readonly at: number };

export class Turn {
  readonly recorded: Recorded[] = [];
  readonly answers: KeptAnswer[] = [];
  readonly #accounts: Map<string, AccountState>;
  #seq: number;

  constructor(accounts: ReadonlyMap<string, AccountState>, seq: number) {
    this.#accounts = new Map(accounts);
    this.#seq = seq;
  }

  get seq(): number {
    return this.#seq;
  }

  accounts(): ReadonlyMap<string, AccountState> {
    return this.#accounts;
  }

  account(accountId: string): AccountState | null {
    return this.#accounts.get(accountId) ?? null;
  }

  /** Decides a command of one account and stages its events. */
  apply(accountId: string, command: Command, context: Context): Decision {
    let state = this.#accounts.get(accountId) ?? unopenedAccount(accountId);
    const decision = decide(state, command, context);
    for (const event of decision.events) {
      this.#seq += 1;
      const after = evolve(state, event, this.#seq);
      this.recorded.push({ seq: this.#seq, accountId, event, before: state, after });
      state = after;
    }
    if (decision.events.length > 0) {
      this.#accounts.set(accountId, state);
    }
    return decision;
  }

  /** Keeps the answer to a key, to be written with everything else. */
  keep(answer: KeptAnswer): void {
    this.answers.push(answer);
  }
}
