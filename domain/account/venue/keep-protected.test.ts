import { describe, expect, it } from "vitest";
import { decimal as d } from "../../decimal.ts";
import { protectionStanding } from "../../protection/standing.ts";
import { restingStops } from "../../protection/resting-stop.ts";
import { VenueDesk } from "../../testing/venue-desk.ts";
import { protectionDueAt } from "./keep-protected.ts";
import { liveOrders, NO_ORDERS } from "../open-orders.ts";

const stopAt = (price: string) => ({ type: "price" as const, price: d(price) });

function stopsOf(desk: VenueDesk) {
  return restingStops(desk.state, "BTC");
}

function theStop(desk: VenueDesk) {
  const [stop, ...more] = stopsOf(desk);
  expect(more).toEqual([]);
  if (stop === undefined) {
    throw new Error("there is no stop");
  }
  return stop;
}

/** Two bitcoin bought at 100 with a stop at 95, which the exchange has taken. */
function protectedDesk(quantity = "2"): VenueDesk {
  const desk = new VenueDesk();
  const id = desk.open({
    side: "buy",
    timeInForce: "ioc",
    quantity: d(quantity),
    limitPrice: d("100"),
    stop: stopAt("95"),
  });
  desk.book([desk.execution(id, quantity, "100")]);
  const stop = theStop(desk);
  desk.send(stop.id);
  desk.accept(stop.id);
  return desk;
}

