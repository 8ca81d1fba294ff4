import { describe, expect, it } from "vitest";
import { budgetDelay, DIAL_BUDGETS } from "./backoff.ts";

describe("the dial budget", () => {
  it("stops private sockets while the public feed has twenty dials left", () => {
    const dials = Array.from({ length: 80 }, (_, index) => index * 1_000);
    expect(budgetDelay(dials, 100_000, DIAL_BUDGETS.private)).toBe(500_000);
    expect(budgetDelay(dials, 100_000)).toBe(0);
    expect(budgetDelay(dials.slice(1), 100_000, DIAL_BUDGETS.private)).toBe(0);
  });
});
