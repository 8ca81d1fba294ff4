import { describe, expect, it } from "vitest";
import { decimal as d } from "../decimal.ts";
import { positionViews } from "../account/views.ts";
import { Desk } from "../testing/desk.ts";
import { VenueDesk } from "../testing/venue-desk.ts";
import { nakedness } from "./naked.ts";
import { NAKED_BOUND_MS, nakedSince } from "./naked-time.ts";
import { nakedAlertDueAt } from "./naked-watch.ts";
import { restingStops } from "./resting-stop.ts";

const stopAt = (price: string) => ({ type: "price" as const, price: d(price) });
const ALERTS_AFTER_MS = NAKED_BOUND_MS + 1;

/** An entry that rests at the exchange and brings a stop at 95. */
function enteredDesk(quantity = "2"): { readonly desk: VenueDesk; readonly entry: string } {
  const desk = new VenueDesk();
  return {
    desk,
    entry: desk.open({
      side: "buy",
      timeInForce: "ioc",
      quantity: d(quantity),
      limitPrice: d("100"),
      stop: stopAt("95"),
    }),
  };
}

function stopOf(desk: VenueDesk): string {
  const [stop] = restingStops(desk.state, "BTC");
  if (stop === undefined) {
    throw new Error("there is no stop");
  }
  return stop.id;
}

function accept(desk: VenueDesk): void {
  const id = stopOf(desk);
  desk.send(id);
  desk.accept(id);
}

function told(desk: VenueDesk): readonly string[] {
  return desk.alerts().flatMap(({ about, message }) => (about === "unprotected" ? message : []));
}

function pass(desk: VenueDesk, milliseconds: number): void {
  desk.now += milliseconds;
  desk.do({ type: "drop_overdue" });
}