describe("a stop at the exchange", () => {
  it("is queued in the turn of the first fill, for what is filled, before anything else", () => {
    const desk = new VenueDesk();
    const id = desk.open({
      side: "buy",
      timeInForce: "ioc",
      quantity: d("2"),
      limitPrice: d("100"),
      stop: stopAt("95"),
    });
    desk.book([desk.execution(id, "0.5", "100")]);
    const stop = theStop(desk);
    expect(stop).toMatchObject({
      type: "stop-loss",
      side: "sell",
      quantity: "0.5",
      triggerPrice: "95",
      origin: "stop",
    });
    expect(desk.todo()[0]).toBe(`send place ${stop.id}`);
    expect(protectionStanding(desk.state, "BTC")).toMatchObject({ stopNet: null, status: "pending" });
    desk.send(stop.id);
    desk.accept(stop.id);
    expect(protectionStanding(desk.state, "BTC")).toMatchObject({ stopNet: "exchange", status: "protected" });
  });

  it("grows with the fills of its entry, at most every 5 s, and at once when the entry has ended", () => {
    const desk = new VenueDesk();
    const id = desk.open({
      side: "buy",
      timeInForce: "ioc",
      quantity: d("2"),
      limitPrice: d("100"),
      stop: stopAt("95"),
    });
    desk.book([desk.execution(id, "0.5", "100")]);
    const stop = theStop(desk);
    desk.send(stop.id);
    desk.accept(stop.id);
    desk.now += 1_000;
    desk.book([desk.execution(id, "0.5", "100")]);
    expect(desk.live(stop.id).venue?.amend).toBeNull();
    expect(protectionDueAt(desk.state)).toBe(desk.now + 4_000);
    desk.now += 4_000;
    desk.do({ type: "drop_overdue" });
    expect(desk.live(stop.id).venue?.amend).toMatchObject({ quantity: "1" });
    desk.send(stop.id, "amend");
    desk.accept(stop.id, "amend");
    desk.book([desk.execution(id, "1", "100")]);
    expect(desk.live(stop.id).venue?.amend).toMatchObject({ quantity: "2" });
  });

  it("is asked for one step at a time: while its placing is not answered nothing else is", () => {
    const desk = new VenueDesk();
    const id = desk.open({
      side: "buy",
      timeInForce: "ioc",
      quantity: d("2"),
      limitPrice: d("100"),
      stop: stopAt("95"),
    });
    desk.book([desk.execution(id, "2", "100")]);
    const stop = theStop(desk);
    desk.send(stop.id);
    desk.do({ type: "protect_position", asset: "BTC", stop: stopAt("96") });
    expect(desk.live(stop.id).venue?.amend).toBeNull();
    desk.fail(stop.id, "ambiguous");
    expect(stopsOf(desk)).toHaveLength(1);
    desk.report([desk.shown(stop.id)]);
    expect(desk.live(stop.id).venue?.amend).toMatchObject({ triggerPrice: "96" });
  });

  it("that was refused alerts and is placed again after 10 s, not before", () => {
    const desk = new VenueDesk();
    const id = desk.open({
      side: "buy",
      timeInForce: "ioc",
      quantity: d("2"),
      limitPrice: d("100"),
      stop: stopAt("95"),
    });
    desk.book([desk.execution(id, "2", "100")]);
    const first = theStop(desk);
    desk.send(first.id);
    desk.fail(first.id, "refused");
    expect(stopsOf(desk)).toEqual([]);
    expect(desk.alerts()).not.toEqual([]);
    expect(protectionStanding(desk.state, "BTC")).toMatchObject({ status: "pending" });
    expect(protectionDueAt(desk.state)).toBe(desk.now + 10_000);
    desk.now += 10_000;
    desk.do({ type: "drop_overdue" });
    expect(theStop(desk).id).not.toBe(first.id);
  });

  it("whose change is refused is asked for it again after 10 s, or at once for another level, and gives way meanwhile", () => {
    const desk = protectedDesk();
    const { id } = theStop(desk);
    desk.do({ type: "protect_position", asset: "BTC", stop: stopAt("96") });
    desk.send(id, "amend");
    desk.fail(id, "refused", "amend");
    expect(desk.todo()).toEqual([]);
    expect(protectionDueAt(desk.state)).toBe(desk.now + 10_000);
    desk.now += 1_000;
    desk.do({ type: "protect_position", asset: "BTC", stop: stopAt("97") });
    expect(desk.live(id).venue?.amend).toMatchObject({ triggerPrice: "97" });
    desk.send(id, "amend");
    desk.fail(id, "refused", "amend");
    desk.now += 9_999;
    desk.do({ type: "drop_overdue" });
    expect(desk.todo()).toEqual([]);
    desk.now += 1;
    desk.do({ type: "drop_overdue" });
    expect(desk.todo()).toEqual([`send amend ${id}`]);
    desk.send(id, "amend");
    desk.accept(id, "amend");
    expect(theStop(desk).triggerPrice).toBe("97");
    expect(protectionDueAt(desk.state)).toBeNull();
  });

  it("that the exchange has ended by itself is placed again", () => {
    const desk = protectedDesk();
    const stop = theStop(desk);
    desk.report([desk.shown(stop.id, { status: "cancelled", closedAt: desk.now })]);
    expect(theStop(desk).id).not.toBe(stop.id);
  });

  it("of what was adopted and never traded is placed after a look at its pair, once the key works again", () => {
    const desk = new VenueDesk({ USD: "10000", ETH: "5" });
    desk.do({ type: "adopt_holding", asset: "ETH", quantity: d("2"), cost: d("20") });
    desk.do({ type: "change_connection", status: "suspended", reason: "Locked.", retryAt: null });
    desk.do({ type: "protect_position", asset: "ETH", stop: stopAt("9") });
    const view = desk.markets["ETH/USD"];
    Reflect.deleteProperty(desk.markets, "ETH/USD");
    desk.do({ type: "change_connection", status: "trading", reason: null, retryAt: null });
    expect(desk.state.orders).toEqual(NO_ORDERS);
    expect(protectionDueAt(desk.state)).toBe(0);
    if (view !== undefined) {
      desk.markets["ETH/USD"] = view;
    }
    desk.do({ type: "retry_waiting", symbol: "ETH/USD" });
    expect(liveOrders(desk.state.orders)).toMatchObject([{ origin: "stop", quantity: "2", triggerPrice: "9" }]);
  });

  it("past which the price is already becomes an emergency exit, with an alert", () => {
    const desk = protectedDesk();
    const stop = theStop(desk);
    desk.price("BTC/USD", "94");
    desk.report([desk.shown(stop.id, { status: "cancelled", closedAt: desk.now })]);
    expect(stopsOf(desk)).toEqual([]);
    const exit = liveOrders(desk.state.orders).find(({ origin }) => origin === "emergency");
    expect(exit).toMatchObject({ type: "market", side: "sell", quantity: "2" });
    expect(desk.alerts().at(-1)?.message).toContain("past its stop at 95");
  });

  it("is derived again at start, and an entry never is", () => {
    const desk = protectedDesk();
    desk.do({ type: "recover" });
    expect(stopsOf(desk)).toHaveLength(1);
    expect(desk.todo()).toEqual([]);
  });
});

