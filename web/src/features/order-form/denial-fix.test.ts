import { describe, expect, it } from "vitest";
import { decimal } from "../../../../domain/decimal.ts";
import type { Problem } from "../../../../domain/problem.ts";
import { bitcoin } from "../testing/samples.ts";
import { denialFix } from "./denial-fix.ts";
import { EMPTY_FORM, reduceForm, type OrderForm } from "./form-state.ts";

const price = decimal("64000");

function denial(code: Problem["code"], details: Problem["details"] = {}): Problem {
  return { code, message: "No.", details };
}

function fixed(problem: Problem, form: OrderForm = EMPTY_FORM, at: typeof price | null = price): OrderForm | null {
  const fix = denialFix(problem, form, bitcoin, at);
  return fix === null ? null : fix.actions.reduce(reduceForm, form);
}

describe("the button that mends a denial", () => {
  it("takes the most that fits wherever the desk names it", () => {
    const problem = denial("POSITION_LIMIT", { largestQuantity: "0.0312", limit: "2000" });
    expect(denialFix(problem, EMPTY_FORM, bitcoin, price)?.label).toBe("Use 0.0312, the most that fits");
    expect(fixed(problem, { ...EMPTY_FORM, sizeUnit: "quote" })).toMatchObject({
      sizeText: "0.0312",
      sizeUnit: "base",
    });
  });

  it("leaves a market order room for the next tick, and asks for no less than the smallest order", () => {
    const market = { ...EMPTY_FORM, type: "market" as const };
    const problem = denial("POSITION_LIMIT", { largestQuantity: "0.0312" });
    expect(denialFix(problem, market, bitcoin, price)?.label).toBe("Use 0.031044, nearly the most that fits");
    expect(fixed(denial("POSITION_LIMIT", { largestQuantity: "0.00005" }), market)).toMatchObject({
      sizeText: "0.00005",
    });
  });

  it("takes the smallest order by quantity or by cost, whichever is larger", () => {
    expect(fixed(denial("QUANTITY_TOO_SMALL"))).toMatchObject({ sizeText: "0.00005" });
    expect(fixed(denial("COST_TOO_SMALL"), EMPTY_FORM, decimal("100"))).toMatchObject({ sizeText: "0.005" });
    expect(fixed(denial("COST_TOO_SMALL"), EMPTY_FORM, null)).toMatchObject({ sizeText: "0.00005" });
  });

  it("takes the furthest price that the collar allows, on the tick and inside it", () => {
    const sell = { ...EMPTY_FORM, side: "sell" as const };
    expect(fixed(denial("PRICE_COLLAR", { limit: "67312.456" }))).toMatchObject({ priceText: "67312.4" });
    expect(fixed(denial("PRICE_COLLAR", { limit: "60901.123" }), sell)).toMatchObject({ priceText: "60901.2" });
  });

  it("puts a post-only order one tick beside the price it would have met", () => {
    const sell = { ...EMPTY_FORM, side: "sell" as const };
    expect(fixed(denial("POST_ONLY_WOULD_CROSS", { limit: "64000" }))).toMatchObject({ priceText: "63999.9" });
    expect(fixed(denial("POST_ONLY_WOULD_CROSS", { limit: "64000" }), sell)).toMatchObject({ priceText: "64000.1" });
    expect(fixed(denial("POST_ONLY_WOULD_CROSS"))).toBeNull();
  });

  it("lets an order live long enough, and is not there where nothing single would help", () => {
    expect(fixed(denial("EXPIRY_INVALID"), { ...EMPTY_FORM, lifetime: "10m" })).toMatchObject({ lifetime: "1d" });
    expect(fixed(denial("QUOTE_STALE"))).toBeNull();
    expect(fixed(denial("ORDER_RATE_LIMIT", { limit: "30" }))).toBeNull();
  });
});
