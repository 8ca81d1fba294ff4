import { describe, expect, it } from "vitest";
import { decimal } from "../decimal.ts";
import type { OrderRequest } from "../orders/request.ts";
import { editedOrder, type OrderEdits } from "./edited-order.ts";

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
const { limitPrice: _limit, ...withoutLimit } = proposed;
const atMarket: OrderRequest = { ...withoutLimit, type: "market" };

function edited(request: OrderRequest, edits: OrderEdits): OrderRequest {
  const order = editedOrder(request, edits);
  if (!order.ok) {
    throw new Error(order.error.message);
  }
  return order.value;
}

describe("the order of a proposal with what the trader changed", () => {
  it("is the proposed one where nothing was changed", () => {
    expect(edited(proposed, {})).toEqual(proposed);
    expect(edited(atMarket, {})).toEqual(atMarket);
  });

  it("keeps a stop that was taken away as none, so that no default comes in its place", () => {
    expect(edited(proposed, { stop: null }).stop).toBeNull();
  });

  it("leaves a target that nobody spoke of to the account", () => {
    expect("target" in edited(proposed, { quantity: decimal("0.2") })).toBe(false);
  });

  it("takes prices and size that were changed", () => {
    const edits = { quantity: decimal("0.2"), limitPrice: decimal("63000"), target: decimal("70000") };
    expect(edited(proposed, edits)).toEqual({
      ...proposed,
      ...edits,
      target: { type: "price", price: decimal("70000") },
    });
  });

  it("has no limit price at the market, and stop and size as they were", () => {
    expect(edited(proposed, { orderType: "market" })).toEqual(atMarket);
    expect(edited(proposed, { orderType: "market", limitPrice: null })).toEqual(atMarket);
  });

  it("is a limit order at the price that is named with it", () => {
    expect(edited(atMarket, { orderType: "limit", limitPrice: decimal("64000") })).toEqual(proposed);
  });

  it.each<[string, OrderRequest, OrderEdits]>([
    ["a market order is made a limit order without a price", atMarket, { orderType: "limit" }],
    ["a limit order loses its price and stays one", proposed, { limitPrice: null }],
  ])("is refused where %s", (_what, request, edits) => {
    expect(editedOrder(request, edits)).toMatchObject({
      ok: false,
      error: { code: "PRICE_INVALID", message: "A limit order needs its limit price." },
    });
  });

  it.each<[string, OrderRequest, OrderEdits]>([
    ["is given to a market order", atMarket, { limitPrice: decimal("63000") }],
    ["comes with the change to the market", proposed, { orderType: "market", limitPrice: decimal("63000") }],
  ])("is refused where a limit price %s: it would be passed over", (_what, request, edits) => {
    expect(editedOrder(request, edits)).toMatchObject({
      ok: false,
      error: { code: "PRICE_INVALID", details: { value: "63000" } },
    });
  });
});
