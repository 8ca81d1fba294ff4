import { describe, expect, it } from "vitest";
import { accountView, openOrderViews } from "../account/views.ts";
import { decimal as d } from "../decimal.ts";
import { Desk, orderRequest } from "../testing/desk.ts";
import { VenueDesk } from "../testing/venue-desk.ts";
import { previewOrder } from "./estimate.ts";
import type { OrderRequest } from "./request.ts";

type Wish = Partial<OrderRequest> & { readonly side: "buy" | "sell" };

const sell = { side: "sell", quantity: d("1") } as const;
const buy = { side: "buy", quantity: d("1") } as const;

const WISHES: readonly Wish[] = [
  { ...sell, type: "stop-loss", triggerPrice: d("90") },
  { ...sell, type: "stop-loss", triggerPrice: d("101") },
  { ...sell, type: "take-profit", triggerPrice: d("120") },
  { ...sell, type: "stop-loss-limit", triggerPrice: d("90"), limitPrice: d("89") },
  { ...sell, type: "trailing-stop", trailingPercent: d("5") },
  { ...sell, type: "trailing-stop", trailingPercent: d("60") },
  { ...sell, quantity: d("3"), type: "stop-loss", triggerPrice: d("90") },
  { ...buy, type: "stop-loss", triggerPrice: d("110") },
  { ...buy, quantity: d("5000"), type: "take-profit-limit", triggerPrice: d("90"), limitPrice: d("91") },
  { ...buy, limitPrice: d("100"), conditionalClose: { type: "stop-loss", triggerPrice: d("90"), limitPrice: null } },
  { ...buy, limitPrice: d("100"), conditionalClose: { type: "stop-loss", triggerPrice: d("110"), limitPrice: null } },
  { ...buy, quantity: d("5000") },
];

describe("triggered orders", () => {
  it.each(WISHES)("get the same verdict in the order form and from the account: $side $type $triggerPrice", (wish) => {
    const desk = new VenueDesk();
    desk.buy("2");
    const orders = openOrderViews(desk.state);
    const form = previewOrder(accountView(desk.state), orders, orderRequest(wish), desk.markets, desk.now);
    const answer = desk.tryPlace(wish);
    expect(form.denial?.code ?? "accepted").toBe(desk.codeOf(answer));
    expect(form.denial?.message).toBe(answer.type === "denied" ? answer.problem.message : undefined);
  });

  it.each(WISHES)("get the same verdict in both on paper: $side $type $triggerPrice", (wish) => {
    const desk = new Desk().book("BTC/USD", [["99", "10"]], [["101", "10"]]);
    desk.place({ side: "buy", quantity: d("2") });
    const orders = openOrderViews(desk.state);
    const form = previewOrder(accountView(desk.state), orders, orderRequest(wish), desk.markets, desk.now);
    expect(form.denial?.code ?? "accepted").toBe(desk.codeOf(desk.tryPlace(wish)));
  });

  it("a conditional close is the exchange's own: on paper it is refused and leaves only the record of it", () => {
    const desk = new Desk().book("BTC/USD", [["99", "10"]], [["101", "10"]]);
    const { seq: _before, ...before } = desk.state;
    const conditional = WISHES.filter(({ conditionalClose }) => conditionalClose !== undefined);
    const codes = conditional.map((wish) => desk.codeOf(desk.tryPlace(wish)));
    expect(codes).toEqual(conditional.map(() => "ORDER_TYPE_UNAVAILABLE"));
    const { seq: _after, ...after } = desk.state;
    expect(after).toEqual(before);
  });
});
