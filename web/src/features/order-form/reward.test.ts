import { describe, expect, it } from "vitest";
import { decimal } from "../../../../domain/decimal.ts";
import { rewardToRisk } from "./reward.ts";

const order = { entry: decimal("100"), stop: decimal("95") };

describe("reward to risk", () => {
  it("is the way to the target over the way to the stop", () => {
    expect(rewardToRisk(order, { type: "price", price: decimal("110") }, null)).toBe("2");
    expect(rewardToRisk(order, { type: "percent", percent: decimal("7.5") }, null)).toBe("1.5");
  });

  it("takes the account's default where the order names no target, and none where it wants none", () => {
    expect(rewardToRisk(order, undefined, decimal("15"))).toBe("3");
    expect(rewardToRisk(order, null, decimal("15"))).toBeNull();
    expect(rewardToRisk(order, undefined, null)).toBeNull();
  });

  it("is not known without a stop, or with a level on the wrong side", () => {
    expect(rewardToRisk({ ...order, stop: null }, { type: "price", price: decimal("110") }, null)).toBeNull();
    expect(rewardToRisk(order, { type: "price", price: decimal("99") }, null)).toBeNull();
    expect(rewardToRisk({ ...order, stop: decimal("101") }, { type: "price", price: decimal("110") }, null)).toBeNull();
  });
});
