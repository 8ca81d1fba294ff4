import { describe, expect, it } from "vitest";
import { decimal } from "../../../../domain/decimal.ts";
import { EMPTY_FORM, expiryOf, positiveNumber, reduceForm, type FormAction, type OrderForm } from "./form-state.ts";

function after(...actions: FormAction[]): OrderForm {
  return actions.reduce(reduceForm, EMPTY_FORM);
}

describe("the order form", () => {
  it("never holds post-only together with immediate-or-cancel", () => {
    const postOnlyLast = after({ type: "time in force", timeInForce: "ioc" }, { type: "post-only", postOnly: true });
    expect(postOnlyLast).toMatchObject({ postOnly: true, timeInForce: "gtc" });
    const immediateLast = after({ type: "post-only", postOnly: true }, { type: "time in force", timeInForce: "ioc" });
    expect(immediateLast).toMatchObject({ postOnly: false, timeInForce: "ioc" });
  });

  it("keeps post-only when the order lives until a date", () => {
    const form = after({ type: "post-only", postOnly: true }, { type: "time in force", timeInForce: "gtd" });
    expect(form).toMatchObject({ postOnly: true, timeInForce: "gtd" });
  });

  it("becomes a limit order at the price that was picked in the book and keeps its size", () => {
    const form = after(
      { type: "size", text: "0.5" },
      { type: "order type", orderType: "market" },
      { type: "prefill", price: decimal("64250.1") },
    );
    expect(form).toMatchObject({ type: "limit", priceText: "64250.1", sizeText: "0.5", side: "buy" });
  });

  it("forgets price and size when the symbol changes, and keeps how the trader likes to order", () => {
    const form = after(
      { type: "prefill", side: "sell", price: decimal("64250.1"), quantity: decimal("2") },
      { type: "post-only", postOnly: true },
      { type: "symbol changed" },
    );
    expect(form).toMatchObject({ side: "sell", priceText: "", sizeText: "", postOnly: true });
  });

  it("clears the size once an order was placed, so that a second click sends nothing", () => {
    const form = after(
      { type: "prefill", price: decimal("1"), quantity: decimal("2") },
      { type: "placed", sizeIsNew: false },
    );
    expect(form).toMatchObject({ sizeText: "", priceText: "1" });
  });

  it("keeps a size that was written while the order was on its way: it is of the next one", () => {
    const form = after(
      { type: "prefill", price: decimal("1"), quantity: decimal("2") },
      { type: "placed", sizeIsNew: true },
    );
    expect(form).toMatchObject({ sizeText: "2", stopKind: EMPTY_FORM.stopKind });
  });

  it("lets a good-till-date order live from the moment of sending", () => {
    expect(expiryOf("1h", 1000)).toBe(3_601_000);
    expect(expiryOf("7d", 0)).toBe(604_800_000);
  });

  it("reads a number only when it is one and above zero", () => {
    expect(positiveNumber("0.50")).toBe("0.5");
    for (const text of ["", "0", "-1", "1e5", "abc", "."]) {
      expect(positiveNumber(text)).toBeNull();
    }
  });
});
