import { describe, expect, it } from "vitest";
import { decimal as d } from "../../decimal.ts";
import { orderRequest } from "../../testing/desk.ts";
import { VenueDesk } from "../../testing/venue-desk.ts";
import { decide } from "../decide.ts";
import { targetRows } from "../watched-levels.ts";
import { liveOrders } from "../open-orders.ts";

const limitBuy = { side: "buy", quantity: d("1"), limitPrice: d("100") } as const;
const byHand = { venueOrderId: "HAND", clientOrderId: null } as const;

describe("an entry", () => {
  it("is denied while the account is being read, before its fees are known, and while it is suspended", () => {
    const desk = new VenueDesk(null);
    desk.do({ type: "change_connection", status: "trading", reason: null, retryAt: null });
    expect(desk.state.venue?.connection.status).toBe("connecting");
    const balances = [{ asset: "USD", total: d("1000") }];
    desk.do({ type: "find_holdings", balances });
    expect(desk.tryPlace(limitBuy)).toMatchObject({
      problem: { message: "Kraken has not told this account's fees yet. Try again in a moment." },
    });
    const fees = [{ symbol: "ETH/USD", takerPercent: d("0.4"), makerPercent: d("0.25") }];
    desk.do({ type: "learn_fees", fees });
    expect(desk.codeOf(desk.tryPlace(limitBuy))).toBe("accepted");
    desk.do({ type: "change_connection", status: "suspended", reason: "Locked.", retryAt: null });
    expect(desk.codeOf(desk.tryPlace(limitBuy))).toBe("EXCHANGE_UNAVAILABLE");
  });

  it("is denied without a fresh price; an exit at market goes all the same", () => {
    const desk = new VenueDesk();
    desk.buy("1");
    desk.stale("BTC/USD");
    expect(desk.codeOf(desk.tryPlace(limitBuy))).toBe("QUOTE_STALE");
    const exit = desk.close("BTC");
    expect(desk.todo()).toEqual([`send place ${exit}`]);
    expect(desk.live(exit).waiting).toBe(false);
  });

  it("at market for more than the book shows is denied: limits and funds would have seen a part only", () => {
    const desk = new VenueDesk();
    desk.price("BTC/USD", "100", "2");
    expect(desk.tryPlace({ side: "buy", quantity: d("3") })).toMatchObject({
      problem: { code: "UNREALISABLE_SIZE", details: { limit: "2", value: "3" } },
    });
  });
});

describe("what may be sold", () => {
  it("is managed inventory, never what was there before or was deposited", () => {
    const desk = new VenueDesk({ USD: "10000", BTC: "5" });
    expect(desk.codeOf(desk.tryPlace({ side: "sell", quantity: d("1") }))).toBe("INSUFFICIENT_INVENTORY");
    expect(desk.codeOf(desk.do({ type: "close_position", asset: "BTC", percent: 100 }))).toBe("NOTHING_TO_CLOSE");
    desk.do({ type: "adopt_holding", asset: "BTC", quantity: d("2"), cost: d("150") });
    expect(desk.holding("BTC")).toMatchObject({ managed: "2", external: "3", cost: "150" });
    expect(desk.live(desk.close("BTC")).quantity).toBe("2");
  });

  it("leaves what orders made by hand keep back, which use up external inventory first", () => {
    const desk = new VenueDesk({ USD: "10000", BTC: "1" });
    desk.do({ type: "adopt_holding", asset: "BTC", quantity: d("0.6"), cost: d("60") });
    const template = desk.shown(desk.place(limitBuy), {
      ...byHand,
      side: "sell",
      quantity: d("0.5"),
      limitPrice: d("200"),
    });
    desk.report([template]);
    expect(desk.live(desk.close("BTC")).quantity).toBe("0.5");
    expect(desk.alerts()).toEqual([]);
  });

  it("is adopted only from what is external, with a cost", () => {
    const desk = new VenueDesk({ USD: "100", BTC: "1" });
    const adopt = (asset: string, quantity: string, cost: string) =>
      desk.codeOf(desk.do({ type: "adopt_holding", asset, quantity: d(quantity), cost: d(cost) }));
    expect(adopt("BTC", "1.1", "10")).toBe("ADOPTION_INVALID");
    expect(adopt("BTC", "0", "10")).toBe("ADOPTION_INVALID");
    expect(adopt("BTC", "1", "0")).toBe("ADOPTION_INVALID");
    expect(adopt("USD", "1", "1")).toBe("ADOPTION_INVALID");
    expect(adopt("BTC", "1", "10")).toBe("accepted");
  });
});

