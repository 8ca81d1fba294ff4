/** Halts and Stop of an account with an exchange key: what is asked of the exchange, and what stays the user's own. */
import { describe, expect, it } from "vitest";
import { evolve } from "../account/evolve.ts";
import type { HoldingAdopted } from "../account/venue/events.ts";
import { decimal } from "../decimal.ts";
import type { VenueExecution, VenueOrder } from "../venue/reports.ts";
import { VenueDesk } from "../testing/venue-desk.ts";
import type { EquitySample } from "./samples.ts";
import { liveOrders } from "../account/open-orders.ts";

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
    const sales = liveOrders(desk.state.orders).filter(({ origin }) => origin === "flatten");
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
    expect(liveOrders(desk.state.orders)).toMatchObject([{ origin: "flatten", type: "market" }]);
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

  it("count what was adopted at what it is worth then: a loss made before the desk halts nothing, and hides none after", () => {
    const holdings = { USD: "10000", ETH: "1000" };
    const dear = limited(new VenueDesk(holdings).price("ETH/USD", "10"), "flatten");
    const cheap = limited(new VenueDesk(holdings).price("ETH/USD", "10"), "keep");
    dear.do({ type: "adopt_holding", asset: "ETH", quantity: decimal("1000"), cost: decimal("30000") });
    cheap.do({ type: "adopt_holding", asset: "ETH", quantity: decimal("1000"), cost: decimal("1") });
    expect([dear.state.watch.peak, cheap.state.watch.peak]).toEqual(["20000", "20000"]);
    sampled(dear, "20000", "20000", "16001", "16001");
    expect(dear.state.halts).toEqual([]);
    expect(dear.state.holdings["ETH"]).toMatchObject({ managed: "1000", cost: "30000" });
    sampled(cheap, "20000", "16000", "16000");
    expect(cheap.state.halts).toMatchObject([{ kind: "drawdown", value: "20" }]);
  });

  it("replay an adoption of before its worth was kept at its cost, and count one without a price so", () => {
    const desk = limited(new VenueDesk({ USD: "10000", ETH: "1000" }), "keep");
    const event = adopted(desk);
    expect(event).toMatchObject({ type: "holding_adopted", worth: "10000" });
    const { worth: _worth, ...old } = event;
    const before = limited(new VenueDesk({ USD: "10000", ETH: "1000" }), "keep").state;
    expect(evolve(before, old, 9).watch.peak).toBe("40000");
    expect(evolve(before, { ...event, worth: null }, 9).watch.peak).toBe("40000");
    expect(evolve(before, event, 9).watch.peak).toBe("20000");
  });

  it("count what a trade by hand took of a position at its worth, not at its cost", () => {
    const desk = limited(new VenueDesk({ USD: "10000" }).price("BTC/USD", "100").price("ETH/USD", "10"), "keep");
    desk.buy("10");
    // Bought for 1,004 with its fee; at 300 the ten are worth 3,000.
    desk.price("BTC/USD", "300").price("ETH/USD", "30");
    sampled(desk, "11996");
    expect(desk.state.watch.peak).toBe("11996");
    const [trade, order] = swapByHand(desk.now);
    desk.book([trade], [order]);
    const rest = desk.state.holdings["USD"]?.managed;
    expect(desk.state.holdings["BTC"]).toBeUndefined();
    expect(desk.state.watch.peak).toBe(rest);
  });
});

function adopted(desk: VenueDesk): HoldingAdopted {
  desk.do({ type: "adopt_holding", asset: "ETH", quantity: decimal("1000"), cost: decimal("30000") });
  const event = desk.events.find(({ type }) => type === "holding_adopted");
  if (event?.type !== "holding_adopted") {
    throw new Error("nothing was adopted");
  }
  return event;
}

/** All ten BTC are paid for a hundred ETH, by hand. */
function swapByHand(time: number): readonly [VenueExecution, VenueOrder] {
  const what = { symbol: "ETH/BTC", side: "buy" as const, quantity: decimal("100"), venueOrderId: "OHAND" };
  const price = decimal("0.1");
  const trade: VenueExecution = {
    ...what,
    executionId: "THAND",
    clientOrderId: null,
    price,
    cost: decimal("10"),
    fees: [],
    liquidity: "taker",
    tradeId: null,
    time,
  };
  const order: VenueOrder = {
    ...what,
    clientOrderId: null,
    parentVenueOrderId: null,
    type: "limit",
    status: "closed",
    filledQuantity: what.quantity,
    limitPrice: price,
    triggerPrice: null,
    reason: null,
    openedAt: time,
    closedAt: time,
    expiresAt: null,
  };
  return [trade, order];
}