describe("an exit", () => {
  it("of a part makes the stop smaller first, then leaves; the stop is what is left", () => {
    const desk = protectedDesk();
    const stop = theStop(desk);
    const exit = desk.close("BTC", 50);
    expect(desk.todo()).toEqual([`send amend ${stop.id}`]);
    desk.send(stop.id, "amend");
    desk.accept(stop.id, "amend");
    expect(desk.live(stop.id).quantity).toBe("1");
    expect(desk.todo()).toEqual([`send place ${exit}`]);
    desk.send(exit);
    desk.accept(exit);
    desk.book([desk.execution(exit, "1", "99")]);
    expect(theStop(desk)).toMatchObject({ id: stop.id, quantity: "1" });
    expect(desk.todo()).toEqual([]);
  });

  it("of all cancels the stop, waits for its end, and protects again what it could not sell", () => {
    const desk = protectedDesk();
    const stop = theStop(desk);
    const exit = desk.close("BTC");
    expect(desk.todo()).toEqual([`send cancel ${stop.id}`]);
    desk.send(stop.id, "cancel");
    desk.accept(stop.id, "cancel");
    expect(desk.live(exit).venue?.waitsFor).toEqual([stop.id]);
    desk.report([desk.shown(stop.id, { status: "cancelled", closedAt: desk.now })]);
    desk.send(exit);
    desk.accept(exit);
    desk.book([desk.execution(exit, "1.5", "99")]);
    desk.report([desk.shown(exit, { status: "cancelled", filledQuantity: d("1.5"), closedAt: desk.now })]);
    expect(theStop(desk)).toMatchObject({ quantity: "0.5", triggerPrice: "95" });
  });

  it("sells what the stop has left when the stop was filled while its cancel was on its way", () => {
    const desk = protectedDesk();
    const stop = theStop(desk);
    const exit = desk.close("BTC");
    desk.send(stop.id, "cancel");
    desk.book([desk.execution(stop.id, "2", "94.9")]);
    expect(desk.order(exit).status).toBe("cancelled");
    expect(desk.holding("BTC").managed).toBe("0");
    expect(desk.state.protections).toEqual({});
  });

  it("cancels the stop when it will not be made smaller", () => {
    const desk = protectedDesk();
    const stop = theStop(desk);
    desk.close("BTC", 50);
    desk.send(stop.id, "amend");
    desk.fail(stop.id, "refused", "amend");
    expect(desk.todo()).toEqual([`send cancel ${stop.id}`]);
  });

  it("that a click makes gives way the same", () => {
    const desk = protectedDesk();
    const stop = theStop(desk);
    const sale = desk.place({ side: "sell", quantity: d("0.5"), limitPrice: d("110") });
    expect(desk.todo()).toEqual([`send amend ${stop.id}`]);
    desk.send(stop.id, "amend");
    desk.accept(stop.id, "amend");
    expect(desk.todo()).toEqual([`send place ${sale}`]);
    expect(desk.live(stop.id).quantity).toBe("1.5");
  });
});