describe("a close with resting sales", () => {
  const holding = () => {
    const desk = new VenueDesk();
    desk.buy("1");
    return { desk, sale: desk.open({ side: "sell", quantity: d("1"), limitPrice: d("120") }) };
  };

  it("waits for their end and sells what is left, never the same twice", () => {
    const { desk, sale } = holding();
    const exit = desk.close("BTC");
    expect(desk.todo()).toEqual([`send cancel ${sale}`]);
    expect(desk.codeOf(desk.send(exit))).toBe("CONFLICT");
    desk.now += 20_000;
    desk.do({ type: "drop_overdue" });
    desk.send(sale, "cancel");
    desk.accept(sale, "cancel");
    desk.book([desk.execution(sale, "0.4", "120")]);
    desk.report([desk.shown(sale, { status: "cancelled", reason: "User requested" })]);
    expect(desk.live(exit)).toMatchObject({ quantity: "0.6", hold: { amount: "0.6" }, waiting: false });
    expect(desk.live(exit).venue?.deadline).toBe(desk.now + 5_000);
    expect(desk.todo()).toEqual([`send place ${exit}`]);
  });

  it("sells nothing while what became of one of them is not known", () => {
    const desk = new VenueDesk();
    desk.buy("1");
    const sale = desk.place({ side: "sell", quantity: d("1"), limitPrice: d("120") });
    desk.send(sale);
    desk.fail(sale, "ambiguous");
    desk.close("BTC");
    expect(desk.todo().filter((item) => item.startsWith("send place"))).toEqual([]);
  });

  it("ends when they sold everything", () => {
    const { desk, sale } = holding();
    const exit = desk.close("BTC");
    desk.book([desk.execution(sale, "1", "120")]);
    expect(desk.order(exit)).toMatchObject({ status: "cancelled", filledQuantity: "0" });
  });

  it("goes at once where they had not left the queue", () => {
    const desk = new VenueDesk();
    desk.buy("1");
    const sale = desk.place({ side: "sell", quantity: d("1"), limitPrice: d("120") });
    const exit = desk.close("BTC");
    expect(desk.order(sale).status).toBe("cancelled");
    expect(desk.todo()).toEqual([`send place ${exit}`]);
  });

  it("is one sale, however often it is asked for: a second joins it", () => {
    const { desk, sale } = holding();
    const exit = desk.close("BTC");
    expect(desk.do({ type: "close_position", asset: "BTC", percent: 100 })).toMatchObject({
      problem: {
        code: "NOTHING_TO_CLOSE",
        message: "The BTC position is being sold already (1 by close): there is nothing beside that to close.",
      },
    });
    desk.report([desk.shown(sale, { status: "cancelled" })]);
    expect(desk.todo()).toEqual([`send place ${exit}`]);
  });

  it("of the rest goes beside one of a part, and together they sell what is held and no more", () => {
    const desk = new VenueDesk();
    desk.buy("1");
    const half = desk.close("BTC", 50);
    desk.send(half);
    const rest = desk.close("BTC");
    expect([half, rest].map((id) => desk.live(id).quantity)).toEqual(["0.5", "0.5"]);
    expect(desk.live(half).venue?.cancel).toBeNull();
    expect(desk.todo()[0]).toBe(`send place ${rest}`);
  });

  it("is not doubled by a target that is reached meanwhile, and nothing is reported as wrong", () => {
    const desk = new VenueDesk();
    desk.buy("1");
    desk.do({ type: "protect_position", asset: "BTC", target: { type: "price", price: d("110") } });
    const exit = desk.close("BTC");
    const [row] = targetRows(desk.state);
    const print = { id: 9, symbol: "BTC/USD", price: d("111"), quantity: d("1"), side: "buy", time: desk.now } as const;
    const where = { deliveryId: 1, orderId: row?.orderId ?? "", version: row?.version ?? 0, symbol: "BTC/USD" };
    desk.do({
      type: "apply_prints",
      deliveries: [{ ...where, trades: [print], bid: null, ask: null, late: false }],
    });
    expect(desk.events.some(({ type }) => type === "target_reached")).toBe(true);
    expect(liveOrders(desk.state.orders).map(({ id }) => id)).toEqual([exit]);
    expect(desk.alerts()).toEqual([]);
  });
});

describe("a sale for which a stop gives way that had not left yet", () => {
  it("holds what the stop held, so that no other stop is placed for it", () => {
    const desk = new VenueDesk();
    const stop = { type: "price", price: d("95") } as const;
    const entry = desk.open({ side: "buy", timeInForce: "ioc", quantity: d("1"), limitPrice: d("100"), stop });
    desk.book([desk.execution(entry, "1", "100")]);
    const waiting = liveOrders(desk.state.orders).find(({ origin }) => origin === "stop");
    const sale = desk.place({ side: "sell", quantity: d("0.4"), limitPrice: d("120") });
    expect(desk.order(waiting?.id ?? "").status).toBe("cancelled");
    expect(desk.live(sale).hold).toEqual({ asset: "BTC", amount: "0.4" });
    const stops = liveOrders(desk.state.orders).filter(({ origin }) => origin === "stop");
    expect(stops.map(({ quantity }) => quantity)).toEqual(["0.6"]);
  });
});

