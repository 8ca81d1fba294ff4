import { describe, expect, it } from "vitest";
import { compare, decimal as d } from "../../decimal.ts";
import type { InstrumentStatus } from "../../market.ts";
import { protectionStanding } from "../../protection/standing.ts";
import { restingStops } from "../../protection/resting-stop.ts";
import { VenueDesk } from "../../testing/venue-desk.ts";
import { protectionDueAt } from "./keep-protected.ts";
import { liveOrders } from "../open-orders.ts";

const stopAt = (price: string) => ({ type: "price" as const, price: d(price) });

/** Two bitcoin bought at 100 with a stop at 95 that rests at the exchange. */
function protectedDesk(): VenueDesk {
  const desk = new VenueDesk();
  const id = desk.open({ side: "buy", timeInForce: "ioc", quantity: d("2"), limitPrice: d("100"), stop: stopAt("95") });
  desk.book([desk.execution(id, "2", "100")]);
  take(desk, stopOf(desk).id);
  return desk;
}

function stopOf(desk: VenueDesk) {
  const [stop] = restingStops(desk.state, "BTC");
  if (stop === undefined) {
    throw new Error("there is no stop");
  }
  return stop;
}

function take(desk: VenueDesk, orderId: string): void {
  desk.send(orderId);
  desk.accept(orderId);
}

/** The exchange ends the stop that rests. */
function endStop(desk: VenueDesk, more: { readonly triggered?: boolean; readonly reason?: string } = {}): void {
  const { id } = stopOf(desk);
  desk.report([desk.shown(id, { status: "cancelled", closedAt: desk.now, ...more })]);
}

function status(desk: VenueDesk, to: InstrumentStatus): void {
  const view = desk.markets["BTC/USD"];
  if (view !== undefined) {
    desk.markets["BTC/USD"] = { ...view, instrument: { ...view.instrument, status: to } };
  }
}

/** As the shell does: it looks again when something of the protection is due, and not before. */
function wait(desk: VenueDesk, ms: number): void {
  const until = desk.now + ms;
  while (desk.now < until) {
    desk.now = Math.min(until, Math.max(desk.now + 1_000, protectionDueAt(desk.state) ?? until));
    desk.do({ type: "retry_waiting", symbol: "BTC/USD" });
  }
}

/** Alerts, without the one that watches the time without a stop. */
function told(desk: VenueDesk) {
  return desk.alerts().filter(({ about }) => about !== "unprotected");
}

function exits(desk: VenueDesk) {
  const all = [...desk.state.ended, ...liveOrders(desk.state.orders)];
  return all.filter(({ origin }) => origin === "emergency" || origin === "target");
}

function reachTarget(desk: VenueDesk, price = "110"): void {
  const trade = { id: 7, symbol: "BTC/USD", price: d(price), quantity: d("1"), side: "buy" as const, time: desk.now };
  const version = desk.state.protections["BTC"]?.version ?? 0;
  const delivery = { deliveryId: 1, orderId: "target/account-1/BTC", version, symbol: "BTC/USD", trades: [trade] };
  desk.do({ type: "apply_prints", deliveries: [{ ...delivery, bid: null, ask: null, late: false }] });
}

describe("a stop that the exchange ends by itself", () => {
  it("is told each time, replaced at once the first time, and ever more slowly after that", () => {
    const desk = protectedDesk();
    const placedAfter: number[] = [];
    for (let count = 0; count < 4; count += 1) {
      const lostAt = desk.now;
      endStop(desk, { reason: "Out of funds" });
      while (restingStops(desk.state, "BTC").length === 0) {
        wait(desk, 1_000);
      }
      placedAfter.push(desk.now - lostAt);
      take(desk, stopOf(desk).id);
    }
    expect(placedAfter).toEqual([0, 10_000, 20_000, 40_000]);
    expect(told(desk).map(({ severity }) => severity)).toEqual(["critical", "critical", "critical", "critical"]);
    expect(told(desk)[0]?.message).toContain("Out of funds");
  });

  it("at its trigger becomes an emergency exit, although the price came back", () => {
    const desk = protectedDesk();
    endStop(desk, { triggered: true, reason: "Insufficient funds" });
    const [exit] = exits(desk);
    expect(exit).toMatchObject({
      type: "market",
      side: "sell",
      quantity: "2",
      origin: "emergency",
      status: "submitting",
    });
    expect(told(desk).at(-1)).toMatchObject({ severity: "critical", orderId: exit?.id });
    expect(told(desk).at(-1)?.message).toContain("at its trigger");
  });

  it("because the desk asked is no loss", () => {
    const desk = protectedDesk();
    const { id } = stopOf(desk);
    desk.do({ type: "cancel_order", orderId: id });
    desk.send(id, "cancel");
    endStop(desk);
    expect(told(desk)).toEqual([]);
    expect(desk.events.some(({ type }) => type === "stop_lost")).toBe(false);
  });
});

