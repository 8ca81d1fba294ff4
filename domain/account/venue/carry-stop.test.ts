import { describe, expect, it } from "vitest";
import { decimal as d, type Decimal } from "../../decimal.ts";
import { protectionStanding } from "../../protection/standing.ts";
import { nakedAlertDueAt } from "../../protection/naked-watch.ts";
import { restingStops } from "../../protection/resting-stop.ts";
import { VenueDesk } from "../../testing/venue-desk.ts";
import type { OrderRequest } from "../../orders/request.ts";
import { waitsForParent } from "./children.ts";
import { protectionDueAt } from "./keep-protected.ts";

const stopAt = (price: string) => ({ type: "price" as const, price: d(price) });

/** A bid for two bitcoin that rests at the exchange and takes its stop along. */
function entry(desk: VenueDesk, more: Partial<OrderRequest> = {}): string {
  return desk.open({ side: "buy", quantity: d("2"), limitPrice: d("100"), stop: stopAt("95"), ...more });
}

/** The order that the exchange makes for a fill of `parent`. */
function child(desk: VenueDesk, parent: string, name: string, quantity: string) {
  return {
    ...desk.shown(parent),
    venueOrderId: name,
    clientOrderId: null,
    parentVenueOrderId: `O-${parent}`,
    side: "sell" as const,
    type: "stop-loss" as const,
    quantity: d(quantity),
    filledQuantity: d("0"),
    limitPrice: null,
    triggerPrice: desk.order(parent).conditionalClose?.triggerPrice ?? null,
  };
}

/** A fill of the stop that was made for the parent. */
function soldBy(desk: VenueDesk, parent: string, name: string, quantity: string, price: string) {
  const more = { venueOrderId: name, clientOrderId: null, side: "sell" as const };
  return desk.execution(parent, quantity, price, { ...more, executionId: `T-${name}` });
}

/** Lists are sure to show what was done so long ago; so long where they show the entry as ended. */
const LISTS_MS = 10_000;
const ENDED_MS = 3_000;

/** A look that began now and has shown everything, unless said otherwise. */
function settle(
  desk: VenueDesk,
  orderId: string,
  more: { readonly readAt?: number; readonly filled?: Decimal; readonly hasEnded?: boolean } = {},
): void {
  const { filledQuantity: filled } = desk.order(orderId);
  desk.do({ type: "settle_carried_stop", orderId, readAt: desk.now, filled, hasEnded: false, ...more });
}

function settleEnded(desk: VenueDesk, orderId: string): void {
  desk.now += ENDED_MS;
  settle(desk, orderId, { hasEnded: true });
}

function stops(desk: VenueDesk): readonly string[] {
  return restingStops(desk.state, "BTC").map(
    ({ id, quantity, triggerPrice }) => `${id} ${quantity} at ${triggerPrice ?? ""}`,
  );
}

describe("which entries take their stop along", () => {
  it("an entry that rests does, at its level, which the exchange places by itself", () => {
    const desk = new VenueDesk();
    expect(desk.order(entry(desk)).conditionalClose).toEqual({
      type: "stop-loss",
      triggerPrice: "95",
      limitPrice: null,
    });
    expect(desk.order(entry(desk, { stop: { type: "percent", percent: d("10") } })).conditionalClose).toMatchObject({
      triggerPrice: "90",
    });
  });

  it.each<[string, Partial<OrderRequest>]>([
    ["one that never rests", { timeInForce: "ioc" }],
    ["one that meets the book at once", { limitPrice: d("100.5") }],
    ["one whose stop trails", { stop: { type: "trailing", percent: d("5") } }],
    ["one without a stop", { stop: null }],
  ])("%s does not", (_, more) => {
    const desk = new VenueDesk();
    const order = desk.order(entry(desk, more));
    expect([order.conditionalClose, order.carriedStop ?? null]).toEqual([null, null]);
  });

  it("what a trader asked the exchange to close by stays theirs", () => {
    const desk = new VenueDesk();
    const close = { type: "stop-loss" as const, triggerPrice: d("90"), limitPrice: null };
    const id = desk.open({ side: "buy", quantity: d("2"), limitPrice: d("100"), conditionalClose: close });
    desk.book([desk.execution(id, "2", "100")]);
    desk.report([child(desk, id, "C1", "2")]);
    expect(desk.order("C1").origin).toBe("conditional");
  });
});

