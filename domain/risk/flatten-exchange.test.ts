/** Stop and halts that flatten at the exchange while it does not take the sale (TRADING §4 "keep trying within the collar"). */
import { describe, expect, it } from "vitest";
import { answeredSteps } from "../account/stop-report.ts";
import { compare, decimal as d } from "../decimal.ts";
import type { InstrumentStatus } from "../market.ts";
import { protectionStanding } from "../protection/standing.ts";
import { restingStops } from "../protection/resting-stop.ts";
import { protectionDueAt } from "../account/venue/keep-protected.ts";
import { VenueDesk } from "../testing/venue-desk.ts";
import { WIDE_RISK } from "../testing/wide-risk.ts";
import type { StopMode, StopStep } from "./halts-stop.ts";
import { liveOrder, liveOrders } from "../account/open-orders.ts";

function status(desk: VenueDesk, to: InstrumentStatus): void {
  const view = desk.markets["BTC/USD"];
  if (view !== undefined) {
    desk.markets["BTC/USD"] = { ...view, instrument: { ...view.instrument, status: to } };
  }
}

function stop(desk: VenueDesk, mode: StopMode = "flatten"): readonly StopStep[] {
  const decision = desk.do({ type: "stop_trading", mode, alert: true, others: [] });
  return decision.events.flatMap((event) => (event.type === "trading_stopped" ? event.steps : []));
}

/** As the shell does: it looks again when something is due, and not before. */
function wait(desk: VenueDesk, ms: number): void {
  const until = desk.now + ms;
  while (desk.now < until) {
    desk.now = Math.min(until, Math.max(desk.now + 1_000, protectionDueAt(desk.state) ?? until));
    desk.do({ type: "retry_waiting", symbol: "BTC/USD" });
  }
}

function sample(desk: VenueDesk, value: string): void {
  desk.now += 60_000;
  desk.do({ type: "sample_equity", samples: [{ time: desk.now, managed: d(value), equity: d(value) }] });
}

function sales(desk: VenueDesk) {
  const all = [...desk.state.ended, ...liveOrders(desk.state.orders)];
  return all.filter(({ origin }) => origin === "flatten");
}

/** The sale is taken, fills that much and is over. */
function fillSale(desk: VenueDesk, quantity: string): void {
  const sale = sales(desk).at(-1)?.id ?? "";
  desk.send(sale);
  desk.accept(sale);
  desk.book([desk.execution(sale, quantity, "99")]);
  if (liveOrder(desk.state.orders, sale) !== undefined) {
    desk.report([desk.shown(sale, { status: "cancelled", filledQuantity: d(quantity), closedAt: desk.now })]);
  }
}

function alerts(desk: VenueDesk) {
  return desk.alerts().filter(({ about }) => about !== "unprotected");
}