describe("naked quantity at an exchange", () => {
  it("is what the exchange has accepted no stop for, from the fill on", () => {
    const { desk, entry } = enteredDesk();
    desk.book([desk.execution(entry, "2", "100")]);
    const from = desk.now;
    expect(nakedness(desk.state, "BTC")).toEqual({ owed: "2", left: "0" });
    desk.now += 300;
    accept(desk);
    expect(nakedness(desk.state, "BTC")).toEqual({ owed: "0", left: "0" });
    expect(desk.state.naked.longest).toEqual({ asset: "BTC", milliseconds: 300, endedAt: desk.now });
    expect(positionViews(desk.state)[0]?.protection.naked).toMatchObject({
      owed: "0",
      owedSince: null,
      longestMs: 300,
      quantitySeconds: "0.6",
    });
    expect(desk.now - from).toBe(300);
  });

  it("counts from the execution and not from when the desk heard of it, and is told at once when that is over the bound", () => {
    const { desk, entry } = enteredDesk();
    const at = desk.now;
    desk.now += 25_000;
    desk.book([desk.execution(entry, "2", "100", { time: at })]);
    expect(told(desk)).toEqual([
      "2 BTC (about 200.00 USD) has had no stop for 25 s: its stop at 95 is on its way and the exchange has not accepted it.",
    ]);
  });

  it("alerts beyond 10 s, not at 10 s, once, and names why", () => {
    const { desk, entry } = enteredDesk();
    desk.book([desk.execution(entry, "2", "100")]);
    const id = stopOf(desk);
    desk.send(id);
    desk.fail(id, "ambiguous");
    expect(nakedAlertDueAt(desk.state)).toBe(desk.now + ALERTS_AFTER_MS);
    pass(desk, NAKED_BOUND_MS);
    expect(told(desk)).toEqual([]);
    pass(desk, 1);
    expect(told(desk)).toEqual([expect.stringContaining("was sent and what became of it is not known")]);
    expect(desk.alerts().at(-1)).toMatchObject({ severity: "critical", about: "unprotected", asset: "BTC" });
    pass(desk, 60_000);
    expect(told(desk)).toHaveLength(1);
    expect(nakedAlertDueAt(desk.state)).toBeNull();
  });

  it("alerts again when the stop is lost a second time", () => {
    const { desk, entry } = enteredDesk();
    desk.book([desk.execution(entry, "2", "100")]);
    pass(desk, ALERTS_AFTER_MS);
    accept(desk);
    pass(desk, 1_000);
    const first = stopOf(desk);
    desk.report([desk.shown(first, { status: "cancelled", closedAt: desk.now })]);
    expect(nakedness(desk.state, "BTC").owed).toBe("2");
    pass(desk, ALERTS_AFTER_MS);
    expect(told(desk)).toHaveLength(2);
  });

  it("says that a stop was refused, with the exchange's words", () => {
    const { desk, entry } = enteredDesk();
    desk.book([desk.execution(entry, "2", "100")]);
    for (let again = 0; again < 2; again += 1) {
      const id = stopOf(desk);
      desk.send(id);
      desk.fail(id, "refused");
      pass(desk, again === 0 ? 10_000 : 1);
    }
    expect(told(desk)).toEqual([expect.stringMatching(/^2 BTC .* for 10 s: its stop at 95 was refused: Kraken says/u)]);
  });

  it("says that the exchange is not connected", () => {
    const { desk, entry } = enteredDesk();
    desk.book([desk.execution(entry, "2", "100")]);
    desk.do({ type: "change_connection", status: "suspended", reason: "The key is locked.", retryAt: null });
    pass(desk, ALERTS_AFTER_MS);
    expect(told(desk)).toEqual([expect.stringContaining("its stop at 95 cannot be placed. The key is locked.")]);
  });

  it("of an entry that goes on filling stays within the bound, because its stop follows every 5 s", () => {
    const { desk, entry } = enteredDesk("40");
    for (let second = 0; second < 40; second += 1) {
      desk.book([desk.execution(entry, "1", "100")]);
      const id = stopOf(desk);
      for (const action of ["place", "amend"] as const) {
        if (desk.todo().includes(`send ${action} ${id}`)) {
          desk.send(id, action);
          desk.accept(id, action);
        }
      }
      pass(desk, 1_000);
    }
    expect(told(desk)).toEqual([]);
    expect(desk.state.naked.longest?.milliseconds).toBeLessThanOrEqual(6_000);
    expect(desk.state.naked.longest?.milliseconds).toBeGreaterThanOrEqual(4_000);
  });

  it("is there between the confirmed cancel of a stop and the accepted exit, and not before", () => {
    const { desk, entry } = enteredDesk();
    desk.book([desk.execution(entry, "2", "100")]);
    accept(desk);
    const stop = stopOf(desk);
    const exit = desk.close("BTC");
    desk.send(stop, "cancel");
    expect(nakedness(desk.state, "BTC").owed).toBe("0");
    desk.report([desk.shown(stop, { status: "cancelled", closedAt: desk.now })]);
    expect(nakedness(desk.state, "BTC").owed).toBe("2");
    expect(
      nakedSince(desk.state.naked.positions["BTC"]?.owed ?? { lots: [], quantitySeconds: d("0"), longestMs: 0 }),
    ).toBe(desk.now);
    desk.now += 2_000;
    desk.send(exit);
    desk.accept(exit);
    expect(nakedness(desk.state, "BTC")).toEqual({ owed: "0", left: "0" });
    desk.book([desk.execution(exit, "2", "99")]);
    expect(desk.state.naked.positions).toEqual({});
    expect(desk.state.naked.longest?.milliseconds).toBe(2_000);
  });
});

