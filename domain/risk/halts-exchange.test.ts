/** Halts and Stop of an account with an exchange key: what is asked of the exchange, and what stays the user's own. */
import { describe, expect, it } from "vitest";
import { decimal } from "../decimal.ts";
import { VenueDesk } from "../testing/venue-desk.ts";
import type { EquitySample } from "./samples.ts";

function sampled(desk: VenueDesk, ...values: readonly string[]): void {
  for (const value of values) {
    desk.now += 60_000;
    const sample: EquitySample = { time: desk.now, managed: decimal(value), equity: decimal(value) };
    desk.do({ type: "sample_equity", samples: [sample] });
  }
}

function limited(desk: VenueDesk, onHalt: "keep" | "flatten"): VenueDesk {
  const limits = { ...desk.state.limits, drawdownPercent: decimal("20"), onHalt };
  desk.do({ type: "change_settings", limits });
  return desk;
}

describe("a halt at the exchange", () => {
  it("asks the exchange to cancel open entries, leaves exits and denies what would open more", () => {
    const desk = limited(new VenueDesk().price("BTC/USD", "100"), "keep");
    desk.buy("1");
    const entry = desk.open({ side: "buy", quantity: decimal("1"), limitPrice: decimal("90") });
    const exit = desk.open({ side: "sell", quantity: decimal("1"), limitPrice: decimal("120") });
    sampled(desk, "7000", "7000");
    expect(desk.state.halts).toMatchObject([{ kind: "drawdown" }]);
    expect(desk.live(entry).venue?.cancel).toMatchObject({ stage: "queued" });
    expect(desk.live(exit).venue?.cancel).toBeNull();
    expect(desk.codeOf(desk.tryPlace({ side: "buy", quantity: decimal("1") }))).toBe("TRADING_HALTED");
  });

  it("sells every position of the desk by an order of its own when it flattens, external inventory never", () => {
    const desk = limited(
      new VenueDesk({ USD: "10000", ETH: "3" }).price("BTC/USD", "100").price("ETH/USD", "10"),
      "flatten",
    );
    desk.buy("1");
    desk.buy("2", "10", "ETH/USD");
    sampled(desk, "7000", "7000");
    const sales = Object.values(desk.state.orders).filter(({ origin }) => origin === "flatten");
    expect(sales.map(({ symbol, quantity }) => `${symbol} ${quantity}`).toSorted()).toEqual(["BTC/USD 1", "ETH/USD 2"]);
    expect(new Set(sales.map(({ id }) => id)).size).toBe(2);
  });
});

describe("Stop at the exchange", () => {
  it("cancels and sells what is the desk's, reports what is asked, and leaves orders made by hand", () => {
    const desk = new VenueDesk().price("BTC/USD", "100");
    desk.buy("1");
    const entry = desk.open({ side: "buy", quantity: decimal("1"), limitPrice: decimal("90") });
    const byHand = { ...desk.shown(entry), venueOrderId: "OBYHAND", clientOrderId: null };
    desk.do({ type: "report_orders", orders: [byHand], complete: false, readAt: desk.now });
    desk.do({ type: "stop_trading", mode: "flatten", alert: true, others: [] });
    const [stopped] = desk.events.filter((event) => event.type === "trading_stopped");
    const steps = stopped?.type === "trading_stopped" ? stopped.steps : [];
    expect(steps).toContainEqual(expect.objectContaining({ what: "cancel", outcome: "asked", orderId: entry }));
    expect(steps).toContainEqual(expect.objectContaining({ what: "sell", outcome: "asked", asset: "BTC" }));
    expect(steps.filter(({ what }) => what === "leave")).toHaveLength(1);
    expect(Object.keys(desk.state.venue?.externalOrders ?? {})).toEqual(["OBYHAND"]);
    expect(desk.alerts().filter(({ about }) => about === "stop")).toHaveLength(1);
  });

  it("sells without a price, as the exchange takes it", () => {
    const desk = new VenueDesk().price("BTC/USD", "100");
    desk.buy("1");
    delete desk.markets["BTC/USD"];
    desk.do({ type: "stop_trading", mode: "flatten", alert: true, others: [] });
    expect(Object.values(desk.state.orders)).toMatchObject([{ origin: "flatten", type: "market" }]);
  });
});

describe("flows of an account at the exchange", () => {
  it("never trip: a withdrawal of most of it, cash spent by hand, an adoption", () => {
    const desk = limited(new VenueDesk({ USD: "10000", ETH: "100" }).price("ETH/USD", "10"), "keep");
    sampled(desk, "10000");
    desk.bookLedger(desk.ledger("USD", "-9000", "withdrawal"));
    sampled(desk, "1000", "1000");
    expect(desk.state.watch).toMatchObject({ peak: "1000", drawdownBreaches: 0 });
    desk.do({ type: "adopt_holding", asset: "ETH", quantity: decimal("50"), cost: decimal("500") });
    sampled(desk, "1500", "1500");
    expect(desk.state.halts).toEqual([]);
    expect(desk.state.watch.peak).toBe("1500");
  });
});
