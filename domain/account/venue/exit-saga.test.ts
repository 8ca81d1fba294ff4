/** TRADING §4 "An exit is a persisted saga", step by step, with every outcome of a step that is not known. */
import { describe, expect, it } from "vitest";
import { decimal as d } from "../../decimal.ts";
import { nakedness } from "../../protection/naked.ts";
import { protectionStanding } from "../../protection/standing.ts";
import { restingStops } from "../../protection/resting-stop.ts";
import { VenueDesk } from "../../testing/venue-desk.ts";
import type { OpenOrder } from "../state.ts";
import { liveOrders } from "../open-orders.ts";

const STOP_AGAIN_MS = 10_000;
const stopAt = (price: string) => ({ type: "price" as const, price: d(price) });

function theStop(desk: VenueDesk): OpenOrder {
  const [stop, ...more] = restingStops(desk.state, "BTC");
  if (stop === undefined || more.length > 0) {
    throw new Error(`there are ${more.length + (stop === undefined ? 0 : 1)} stops`);
  }
  return stop;
}

/** Two bitcoin bought at 100 whose stop at 95 the exchange has taken. */
function protectedDesk(): { readonly desk: VenueDesk; readonly stop: string } {
  const desk = new VenueDesk();
  const id = desk.open({ side: "buy", timeInForce: "ioc", quantity: d("2"), limitPrice: d("100"), stop: stopAt("95") });
  desk.book([desk.execution(id, "2", "100")]);
  const stop = theStop(desk).id;
  desk.send(stop);
  desk.accept(stop);
  return { desk, stop };
}

/** An exit whose stop is gone for sure. */
function releasedExit(): { readonly desk: VenueDesk; readonly exit: string } {
  const { desk, stop } = protectedDesk();
  const exit = desk.close("BTC");
  desk.send(stop, "cancel");
  desk.report([desk.shown(stop, { status: "cancelled", closedAt: desk.now })]);
  expect(desk.todo()).toEqual([`send place ${exit}`]);
  return { desk, exit };
}

function pass(desk: VenueDesk, milliseconds: number): void {
  desk.now += milliseconds;
  desk.do({ type: "drop_overdue" });
}

function sales(desk: VenueDesk): readonly string[] {
  return desk.todo().filter((item) => item.startsWith("send place"));
}

describe("a step of an exit whose outcome is not known", () => {
  it("sells nothing while the stop's cancel may or may not have arrived, for however long", () => {
    const { desk, stop } = protectedDesk();
    desk.close("BTC");
    desk.send(stop, "cancel");
    desk.fail(stop, "ambiguous", "cancel");
    for (let look = 0; look < 10; look += 1) {
      expect(sales(desk)).toEqual([]);
      pass(desk, 3_000);
    }
    expect(desk.live(stop).type).toBe("stop-loss");
  });

  it("sells nothing while the stop's amend may or may not have arrived, and what is left of both is the position at most", () => {
    const { desk, stop } = protectedDesk();
    const exit = desk.close("BTC", 50);
    desk.send(stop, "amend");
    desk.fail(stop, "ambiguous", "amend");
    expect(sales(desk)).toEqual([]);
    desk.report([desk.shown(stop, { quantity: d("1") })]);
    expect(sales(desk)).toEqual([`send place ${exit}`]);
    expect([desk.live(stop).quantity, desk.live(exit).quantity]).toEqual(["1", "1"]);
  });

  it("neither sells again nor places a stop while the exit itself may have been taken", () => {
    const { desk, exit } = releasedExit();
    desk.send(exit);
    desk.fail(exit, "ambiguous");
    pass(desk, STOP_AGAIN_MS + 1);
    expect(desk.codeOf(desk.do({ type: "close_position", asset: "BTC", percent: 100 }))).not.toBe("accepted");
    expect(restingStops(desk.state, "BTC")).toEqual([]);
    expect(sales(desk)).toEqual([]);
    // Nobody is left to believe that all is well.
    expect(desk.alerts().filter(({ about }) => about === "unprotected")).toHaveLength(1);
    desk.book([desk.execution(exit, "2", "98")]);
    expect(desk.holding("BTC").managed).toBe("0");
  });
});

