import { describe, expect, it } from "vitest";
import { decimal as d } from "../decimal.ts";
import { protectionStanding } from "../protection/standing.ts";
import { restingStops } from "../protection/resting-stop.ts";
import { Desk } from "../testing/desk.ts";
import { positionViews } from "./views.ts";
import { liveOrders } from "./open-orders.ts";

function desk(options: ConstructorParameters<typeof Desk>[0] = {}): Desk {
  return new Desk({ balance: "100000", taker: "0", maker: "0", ...options }).book(
    "BTC/USD",
    [
      ["99", "10"],
      ["98", "10"],
      ["90", "100"],
    ],
    [["100", "1000"]],
    "100",
  );
}

const stopAt = (price: string) => ({ type: "price" as const, price: d(price) });
const targetAt = (price: string) => ({ type: "price" as const, price: d(price) });

function stopOf(trader: Desk) {
  const [stop, ...more] = restingStops(trader.state, "BTC");
  expect(more).toEqual([]);
  return stop === undefined ? null : { quantity: stop.quantity, at: stop.triggerPrice };
}

describe("a stop that an entry brings", () => {
  it("rests with the first fill, for what is filled", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("2"), stop: stopAt("95") });
    expect(stopOf(trader)).toEqual({ quantity: "2", at: "95" });
    expect(protectionStanding(trader.state, "BTC")).toMatchObject({
      status: "protected",
      reason: null,
      stopNet: "desk",
      protectedQuantity: "2",
    });
  });

  it("waits with a resting entry and grows with its fills", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("2"), limitPrice: d("99.5"), stop: stopAt("95") });
    expect(stopOf(trader)).toBeNull();
    trader.print("BTC/USD", "99.4", "0.5");
    expect(stopOf(trader)).toEqual({ quantity: "0.5", at: "95" });
    trader.print("BTC/USD", "99.4", "1.5");
    expect(stopOf(trader)).toEqual({ quantity: "2", at: "95" });
  });

  it("comes to what a sale of a pair that is not in account currency buys", () => {
    const trader = desk({ limits: { defaultStopPercent: d("5") } });
    trader.book("ETH/USD", [["9.9", "500"]], [["10", "500"]]).book("ETH/BTC", [["0.1", "50"]], [["0.11", "50"]]);
    trader.place({ symbol: "ETH/USD", side: "buy", quantity: d("20") });
    expect(trader.state.protections["BTC"]).toBeUndefined();
    trader.place({ symbol: "ETH/BTC", side: "sell", quantity: d("10") });
    const managed = trader.state.holdings["BTC"]?.managed ?? d("0");
    expect(stopOf(trader)).toEqual({ quantity: managed, at: "95" });
    expect(protectionStanding(trader.state, "BTC")).toMatchObject({ status: "protected" });
  });

  it("stands where the trader's own stop order was, in words too, when there is none of the desk", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("2"), stop: null });
    expect(protectionStanding(trader.state, "BTC")).toMatchObject({ status: "unprotected", ownStop: null });
    trader.place({ side: "sell", type: "stop-loss", quantity: d("1.5"), triggerPrice: d("95") });
    expect(protectionStanding(trader.state, "BTC")).toMatchObject({ status: "partly", ownStop: null });
    trader.place({ side: "sell", type: "stop-loss", quantity: d("0.5"), triggerPrice: d("90") });
    expect(protectionStanding(trader.state, "BTC")).toMatchObject({
      status: "protected",
      ownStop: "90",
      reason: "Covered by 2 stop orders of yours.",
    });
  });

  it("keeps the trader's target when an add brings the default one", () => {
    const trader = desk({ limits: { defaultTargetPercent: d("10") } });
    trader.place({ side: "buy", quantity: d("1"), target: { type: "price", price: d("200") } });
    trader.place({ side: "buy", quantity: d("1") });
    expect(trader.state.protections["BTC"]?.target).toBe("200");
    trader.place({ side: "buy", quantity: d("1"), target: { type: "price", price: d("150") } });
    expect(trader.state.protections["BTC"]?.target).toBe("150");
  });

  it("lies so many percent under the fill, on the tick", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("1"), stop: { type: "percent", percent: d("5") } });
    expect(stopOf(trader)).toEqual({ quantity: "1", at: "95" });
  });

  it("is the account's default where nothing is said, and none where the trader says so", () => {
    const usual = desk({ limits: { defaultStopPercent: d("5") } });
    usual.place({ side: "buy", quantity: d("1") });
    expect(stopOf(usual)).toEqual({ quantity: "1", at: "95" });
    const bare = desk({ limits: { defaultStopPercent: d("5") } });
    bare.place({ side: "buy", quantity: d("1"), stop: null });
    expect(stopOf(bare)).toBeNull();
    expect(protectionStanding(bare.state, "BTC")).toMatchObject({ status: "unprotected" });
  });

  it.each([
    ["100", "PRICE_INVALID"],
    ["100.1", "PRICE_INVALID"],
    ["99.9", "accepted"],
  ])("at %s under an entry at 100: %s", (price, code) => {
    const trader = desk();
    expect(trader.codeOf(trader.tryPlace({ side: "buy", quantity: d("1"), stop: stopAt(price) }))).toBe(code);
  });

  it("at a price is refused on a pair that is not quoted in account currency; in percent it rests on the asset's own pair", () => {
    const trader = desk()
      .book("ETH/USD", [["9.9", "100"]], [["10", "100"]], "10")
      .book("ETH/BTC", [["0.099", "100"]], [["0.1", "100"]], "0.1");
    trader.place({ side: "buy", quantity: d("2"), stop: null });
    const wish = { symbol: "ETH/BTC", side: "buy", quantity: d("1") } as const;
    expect(trader.tryPlace({ ...wish, stop: stopAt("0.09") })).toMatchObject({ problem: { code: "PRICE_INVALID" } });
    trader.place({ ...wish, stop: { type: "percent", percent: d("5") } });
    const [stop] = restingStops(trader.state, "ETH");
    expect(stop).toMatchObject({ symbol: "ETH/USD", quantity: "1", triggerPrice: "9.5" });
  });

  it("of a second entry takes the place of the first when it is named; the default never lowers it", () => {
    const trader = desk({ limits: { defaultStopPercent: d("5") } });
    trader.place({ side: "buy", quantity: d("1"), stop: stopAt("97") });
    trader.place({ side: "buy", quantity: d("1") });
    expect(stopOf(trader)).toEqual({ quantity: "2", at: "97" });
    trader.place({ side: "buy", quantity: d("1"), stop: stopAt("90") });
    expect(stopOf(trader)).toEqual({ quantity: "3", at: "90" });
  });
});