describe("Stop with flatten at an exchange", () => {
  it("sells on a pair that takes limit orders only, inside the collar, a position without a stop as well", () => {
    const desk = new VenueDesk();
    desk.buy("2");
    expect(desk.state.protections.BTC).toBeUndefined();
    status(desk, "limit_only");
    const steps = stop(desk);
    const [sale] = sales(desk);
    expect(sale).toMatchObject({ type: "limit", timeInForce: "ioc", side: "sell", quantity: "2" });
    expect(compare(sale?.limitPrice ?? d("0"), d("90"))).toBeGreaterThan(0);
    expect(steps).toContainEqual(expect.objectContaining({ what: "sell", outcome: "asked", orderId: sale?.id }));
  });

  it("goes on until all of a thin book's position is sold, and its report says that it is tried again", () => {
    const desk = new VenueDesk();
    desk.buy("2");
    status(desk, "limit_only");
    const steps = stop(desk);
    fillSale(desk, "0.5");
    expect(answeredSteps(desk.state, steps, "flatten")).toContainEqual(
      expect.objectContaining({ what: "sell", outcome: "failed", sentence: expect.stringContaining("tried again") }),
    );
    wait(desk, 10_000);
    expect(sales(desk).map(({ quantity }) => quantity)).toEqual(["2", "1.5"]);
    fillSale(desk, "1.5");
    wait(desk, 600_000);
    expect(desk.holding("BTC").managed).toBe("0");
    expect(sales(desk)).toHaveLength(2);
  });

  it("where the pair takes nothing says so in one alert, tries ever more slowly, and sells when it opens", () => {
    const desk = new VenueDesk();
    desk.buy("2");
    status(desk, "maintenance");
    const steps = stop(desk);
    expect(steps).toContainEqual(
      expect.objectContaining({ what: "sell", outcome: "failed", sentence: expect.stringContaining("tried again") }),
    );
    wait(desk, 120_000);
    expect(sales(desk)).toEqual([]);
    expect(alerts(desk)).toHaveLength(1);
    expect(alerts(desk)[0]).toMatchObject({ severity: "critical", about: "stop" });
    expect(protectionStanding(desk.state, "BTC")).toMatchObject({ status: "exiting" });
    status(desk, "online");
    wait(desk, 300_000);
    expect(sales(desk)).toMatchObject([{ type: "market", quantity: "2" }]);
  });

  it("while the account is suspended keeps the wish, and sells as soon as it trades again", () => {
    const desk = new VenueDesk();
    desk.buy("2");
    desk.do({ type: "change_connection", status: "suspended", reason: "Locked.", retryAt: null });
    expect(stop(desk)).toContainEqual(
      expect.objectContaining({ what: "sell", outcome: "failed", sentence: expect.stringContaining("Locked.") }),
    );
    expect(sales(desk)).toEqual([]);
    desk.do({ type: "change_connection", status: "trading", reason: null, retryAt: null });
    expect(sales(desk)).toMatchObject([{ type: "market", quantity: "2" }]);
  });

  it("is called off by resuming, by nothing else: its stop stays where it was", () => {
    const desk = new VenueDesk();
    const id = desk.open({
      side: "buy",
      timeInForce: "ioc",
      quantity: d("2"),
      limitPrice: d("100"),
      stop: { type: "price", price: d("95") },
    });
    desk.book([desk.execution(id, "2", "100")]);
    status(desk, "maintenance");
    stop(desk);
    desk.do({ type: "protect_position", asset: "BTC", stop: { type: "price", price: d("94") } });
    expect(desk.state.protections.BTC?.exit?.cause).toBe("flatten");
    desk.do({ type: "resume_trading", how: "wait", now: null });
    expect(desk.state.protections.BTC?.exit ?? null).toBeNull();
    status(desk, "online");
    wait(desk, 600_000);
    expect(sales(desk)).toEqual([]);
    expect(restingStops(desk.state, "BTC")).toHaveLength(1);
  });

  it("is called off by a Stop that keeps positions", () => {
    const desk = new VenueDesk();
    desk.buy("2");
    status(desk, "maintenance");
    stop(desk);
    stop(desk, "keep");
    status(desk, "online");
    wait(desk, 600_000);
    expect(sales(desk)).toEqual([]);
  });

  it("takes the place of a sale at a target that could not be made", () => {
    const desk = new VenueDesk();
    desk.buy("2");
    desk.do({ type: "protect_position", asset: "BTC", target: { type: "price", price: d("110") } });
    status(desk, "maintenance");
    const trade = { id: 7, symbol: "BTC/USD", price: d("111"), quantity: d("1"), side: "buy" as const, time: desk.now };
    const { version = 0 } = desk.state.protections.BTC ?? {};
    const delivery = { deliveryId: 1, orderId: "target/account-1/BTC", version, symbol: "BTC/USD", trades: [trade] };
    desk.do({ type: "apply_prints", deliveries: [{ ...delivery, bid: null, ask: null, late: false }] });
    expect(desk.state.protections.BTC?.exit?.cause).toBe("target");
    stop(desk);
    desk.do({ type: "protect_position", asset: "BTC", target: { type: "price", price: d("130") } });
    status(desk, "online");
    wait(desk, 20_000);
    expect(sales(desk)).toMatchObject([{ quantity: "2", origin: "flatten" }]);
  });

  it("leaves what is under the smallest order, says so once, and asks for nothing", () => {
    const desk = new VenueDesk();
    const id = desk.open({ side: "buy", quantity: d("2"), limitPrice: d("100") });
    desk.book([desk.execution(id, "0.00004", "100")]);
    desk.report([desk.shown(id, { status: "cancelled", filledQuantity: d("0.00004"), closedAt: desk.now })]);
    const steps = stop(desk);
    expect(steps).toContainEqual(
      expect.objectContaining({ what: "sell", outcome: "failed", sentence: expect.stringContaining("smallest order") }),
    );
    sample(desk, "10000");
    sample(desk, "10000");
    expect(sales(desk)).toEqual([]);
    expect(alerts(desk)).toHaveLength(1);
  });
});

describe("a halt with flatten at an exchange", () => {
  function halted(pair: InstrumentStatus): VenueDesk {
    const desk = new VenueDesk();
    desk.do({ type: "change_settings", limits: { ...WIDE_RISK, drawdownPercent: d("20"), onHalt: "flatten" } });
    desk.buy("2");
    status(desk, pair);
    sample(desk, "7000");
    sample(desk, "7000");
    expect(desk.state.halts).toMatchObject([{ kind: "drawdown", positions: "flatten" }]);
    return desk;
  }

  it("sells inside the collar where the pair takes limit orders only", () => {
    expect(sales(halted("limit_only"))).toMatchObject([{ type: "limit", timeInForce: "ioc", quantity: "2" }]);
  });

  it("is not told again with every sample, and samples press it no faster than its own pace", () => {
    const desk = halted("maintenance");
    expect(alerts(desk)).toHaveLength(1);
    for (let minute = 0; minute < 20; minute += 1) {
      sample(desk, "7000");
    }
    const tries = desk.events.filter((event) => event.type === "exit_wish_changed").length;
    expect(tries).toBeGreaterThan(4);
    expect(tries).toBeLessThan(12);
    expect(alerts(desk)).toHaveLength(1);
    status(desk, "online");
    wait(desk, 300_000);
    expect(sales(desk)).toHaveLength(1);
  });
});