describe("what is left without a stop", () => {
  it("because none is wanted is shown with its time and never alerts", () => {
    const desk = new VenueDesk();
    desk.buy("2");
    const from = desk.now;
    pass(desk, 3_600_000);
    expect(nakedness(desk.state, "BTC")).toEqual({ owed: "0", left: "2" });
    expect(positionViews(desk.state)[0]?.protection.naked).toMatchObject({ left: "2", leftSince: from, owed: "0" });
    expect(told(desk)).toEqual([]);
  });

  it("counts as owed from when a stop is wanted, not from the entry", () => {
    const desk = new VenueDesk();
    desk.buy("2");
    pass(desk, 3_600_000);
    desk.do({ type: "protect_position", asset: "BTC", stop: stopAt("95") });
    expect(nakedAlertDueAt(desk.state)).toBe(desk.now + ALERTS_AFTER_MS);
    expect(told(desk)).toEqual([]);
  });

  it("because an own order holds it, or because it is under the pair's minimum, is not owed", () => {
    const { desk, entry } = enteredDesk();
    desk.book([desk.execution(entry, "0.00004", "100")]);
    expect(nakedness(desk.state, "BTC")).toEqual({ owed: "0", left: "0.00004" });
    desk.book([desk.execution(entry, "1.99996", "100")]);
    accept(desk);
    const stop = stopOf(desk);
    const sale = desk.place({ side: "sell", quantity: d("0.5"), limitPrice: d("110") });
    desk.send(stop, "amend");
    desk.accept(stop, "amend");
    desk.send(sale);
    desk.accept(sale);
    expect(nakedness(desk.state, "BTC")).toEqual({ owed: "0", left: "0.5" });
  });

  it("is nothing where a stop of the trader's own placing stands for it", () => {
    const desk = new VenueDesk();
    desk.buy("2");
    desk.open({ side: "sell", type: "stop-loss", quantity: d("1.5"), triggerPrice: d("90") });
    expect(nakedness(desk.state, "BTC")).toEqual({ owed: "0", left: "0.5" });
  });
});

describe("naked quantity on paper", () => {
  function paper(): Desk {
    return new Desk({ balance: "100000" }).book("BTC/USD", [["99", "10"]], [["100", "1000"]], "100");
  }

  it("is none for any time: the stop stands in the turn of the fill, and an exit takes its place in one turn", () => {
    const desk = paper();
    desk.place({ side: "buy", quantity: d("2"), stop: stopAt("95") });
    desk.now += 5_000;
    desk.place({ side: "buy", quantity: d("3") });
    desk.do({ type: "close_position", asset: "BTC", percent: 50 });
    expect(desk.state.naked.longest).toBeNull();
    expect(nakedness(desk.state, "BTC")).toEqual({ owed: "0", left: "0" });
  });

  it("grows while there is no market in which the stop can be armed, and is told", () => {
    const desk = paper();
    desk.place({ side: "buy", quantity: d("2") });
    const { "BTC/USD": market } = desk.markets;
    delete desk.markets["BTC/USD"];
    desk.do({ type: "protect_position", asset: "BTC", stop: stopAt("95") });
    expect(nakedness(desk.state, "BTC")).toEqual({ owed: "2", left: "0" });
    desk.now += ALERTS_AFTER_MS;
    desk.do({ type: "retry_waiting", symbol: "BTC/USD" });
    const alert = desk.events.find((event) => event.type === "alert_raised");
    expect(alert?.message).toBe(
      "2 BTC (about 190.00 USD) has had no stop for 10 s: its stop at 95 waits for a price, because there is no market just now.",
    );
    if (market !== undefined) {
      desk.markets["BTC/USD"] = market;
    }
    desk.do({ type: "retry_waiting", symbol: "BTC/USD" });
    expect(nakedness(desk.state, "BTC")).toEqual({ owed: "0", left: "0" });
    expect(desk.state.naked.longest?.milliseconds).toBe(ALERTS_AFTER_MS);
  });

  it("begins anew with a reset account", () => {
    const desk = paper();
    desk.place({ side: "buy", quantity: d("2") });
    desk.do({ type: "reset_account", startingBalance: d("10000") });
    expect(desk.state.naked).toEqual({ positions: {}, longest: null });
  });
});
