import { describe, expect, it } from "vitest";
import { decimal } from "../../decimal.ts";
import { START } from "../../testing/desk.ts";
import { VenueDesk } from "../../testing/venue-desk.ts";
import { touchedAt } from "./order-age.ts";

const HOUR = 3_600_000;
const REST = { side: "buy", quantity: decimal("1"), limitPrice: decimal("90") } as const;

describe("the age of an order at the exchange", () => {
  it("counts from its placing, whatever the desk does with it afterwards", () => {
    const desk = new VenueDesk();
    const id = desk.open(REST);
    expect(touchedAt(desk.live(id))).toBe(START);
    desk.now += HOUR;
    desk.book([desk.execution(id, "0.5", "90")]);
    expect(touchedAt(desk.live(id))).toBe(START);
    desk.do({ type: "cancel_order", orderId: id });
    expect(desk.live(id)).toMatchObject({ status: "cancel_pending", updatedAt: START + HOUR });
    expect(touchedAt(desk.live(id))).toBe(START);
    desk.send(id, "cancel");
    desk.fail(id, "wait", "cancel");
    expect(touchedAt(desk.live(id))).toBe(START);
  });

  it("begins anew with a change that the exchange has made, and is not known while one is on its way", () => {
    const desk = new VenueDesk();
    const id = desk.open(REST);
    desk.now += HOUR;
    desk.do({ type: "amend_order", orderId: id, request: { quantity: decimal("2") } });
    expect(touchedAt(desk.live(id))).toBe(START);
    desk.send(id, "amend");
    expect(touchedAt(desk.live(id))).toBeNull();
    desk.now += 2_000;
    desk.accept(id, "amend");
    expect(touchedAt(desk.live(id))).toBe(START + HOUR + 2_000);
  });

  it("is what it was after a change that the exchange has refused", () => {
    const desk = new VenueDesk();
    const id = desk.open(REST);
    desk.now += HOUR;
    desk.do({ type: "amend_order", orderId: id, request: { quantity: decimal("2") } });
    desk.send(id, "amend");
    desk.fail(id, "refused", "amend");
    expect(touchedAt(desk.live(id))).toBe(START);
  });

  it("is not known before the exchange has answered", () => {
    const desk = new VenueDesk();
    const id = desk.place(REST);
    expect(touchedAt(desk.live(id))).toBeNull();
    desk.send(id);
    expect(touchedAt(desk.live(id))).toBeNull();
  });
});
