import { describe, expect, it } from "vitest";
import { decimal as d } from "../../decimal.ts";
import { protectionStanding } from "../../protection/standing.ts";
import { restingStops } from "../../protection/resting-stop.ts";
import { CARRIED_PATIENCE_MS } from "../../protection/carried-stop.ts";
import { VenueDesk } from "../../testing/venue-desk.ts";
import type { OrderRequest } from "../../orders/request.ts";
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
    expect(desk.todo()).toEqual([`read_open ${id}`]);
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

  it("that is not seen in time was not made: the desk places its own", () => {
    const desk = new VenueDesk();
    const id = entry(desk);
    desk.book([desk.execution(id, "2", "100")]);
    expect(protectionDueAt(desk.state)).toBe(desk.now + CARRIED_PATIENCE_MS);
    desk.now += CARRIED_PATIENCE_MS;
    desk.do({ type: "retry_waiting", symbol: "BTC/USD" });
    const [own] = restingStops(desk.state, "BTC");
    expect(own).toMatchObject({ quantity: "2", triggerPrice: "95" });
    // Late all the same: what stands is never left at more than the position.
    desk.send(own?.id ?? "");
    desk.accept(own?.id ?? "");
    desk.report([child(desk, id, "C1", "2")]);
    desk.now += CARRIED_PATIENCE_MS;
    desk.do({ type: "retry_waiting", symbol: "BTC/USD" });
    expect(desk.todo()).toHaveLength(1);
    expect(desk.todo()[0]).toMatch(/^send cancel/);
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
    expect(desk.todo()).toEqual([`read_open ${id}`]);
    desk.report([child(desk, id, "C1", "2")]);
    expect(desk.todo()).toEqual(["send cancel C1"]);
    desk.send("C1", "cancel");
    desk.report([{ ...child(desk, id, "C1", "2"), status: "cancelled", closedAt: desk.now }]);
    expect(desk.todo()).toEqual([`send place ${exit}`]);
    expect(desk.live(exit).quantity).toBe("2");
  });

  it("goes without it when it is not seen in time", () => {
    const desk = new VenueDesk();
    const id = entry(desk);
    desk.book([desk.execution(id, "2", "100")]);
    const exit = desk.close("BTC");
    desk.now += CARRIED_PATIENCE_MS;
    desk.do({ type: "retry_waiting", symbol: "BTC/USD" });
    expect(desk.todo()).toEqual([`send place ${exit}`]);
    // And the stop that comes all the same goes at once.
    desk.report([child(desk, id, "C1", "2")]);
    desk.now += CARRIED_PATIENCE_MS;
    desk.book([desk.execution(exit, "2", "99")]);
    expect(desk.todo()).toContain("send cancel C1");
  });
});