describe("a stop that is reached", () => {
  it("sells at the first market after the print, and the position is gone with its protection", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("2"), stop: stopAt("95") });
    trader.print("BTC/USD", "95.1", "1");
    expect(trader.total("BTC")).toBe("2");
    trader.print("BTC/USD", "95", "1");
    expect(trader.total("BTC")).toBe("0");
    expect(trader.fills().at(-1)).toMatchObject({ side: "sell", price: "99", origin: "stop" });
    expect(trader.state.protections).toEqual({});
  });

  it("ignores prints from before it was armed", () => {
    const trader = desk();
    const early = trader.trade("BTC/USD", "90", "1");
    trader.place({ side: "buy", quantity: d("1"), stop: stopAt("95") });
    trader.do({ type: "apply_prints", deliveries: trader.deliveries([early]) });
    expect(trader.total("BTC")).toBe("1");
  });

  it("waits for a market when there is none and sells when it is back, labelled late after our own downtime", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("1"), stop: stopAt("95") });
    trader.stale("BTC/USD");
    trader.print("BTC/USD", "94", "1", true);
    expect(protectionStanding(trader.state, "BTC")).toMatchObject({ status: "exiting" });
    expect(positionViews(trader.state)[0]).toMatchObject({ quantity: "1" });
    trader.book("BTC/USD", [["93", "10"]], [["94", "10"]], "93.5");
    trader.do({ type: "retry_waiting", symbol: "BTC/USD" });
    expect(trader.total("BTC")).toBe("0");
    expect(trader.fills().at(-1)).toMatchObject({ price: "93" });
  });

  it("goes on selling where the book is too thin, as an emergency exit", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("3"), stop: stopAt("95") });
    trader.book("BTC/USD", [["94", "1"]], [["100", "10"]], "94.2");
    trader.print("BTC/USD", "94", "1");
    expect(trader.total("BTC")).toBe("2");
    expect(protectionStanding(trader.state, "BTC")).toMatchObject({ status: "exiting" });
    trader.book("BTC/USD", [["93", "5"]], [["100", "10"]], "93.2");
    trader.do({ type: "retry_waiting", symbol: "BTC/USD" });
    expect(trader.total("BTC")).toBe("0");
    expect(trader.events.some((event) => event.type === "alert_raised")).toBe(true);
  });
});

