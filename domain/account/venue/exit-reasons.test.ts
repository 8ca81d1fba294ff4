import { describe, expect, it } from "vitest";
import { decimal as d } from "../../decimal.ts";
import type { InstrumentStatus } from "../../market.ts";
import { protectionStanding } from "../../protection/standing.ts";
import { restingStops } from "../../protection/resting-stop.ts";
import { VenueDesk } from "../../testing/venue-desk.ts";
import { protectionDueAt } from "./keep-protected.ts";

const at = (price: string) => ({ type: "price" as const, price: d(price) });

/** Two bitcoin bought at 100, with a stop at 95 that rests at the exchange and a target at 110. */
function position(): VenueDesk {
  const desk = new VenueDesk();
  const id = desk.open({
    side: "buy",
    timeInForce: "ioc",
    quantity: d("2"),
    limitPrice: d("100"),
    stop: at("95"),
    target: at("110"),
  });
  desk.book([desk.execution(id, "2", "100")]);
  take(desk, theStop(desk));
  return desk;
}

function theStop(desk: VenueDesk): string {
  const [stop] = restingStops(desk.state, "BTC");
  if (stop === undefined) {
    throw new Error("there is no stop");
  }
  return stop.id;
}

function take(desk: VenueDesk, orderId: string): void {
  desk.send(orderId);
  desk.accept(orderId);
}

function setPrice(desk: VenueDesk, mid: string, status: InstrumentStatus): void {
  desk.price("BTC/USD", mid);
  const view = desk.markets["BTC/USD"];
  if (view !== undefined) {
    desk.markets["BTC/USD"] = { ...view, instrument: { ...view.instrument, status } };
  }
}

/** A trade at the price is brought by the feed to the target that is watched. */
function tradeAt(desk: VenueDesk, mid: string): void {
  const trade = {
    id: 7,
    symbol: "BTC/USD",
    price: d(mid),
    quantity: d("1"),
    side: "buy" as const,
    time: desk.now,
  };
  const { version = 0 } = desk.state.protections["BTC"] ?? {};
  const orderId = `target/${desk.state.accountId}/BTC`;
  const delivery = { deliveryId: 1, orderId, version, symbol: "BTC/USD", trades: [trade] };
  desk.do({ type: "apply_prints", deliveries: [{ ...delivery, bid: null, ask: null, late: false }] });
}

function look(desk: VenueDesk, times: number, every: number): void {
  for (let index = 0; index < times; index += 1) {
    desk.now += every;
    desk.do({ type: "retry_waiting", symbol: "BTC/USD" });
  }
}

function causeOf(desk: VenueDesk): string | null {
  return desk.state.protections["BTC"]?.exit?.cause ?? null;
}

describe("reasons to sell a position", () => {
  it("of a target that was reached stands again once a Stop that flattens is over", () => {
    const desk = position();
    setPrice(desk, "110", "cancel_only");
    tradeAt(desk, "110");
    expect(causeOf(desk)).toBe("target");
    desk.do({ type: "stop_trading", mode: "flatten", alert: true, others: [] });
    expect(causeOf(desk)).toBe("flatten");
    desk.do({ type: "resume_trading", how: "wait", now: null });
    desk.do({ type: "retry_waiting", symbol: "BTC/USD" });
    expect(causeOf(desk)).toBe("target");
    setPrice(desk, "110", "online");
    look(desk, 2, 10_000);
    expect(desk.todo().some((work) => work.startsWith("send cancel"))).toBe(true);
  });

  it("of a target that is reached while the position could not leave past its stop outlives the price's coming back", () => {
    const desk = position();
    setPrice(desk, "94", "cancel_only");
    desk.report([desk.shown(theStop(desk), { status: "cancelled", closedAt: desk.now })]);
    desk.do({ type: "retry_waiting", symbol: "BTC/USD" });
    expect(causeOf(desk)).toBe("past_stop");
    desk.now += 3_000;
    setPrice(desk, "110", "cancel_only");
    tradeAt(desk, "110");
    setPrice(desk, "110", "online");
    look(desk, 3, 20_000);
    expect(desk.todo().some((work) => work.startsWith("send place"))).toBe(true);
    expect(protectionStanding(desk.state, "BTC").status).toBe("exiting");
  });

  it("are not of what is bought while the sale runs: that has levels of its own", () => {
    const desk = position();
    const stop = theStop(desk);
    setPrice(desk, "110", "online");
    tradeAt(desk, "110");
    desk.send(stop, "cancel");
    const more = { stop: at("105"), target: at("130"), limitPrice: d("111"), quantity: d("1") };
    const bought = desk.open({ side: "buy", timeInForce: "ioc", ...more });
    desk.book([desk.execution(bought, "1", "110")]);
    desk.report([desk.shown(stop, { status: "cancelled", closedAt: desk.now })]);
    sellAll(desk, "2", "110");
    look(desk, 12, 1_000);
    expect(causeOf(desk)).toBeNull();
    expect(desk.state.protections["BTC"]).toMatchObject({ stop: { price: "105" }, target: "130" });
    expect(desk.todo().filter((work) => work.startsWith("send cancel"))).toEqual([]);
  });

  it("are done once the sale of all that was there has sold it, whatever is bought meanwhile", () => {
    const desk = position();
    const stop = theStop(desk);
    setPrice(desk, "110", "online");
    tradeAt(desk, "110");
    desk.send(stop, "cancel");
    const bought = desk.open({ side: "buy", timeInForce: "ioc", quantity: d("1"), limitPrice: d("111") });
    desk.book([desk.execution(bought, "1", "110")]);
    desk.report([desk.shown(stop, { status: "cancelled", closedAt: desk.now })]);
    sellAll(desk, "2", "110");
    look(desk, 12, 1_000);
    expect(desk.holding("BTC").managed).toBe("1");
    expect(causeOf(desk)).toBeNull();
  });

  it("end with an alert where the rest is worth less than the smallest order, and are not tried for ever", () => {
    const desk = new VenueDesk();
    desk.buy("0.01", "100");
    setPrice(desk, "40", "online"); // 0.4 USD; the pair's smallest order is worth 0.5.
    desk.do({ type: "stop_trading", mode: "flatten", alert: true, others: [] });
    for (let index = 0; index < 100; index += 1) {
      desk.now += 60_000;
      setPrice(desk, "40", "online");
      if ((protectionDueAt(desk.state, desk.now - 1_000) ?? Infinity) <= desk.now) {
        desk.do({ type: "retry_waiting", symbol: "BTC/USD" });
      }
    }
    expect(desk.events.filter(({ type }) => type === "exit_wish_changed").length).toBeLessThan(3);
  });
});

/** The sale that waited goes out and is filled. */
function sellAll(desk: VenueDesk, quantity: string, mid: string): void {
  const sale =
    desk
      .todo()
      .find((work) => work.startsWith("send place"))
      ?.split(" ")[2] ?? "";
  take(desk, sale);
  desk.book([desk.execution(sale, quantity, mid)]);
  desk.report([desk.shown(sale, { status: "closed", filledQuantity: d(quantity), closedAt: desk.now })]);
}
