import { describe, expect, it } from "vitest";
import { decimal as d } from "../../decimal.ts";
import { VenueDesk } from "../../testing/venue-desk.ts";
import { venueWork } from "./work.ts";

describe("reading an order (TRADING §6)", () => {
  it("stops once its end is known: what is left to read are its fills", () => {
    const desk = new VenueDesk();
    const id = desk.place({ side: "buy", quantity: d("1"), limitPrice: d("100") });
    desk.send(id);
    desk.do({ type: "action_accepted", action: "place", orderId: id, venueOrderId: "O1" });
    desk.do({ type: "cancel_order", orderId: id });
    desk.do({ type: "send_action", action: "cancel", orderId: id, nonce: "2" });
    desk.do({ type: "action_accepted", action: "cancel", orderId: id, venueOrderId: null });
    expect(venueWork(desk.state).map(({ type }) => type)).toEqual(["resolve"]);
    desk.do({
      type: "report_orders",
      complete: false,
      readAt: desk.now,
      orders: [
        {
          venueOrderId: "O1",
          clientOrderId: id,
          parentVenueOrderId: null,
          symbol: "BTC/USD",
          side: "buy",
          type: "limit",
          status: "closed",
          quantity: d("1"),
          filledQuantity: d("1"),
          limitPrice: d("100"),
          triggerPrice: null,
          reason: null,
          openedAt: desk.now,
          closedAt: desk.now,
          expiresAt: null,
        },
      ],
    });
    expect(venueWork(desk.state).map(({ type }) => type)).toEqual(["read_executions"]);
  });
});