describe("a stop that the exchange placed for a fill", () => {
  it("is the stop of the position: no other is placed for it", () => {
    const desk = new VenueDesk();
    const id = entry(desk);
    desk.book([desk.execution(id, "2", "100")]);
    expect(stops(desk)).toEqual([]);
    expect(desk.todo()).toEqual([`look_for_stops ${id}`]);
    desk.report([child(desk, id, "C1", "2")], { complete: true });
    expect(stops(desk)).toEqual(["C1 2 at 95"]);
    expect(desk.todo()).toEqual([]);
    expect(protectionStanding(desk.state, "BTC")).toMatchObject({ status: "protected", stopNet: "exchange" });
  });

  it("may be seen before its fill, after it, and each for its own", () => {
    const desk = new VenueDesk();
    const id = entry(desk);
    desk.report([child(desk, id, "C1", "0.5")]);
    expect(stops(desk)).toEqual(["C1 0.5 at 95"]);
    expect(desk.todo().filter((work) => work.startsWith("send"))).toEqual([]);
    desk.book([desk.execution(id, "0.5", "100")]);
    desk.book([desk.execution(id, "1.5", "100")]);
    desk.report([child(desk, id, "C2", "1.5")]);
    expect(stops(desk)).toEqual(["C1 0.5 at 95", "C2 1.5 at 95"]);
    expect(desk.todo()).toEqual([]);
  });

  it("was placed while the desk was down: it finds both, and nothing is to be done", () => {
    const desk = new VenueDesk();
    const id = entry(desk);
    desk.now += 3_600_000;
    desk.do({ type: "recover" });
    const filled = desk.shown(id, { status: "closed", filledQuantity: d("2"), closedAt: desk.now });
    desk.report([child(desk, id, "C1", "2")], { complete: true });
    desk.report([filled]);
    desk.book([desk.execution(id, "2", "100")]);
    expect(stops(desk)).toEqual(["C1 2 at 95"]);
    expect(desk.todo()).toEqual([]);
  });

  it("that a look which showed everything did not show was not made: the desk places its own", () => {
    const desk = new VenueDesk();
    const id = entry(desk);
    desk.book([desk.execution(id, "2", "100")]);
    desk.now += LISTS_MS;
    settle(desk, id);
    const [own] = restingStops(desk.state, "BTC");
    expect(own).toMatchObject({ quantity: "2", triggerPrice: "95" });
    // Late all the same: what stands is never left at more than the position, and not for a moment longer than it takes.
    desk.send(own?.id ?? "");
    desk.accept(own?.id ?? "");
    desk.report([child(desk, id, "C1", "2")]);
    expect(desk.todo()).toHaveLength(1);
    expect(desk.todo()[0]).toMatch(/^send cancel/);
  });

  it.each<[string, (desk: VenueDesk, id: string) => void]>([
    ["no time that passes", (desk) => desk.do({ type: "retry_waiting", symbol: "BTC/USD" })],
    ["no restart", (desk) => desk.do({ type: "recover" })],
    ["no list of open orders alone", (desk) => desk.report([], { complete: true })],
    [
      "no look that began before the lists are sure to show it",
      (desk, id) => settle(desk, id, { readAt: desk.now - 20_001 }),
    ],
    ["no look that showed less than is filled", (desk, id) => settle(desk, id, { filled: d("1") })],
  ])("is not taken for missing by anything else: %s", (_, act) => {
    const desk = new VenueDesk();
    const id = entry(desk);
    desk.book([desk.execution(id, "2", "100")]);
    const exit = desk.close("BTC");
    desk.now += 30_000;
    act(desk, id);
    expect(desk.todo()).toContain(`look_for_stops ${id}`);
    expect(desk.todo().filter((work) => work.startsWith("send"))).toEqual([]);
    expect(stops(desk)).toEqual([]);
    expect(desk.live(exit).venue?.waitsFor).toEqual([id]);
  });

  it("that was filled before it was seen is found among the ended, and its inventory is not sold again", () => {
    const desk = new VenueDesk({ USD: "10000", BTC: "5" });
    const id = entry(desk);
    desk.book([desk.execution(id, "2", "100")]);
    desk.price("BTC/USD", "94");
    desk.now += 30_000;
    desk.report([], { complete: true });
    const filled = { status: "closed" as const, filledQuantity: d("2"), closedAt: desk.now };
    desk.report([{ ...child(desk, id, "C1", "2"), ...filled }]);
    settle(desk, id);
    desk.do({ type: "retry_waiting", symbol: "BTC/USD" });
    expect(desk.todo()).toEqual(["read_executions C1"]);
    desk.book([soldBy(desk, id, "C1", "2", "94.9")]);
    expect(desk.holding("BTC")).toMatchObject({ managed: "0", external: "5", held: "0" });
    expect(desk.todo()).toEqual([]);
  });

  it("that was cancelled by hand before it was seen is found among the ended, and replaced", () => {
    const desk = new VenueDesk();
    const id = entry(desk);
    desk.book([desk.execution(id, "2", "100")]);
    desk.now += 1_000;
    desk.report([{ ...child(desk, id, "C1", "2"), status: "cancelled", closedAt: desk.now }]);
    expect(stops(desk)).toHaveLength(1);
    expect(stops(desk)[0]).toMatch(/ 2 at 95$/);
  });

  it("that is seen long before its fill stays: the fill is read, and the stop is no surplus", () => {
    const desk = new VenueDesk();
    const id = entry(desk);
    const ended = desk.shown(id, { status: "closed", filledQuantity: d("2"), closedAt: desk.now });
    desk.report([child(desk, id, "C1", "2"), ended]);
    desk.now += 30_000;
    settle(desk, id);
    desk.do({ type: "drop_overdue" });
    expect(desk.todo()).toEqual([`read_executions ${id}`, `look_for_stops ${id}`]);
    desk.book([desk.execution(id, "2", "100")]);
    expect(stops(desk)).toEqual(["C1 2 at 95"]);
    expect(desk.todo()).toEqual([]);
  });

  it("of an entry that was taken for absent is known by the name that its fill tells", () => {
    const desk = new VenueDesk();
    const id = desk.place({ side: "buy", quantity: d("2"), limitPrice: d("100"), stop: stopAt("95") });
    desk.send(id);
    for (let reads = 0; reads < 2; reads += 1) {
      desk.now += 120_000;
      desk.do({ type: "report_absence", orderId: id, readAt: desk.now });
    }
    expect(desk.order(id).status).toBe("rejected");
    const made = { ...child(desk, id, "C1", "2"), triggerPrice: d("95") };
    desk.book([desk.execution(id, "2", "100")]);
    desk.report([made]);
    expect(desk.order("C1")).toMatchObject({ origin: "stop", parentOrderId: id });
    expect(stops(desk)).toEqual(["C1 2 at 95"]);
    expect(desk.state.venue?.externalOrders).toEqual({});
  });

  it("of such an entry is known even where both were filled in the same moment", () => {
    const desk = new VenueDesk({ USD: "10000", BTC: "5" });
    const id = desk.place({ side: "buy", quantity: d("2"), limitPrice: d("100"), stop: stopAt("95") });
    desk.send(id);
    for (let reads = 0; reads < 2; reads += 1) {
      desk.now += 120_000;
      desk.do({ type: "report_absence", orderId: id, readAt: desk.now });
    }
    const filled = { status: "closed" as const, filledQuantity: d("2"), closedAt: desk.now };
    const made = { ...child(desk, id, "C1", "2"), triggerPrice: d("95"), ...filled };
    desk.book([soldBy(desk, id, "C1", "2", "94"), desk.execution(id, "2", "100")], [made]);
    expect(desk.holding("BTC")).toMatchObject({ managed: "0", external: "5", held: "0" });
    expect(desk.todo()).toEqual([]);
  });

  it("does not count as made by hand where its source names no parents: it is read first", () => {
    const desk = new VenueDesk();
    const id = entry(desk);
    desk.book([desk.execution(id, "2", "100")]);
    const told = { ...child(desk, id, "C1", "2"), parentVenueOrderId: null, isParentUntold: true as const };
    desk.report([told]);
    expect(desk.state.venue?.externalOrders).toEqual({});
    expect(waitsForParent(desk.state, told)).toBe(true);
    const exit = desk.close("BTC");
    desk.report([child(desk, id, "C1", "2")]);
    expect(waitsForParent(desk.state, told)).toBe(false);
    expect(desk.live(exit).venue?.waitsFor).toEqual([id, "C1"]);
    expect(desk.todo()).toEqual(["send cancel C1"]);
  });

  it("keeps its level where the position before its own closed at another", () => {
    const desk = new VenueDesk();
    const first = entry(desk, { quantity: d("1") });
    desk.book([desk.execution(first, "1", "100")]);
    desk.report([child(desk, first, "A1", "1")]);
    const second = entry(desk, { quantity: d("1"), limitPrice: d("94.5"), stop: stopAt("90") });
    desk.price("BTC/USD", "94");
    desk.report([child(desk, second, "B1", "1")]);
    desk.book([soldBy(desk, first, "A1", "1", "95")]);
    expect(desk.state.protections["BTC"]).toBeUndefined();
    desk.book([desk.execution(second, "1", "94.5")]);
    expect(desk.state.protections["BTC"]?.stop).toEqual({ type: "fixed", price: "90" });
    expect(stops(desk)).toEqual(["B1 1 at 90"]);
    expect(desk.todo()).toEqual([]);
  });

  it("is moved with the position's stop, and goes with it", () => {
    const desk = new VenueDesk();
    const id = entry(desk);
    desk.book([desk.execution(id, "2", "100")]);
    desk.report([child(desk, id, "C1", "2")]);
    desk.do({ type: "protect_position", asset: "BTC", stop: stopAt("97") });
    expect(desk.todo()).toEqual(["send amend C1"]);
    desk.send("C1", "amend");
    desk.accept("C1", "amend");
    desk.do({ type: "protect_position", asset: "BTC", stop: null });
    expect(desk.todo()).toEqual(["send cancel C1"]);
  });

  it("is replaced at once when all of them are ended by a hand at the exchange", () => {
    const desk = new VenueDesk();
    const id = entry(desk);
    for (const name of ["C1", "C2"]) {
      desk.book([desk.execution(id, "1", "100")]);
      desk.report([child(desk, id, name, "1")]);
    }
    desk.now += 60_000;
    for (const name of ["C1", "C2"]) {
      desk.now += 1_000;
      desk.report([{ ...child(desk, id, name, "1"), status: "cancelled", closedAt: desk.now }]);
    }
    expect(stops(desk)).toHaveLength(1);
    expect(stops(desk)[0]).toMatch(/ 2 at 95$/);
  });

  it("of many is merged once a cancel costs nothing, one at a time", () => {
    const desk = new VenueDesk();
    const id = entry(desk);
    for (const name of ["C1", "C2", "C3", "C4"]) {
      desk.book([desk.execution(id, "0.5", "100")]);
      desk.report([child(desk, id, name, "0.5")]);
    }
    expect(desk.todo()).toEqual([]);
    expect(protectionDueAt(desk.state)).toBe(desk.now + 300_000);
    desk.now += 300_000;
    desk.do({ type: "retry_waiting", symbol: "BTC/USD" });
    expect(desk.todo()).toEqual(["send cancel C1"]);
    desk.send("C1", "cancel");
    desk.report([{ ...child(desk, id, "C1", "0.5"), status: "cancelled", closedAt: desk.now }]);
    expect(desk.todo()).toHaveLength(1);
    expect(desk.todo()[0]).toMatch(/^send amend C/);
  });
});

