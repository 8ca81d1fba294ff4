import { evolve } from "../../domain/account/evolve.ts";
import { unopenedAccount, type AccountState } from "../../domain/account/state.ts";
import { decodeEvent } from "./journal-codec.ts";
import type { Store } from "./store.ts";
import type { Recorded } from "./turn.ts";

const PAGE = 1_000;

/** Every account as the whole journal makes it, page by page; `onEvent` sees each step. */
export function replayJournal(
  store: Store,
  onEvent: (recorded: Recorded) => void = () => {},
): { readonly accounts: ReadonlyMap<string, AccountState>; readonly events: number } {
  const accounts = new Map<string, AccountState>();
  let events = 0;
  let last = 0;
  for (;;) {
    const page = store.journalAfter(last, PAGE);
    for (const row of page) {
      const before = accounts.get(row.accountId) ?? unopenedAccount(row.accountId);
      const event = decodeEvent(row);
      const after = evolve(before, event, row.seq);
      accounts.set(row.accountId, after);
      onEvent({ seq: row.seq, accountId: row.accountId, event, before, after });
      last = row.seq;
    }
    events += page.length;
    if (page.length < PAGE) {
      return { accounts, events };
    }
  }
}

/** Whether two sets of accounts say the same, whatever the order of their keys. */
export function sameStates(left: ReadonlyMap<string, AccountState>, right: ReadonlyMap<string, AccountState>): boolean {
  return left.size === right.size && [...left].every(([id, state]) => canonical(state) === canonical(right.get(id)));
}

/** JSON with the keys of every object in order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([left], [right]) => (left < right ? -1 : 1)))
      : inner,
  );
}
