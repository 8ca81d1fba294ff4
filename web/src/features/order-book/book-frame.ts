/** One painted frame of a side of the book: rows that did not change stay the same objects, changed sizes are named. */
import type { Decimal } from "../../../../domain/decimal.ts";
import type { BookRow } from "./book-rows.ts";

export type BookFrame = {
  readonly rows: readonly BookRow[];
  /** Prices whose size differs from the frame before; a price that was not shown before is not a change. */
  readonly changed: ReadonlySet<Decimal>;
};

export const EMPTY_FRAME: BookFrame = { rows: [], changed: new Set() };

export function nextFrame(before: BookFrame, rows: readonly BookRow[]): BookFrame {
  const quantities = new Map(before.rows.map((row) => [row.price, row.quantity]));
  const changed = new Set<Decimal>();
  const kept = rows.map((row, index) => {
    const quantity = quantities.get(row.price);
    if (quantity !== undefined && quantity !== row.quantity) {
      changed.add(row.price);
    }
    const same = before.rows[index];
    return same !== undefined && isSameRow(same, row) ? same : row;
  });
  return { rows: kept, changed };
}

function isSameRow(left: BookRow, right: BookRow): boolean {
  return (
    left.price === right.price &&
    left.quantity === right.quantity &&
    left.total === right.total &&
    left.own === right.own
  );
}