describe("changing what protects at the exchange", () => {
  it("amends the trigger; taking the stop away cancels it", () => {
    const desk = protectedDesk();
    const stop = theStop(desk);
    desk.do({ type: "protect_position", asset: "BTC", stop: stopAt("96") });
    expect(desk.todo()).toEqual([`send amend ${stop.id}`]);
    desk.send(stop.id, "amend");
    desk.accept(stop.id, "amend");
    expect(desk.live(stop.id).triggerPrice).toBe("96");
    desk.do({ type: "protect_position", asset: "BTC", stop: null });
    expect(desk.todo()).toEqual([`send cancel ${stop.id}`]);
  });

  it("cancelling all leaves the stop, cancelling the stop takes it away for good", () => {
    const desk = protectedDesk();
    const stop = theStop(desk);
    desk.do({ type: "cancel_all", symbol: null });
    expect(desk.todo()).toEqual([]);
    desk.do({ type: "cancel_order", orderId: stop.id });
    desk.send(stop.id, "cancel");
    desk.report([desk.shown(stop.id, { status: "cancelled", closedAt: desk.now })]);
    expect(stopsOf(desk)).toEqual([]);
  });

  it("a target is watched by the desk: when it is reached the stop goes and the position is sold", () => {
    const desk = protectedDesk();
    const stop = theStop(desk);
    desk.do({ type: "protect_position", asset: "BTC", target: { type: "price", price: d("110") } });
    const trade = {
      id: 7,
      symbol: "BTC/USD",
      price: d("110"),
      quantity: d("1"),
      side: "buy" as const,
      time: desk.now,
    };
    const version = desk.state.protections["BTC"]?.version ?? 0;
    const delivery = { deliveryId: 1, orderId: "target/account-1/BTC", version, symbol: "BTC/USD", trades: [trade] };
    desk.do({ type: "apply_prints", deliveries: [{ ...delivery, bid: null, ask: null, late: false }] });
    const exit = liveOrders(desk.state.orders).find(({ origin }) => origin === "target");
    expect(exit?.venue?.waitsFor).toEqual([stop.id]);
    desk.do({ type: "apply_prints", deliveries: [{ ...delivery, bid: null, ask: null, late: false }] });
    expect(liveOrders(desk.state.orders).filter(({ origin }) => origin === "target")).toHaveLength(1);
  });
});

describe("a trailing stop at the exchange", () => {
  /** One bitcoin bought at 100 that trails by 5 % at the exchange, which has come to 114. */
  function risen(): VenueDesk {
    const desk = new VenueDesk();
    const id = desk.open({
      side: "buy",
      timeInForce: "ioc",
      quantity: d("1"),
      limitPrice: d("100"),
      stop: { type: "trailing", percent: d("5") },
    });
    desk.book([desk.execution(id, "1", "100")]);
    const stop = theStop(desk);
    desk.send(stop.id);
    desk.accept(stop.id);
    desk.price("BTC/USD", "118");
    desk.report([desk.shown(stop.id, { triggerPrice: d("114") })]);
    return desk;
  }

  /** The stop gave way to a sale of all, which is gone again. */
  function afterSale(desk: VenueDesk, price: string): void {
    const before = theStop(desk).id;
    const sale = desk.place({ side: "sell", quantity: d("1"), limitPrice: d("130") });
    desk.send(before, "cancel");
    desk.accept(before, "cancel");
    desk.report([desk.shown(before, { status: "cancelled" })]);
    desk.send(sale);
    desk.accept(sale);
    desk.price("BTC/USD", price);
    desk.do({ type: "cancel_order", orderId: sale });
    desk.send(sale, "cancel");
    desk.accept(sale, "cancel");
    desk.report([desk.shown(sale, { status: "cancelled" })]);
  }

  it("is shown where the exchange says that it has come, and never lower", () => {
    const desk = risen();
    const level = () => protectionStanding(desk.state, "BTC").stop?.price;
    expect(level()).toBe("114");
    desk.report([desk.shown(theStop(desk).id, { triggerPrice: d("113") })]);
    expect(level()).toBe("114");
  });

  it("is a fixed one at its level where trailing from the price would put it lower, until the price is up there", () => {
    const desk = risen();
    afterSale(desk, "116");
    expect(theStop(desk)).toMatchObject({ type: "stop-loss", triggerPrice: "114", trailingPercent: null });
    const fixed = theStop(desk).id;
    desk.send(fixed);
    desk.accept(fixed);
    expect(protectionDueAt(desk.state, desk.now)).toBe(desk.now + 60_000);
    desk.do({ type: "retry_waiting", symbol: "BTC/USD" });
    expect(desk.todo()).toEqual([]);
    desk.price("BTC/USD", "121");
    desk.do({ type: "retry_waiting", symbol: "BTC/USD" });
    expect(desk.todo()).toEqual([`send cancel ${fixed}`]);
    desk.send(fixed, "cancel");
    desk.accept(fixed, "cancel");
    desk.report([desk.shown(fixed, { status: "cancelled" })]);
    expect(theStop(desk)).toMatchObject({ type: "trailing-stop", trailingPercent: "5", triggerPrice: null });
  });

  it("sells at once what fell through its level meanwhile", () => {
    const desk = risen();
    afterSale(desk, "112");
    expect(liveOrders(desk.state.orders).map(({ origin, type }) => `${origin} ${type}`)).toEqual(["emergency market"]);
  });
});

