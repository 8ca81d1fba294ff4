import { describe, expect, it } from "vitest";
import { Clock } from "./clock.ts";

describe("the two clocks", () => {
  it("are one, except in a replay", () => {
    const clock = new Clock("live", () => 5_000);
    clock.saw(1);
    expect([clock.wall(), clock.market(), clock.toWall(7)]).toEqual([5_000, 5_000, 7]);
  });

  it("carry a replay's time on from the last answer and never turn it back", () => {
    let wall = 1_000_000;
    const clock = new Clock("replay", () => wall);
    clock.saw(100);
    expect(clock.market()).toBe(100);
    wall += 50;
    expect(clock.market()).toBe(150);
    clock.saw(120);
    expect(clock.market()).toBe(150);
    expect(clock.toWall(220)).toBe(wall + 100);
  });

  it("say so while a replay's time is not known, and look often, because it may run faster", () => {
    const clock = new Clock("replay", () => 60_001);
    expect(clock.isKnown).toBe(false);
    expect(clock.market()).toBe(60_001);
    clock.saw(7);
    expect([clock.isKnown, clock.market()]).toEqual([true, 7]);
    expect(clock.toWall(10_000_000)).toBe(65_001);
    expect(clock.nextSample()).toBe(65_001);
    expect(new Clock("sim", () => 60_001).nextSample()).toBe(120_000);
  });
});
