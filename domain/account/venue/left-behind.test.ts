import { describe, expect, it } from "vitest";
import { decimal as d } from "../../decimal.ts";
import { VenueDesk } from "../../testing/venue-desk.ts";
import { leftBehind } from "./left-behind.ts";

const REST = { side: "buy", quantity: d("1"), limitPrice: d("90") } as const;

describe("a desk that is to be deleted", () => {
  it("is not while an order of its own lives at the exchange, until its end is confirmed there", () => {
    const desk = new VenueDesk();
    expect(leftBehind([desk.state])).toBeNull();
    const id = desk.open(REST);
    expect(leftBehind([desk.state])).toMatchObject({ code: "LEFT_AT_EXCHANGE", details: { orders: "1" } });
    expect(leftBehind([desk.state])?.message).toContain("1 order would stay at Kraken");
    desk.do({ type: "stop_trading", mode: "flatten", alert: true, others: [] });
    expect(leftBehind([desk.state])).not.toBeNull();
    desk.send(id, "cancel");
    desk.accept(id, "cancel");
    desk.report([desk.shown(id, { status: "cancelled", closedAt: desk.now })]);
    expect(leftBehind([desk.state])).toBeNull();
  });

  it("is not while it manages a position there; what is external is the user's own", () => {
    const desk = new VenueDesk({ USD: "10000", ETH: "3" });
    desk.buy("1");
    expect(leftBehind([desk.state])).toMatchObject({ details: { orders: "0", positions: "BTC" } });
  });

  it("is once its key was removed, which asked before", () => {
    const desk = new VenueDesk();
    desk.open(REST);
    desk.do({ type: "change_connection", status: "disconnected", reason: null, retryAt: null });
    expect(leftBehind([desk.state])).toBeNull();
  });
});
