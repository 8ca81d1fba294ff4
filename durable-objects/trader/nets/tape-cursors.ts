/**
 * How far into each pair's tape the trader's levels have been looked after: everything before has met the rows that were watched
 * then. It is kept, so that a look goes on where the one before ended, over restarts and however old a level is.
 */
import type { Symbol } from "../../../domain/market.ts";
import { parseTrusted } from "../../lib/trusted-json.ts";
import type { Store } from "../store.ts";

export type Cursors = Readonly<Record<Symbol, string>>;

export function readCursors(store: Store): Cursors {
  const text = store.meta("tape_cursors");
  return text === null ? {} : parseTrusted<Cursors>(text);
}

/** Pairs that are left out are forgotten: who watches them again begins at the level. */
export function keepCursors(store: Store, cursors: Cursors): void {
  const text = JSON.stringify(cursors);
  if (text !== (store.meta("tape_cursors") ?? "{}")) {
    store.setMeta("tape_cursors", text);
  }
}
