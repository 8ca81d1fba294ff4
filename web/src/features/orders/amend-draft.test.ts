import { describe, expect, it } from "vitest";
import { decimal } from "../../../../domain/decimal.ts";
import { bitcoin, sampleOrder } from "../testing/samples.ts";
import { amendDraftOf, readAmend } from "./amend-draft.ts";

const order = sampleOrder({ quantity: decimal("0.5"), filledQuantity: decimal("0.2"), limitPrice: decimal("64000") });

describe("an amend", () => {
  it("names only what differs from the order", () => {
    expect(readAmend(amendDraftOf(order), order, bitcoin)).toEqual({ type: "unchanged" });
    expect(readAmend({ priceText: "63999.5", triggerText: "", quantityText: "0.50" }, order, bitcoin)).toEqual({
      type: "change",
      change: { limitPrice: "63999.5" },
    });
  });

  it("is put on the pair's grid: a buy price and a quantity round down", () => {
    expect(readAmend({ priceText: "63999.57", triggerText: "", quantityText: "0.300000009" }, order, bitcoin)).toEqual({
      type: "change",
      change: { limitPrice: "63999.5", quantity: "0.3" },
    });
  });

  it("cannot go below what is filled and cannot be no number", () => {
    expect(readAmend({ priceText: "64000", triggerText: "", quantityText: "0.1" }, order, bitcoin).type).toBe(
      "unreadable",
    );
    expect(readAmend({ priceText: "", triggerText: "", quantityText: "0.5" }, order, bitcoin).type).toBe("unreadable");
    expect(readAmend({ priceText: "64000", triggerText: "", quantityText: "x" }, order, bitcoin).type).toBe(
      "unreadable",
    );
  });

  it("changes the trigger of an order that has one, on the nearest tick", () => {
    const stop = sampleOrder({
      type: "stop-loss",
      side: "sell",
      limitPrice: null,
      triggerPrice: decimal("60000"),
      quantity: decimal("0.5"),
    });
    expect(readAmend(amendDraftOf(stop), stop, bitcoin)).toEqual({ type: "unchanged" });
    expect(readAmend({ priceText: "", triggerText: "60500.06", quantityText: "0.5" }, stop, bitcoin)).toEqual({
      type: "change",
      change: { triggerPrice: "60500.1" },
    });
    expect(readAmend({ priceText: "", triggerText: "0", quantityText: "0.5" }, stop, bitcoin).type).toBe("unreadable");
  });
});
