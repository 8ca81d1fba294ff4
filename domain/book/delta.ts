/** What changed between two looks at one side of a book: the conflated delta that the desk receives. */
import { ZERO } from "../decimal.ts";
import type { Level } from "../market.ts";

/** Levels to set, and levels to remove as quantity "0", that turn `before` into `after`. */
export function levelChanges(before: readonly Level[], after: readonly Level[]): readonly Level[] {
  if (before === after) {
    return [];
  }
  const left = new Map(before);
  const changes: Level[] = [];
  for (const level of after) {
    const [price, quantity] = level;
    if (left.get(price) !== quantity) {
      changes.push(level);
    }
    left.delete(price);
  }
  for (const price of left.keys()) {
    changes.push([price, ZERO]);
  }
  return changes;
}