describe("a sale at the exchange that takes the place of the stop", () => {
  it("says how much of the position has no stop while it rests", () => {
    const desk = protectedDesk();
    desk.place({ side: "sell", quantity: d("0.5"), limitPrice: d("130") });
    expect(desk.notices.join()).toContain("0.5 BTC of the position has no stop");
  });
});

describe("a stop whose price is not known", () => {
  it("of a trailing one is looked for first, and where it is not to be had the level rests by itself", () => {
    const desk = new VenueDesk();
    const id = desk.open({
      side: "buy",
      timeInForce: "ioc",
      quantity: d("1"),
      limitPrice: d("100"),
      stop: { type: "trailing", percent: d("5") },
    });
    delete desk.markets["BTC/USD"]; // As the shell does: executions bring no prices.
    desk.book([desk.execution(id, "1", "100")]);
    expect(stopsOf(desk)).toEqual([]);
    expect(protectionDueAt(desk.state, desk.now)).toBe(0);
    desk.do({ type: "retry_waiting", symbol: "BTC/USD" });
    expect(theStop(desk)).toMatchObject({ type: "stop-loss", triggerPrice: "95" });
  });

  it("is not put over it: a second entry's higher stop is an exit where the price is under it already", () => {
    const desk = protectedDesk();
    const { id } = theStop(desk);
    const more = desk.open({
      side: "buy",
      timeInForce: "ioc",
      quantity: d("1"),
      limitPrice: d("100"),
      stop: stopAt("97"),
    });
    const view = desk.markets["BTC/USD"];
    delete desk.markets["BTC/USD"];
    desk.book([desk.execution(more, "1", "99")]);
    expect(desk.todo()).toEqual([]);
    expect(protectionDueAt(desk.state, desk.now)).toBe(0);
    if (view !== undefined) {
      desk.markets["BTC/USD"] = view;
    }
    desk.price("BTC/USD", "96");
    desk.do({ type: "retry_waiting", symbol: "BTC/USD" });
    expect(desk.todo()).toEqual([`send cancel ${id}`]);
    expect(desk.state.protections["BTC"]?.exit?.cause).toBe("past_stop");
  });
});

describe("a trailing stop that is made wider", () => {
  it("does not take on where the order before it has come", () => {
    const desk = new VenueDesk();
    const trailing = (percent: string) => ({ type: "trailing" as const, percent: d(percent) });
    const buy = { side: "buy" as const, timeInForce: "ioc" as const, quantity: d("1"), limitPrice: d("100") };
    const id = desk.open({ ...buy, stop: trailing("5") });
    desk.book([desk.execution(id, "1", "100")]);
    const before = theStop(desk).id;
    desk.send(before);
    desk.accept(before);
    desk.price("BTC/USD", "101");
    desk.do({ type: "protect_position", asset: "BTC", stop: trailing("10") });
    desk.report([desk.shown(before, { triggerPrice: d("95.9") })]);
    expect(desk.state.protections["BTC"]?.stop).toEqual({ type: "trailing", percent: "10", price: "90.9" });
  });
});

describe("a position that closes and opens anew", () => {
  it("in one answer of the exchange has neither the stop of the one before nor its emergency", () => {
    const desk = protectedDesk();
    const stop = theStop(desk).id;
    const next = desk.open({ side: "buy", quantity: d("1"), limitPrice: d("94.5"), stop: null });
    desk.price("BTC/USD", "94");
    desk.book([desk.execution(stop, "2", "95"), desk.execution(next, "1", "94.5")]);
    expect(desk.holding("BTC").managed).toBe("1");
    expect(desk.state.protections["BTC"] ?? null).toBeNull();
    expect(desk.todo().filter((work) => work.startsWith("send place"))).toEqual([]);
  });
});