describe("an exit that is not accepted after the stop has gone", () => {
  it("that never left the queue is dropped and the stop is placed again within 10 s", () => {
    const { desk, exit } = releasedExit();
    const from = desk.now;
    while (restingStops(desk.state, "BTC").length === 0) {
      pass(desk, 500);
      expect(desk.now - from).toBeLessThanOrEqual(STOP_AGAIN_MS);
    }
    expect(desk.order(exit).status).not.toBe("submitting");
    expect(theStop(desk)).toMatchObject({ quantity: "2", triggerPrice: "95" });
    expect(sales(desk)).toEqual([`send place ${theStop(desk).id}`]);
  });

  it("that the exchange refuses leaves the stop in its place in the same turn", () => {
    const { desk, exit } = releasedExit();
    desk.send(exit);
    desk.fail(exit, "refused");
    expect(theStop(desk)).toMatchObject({ quantity: "2", triggerPrice: "95" });
  });

  it("that the exchange tells to wait is given up in time, and the stop is placed again within 10 s", () => {
    const { desk, exit } = releasedExit();
    const from = desk.now;
    desk.send(exit);
    desk.fail(exit, "wait", "place", desk.now + 60_000);
    while (restingStops(desk.state, "BTC").length === 0) {
      pass(desk, 500);
      expect(desk.now - from).toBeLessThanOrEqual(STOP_AGAIN_MS);
    }
    expect(theStop(desk).quantity).toBe("2");
  });

  it("that sold a part protects the rest, at the stop's level, in the turn in which its end is known", () => {
    const { desk, exit } = releasedExit();
    desk.send(exit);
    desk.accept(exit);
    desk.book([desk.execution(exit, "0.7", "99")]);
    desk.report([desk.shown(exit, { status: "cancelled", filledQuantity: d("0.7"), closedAt: desk.now })]);
    expect(theStop(desk)).toMatchObject({ quantity: "1.3", triggerPrice: "95" });
  });
});

describe("one saga per asset", () => {
  it("a second exit joins the first at each of its steps", () => {
    const { desk, stop } = protectedDesk();
    const again = (): string => desk.codeOf(desk.do({ type: "close_position", asset: "BTC", percent: 100 }));
    const exit = desk.close("BTC");
    expect(again()).toBe("NOTHING_TO_CLOSE");
    desk.send(stop, "cancel");
    expect(again()).toBe("NOTHING_TO_CLOSE");
    desk.report([desk.shown(stop, { status: "cancelled", closedAt: desk.now })]);
    expect(again()).toBe("NOTHING_TO_CLOSE");
    desk.send(exit);
    expect(again()).toBe("NOTHING_TO_CLOSE");
    desk.accept(exit);
    expect(again()).toBe("NOTHING_TO_CLOSE");
    expect(liveOrders(desk.state.orders).map(({ id }) => id)).toEqual([exit]);
  });

  it("a Stop that flattens joins an exit that is on its way", () => {
    const { desk, exit } = releasedExit();
    desk.do({ type: "stop_trading", mode: "flatten", alert: true, others: [] });
    expect(liveOrders(desk.state.orders).map(({ id }) => id)).toEqual([exit]);
  });
});

describe("what a stop at the exchange is for", () => {
  it("is what is managed and on hand, whichever is less: orders made by hand keep their part back", () => {
    const { desk, stop } = protectedDesk();
    expect(desk.live(stop).quantity).toBe("2");
    const {
      venueOrderId: _known,
      clientOrderId: _ours,
      ...byHand
    } = desk.shown(stop, { type: "limit", quantity: d("0.5") });
    desk.report([{ ...byHand, venueOrderId: "O-HAND", clientOrderId: null, limitPrice: d("130"), triggerPrice: null }]);
    desk.do({ type: "drop_overdue" });
    expect(desk.live(stop).venue?.amend).toMatchObject({ quantity: "1.5" });
    desk.send(stop, "amend");
    desk.accept(stop, "amend");
    expect(nakedness(desk.state, "BTC")).toEqual({ owed: "0", left: "0.5" });
  });

  it("is nothing while the position is under the pair's minimum, which it says, and all of it from the fill that reaches it", () => {
    const desk = new VenueDesk();
    const id = desk.open({
      side: "buy",
      timeInForce: "ioc",
      quantity: d("2"),
      limitPrice: d("100"),
      stop: stopAt("95"),
    });
    desk.book([desk.execution(id, "0.00004", "100")]);
    expect(restingStops(desk.state, "BTC")).toEqual([]);
    const { status, reason } = protectionStanding(desk.state, "BTC");
    expect([status, reason]).toEqual([
      "unprotected",
      "Too small: 0.00004 BTC is under the smallest order of the pair.",
    ]);
    desk.book([desk.execution(id, "0.01", "100")]);
    expect(theStop(desk).quantity).toBe("0.01004");
  });

  it("is rounded down to the pair's lot", () => {
    const desk = new VenueDesk();
    const id = desk.open({
      side: "buy",
      timeInForce: "ioc",
      quantity: d("2"),
      limitPrice: d("100"),
      stop: stopAt("95"),
    });
    const fees = [{ asset: "BTC", amount: d("0.0000000049") }];
    desk.book([desk.execution(id, "1", "100", { fees })]);
    expect(desk.holding("BTC").managed).toBe("0.9999999951");
    expect(theStop(desk).quantity).toBe("0.99999999");
  });
});
