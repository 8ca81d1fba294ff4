/** A resting sale that becomes larger than what is free: the stop gives way first (TRADING §4 "saga", §1 "external is never sold"). */
import { describe, expect, it } from "vitest";
import { decimal as d } from "../../decimal.ts";
import { restingStops } from "../../protection/resting-stop.ts";
import { VenueDesk } from "../../testing/venue-desk.ts";

/** One bitcoin of the desk's with a stop, five that are external; half of the one rests in a sale, and the stop covers the rest. */
function sellingDesk(): { readonly desk: VenueDesk; readonly sale: string; readonly stop: string } {
  const desk = new VenueDesk({ USD: "10000", BTC: "5" });
  const id = desk.open({
    side: "buy",
    timeInForce: "ioc",
    quantity: d("1"),
    limitPrice: d("100"),
    stop: { type: "price", price: d("95") },
  });
  desk.book([desk.execution(id, "1", "100")]);
  const stop = stopOf(desk);
  desk.send(stop);
  desk.accept(stop);
  const sale = desk.place({ side: "sell", quantity: d("0.5"), limitPrice: d("120") });
  desk.send(stop, "amend");
  desk.accept(stop, "amend");
  desk.send(sale);
  desk.accept(sale);
  expect(desk.live(stop).quantity).toBe("0.5");
  return { desk, sale, stop };
}

function stopOf(desk: VenueDesk): string {
  const [stop] = restingStops(desk.state, "BTC");
  if (stop === undefined) {
    throw new Error("there is no stop");
  }
  return stop.id;
}

function enlarge(desk: VenueDesk, sale: string, quantity: string): string {
  return desk.codeOf(desk.do({ type: "amend_order", orderId: sale, request: { quantity: d(quantity) } }));
}

function endStop(desk: VenueDesk, stop: string): void {
  desk.send(stop, "cancel");
  desk.accept(stop, "cancel");
  desk.report([desk.shown(stop, { status: "cancelled", closedAt: desk.now })]);
}

