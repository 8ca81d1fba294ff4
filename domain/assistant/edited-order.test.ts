import { describe, expect, it } from "vitest";
import { decimal } from "../decimal.ts";
import type { OrderRequest } from "../orders/request.ts";
import { editedOrder } from "./edited-order.ts";

const proposed: OrderRequest = {
  symbol: "BTC/USD",
  side: "buy",
  type: "limit",
  quantity: decimal("0.1"),
  limitPrice: decimal("64000"),
  stop: { type: "price", price: decimal("61000") },
  timeInForce: "gtc",
  postOnly: false,
};

describe("the order of a proposal with what the trader changed", () => {
  it("is the proposed one where nothing was changed", () => {
    expect(editedOrder(proposed, {})).toEqual(proposed);
  });

  it("keeps a stop that was taken away as none, so that no default comes in its place", () => {
    expect(editedOrder(proposed, { stop: null }).stop).toBeNull();
  });

  it("leaves a target that nobody spoke of to the account", () => {
    expect("target" in editedOrder(proposed, { quantity: decimal("0.2") })).toBe(false);
  });

  it("takes prices and size that were changed", () => {
    const edits = { quantity: decimal("0.2"), limitPrice: decimal("63000"), target: decimal("70000") };
    expect(editedOrder(proposed, edits)).toEqual({
      ...proposed,
      ...edits,
      target: { type: "price", price: decimal("70000") },
    });
  });

  it("has no limit price at the market", () => {
    expect(editedOrder(proposed, { orderType: "market" })).not.toHaveProperty("limitPrice");
  });
});