describe("a trailing stop", () => {
  it("only ever moves in favour: 100, 110, 108, 120 at 5 % is 95, 104.5, 104.5, 114", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("1"), stop: { type: "trailing", percent: d("5") } });
    const levels = ["100", "110", "108", "120"].map((price) => {
      trader.print("BTC/USD", price, "0.1");
      return restingStops(trader.state, "BTC")[0]?.triggerPrice;
    });
    expect(levels).toEqual(["95", "104.5", "104.5", "114"]);
    trader.print("BTC/USD", "114", "0.1");
    expect(trader.total("BTC")).toBe("0");
  });
});

describe("a trailing stop whose trades come together", () => {
  it("sells at the low between two highs, which is over its old level and under the one that the first high made", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("1"), stop: { type: "trailing", percent: d("5") } });
    const trades = ["110", "99", "111"].map((price) => trader.trade("BTC/USD", price, "0.1"));
    trader.do({ type: "apply_prints", deliveries: trader.deliveries(trades, true) });
    expect(trader.events.find(({ type }) => type === "order_triggered")).toMatchObject({ price: "99", late: true });
    expect(trader.total("BTC")).toBe("0");
  });
});

describe("a target", () => {
  it("sells the position when the last trade reaches it; the stop gives way", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("2"), stop: stopAt("95"), target: targetAt("110") });
    trader.book("BTC/USD", [["109", "10"]], [["111", "10"]], "110");
    trader.print("BTC/USD", "109.9", "1");
    expect(trader.total("BTC")).toBe("2");
    trader.print("BTC/USD", "110", "1");
    expect(trader.total("BTC")).toBe("0");
    expect(trader.fills().at(-1)).toMatchObject({ price: "109", origin: "target" });
    expect(liveOrders(trader.state.orders)).toEqual([]);
  });

  it("protects what could not be sold", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("2"), stop: stopAt("95"), target: targetAt("110") });
    trader.book("BTC/USD", [["109", "0.5"]], [["111", "10"]], "110");
    trader.print("BTC/USD", "110", "1");
    expect(trader.total("BTC")).toBe("1.5");
    expect(stopOf(trader)).toEqual({ quantity: "1.5", at: "95" });
  });
});

describe("other sales", () => {
  it("make the stop smaller, never drop it: stop and sales together are never more than the position", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("2"), stop: stopAt("95") });
    const sale = trader.place({ side: "sell", quantity: d("0.5"), limitPrice: d("120") });
    expect(stopOf(trader)).toEqual({ quantity: "1.5", at: "95" });
    expect(protectionStanding(trader.state, "BTC")).toMatchObject({ status: "partly", protectedQuantity: "1.5" });
    trader.do({ type: "cancel_order", orderId: sale });
    expect(stopOf(trader)).toEqual({ quantity: "2", at: "95" });
  });

  it("closing half leaves the stop on the other half", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("2"), stop: stopAt("95") });
    trader.do({ type: "close_position", asset: "BTC", percent: 50 });
    expect(stopOf(trader)).toEqual({ quantity: "1", at: "95" });
  });

  it("under the pair's minimum nothing can rest, and the position says so", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("0.01004"), stop: stopAt("95") });
    trader.place({ side: "sell", quantity: d("0.01") });
    expect(stopOf(trader)).toBeNull();
    expect(protectionStanding(trader.state, "BTC")).toMatchObject({ status: "unprotected" });
  });
});

