import fc from "fast-check";
import { expect, it } from "vitest";
import { isMoreUrgent, LANES, nextCall } from "./lanes.ts";

it("sends exits and cancels before all else, and history last", () => {
  const waiting = [
    { lane: "history", id: 1 },
    { lane: "entries", id: 2 },
    { lane: "resolving", id: 3 },
    { lane: "protective", id: 4 },
  ] as const;
  const order: number[] = [];
  let left: readonly (typeof waiting)[number][] = waiting;
  for (let next = nextCall(left); next !== null; next = nextCall(left)) {
    const taken = next;
    order.push(taken.id);
    left = left.filter((each) => each !== taken);
  }
  expect(order).toEqual([4, 3, 2, 1]);
});

it("takes the oldest of the most urgent lane that may go", () => {
  fc.assert(
    fc.property(fc.array(fc.record({ lane: fc.constantFrom(...LANES), mayGo: fc.boolean() })), (calls) => {
      const next = nextCall(calls, (call) => call.mayGo);
      const able = calls.filter((call) => call.mayGo);
      expect(next === null).toBe(able.length === 0);
      if (next !== null) {
        expect(able.some((call) => isMoreUrgent(call.lane, next.lane))).toBe(false);
        expect(able.find((call) => call.lane === next.lane)).toBe(next);
      }
    }),
  );
});