describe("a sale that the desk owes and cannot make", () => {
  it("is told once for each reason, tried ever more slowly, and made when the pair takes it again", () => {
    const desk = protectedDesk();
    desk.price("BTC/USD", "90");
    status(desk, "maintenance");
    endStop(desk);
    wait(desk, 120_000);
    expect(exits(desk)).toEqual([]);
    // The stop that was lost, and that it cannot be sold: not one for each try.
    expect(told(desk)).toHaveLength(2);
    const tried = desk.events.filter((event) => event.type === "exit_wish_changed").length;
    expect(tried).toBeGreaterThan(3);
    expect(tried).toBeLessThan(8);
    expect(protectionStanding(desk.state, "BTC")).toMatchObject({ status: "exiting" });
    status(desk, "online");
    wait(desk, 300_000);
    expect(exits(desk)).toHaveLength(1);
  });

  it("goes as a limit order inside the collar where the pair takes limit orders only", () => {
    const desk = protectedDesk();
    desk.price("BTC/USD", "90");
    status(desk, "limit_only");
    endStop(desk);
    const [exit] = exits(desk);
    expect(exit).toMatchObject({ type: "limit", timeInForce: "ioc", side: "sell", quantity: "2" });
    expect(compare(exit?.limitPrice ?? d("0"), d("90"))).toBeLessThan(0);
    // It is the exit of the position: nothing else is tried beside it.
    wait(desk, 60_000);
    expect(exits(desk)).toHaveLength(1);
  });

  it("is not wished any more when the price has come back over the stop: a stop rests again", () => {
    const desk = protectedDesk();
    desk.price("BTC/USD", "90");
    status(desk, "maintenance");
    endStop(desk);
    desk.price("BTC/USD", "99");
    wait(desk, 60_000);
    expect(stopOf(desk)).toMatchObject({ quantity: "2", triggerPrice: "95" });
    expect(desk.state.protections["BTC"]?.exit ?? null).toBeNull();
  });

  it("at its target is not forgotten when the pair takes none, when it is refused, when it fills in part", () => {
    const desk = protectedDesk();
    desk.do({ type: "protect_position", asset: "BTC", target: { type: "price", price: d("110") } });
    desk.price("BTC/USD", "111");
    status(desk, "maintenance");
    reachTarget(desk);
    expect(exits(desk)).toEqual([]);
    expect(told(desk).at(-1)?.message).toContain("target of 110");
    status(desk, "online");
    wait(desk, 10_000);
    // The stop gives way, the sale is refused, the stop is placed again.
    const sale = exits(desk).at(-1)?.id ?? "";
    const { id } = stopOf(desk);
    desk.send(id, "cancel");
    desk.report([desk.shown(id, { status: "cancelled", closedAt: desk.now })]);
    desk.send(sale);
    desk.fail(sale, "refused");
    expect(desk.order(sale).status).toBe("rejected");
    take(desk, stopOf(desk).id);
    wait(desk, 60_000);
    const again = exits(desk).at(-1)?.id ?? "";
    expect(again).not.toBe(sale);
    const second = stopOf(desk).id;
    desk.send(second, "cancel");
    desk.report([desk.shown(second, { status: "cancelled", closedAt: desk.now })]);
    take(desk, again);
    desk.book([desk.execution(again, "1.5", "111")]);
    desk.report([desk.shown(again, { status: "cancelled", filledQuantity: d("1.5"), closedAt: desk.now })]);
    expect(exits(desk).at(-1)).toMatchObject({ origin: "target", quantity: "0.5" });
  });

  it("is called off by the trader who sets that level anew", () => {
    const desk = protectedDesk();
    desk.do({ type: "protect_position", asset: "BTC", target: { type: "price", price: d("110") } });
    desk.price("BTC/USD", "111");
    status(desk, "maintenance");
    reachTarget(desk);
    desk.do({ type: "protect_position", asset: "BTC", stop: stopAt("96") });
    expect(desk.state.protections["BTC"]?.exit?.cause).toBe("target");
    desk.do({ type: "protect_position", asset: "BTC", target: { type: "price", price: d("130") } });
    expect(desk.state.protections["BTC"]?.exit ?? null).toBeNull();
    status(desk, "online");
    wait(desk, 60_000);
    expect(exits(desk)).toEqual([]);
  });

  it("ends with a word on what is left when that is under the smallest order", () => {
    const desk = protectedDesk();
    desk.do({ type: "protect_position", asset: "BTC", target: { type: "price", price: d("110") } });
    reachTarget(desk);
    const sale = exits(desk).at(-1)?.id ?? "";
    const { id } = stopOf(desk);
    desk.send(id, "cancel");
    desk.report([desk.shown(id, { status: "cancelled", closedAt: desk.now })]);
    take(desk, sale);
    desk.book([desk.execution(sale, "1.999999", "110")]);
    desk.report([desk.shown(sale, { status: "cancelled", filledQuantity: d("1.999999"), closedAt: desk.now })]);
    wait(desk, 60_000);
    expect(told(desk).at(-1)?.message).toMatch(/0\.000001 BTC is left: under the smallest order/);
    expect(desk.state.protections["BTC"]?.exit ?? null).toBeNull();
  });
});