describe("changing what protects", () => {
  it("moves the stop, adds a target, takes them away", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("2"), stop: stopAt("95") });
    trader.do({ type: "protect_position", asset: "BTC", stop: stopAt("96"), target: targetAt("120") });
    expect(stopOf(trader)).toEqual({ quantity: "2", at: "96" });
    expect(protectionStanding(trader.state, "BTC")).toMatchObject({ target: "120" });
    trader.do({ type: "protect_position", asset: "BTC", stop: null });
    expect(stopOf(trader)).toBeNull();
    expect(protectionStanding(trader.state, "BTC")).toMatchObject({ status: "unprotected", target: "120" });
  });

  it("by cancelling the stop's order takes the stop away, and says who did", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("2"), stop: stopAt("95") });
    const [stop] = restingStops(trader.state, "BTC");
    trader.do({ type: "cancel_order", orderId: stop?.id ?? "" });
    expect(stopOf(trader)).toBeNull();
    expect(trader.state.protections["BTC"]).toMatchObject({ stop: null });
  });

  it("by amending the stop's order moves the level and refuses another size", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("2"), stop: stopAt("95") });
    const orderId = restingStops(trader.state, "BTC")[0]?.id ?? "";
    expect(trader.codeOf(trader.do({ type: "amend_order", orderId, request: { quantity: d("1") } }))).toBe(
      "BAD_REQUEST",
    );
    trader.do({ type: "amend_order", orderId, request: { triggerPrice: d("97") } });
    expect(stopOf(trader)).toEqual({ quantity: "2", at: "97" });
  });

  it("refuses a stop above the market and a position that is not there", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("2") });
    expect(trader.codeOf(trader.do({ type: "protect_position", asset: "BTC", stop: stopAt("101") }))).toBe(
      "PRICE_INVALID",
    );
    expect(trader.codeOf(trader.do({ type: "protect_position", asset: "ETH", stop: stopAt("1") }))).toBe(
      "NOTHING_TO_CLOSE",
    );
  });

  it("leaves stops in place when all orders are cancelled", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("2"), stop: stopAt("95") });
    trader.place({ side: "buy", quantity: d("1"), limitPrice: d("80") });
    trader.do({ type: "cancel_all", symbol: null });
    expect(stopOf(trader)).toEqual({ quantity: "2", at: "95" });
    expect(liveOrders(trader.state.orders).map(({ id }) => id)).toHaveLength(1);
  });
});

describe("triggered orders of the trader's own, on paper", () => {
  it("a stop-loss sale sells at the market, its limit form rests at its limit", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("2") });
    const market = trader.place({ side: "sell", type: "stop-loss", quantity: d("1"), triggerPrice: d("95") });
    const limit = trader.place({
      side: "sell",
      type: "stop-loss-limit",
      quantity: d("1"),
      triggerPrice: d("96"),
      limitPrice: d("99.5"),
    });
    expect(trader.open(market)).toMatchObject({ status: "open", type: "stop-loss" });
    trader.print("BTC/USD", "96", "0.1");
    expect(trader.open(limit)).toMatchObject({ status: "open", queue: { ahead: "0" } });
    trader.print("BTC/USD", "95", "0.1");
    expect(trader.order(market)).toMatchObject({ status: "filled", averagePrice: "99" });
    trader.print("BTC/USD", "99.6", "5");
    expect(trader.order(limit)).toMatchObject({ status: "filled", averagePrice: "99.5" });
  });

  it("a take-profit sale fires above, a stop-loss buy above, a take-profit buy below", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("1") });
    const profit = trader.place({ side: "sell", type: "take-profit", quantity: d("1"), triggerPrice: d("110") });
    const breakout = trader.place({
      side: "buy",
      type: "stop-loss",
      quantity: d("1"),
      triggerPrice: d("105"),
      stop: null,
    });
    const dip = trader.place({ side: "buy", type: "take-profit", quantity: d("1"), triggerPrice: d("90"), stop: null });
    trader.print("BTC/USD", "105", "1");
    expect(trader.order(breakout).status).toBe("filled");
    trader.print("BTC/USD", "110", "1");
    expect(trader.order(profit).status).toBe("filled");
    trader.print("BTC/USD", "90", "1");
    expect(trader.order(dip).status).toBe("filled");
  });

  it("a trigger that the last trade has passed already is refused", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("1") });
    expect(
      trader.codeOf(trader.tryPlace({ side: "sell", type: "stop-loss", quantity: d("1"), triggerPrice: d("101") })),
    ).toBe("PRICE_INVALID");
  });

  it("a triggered buy never costs more than there is", () => {
    const trader = desk({ balance: "1000" }).book("BTC/USD", [["99", "10"]], [["100", "100"]], "100");
    const order = trader.place({
      side: "buy",
      type: "stop-loss",
      quantity: d("9"),
      triggerPrice: d("105"),
      stop: null,
    });
    trader.book("BTC/USD", [["198", "10"]], [["200", "100"]], "199");
    trader.print("BTC/USD", "199", "1");
    expect(trader.order(order)).toMatchObject({ filledQuantity: "5" });
    expect(trader.total("USD")).toBe("0");
  });
});

