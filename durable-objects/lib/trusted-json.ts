/**
 * JSON that this very code wrote to its own storage. It is not checked again: a reader of another version never gets here
 * (journal events pass their upcaster, snapshots of another version are replayed).
 */
export function parseTrusted<T>(text: string): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one place where our own stored JSON regains its type
  return JSON.parse(text) as T;
}
