import { describe, expect, it } from "vitest";
import { MOST_WAITING, Slots } from "./slots.ts";

describe("places among those that wait for headers", () => {
  it("are four, three of one provider, and a run has one of them at most", () => {
    const slots = new Slots();
    expect(["a", "b", "c", "d", "a"].map((run) => slots.take(run, "one"))).toEqual([true, true, true, false, true]);
    expect(["e", "f"].map((run) => slots.take(run, "two"))).toEqual([true, false]);
    expect(MOST_WAITING).toBe(4);
  });

  it("are waited for by a run that is asked again, which goes before those that were never asked", async () => {
    const slots = new Slots();
    ["a", "b", "c"].forEach((run) => slots.take(run, "one"));
    slots.free("a");
    slots.take("d", "one");
    const entered: string[] = [];
    const signal = new AbortController().signal;
    const again = slots.takeAgain("a", "one", signal).then(() => entered.push("a"));
    await Promise.resolve();
    expect(entered).toEqual([]);
    slots.free("b");
    await again;
    expect(entered).toEqual(["a"]);
    // The place that was free is taken: a queued run gets none.
    expect(slots.take("e", "one")).toBe(false);
    expect(slots.take("a", "one")).toBe(true);
  });

  it("are not kept for a run that was stopped while it waited", async () => {
    const slots = new Slots();
    ["a", "b", "c"].forEach((run) => slots.take(run, "one"));
    const stopping = new AbortController();
    const waiting = slots.takeAgain("d", "one", stopping.signal);
    stopping.abort();
    await waiting;
    slots.free("a");
    expect(slots.take("e", "one")).toBe(true);
  });
});
