/** A key that may be read with and is refused to trade (PROTOCOL §4 class X): it stays suspended, told once. */
import { describe, expect, it } from "vitest";
import { decimal as d } from "../../decimal.ts";
import { restingStops } from "../../protection/resting-stop.ts";
import { VenueDesk } from "../../testing/venue-desk.ts";
import { protectionDueAt } from "./keep-protected.ts";

const DENIED = {
  class: "suspended",
  text: "EGeneral:Permission denied",
  message: "The API key lacks a permission that this needs.",
  retryAt: null,
} as const;

/** A bitcoin whose stop is refused for want of a permission. */
function refusedDesk(): VenueDesk {
  const desk = new VenueDesk();
  const id = desk.open({
    side: "buy",
    timeInForce: "ioc",
    quantity: d("1"),
    limitPrice: d("100"),
    stop: { type: "price", price: d("95") },
  });
  desk.book([desk.execution(id, "1", "100")]);
  refuseStop(desk);
  return desk;
}

function refuseStop(desk: VenueDesk): void {
  const [stop] = restingStops(desk.state, "BTC");
  desk.send(stop?.id ?? "");
  desk.do({ type: "action_failed", action: "place", orderId: stop?.id ?? "", failure: DENIED });
}

/** What a look at the account once a minute does where everything can be read. */
function look(desk: VenueDesk, mayTradeAgain: "told" | "on_trial" | null = null): void {
  desk.now += 60_000;
  desk.do({ type: "change_connection", status: "trading", reason: null, retryAt: null, mayTradeAgain });
  desk.do({ type: "retry_waiting", symbol: "BTC/USD" });
}

function told(desk: VenueDesk): readonly string[] {
  return desk.alerts().flatMap(({ about, message }) => (about === "unprotected" ? [] : [message]));
}

describe("a key that is refused to trade", () => {
  it("stays suspended however often it can be read with, told in one alert", () => {
    const desk = refusedDesk();
    for (let minute = 0; minute < 10; minute += 1) {
      look(desk);
    }
    expect(desk.state.venue?.connection).toMatchObject({ status: "suspended", refused: "place" });
    expect(told(desk)).toHaveLength(1);
    expect(told(desk)[0]).toMatch(/lacks a permission.*passes a test.*An exit was not executed \(sell 1 BTC\/USD\)/u);
    expect(desk.events.filter(({ type }) => type === "connection_changed")).toHaveLength(2);
    expect(restingStops(desk.state, "BTC")).toEqual([]);
    expect(protectionDueAt(desk.state)).toBeNull();
    const entry = desk.tryPlace({ side: "buy", quantity: d("1") });
    expect(desk.codeOf(entry)).toBe("EXCHANGE_UNAVAILABLE");
    expect(entry.type === "denied" && entry.problem.message).toMatch(/lacks a permission.*passes a test/u);
  });

  it("trades again once it has passed a test or was replaced, and the position is protected", () => {
    const desk = refusedDesk();
    desk.do({ type: "change_connection", status: "connecting", reason: null, retryAt: null });
    desk.do({ type: "change_connection", status: "trading", reason: null, retryAt: null });
    desk.do({ type: "retry_waiting", symbol: "BTC/USD" });
    desk.now += 10_000;
    desk.do({ type: "retry_waiting", symbol: "BTC/USD" });
    expect(restingStops(desk.state, "BTC")).toMatchObject([{ quantity: "1" }]);
  });

  it("is tried by Kraken's word for it, and not told again where that is refused as before", () => {
    const desk = refusedDesk();
    look(desk, "on_trial");
    expect(desk.state.venue?.connection.status).toBe("trading");
    refuseStop(desk);
    expect(desk.state.venue?.connection).toMatchObject({ status: "suspended", refused: "place" });
    expect(told(desk)).toHaveLength(1);
    look(desk, "on_trial");
    const [stop] = restingStops(desk.state, "BTC");
    desk.send(stop?.id ?? "");
    desk.accept(stop?.id ?? "");
    expect(desk.state.venue?.connection).toEqual({ status: "trading", reason: null, retryAt: null });
  });

  it("is told anew where Kraken had given the permission and taken it again", () => {
    const desk = refusedDesk();
    look(desk, "told");
    expect(desk.state.venue?.connection).toEqual({ status: "trading", reason: null, retryAt: null });
    refuseStop(desk);
    expect(told(desk)).toHaveLength(2);
  });

  it("lets an exit be tried, says so, and trades again when Kraken takes it", () => {
    const desk = refusedDesk();
    const exit = desk.close("BTC");
    expect(desk.notices.join(" ")).toContain("This exit is tried all the same.");
    desk.send(exit);
    desk.accept(exit);
    expect(desk.state.venue?.connection.status).toBe("trading");
  });

  it("may cancel as before, which says nothing about placing", () => {
    const desk = new VenueDesk();
    const resting = desk.open({ side: "buy", quantity: d("1"), limitPrice: d("90") });
    const next = desk.place({ side: "buy", quantity: d("1"), limitPrice: d("90") });
    desk.send(next);
    desk.do({ type: "action_failed", action: "place", orderId: next, failure: DENIED });
    desk.do({ type: "cancel_order", orderId: resting });
    desk.send(resting, "cancel");
    desk.accept(resting, "cancel");
    expect(desk.state.venue?.connection).toMatchObject({ status: "suspended", refused: "place" });
  });

  it("keeps that through a lockout and a failed read in between", () => {
    const desk = refusedDesk();
    desk.do({ type: "change_connection", status: "suspended", reason: "Locked out.", retryAt: desk.now + 900_000 });
    look(desk);
    expect(desk.state.venue?.connection).toMatchObject({ status: "suspended", refused: "place", retryAt: null });
  });
});

describe("a key that Kraken did not know", () => {
  it("trades again as soon as it can be read with", () => {
    const desk = new VenueDesk();
    const id = desk.place({ side: "buy", quantity: d("1"), limitPrice: d("90") });
    desk.send(id);
    const failure = { ...DENIED, text: "EAPI:Invalid key", message: "Kraken does not know this API key." };
    desk.do({ type: "action_failed", action: "place", orderId: id, failure });
    expect(desk.state.venue?.connection.status).toBe("suspended");
    look(desk);
    expect(desk.state.venue?.connection).toEqual({ status: "trading", reason: null, retryAt: null });
  });
});
