import fc from "fast-check";
import { expect, it } from "vitest";
import { isMoreUrgent, LANES, nextCall } from "./lanes.ts";

it("sends exits and cancels before all else, then what a saga reads, and history last", () => {
  const waiting = [
    { lane: "history", writes: false, id: 1 },
    { lane: "entries", writes: true, id: 2 },
    { lane: "resolving", writes: false, id: 3 },
    { lane: "protective", writes: false, id: 4 },
    { lane: "protective", writes: true, id: 5 },
    { lane: "protective", writes: true, id: 6 },
  ] as const;
  const order: number[] = [];
  for (let left = waiting.length; left > 0; left -= 1) {
    const next = nextCall(waiting, (call) => !order.includes(call.id));
    order.push(next?.id ?? 0);
  }
  expect(order).toEqual([5, 6, 4, 3, 2, 1]);
});

it("takes the oldest of the most urgent that may go", () => {
  const call = fc.record({ lane: fc.constantFrom(...LANES), writes: fc.boolean(), mayGo: fc.boolean() });
  fc.assert(
    fc.property(fc.array(call), (calls) => {
      const next = nextCall(calls, (each) => each.mayGo);
      const able = calls.filter((each) => each.mayGo);
      expect(next === null).toBe(able.length === 0);
      if (next !== null) {
        expect(able.some((each) => isMoreUrgent(each, next))).toBe(false);
        expect(able.find((each) => !isMoreUrgent(next, each))).toBe(next);
      }
    }),
  );
});