describe("an exit beside a stop that is on its way", () => {
  it("waits until the stop is seen, and for that to give way", () => {
    const desk = new VenueDesk();
    const id = entry(desk);
    desk.book([desk.execution(id, "2", "100")]);
    const exit = desk.close("BTC");
    expect(desk.todo()).toEqual([`look_for_stops ${id}`]);
    desk.report([child(desk, id, "C1", "2")]);
    expect(desk.todo()).toEqual(["send cancel C1"]);
    desk.send("C1", "cancel");
    desk.report([{ ...child(desk, id, "C1", "2"), status: "cancelled", closedAt: desk.now }]);
    expect(desk.todo()).toEqual([`send place ${exit}`]);
    expect(desk.live(exit).quantity).toBe("2");
  });

  it("goes without it when a look that showed everything did not show it", () => {
    const desk = new VenueDesk();
    const id = entry(desk);
    desk.book([desk.execution(id, "2", "100")]);
    const exit = desk.close("BTC");
    desk.now += ENDED_MS;
    settle(desk, id, { hasEnded: true });
    expect(desk.todo()).toEqual([`send place ${exit}`]);
    desk.send(exit);
    desk.accept(exit);
    desk.book([desk.execution(exit, "2", "99")]);
    // And the stop that comes all the same goes at once.
    desk.report([child(desk, id, "C1", "2")]);
    expect(desk.todo()).toEqual(["send cancel C1"]);
  });

  it("for a part makes the stop that was seen meanwhile smaller, and leaves it", () => {
    const desk = new VenueDesk();
    const id = entry(desk);
    desk.book([desk.execution(id, "2", "100")]);
    const exit = desk.close("BTC", 25);
    desk.report([child(desk, id, "C1", "2")]);
    expect(desk.todo()).toEqual(["send amend C1"]);
    desk.send("C1", "amend");
    desk.accept("C1", "amend");
    expect(desk.todo()).toEqual([`send place ${exit}`]);
    expect(stops(desk)).toEqual(["C1 1.5 at 95"]);
    expect(desk.live(exit).quantity).toBe("0.5");
  });

  it("that waits for another order does not leave before the stop of what was bought meanwhile is seen", () => {
    const desk = new VenueDesk({ USD: "10000", BTC: "5" });
    desk.buy("1");
    const sale = desk.open({ side: "sell", quantity: d("1"), limitPrice: d("110") });
    const id = entry(desk);
    const exit = desk.close("BTC");
    desk.send(sale, "cancel");
    desk.book([desk.execution(id, "2", "100")]);
    desk.report([desk.shown(sale, { status: "cancelled", closedAt: desk.now })]);
    expect(desk.todo()).toEqual([`look_for_stops ${id}`]);
    desk.report([child(desk, id, "C1", "2")]);
    expect(desk.todo()).toEqual([`send place ${exit}`]);
    expect(desk.live(exit).quantity).toBe("1");
    expect(stops(desk)).toEqual(["C1 2 at 95"]);
  });

  it("waits on, and is told of after ten seconds, while nothing can be read", () => {
    const desk = new VenueDesk();
    const id = entry(desk);
    desk.book([desk.execution(id, "2", "100")]);
    expect(nakedAlertDueAt(desk.state)).toBe(desk.now + 10_001);
    desk.now += 10_001;
    desk.do({ type: "drop_overdue" });
    expect(desk.alerts().map(({ severity }) => severity)).toEqual(["critical"]);
    expect(desk.todo()).toEqual([`look_for_stops ${id}`]);
  });

  it("is for what may be promised: nothing that pays with the asset is taken meanwhile", () => {
    const desk = new VenueDesk();
    const id = entry(desk);
    desk.book([desk.execution(id, "2", "100")]);
    const wish = { side: "buy", symbol: "ETH/BTC", quantity: d("10"), limitPrice: d("0.1") } as const;
    expect(desk.codeOf(desk.tryPlace(wish))).toBe("INSUFFICIENT_FUNDS");
    settleEnded(desk, id);
    desk.do({ type: "protect_position", asset: "BTC", stop: null });
    expect(desk.codeOf(desk.tryPlace(wish))).toBe("accepted");
  });

  it("nor does a purchase that pays with it become larger", () => {
    const desk = new VenueDesk();
    const first = desk.buy("1");
    expect(desk.order(first).status).toBe("filled");
    const pays = desk.open({ side: "buy", symbol: "ETH/BTC", quantity: d("5"), limitPrice: d("0.1") });
    const id = entry(desk);
    desk.book([desk.execution(id, "2", "100")]);
    const larger = { type: "amend_order", orderId: pays, request: { quantity: d("15") } } as const;
    expect(desk.codeOf(desk.do(larger))).toBe("INSUFFICIENT_FUNDS");
  });
});

describe("the limit of an entry that carries its stop", () => {
  it.each(["95", "94"])("does not come down to %s, where the stop would be over the price", (limitPrice) => {
    const desk = new VenueDesk();
    const id = entry(desk, { stop: { type: "percent", percent: d("5") } });
    const decision = desk.do({ type: "amend_order", orderId: id, request: { limitPrice: d(limitPrice) } });
    expect(decision).toMatchObject({ type: "denied", problem: { code: "PRICE_INVALID", details: { limit: "95" } } });
    expect(desk.todo()).toEqual([]);
  });

  it("moves above it, at the risk of the level that is carried", () => {
    const desk = new VenueDesk();
    const id = entry(desk, { stop: { type: "percent", percent: d("5") } });
    expect(desk.codeOf(desk.do({ type: "amend_order", orderId: id, request: { limitPrice: d("96") } }))).toBe(
      "accepted",
    );
    expect(desk.todo()).toEqual([`send amend ${id}`]);
  });
});
