import fc from "fast-check";
import { expect, it } from "vitest";
import { decimal } from "../../decimal.ts";
import { findUnsettled, listUnsettled, withUnsettled, type Unsettled, type UnsettledExecution } from "./unsettled.ts";

const change = fc.record({ id: fc.string({ minLength: 1, maxLength: 3 }), since: fc.option(fc.nat()) });

function executionOf(since: number): UnsettledExecution {
  return { since, moves: { BTC: decimal("1") } };
}

it("holds exactly the executions that were added and not taken away, whatever their ids", () => {
  fc.assert(
    fc.property(fc.array(fc.array(change, { maxLength: 5 }), { maxLength: 30 }), (steps) => {
      let shelves: Unsettled = {};
      const plain = new Map<string, UnsettledExecution>();
      for (const step of steps) {
        const changes = step.map(({ id, since }) => [id, since === null ? null : executionOf(since)] as const);
        shelves = withUnsettled(shelves, Object.fromEntries(changes));
        for (const [id, execution] of changes) {
          if (execution === null) {
            plain.delete(id);
          } else {
            plain.set(id, execution);
          }
        }
      }
      const byTime = (left: UnsettledExecution, right: UnsettledExecution): number => left.since - right.since;
      expect(listUnsettled(shelves).toSorted(byTime)).toEqual([...plain.values()].toSorted(byTime));
      for (const [id, execution] of plain) {
        expect(findUnsettled(shelves, id)).toBe(execution);
      }
      expect(Object.values(shelves).filter((shelf) => Object.keys(shelf).length === 0)).toEqual([]);
    }),
  );
});

it("copies a small part for one more among ten thousand", () => {
  const ids = Array.from({ length: 10_000 }, (_, index) => `TDLH43-DVQXD-2${String(index).padStart(5, "0")}`);
  const before = withUnsettled({}, Object.fromEntries(ids.map((id) => [id, executionOf(0)])));
  const after = withUnsettled(before, { "T-ONE-MORE": executionOf(1) });
  const copied = Object.entries(after).filter(([name, shelf]) => before[name] !== shelf);
  expect(copied).toHaveLength(1);
  expect(Object.keys(copied[0]?.[1] ?? {}).length).toBeLessThan(500);
  expect(listUnsettled(after)).toHaveLength(10_001);
});