describe("how far a trailing stop has come", () => {
  /** One bitcoin bought at 100 that trails by 5 %, after a trade at 120. */
  function risen(): Desk {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("1"), stop: { type: "trailing", percent: d("5") } });
    trader.print("BTC/USD", "120", "1");
    return trader;
  }

  it("is what the position shows, and what its figures are by", () => {
    const trader = risen();
    expect(stopOf(trader)).toEqual({ quantity: "1", at: "114" });
    expect(protectionStanding(trader.state, "BTC").stop).toEqual({ type: "trailing", price: "114", percent: "5" });
  });

  it("is kept while another sale holds what it covers, and its next order begins there", () => {
    const trader = risen();
    trader.book("BTC/USD", [["118", "10"]], [["119", "10"]], "118");
    const sale = trader.place({ side: "sell", quantity: d("1"), limitPrice: d("130") });
    expect(stopOf(trader)).toBeNull();
    trader.do({ type: "cancel_order", orderId: sale });
    expect(stopOf(trader)).toEqual({ quantity: "1", at: "114" });
  });

  it("sells at once what fell through it meanwhile", () => {
    const trader = risen();
    trader.book("BTC/USD", [["118", "10"]], [["119", "10"]], "118");
    const sale = trader.place({ side: "sell", quantity: d("1"), limitPrice: d("130") });
    trader.book("BTC/USD", [["100", "10"]], [["101", "10"]], "100");
    trader.do({ type: "cancel_order", orderId: sale });
    expect(trader.total("BTC")).toBe("0");
  });

  it("does not fall when the same distance is asked for again, by a change or by another entry", () => {
    const trader = risen();
    trader.book("BTC/USD", [["116", "10"]], [["117", "10"]], "116");
    const stop = { type: "trailing" as const, percent: d("5") };
    trader.do({ type: "protect_position", asset: "BTC", stop, target: targetAt("150") });
    expect(stopOf(trader)).toEqual({ quantity: "1", at: "114" });
    trader.place({ side: "buy", quantity: d("1"), stop });
    expect(stopOf(trader)).toEqual({ quantity: "2", at: "114" });
    trader.do({ type: "protect_position", asset: "BTC", stop: { type: "trailing", percent: d("10") } });
    expect(stopOf(trader)?.at).toBe("104.4");
  });
});

describe("a sale that takes the place of the stop", () => {
  const sentence = (quantity: string): string =>
    `While this sale rests, ${quantity} BTC of the position has no stop. A target keeps the stop: the desk watches it and sells there.`;

  it("says how much of the position has no stop while it rests", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("2"), stop: stopAt("95") });
    trader.place({ side: "sell", quantity: d("0.5"), limitPrice: d("130") });
    expect(trader.notices).toEqual([sentence("0.5")]);
    trader.place({ side: "sell", quantity: d("1.5"), type: "take-profit", triggerPrice: d("140") });
    expect(trader.notices).toEqual([sentence("1.5")]);
  });

  it("says nothing where it is sold at once, or where there was no stop", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("2"), stop: stopAt("95") });
    trader.place({ side: "sell", quantity: d("1"), limitPrice: d("98") });
    expect(trader.notices).toEqual([]);
    trader.do({ type: "protect_position", asset: "BTC", stop: null });
    trader.place({ side: "sell", quantity: d("1"), limitPrice: d("130") });
    expect(trader.notices).toEqual([]);
  });
});