describe("a sale that is changed to more than is free", () => {
  it("is changed at the exchange only when the stop has ended there", () => {
    const { desk, sale, stop } = sellingDesk();
    expect(enlarge(desk, sale, "1")).toBe("accepted");
    expect(desk.todo()).toEqual([`send cancel ${stop}`]);
    desk.send(stop, "cancel");
    // Asked to wait: the stop still rests, so the sale stays as it is.
    desk.fail(stop, "wait", "cancel");
    expect(desk.todo()).toEqual([`send cancel ${stop}`]);
    endStop(desk, stop);
    expect(desk.todo()).toEqual([`send amend ${sale}`]);
    expect(desk.live(sale).hold.amount).toBe("1");
    desk.send(sale, "amend");
    desk.accept(sale, "amend");
    expect(desk.live(sale).quantity).toBe("1");
    expect(restingStops(desk.state, "BTC")).toEqual([]);
    expect(desk.todo()).toEqual([]);
  });

  it("waits for the smaller stop where a part is enough", () => {
    const { desk, sale, stop } = sellingDesk();
    enlarge(desk, sale, "0.8");
    expect(desk.todo()).toEqual([`send amend ${stop}`]);
    expect(desk.live(stop).venue?.amend?.quantity).toBe("0.2");
    desk.send(stop, "amend");
    desk.accept(stop, "amend");
    expect(desk.todo()).toEqual([`send amend ${sale}`]);
    desk.send(sale, "amend");
    desk.accept(sale, "amend");
    expect([desk.live(sale).quantity, desk.live(stop).quantity]).toEqual(["0.8", "0.2"]);
  });

  it("takes the whole stop away where that cannot be made smaller", () => {
    const { desk, sale, stop } = sellingDesk();
    enlarge(desk, sale, "0.8");
    desk.send(stop, "amend");
    desk.fail(stop, "refused", "amend");
    expect(desk.todo()).toEqual([`send cancel ${stop}`]);
    endStop(desk, stop);
    expect(desk.todo()[0]).toBe(`send amend ${sale}`);
    // What the sale leaves is protected again.
    expect(restingStops(desk.state, "BTC")).toMatchObject([{ quantity: "0.2" }]);
  });

  it("stays as it was where the stop was filled meanwhile", () => {
    const { desk, sale, stop } = sellingDesk();
    enlarge(desk, sale, "1");
    desk.send(stop, "cancel");
    desk.book([desk.execution(stop, "0.5", "95")]);
    expect(desk.order(stop).status).toBe("filled");
    expect(desk.live(sale)).toMatchObject({ quantity: "0.5", venue: { amend: null }, hold: { amount: "0.5" } });
    expect(desk.live(sale).reason).toContain("it is as it was");
    expect(desk.todo()).toEqual([]);
  });

  it("stays as it was, and the stop covers its part again, where the exchange refuses the change", () => {
    const { desk, sale, stop } = sellingDesk();
    enlarge(desk, sale, "1");
    endStop(desk, stop);
    desk.send(sale, "amend");
    desk.fail(sale, "refused", "amend");
    expect(desk.live(sale)).toMatchObject({ quantity: "0.5", hold: { amount: "0.5" } });
    desk.do({ type: "retry_waiting", symbol: "BTC/USD" });
    expect(restingStops(desk.state, "BTC")).toMatchObject([{ quantity: "0.5" }]);
  });

  it("stays as it was where the stop's end is not confirmed in time", () => {
    const { desk, sale, stop } = sellingDesk();
    enlarge(desk, sale, "1");
    desk.send(stop, "cancel");
    desk.now += 30_001;
    desk.do({ type: "drop_overdue" });
    expect(desk.live(sale)).toMatchObject({ quantity: "0.5", venue: { amend: null }, hold: { amount: "0.5" } });
    expect(desk.live(sale).reason).toContain("waited for the stop");
  });

  it("goes at once where nothing is in its way: another price, or less", () => {
    const { desk, sale } = sellingDesk();
    desk.do({ type: "amend_order", orderId: sale, request: { limitPrice: d("130") } });
    expect(desk.todo()).toEqual([`send amend ${sale}`]);
  });

  it("joins a close that comes meanwhile: the sale goes, the stop goes, nothing is changed any more", () => {
    const { desk, sale, stop } = sellingDesk();
    enlarge(desk, sale, "1");
    const close = desk.close("BTC");
    expect(desk.todo().toSorted()).toEqual([`send cancel ${sale}`, `send cancel ${stop}`].toSorted());
    endStop(desk, stop);
    desk.send(sale, "cancel");
    desk.accept(sale, "cancel");
    desk.report([desk.shown(sale, { status: "cancelled", closedAt: desk.now })]);
    expect(desk.todo()).toEqual([`send place ${close}`]);
    expect(desk.live(close).quantity).toBe("1");
  });
});

describe("an order that pays with what a stop covers", () => {
  it("is refused more, as it is refused when it is placed", () => {
    const desk = new VenueDesk({ USD: "10000" });
    const id = desk.open({
      side: "buy",
      timeInForce: "ioc",
      quantity: d("1"),
      limitPrice: d("100"),
      stop: { type: "price", price: d("95") },
    });
    desk.book([desk.execution(id, "1", "100")]);
    const stop = stopOf(desk);
    desk.send(stop);
    desk.accept(stop);
    // Half a bitcoin is made free, and pays for ether.
    desk.do({ type: "cancel_order", orderId: stop });
    endStop(desk, stop);
    const pays = desk.open({ side: "buy", symbol: "ETH/BTC", quantity: d("4"), limitPrice: d("0.1"), stop: null });
    desk.do({ type: "protect_position", asset: "BTC", stop: { type: "price", price: d("95") } });
    const again = stopOf(desk);
    desk.send(again);
    desk.accept(again);
    const decision = desk.do({ type: "amend_order", orderId: pays, request: { quantity: d("8") } });
    expect(desk.codeOf(decision)).toBe("INSUFFICIENT_FUNDS");
    expect(decision.type === "denied" && decision.problem.message).toMatch(/covered by the stop of your BTC position/);
    const cheaper = desk.do({ type: "amend_order", orderId: pays, request: { quantity: d("2") } });
    expect(desk.codeOf(cheaper)).toBe("accepted");
  });
});