describe("triggered orders", () => {
  const desk = () => {
    const made = new VenueDesk();
    made.buy("2");
    return made;
  };

  it("are valued and backed at their limit, else their trigger, else where a trailing one would fire now", () => {
    const trader = desk();
    const held = (id: string) => trader.live(id).hold.amount;
    const buy = { side: "buy", quantity: d("1"), type: "stop-loss" } as const;
    expect(held(trader.place({ ...buy, triggerPrice: d("110") }))).toBe("110.44");
    expect(held(trader.place({ ...buy, type: "stop-loss-limit", triggerPrice: d("110"), limitPrice: d("111") }))).toBe(
      "111.444",
    );
    expect(held(trader.place({ ...buy, type: "trailing-stop", trailingPercent: d("5") }))).toBe("105.42");
    expect(held(trader.place({ side: "sell", quantity: d("1"), type: "stop-loss", triggerPrice: d("90") }))).toBe("1");
  });

  it.each([
    ["stop-loss", "sell", "100.1"],
    ["stop-loss", "buy", "99"],
    ["take-profit", "sell", "99"],
    ["take-profit", "buy", "101"],
  ] as const)("a %s %s at %s is on the wrong side of the market", (type, side, trigger) => {
    const answer = desk().tryPlace({ type, side, quantity: d("1"), triggerPrice: d(trigger) });
    expect(answer).toMatchObject({ problem: { code: "PRICE_INVALID" } });
  });

  it.each([
    ["0.09", "PRICE_INVALID"],
    ["0.1", "accepted"],
    ["50", "accepted"],
    ["50.1", "PRICE_INVALID"],
  ] as const)("a trailing stop of %s %% is %s", (trailingPercent, code) => {
    const trader = desk();
    const wish = {
      type: "trailing-stop",
      side: "sell",
      quantity: d("1"),
      trailingPercent: d(trailingPercent),
    } as const;
    expect(trader.codeOf(trader.tryPlace(wish))).toBe(code);
  });

  it("keep the pair's minimums at their own price, and no collar", () => {
    const trader = desk();
    const stop = { type: "stop-loss", side: "sell" } as const;
    const answer = (quantity: string, trigger: string) =>
      trader.codeOf(trader.tryPlace({ ...stop, quantity: d(quantity), triggerPrice: d(trigger) }));
    expect(answer("0.00004", "90")).toBe("QUANTITY_TOO_SMALL");
    expect(answer("0.006", "80")).toBe("COST_TOO_SMALL");
    expect(answer("1", "0.04")).toBe("PRICE_INVALID");
    expect(answer("1", "50")).toBe("accepted");
  });

  it("carry a conditional close on the tick, of the right shape, on the right side of the entry", () => {
    const trader = desk();
    const answer = (conditionalClose: {
      type: "stop-loss" | "trailing-stop";
      triggerPrice: ReturnType<typeof d> | null;
    }) => trader.tryPlace({ ...limitBuy, conditionalClose: { ...conditionalClose, limitPrice: null } });
    expect(trader.codeOf(answer({ type: "stop-loss", triggerPrice: d("101") }))).toBe("PRICE_INVALID");
    expect(trader.codeOf(answer({ type: "stop-loss", triggerPrice: null }))).toBe("PRICE_INVALID");
    expect(trader.codeOf(answer({ type: "trailing-stop", triggerPrice: null }))).toBe("BAD_REQUEST");
    const taken = answer({ type: "stop-loss", triggerPrice: d("90.04") });
    expect(taken.events[0]).toMatchObject({ conditionalClose: { triggerPrice: "90" } });
  });
});

describe("the exchange's rate limit", () => {
  it("keeps its reserve for exits: an entry is denied with the wait, and the denial recorded", () => {
    const desk = new VenueDesk({ USD: "10000", BTC: "1" });
    const command = { type: "place_order" as const, request: orderRequest(limitBuy) };
    const context = { ...desk.context(), entryWaitSeconds: 7 };
    const denied = decide(desk.state, command, context);
    expect(denied).toMatchObject({
      type: "denied",
      problem: { code: "PROTECTIVE_RESERVE", message: expect.stringContaining("Wait 7 s.") },
      events: [{ type: "order_denied" }],
    });
    expect(decide(desk.state, command, { ...context, entryWaitSeconds: 0 }).type).toBe("accepted");
  });
});
