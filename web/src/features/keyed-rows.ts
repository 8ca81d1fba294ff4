import { createMemo, createSignal, type Accessor, type Setter } from "solid-js";

/** A row that stays the same object while its content changes: what a table needs to keep its cells (and a caret in them). */
export type KeyedRow<T> = { readonly key: string; readonly value: Accessor<T> };

type Kept<T> = { readonly row: KeyedRow<T>; readonly set: Setter<T> };

/** Rows by key over a list whose elements are replaced when they change. Order is that of the list. */
export function createKeyedRows<T extends object>(
  list: Accessor<readonly T[]>,
  keyOf: (value: T) => string,
): Accessor<readonly KeyedRow<T>[]> {
  let kept = new Map<string, Kept<T>>();
  return createMemo(() => {
    const next = new Map<string, Kept<T>>();
    for (const value of list()) {
      const key = keyOf(value);
      const known = kept.get(key) ?? makeRow(key, value);
      known.set(() => value);
      next.set(key, known);
    }
    kept = next;
    return [...next.values()].map((entry) => entry.row);
  });
}

function makeRow<T>(key: string, initial: T): Kept<T> {
  const [value, set] = createSignal(initial);
  return { row: { key, value }, set };
}
