import { describe, expect, it } from "vitest";
import { decimal } from "../decimal.ts";
import { Desk, START } from "../testing/desk.ts";
import { triggerRows, waitingSymbols } from "./effects.ts";
import { liveOrders, NO_ORDERS } from "./open-orders.ts";

const d = decimal;

function desk(options: ConstructorParameters<typeof Desk>[0] = {}): Desk {
  return new Desk({ balance: "1000", ...options }).book(
    "BTC/USD",
    [
      ["99", "4"],
      ["98", "10"],
    ],
    [
      ["100", "1"],
      ["101", "2"],
      ["102", "10"],
    ],
  );
}

describe("precision and minimums", () => {
  it("cuts a size to the fewer of lot and asset decimals, never enlarging it", () => {
    const trader = desk();
    const id = trader.place({ side: "buy", quantity: d("0.123456789"), limitPrice: d("90") });
    expect(trader.open(id).quantity).toBe("0.12345678");
  });

  it("rounds a buy limit down and a sell limit up to the tick", () => {
    const trader = desk();
    const buy = trader.place({ side: "buy", quantity: d("1"), limitPrice: d("90.19") });
    trader.place({ side: "buy", quantity: d("1") });
    const sell = trader.place({ side: "sell", quantity: d("1"), limitPrice: d("150.11") });
    expect(trader.open(buy).limitPrice).toBe("90.1");
    expect(trader.open(sell).limitPrice).toBe("150.2");
  });

  it("names the minimum quantity, the minimum cost and a price of nothing", () => {
    const trader = desk();
    expect(trader.tryPlace({ side: "buy", quantity: d("0.000049999"), limitPrice: d("90") })).toMatchObject({
      problem: { code: "QUANTITY_TOO_SMALL", details: { limit: "0.00005", value: "0.00004999" } },
      events: [{ type: "order_denied", request: { quantity: "0.000049999" } }],
    });
    expect(trader.tryPlace({ side: "buy", quantity: d("0.001"), limitPrice: d("90") })).toMatchObject({
      problem: { code: "COST_TOO_SMALL", details: { limit: "0.5", value: "0.09" } },
    });
    expect(trader.tryPlace({ side: "buy", quantity: d("0.001") })).toMatchObject({
      problem: { code: "COST_TOO_SMALL", details: { value: "0.1" } },
    });
    expect(trader.tryPlace({ side: "buy", quantity: d("1"), limitPrice: d("0.01") })).toMatchObject({
      problem: { code: "PRICE_INVALID" },
    });
    expect(trader.tryPlace({ side: "buy", quantity: d("0.000000001"), limitPrice: d("90") })).toMatchObject({
      problem: { code: "QUANTITY_TOO_SMALL", details: { value: "0" } },
    });
    expect(trader.state.orders).toEqual(NO_ORDERS);
  });

  it.each([
    [{ quantity: d("1"), cost: d("1") }, "BAD_REQUEST"],
    [{}, "BAD_REQUEST"],
    [{ type: "limit", quantity: d("1") }, "PRICE_INVALID"],
    [{ type: "market", quantity: d("1"), limitPrice: d("90") }, "PRICE_INVALID"],
    [{ type: "limit", cost: d("1"), limitPrice: d("90") }, "BAD_REQUEST"],
    [{ type: "market", quantity: d("1"), postOnly: true }, "BAD_REQUEST"],
    [{ quantity: d("1"), limitPrice: d("90"), timeInForce: "ioc", postOnly: true }, "BAD_REQUEST"],
    [{ quantity: d("1"), limitPrice: d("90"), timeInForce: "gtd" }, "EXPIRY_INVALID"],
    [{ quantity: d("1"), limitPrice: d("90"), timeInForce: "gtd", expiresAt: START + 4_999 }, "EXPIRY_INVALID"],
    [
      { quantity: d("1"), limitPrice: d("90"), timeInForce: "gtd", expiresAt: START + 32 * 86_400_000 },
      "EXPIRY_INVALID",
    ],
    [{ quantity: d("1"), limitPrice: d("90"), expiresAt: START + 60_000 }, "EXPIRY_INVALID"],
  ] as const)("refuses a wish that makes no sense: %j is %s", (wish, code) => {
    const trader = desk();
    expect(trader.codeOf(trader.tryPlace({ side: "buy", ...wish }))).toBe(code);
    expect(trader.events.at(-1)?.type).toBe("order_denied");
  });
});

describe("funds and inventory", () => {
  it("holds price × quantity and the taker's fee, rounded up, for a limit buy", () => {
    const trader = desk();
    const id = trader.place({ side: "buy", quantity: d("0.12345678"), limitPrice: d("90.1") });
    // 11.123455878 → 11.12346, fee 0.044493823512 → 0.0445
    expect(trader.open(id).hold).toEqual({ asset: "USD", amount: "11.16796" });
    expect(trader.free("USD")).toBe("988.83204");
  });

  it("refuses a buy that is not covered and says the most that fits, which then is taken", () => {
    const trader = desk();
    const denied = trader.tryPlace({ side: "buy", quantity: d("20"), limitPrice: d("90") });
    expect(denied).toMatchObject({
      problem: {
        code: "INSUFFICIENT_FUNDS",
        details: { limit: "1000", value: "1807.2", largestQuantity: "11.06684366" },
      },
    });
    if (denied.type === "denied") {
      expect(denied.problem.message).toContain("1807.2 USD");
      expect(denied.problem.message).toContain("The most that fits is 11.06684366.");
    }
    expect(trader.codeOf(trader.tryPlace({ side: "buy", quantity: d("11.06684367"), limitPrice: d("90") }))).toBe(
      "INSUFFICIENT_FUNDS",
    );
    trader.place({ side: "buy", quantity: d("11.06684366"), limitPrice: d("90") });
    expect(trader.codeOf(trader.tryPlace({ side: "buy", quantity: d("0.01"), limitPrice: d("90") }))).toBe(
      "INSUFFICIENT_FUNDS",
    );
  });

  it("counts what other orders hold", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("10"), limitPrice: d("90") });
    expect(trader.codeOf(trader.tryPlace({ side: "buy", quantity: d("1"), limitPrice: d("97") }))).toBe(
      "INSUFFICIENT_FUNDS",
    );
  });

  it("denies selling more than is held and free", () => {
    const trader = desk();
    expect(trader.codeOf(trader.tryPlace({ side: "sell", quantity: d("1") }))).toBe("INSUFFICIENT_INVENTORY");
    trader.place({ side: "buy", quantity: d("2") });
    trader.place({ side: "sell", quantity: d("1.5"), limitPrice: d("150") });
    const denied = trader.tryPlace({ side: "sell", quantity: d("1"), limitPrice: d("150") });
    expect(denied).toMatchObject({
      problem: { code: "INSUFFICIENT_INVENTORY", details: { limit: "0.5", value: "1", largestQuantity: "0.5" } },
    });
  });

  it("never spends more than the cost of a market buy, fee included", () => {
    const trader = desk();
    const id = trader.place({ side: "buy", cost: d("150") });
    const spent = 1000 - Number(trader.total("USD"));
    expect(spent).toBeLessThanOrEqual(150);
    expect(spent).toBeGreaterThan(149.9999);
    expect(trader.order(id)).toMatchObject({ status: "filled" });
  });

  it("cancels the rest of a cost that the book cannot serve", () => {
    const trader = desk({ balance: "100000" });
    const order = trader.order(trader.place({ side: "buy", cost: d("5000") }));
    expect(order).toMatchObject({ status: "cancelled", filledQuantity: "13" });
  });
});

describe("market and limit orders", () => {
  it("takes up to its limit and lets the rest of a good-till-cancelled order rest", () => {
    const trader = desk();
    const id = trader.place({ side: "buy", quantity: d("5"), limitPrice: d("101") });
    expect(trader.fills(id).map(({ price, quantity }) => [price, quantity])).toEqual([
      ["100", "1"],
      ["101", "2"],
    ]);
    expect(trader.open(id)).toMatchObject({ status: "partially_filled", filledQuantity: "3", averagePrice: "100.7" });
    expect(trader.open(id).hold.amount).toBe("202.808");
    expect(trader.effects).toMatchObject([
      { type: "set_trigger", row: { orderId: id, version: 1, direction: "below", level: "101", armedTradeId: 1000 } },
    ]);
  });

  it("cancels what an immediate-or-cancel order cannot have at once", () => {
    const trader = desk();
    const order = trader.order(
      trader.place({ side: "buy", quantity: d("5"), limitPrice: d("101"), timeInForce: "ioc" }),
    );
    expect(order).toMatchObject({ status: "cancelled", filledQuantity: "3" });
    expect(order.reason).toContain("2 of 5 was not filled");
    const none = trader.order(trader.place({ side: "buy", quantity: d("1"), limitPrice: d("95"), timeInForce: "ioc" }));
    expect(none).toMatchObject({ status: "cancelled", filledQuantity: "0", averagePrice: null });
    expect(none.reason).toContain("Nothing was filled");
  });

  it("refuses a post-only order that would cross and takes one that would not", () => {
    const trader = desk();
    expect(trader.tryPlace({ side: "buy", quantity: d("1"), limitPrice: d("100"), postOnly: true })).toMatchObject({
      problem: { code: "POST_ONLY_WOULD_CROSS", details: { limit: "100", value: "100" } },
    });
    const id = trader.place({ side: "buy", quantity: d("1"), limitPrice: d("99.9"), postOnly: true });
    expect(trader.open(id)).toMatchObject({ status: "open", postOnly: true });
  });

  it("does not take the same liquidity twice until the venue changes the level", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("2") });
    trader.place({ side: "buy", quantity: d("1") });
    expect(trader.fills().map(({ price, quantity }) => [price, quantity])).toEqual([
      ["100", "1"],
      ["101", "1"],
      ["101", "1"],
    ]);
    trader.book(
      "BTC/USD",
      [["99", "4"]],
      [
        ["100", "0.8"],
        ["101", "2"],
        ["102", "10"],
      ],
    );
    trader.place({ side: "buy", quantity: d("1") });
    expect(
      trader
        .fills()
        .slice(3)
        .map(({ price, quantity }) => [price, quantity]),
    ).toEqual([
      ["100", "0.8"],
      ["102", "0.2"],
    ]);
    expect(trader.state.taken["BTC/USD"]?.map(({ price, taken }) => [price, taken])).toEqual([
      ["101", "2"],
      ["100", "0.8"],
      ["102", "0.2"],
    ]);
  });

  it("refuses a market order that finds nothing", () => {
    const trader = new Desk().book("BTC/USD", [["99", "1"]], []);
    expect(trader.tryPlace({ side: "buy", quantity: d("1") })).toMatchObject({
      problem: { code: "UNREALISABLE_SIZE" },
    });
  });

  it.each([
    ["cancel_only", {}, "MARKET_STATUS"],
    ["maintenance", {}, "MARKET_STATUS"],
    ["work_in_progress", {}, "MARKET_STATUS"],
    ["delisted", {}, "MARKET_STATUS"],
    ["post_only", {}, "MARKET_STATUS"],
    ["post_only", { limitPrice: d("90"), postOnly: true }, "accepted"],
    ["limit_only", {}, "MARKET_STATUS"],
    ["limit_only", { limitPrice: d("90") }, "accepted"],
    ["reduce_only", {}, "MARKET_STATUS"],
  ] as const)("in status %s an order with %j is %s", (status, wish, code) => {
    const trader = desk().status("BTC/USD", status);
    expect(trader.codeOf(trader.tryPlace({ side: "buy", quantity: d("1"), ...wish }))).toBe(code);
  });

  it("takes exits while the pair is reduce-only", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("1") });
    trader.status("BTC/USD", "reduce_only");
    expect(trader.tryPlace({ side: "sell", quantity: d("1") }).type).toBe("accepted");
  });

  it("never applies prices of another market", () => {
    const trader = desk();
    trader.market = "live";
    expect(trader.codeOf(trader.tryPlace({ side: "buy", quantity: d("1") }))).toBe("MARKET_MISMATCH");
    expect(trader.codeOf(trader.do({ type: "retry_waiting", symbol: "BTC/USD" }))).toBe("MARKET_MISMATCH");
    expect(trader.codeOf(trader.do({ type: "close_position", asset: "BTC", percent: 100 }))).toBe("MARKET_MISMATCH");
  });

  it("says that a market it knows nothing of cannot be reached", () => {
    const trader = desk();
    expect(trader.codeOf(trader.tryPlace({ symbol: "DOGE/USD", side: "buy", quantity: d("100") }))).toBe(
      "MARKET_UNAVAILABLE",
    );
  });

  it("ends a good-till-date order at its time and not before, and no later print fills it", () => {
    const trader = desk();
    const expiresAt = START + 60_000;
    const id = trader.place({ side: "buy", quantity: d("1"), limitPrice: d("90"), timeInForce: "gtd", expiresAt });
    expect(trader.effects).toContainEqual({ type: "schedule_expiry", orderId: id, at: expiresAt });
    expect(trader.do({ type: "expire_orders" }).events).toEqual([]);
    trader.now = expiresAt;
    trader.print("BTC/USD", "80", "5");
    expect(trader.fills(id)).toEqual([]);
    trader.do({ type: "expire_orders" });
    expect(trader.order(id)).toMatchObject({ status: "expired", reason: "Its expiry came; nothing was filled." });
    expect(trader.effects).toContainEqual({ type: "clear_expiry", orderId: id });
    expect(trader.effects).toContainEqual({ type: "remove_trigger", orderId: id });
    expect(trader.free("USD")).toBe("1000");
  });
});

describe("without a fresh price", () => {
  it("denies entries and says so", () => {
    const trader = desk().stale("BTC/USD");
    expect(trader.tryPlace({ side: "buy", quantity: d("1") })).toMatchObject({
      problem: { code: "QUOTE_STALE", details: { symbol: "BTC/USD", reason: "no_data", since: String(START) } },
    });
    expect(trader.codeOf(trader.tryPlace({ side: "buy", quantity: d("1"), limitPrice: d("50") }))).toBe("QUOTE_STALE");
    expect(trader.codeOf(trader.tryPlace({ side: "buy", cost: d("50") }))).toBe("QUOTE_STALE");
  });

  it("takes an exit as waiting, and fills it at the first fresh book", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("2") });
    trader.stale("BTC/USD");
    const id = trader.place({ side: "sell", quantity: d("2") });
    expect(trader.open(id)).toMatchObject({ status: "submitting", waiting: true });
    expect(trader.open(id).reason).toContain("Waiting for a fresh price");
    expect(trader.effects).toEqual([{ type: "await_fresh_price", symbol: "BTC/USD" }]);
    expect(waitingSymbols(trader.state)).toEqual(["BTC/USD"]);
    expect(trader.do({ type: "retry_waiting", symbol: "BTC/USD" }).events).toEqual([]);
    trader.book("BTC/USD", [["95", "5"]], [["96", "1"]]).do({ type: "retry_waiting", symbol: "BTC/USD" });
    expect(trader.order(id)).toMatchObject({ status: "filled", averagePrice: "95", reason: null });
    expect(trader.effects).toEqual([{ type: "stop_awaiting", symbol: "BTC/USD" }]);
  });

  it("needs no feed at all for an exit, only the pair's known rules", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("2") });
    delete trader.markets["BTC/USD"];
    trader.do({ type: "close_position", asset: "BTC", percent: 50 });
    expect(liveOrders(trader.state.orders)).toMatchObject([{ status: "submitting", quantity: "1", origin: "close" }]);
  });

  it("lets a waiting limit exit rest when the price comes back below it, and cancels a waiting one on request", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("2") });
    trader.stale("BTC/USD");
    const id = trader.place({ side: "sell", quantity: d("1"), limitPrice: d("120") });
    const other = trader.place({ side: "sell", quantity: d("1") });
    trader.do({ type: "cancel_order", orderId: other });
    trader.book("BTC/USD", [["95", "5"]], [["120", "3"]]).do({ type: "retry_waiting", symbol: "BTC/USD" });
    expect(trader.open(id)).toMatchObject({ status: "open", waiting: false, reason: null, queue: { ahead: "3" } });
    expect(trader.order(other).status).toBe("cancelled");
  });

  it("rejects a waiting post-only exit that would cross by then", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("2") });
    trader.stale("BTC/USD");
    const id = trader.place({ side: "sell", quantity: d("1"), limitPrice: d("120"), postOnly: true });
    trader.book("BTC/USD", [["121", "5"]], [["122", "3"]]).do({ type: "retry_waiting", symbol: "BTC/USD" });
    expect(trader.order(id)).toMatchObject({ status: "rejected" });
    expect(trader.free("BTC")).toBe("2");
  });

  it("never matches a waiting order whose time has come", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("2") });
    trader.stale("BTC/USD");
    const expiresAt = START + 10_000;
    const id = trader.place({ side: "sell", quantity: d("1"), limitPrice: d("80"), timeInForce: "gtd", expiresAt });
    trader.now = expiresAt;
    trader.book("BTC/USD", [["95", "5"]], [["96", "1"]]);
    expect(trader.do({ type: "retry_waiting", symbol: "BTC/USD" }).events).toEqual([]);
    trader.do({ type: "expire_orders" });
    expect(trader.order(id).status).toBe("expired");
  });

  it("measures no exit against a mark, be there one or not", () => {
    const trader = desk({ limits: { priceCollarPercent: d("5") } });
    trader.place({ side: "buy", quantity: d("2") });
    expect(trader.codeOf(trader.tryPlace({ side: "sell", quantity: d("1"), limitPrice: d("60") }))).toBe("accepted");
    trader.stale("BTC/USD");
    expect(trader.codeOf(trader.tryPlace({ side: "sell", quantity: d("1"), limitPrice: d("60") }))).toBe("accepted");
  });

  it("denies an entry whose pair has a book but no mark: every limit would pass", () => {
    const trader = desk();
    const view = trader.markets["BTC/USD"];
    if (view !== undefined) {
      trader.markets["BTC/USD"] = { ...view, quote: { ...view.quote, mark: null } };
    }
    expect(trader.codeOf(trader.tryPlace({ side: "buy", quantity: d("1") }))).toBe("QUOTE_STALE");
  });

  it("goes on waiting while nobody bids or the pair is halted", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("2") });
    trader.stale("BTC/USD");
    const id = trader.place({ side: "sell", quantity: d("1") });
    trader.book("BTC/USD", [], [["122", "3"]]);
    expect(trader.do({ type: "retry_waiting", symbol: "BTC/USD" }).events).toEqual([]);
    trader.book("BTC/USD", [["90", "9"]], [["122", "3"]]).status("BTC/USD", "cancel_only");
    expect(trader.do({ type: "retry_waiting", symbol: "BTC/USD" }).events).toEqual([]);
    expect(trader.open(id).waiting).toBe(true);
  });
});

describe("own orders never trade with each other", () => {
  it("an entry takes what stands before the own order, and its rest is cancelled", () => {
    const trader = desk({ balance: "100000" });
    trader.place({ side: "buy", quantity: d("1") });
    const sell = trader.place({ side: "sell", quantity: d("1"), limitPrice: d("101") });
    expect(trader.open(sell).queue?.ahead).toBe("2");
    const buy = trader.order(trader.place({ side: "buy", quantity: d("5"), limitPrice: d("102") }));
    expect(trader.fills(buy.id).map(({ price, quantity }) => [price, quantity])).toEqual([["101", "2"]]);
    expect(buy).toMatchObject({ status: "cancelled" });
    expect(buy.reason).toContain("your own resting sell order at 101");
    expect(trader.open(sell).status).toBe("open");
  });

  it("a post-only entry is refused where it would meet an own order", () => {
    const trader = new Desk({ balance: "100000" }).book("BTC/USD", [["99", "9"]], [["105", "9"]]);
    trader.place({ side: "buy", quantity: d("1") });
    trader.place({ side: "sell", quantity: d("1"), limitPrice: d("101") });
    expect(
      trader.codeOf(trader.tryPlace({ side: "buy", quantity: d("1"), limitPrice: d("102"), postOnly: true })),
    ).toBe("POST_ONLY_WOULD_CROSS");
  });

  it("an exit is not held up: the own entries that it would meet are cancelled first", () => {
    const trader = desk({ balance: "100000" });
    trader.place({ side: "buy", quantity: d("8") });
    const near = trader.place({ side: "buy", quantity: d("1"), limitPrice: d("99") });
    const far = trader.place({ side: "buy", quantity: d("1"), limitPrice: d("90") });
    const exit = trader.place({ side: "sell", quantity: d("6") });
    expect(trader.order(exit)).toMatchObject({ status: "filled" });
    expect(trader.order(near)).toMatchObject({ status: "cancelled" });
    expect(trader.order(near).reason).toContain("an exit of yours");
    expect(trader.open(far).status).toBe("open");
  });

  it("the nearer of two own orders counts, the earlier in the queue first", () => {
    const trader = new Desk({ balance: "100000" }).book("BTC/USD", [["99", "9"]], [["100", "5"]]);
    trader.place({ side: "buy", quantity: d("4") });
    trader.place({ side: "sell", quantity: d("1"), limitPrice: d("100") });
    trader.book("BTC/USD", [["99", "9"]], [["100", "9"]]);
    trader.place({ side: "sell", quantity: d("1"), limitPrice: d("100") });
    trader.place({ side: "sell", quantity: d("1"), limitPrice: d("103") });
    const buy = trader.order(trader.place({ side: "buy", quantity: d("8"), limitPrice: d("104") }));
    expect(buy).toMatchObject({ status: "cancelled", filledQuantity: "5" });
  });
});

describe("cancels", () => {
  it("gives back the hold, once", () => {
    const trader = desk();
    const id = trader.place({ side: "buy", quantity: d("1"), limitPrice: d("90") });
    trader.do({ type: "cancel_order", orderId: id });
    expect(trader.order(id)).toMatchObject({ status: "cancelled", reason: "Cancelled by you." });
    expect(trader.free("USD")).toBe("1000");
    expect(trader.effects).toEqual([{ type: "remove_trigger", orderId: id }]);
    expect(trader.do({ type: "cancel_order", orderId: id })).toMatchObject({
      problem: { code: "ORDER_NOT_OPEN", details: { status: "cancelled" } },
      events: [],
    });
  });

  it("says what a gone order ended as, and knows none that never was", () => {
    const trader = desk();
    const id = trader.place({ side: "buy", quantity: d("1") });
    const answer = trader.do({ type: "cancel_order", orderId: id });
    expect(answer).toMatchObject({ problem: { code: "ORDER_NOT_OPEN", details: { status: "filled" } } });
    expect(trader.codeOf(trader.do({ type: "cancel_order", orderId: "nobody" }))).toBe("NOT_FOUND");
    expect(trader.codeOf(trader.do({ type: "amend_order", orderId: "nobody", request: {} }))).toBe("NOT_FOUND");
  });

  it("cancels all orders, or those of one symbol", () => {
    const trader = desk().book("ETH/USD", [["10", "1"]], [["11", "1"]]);
    const btc = trader.place({ side: "buy", quantity: d("1"), limitPrice: d("90") });
    const eth = trader.place({ symbol: "ETH/USD", side: "buy", quantity: d("1"), limitPrice: d("9") });
    trader.do({ type: "cancel_all", symbol: "ETH/USD" });
    expect([trader.order(btc).status, trader.order(eth).status]).toEqual(["open", "cancelled"]);
    trader.do({ type: "cancel_all", symbol: null });
    expect(trader.order(btc).status).toBe("cancelled");
    expect(triggerRows(trader.state)).toEqual([]);
  });
});

describe("amends", () => {
  it("are refused once the order's expiry has come, though the alarm that ends it has not rung yet", () => {
    const trader = desk();
    const expiresAt = START + 10_000;
    const id = trader.place({ side: "buy", quantity: d("1"), limitPrice: d("90"), timeInForce: "gtd", expiresAt });
    trader.now = expiresAt - 1;
    const amend = (limitPrice: string) =>
      trader.codeOf(trader.do({ type: "amend_order", orderId: id, request: { limitPrice: d(limitPrice) } }));
    expect(amend("91")).toBe("accepted");
    trader.now = expiresAt;
    expect(amend("100")).toBe("ORDER_NOT_OPEN");
    expect(trader.fills()).toEqual([]);
  });

  it("keeps the place in the queue when only the quantity falls", () => {
    const trader = desk();
    const id = trader.place({ side: "buy", quantity: d("3"), limitPrice: d("99") });
    trader.print("BTC/USD", "99", "1.5");
    expect(trader.open(id).queue?.ahead).toBe("2.5");
    trader.do({ type: "amend_order", orderId: id, request: { quantity: d("2") } });
    expect(trader.open(id)).toMatchObject({ quantity: "2", version: 2, queue: { ahead: "2.5" } });
    expect(trader.open(id).hold.amount).toBe("198.792");
    expect(trader.effects).toMatchObject([{ type: "set_trigger", row: { orderId: id, version: 2 } }]);
  });

  it("loses it when the quantity rises or the price changes", () => {
    const trader = desk();
    const id = trader.place({ side: "buy", quantity: d("1"), limitPrice: d("99") });
    trader.print("BTC/USD", "99", "3");
    expect(trader.open(id).queue).toMatchObject({ ahead: "1", arrival: 1 });
    trader.do({ type: "amend_order", orderId: id, request: { quantity: d("2") } });
    expect(trader.open(id)).toMatchObject({ queue: { ahead: "4", arrival: 2 }, version: 2 });
    trader.do({ type: "amend_order", orderId: id, request: { limitPrice: d("98") } });
    expect(trader.open(id)).toMatchObject({ queue: { ahead: "10", arrival: 3 }, version: 3, limitPrice: "98" });
    expect(trader.open(id).hold.amount).toBe("196.784");
  });

  it("takes at once when the new price crosses", () => {
    const trader = desk();
    const id = trader.place({ side: "buy", quantity: d("2"), limitPrice: d("99") });
    trader.do({ type: "amend_order", orderId: id, request: { limitPrice: d("100") } });
    expect(trader.open(id)).toMatchObject({ status: "partially_filled", filledQuantity: "1" });
    expect(trader.fills(id)).toMatchObject([{ liquidity: "taker", price: "100" }]);
    trader.do({ type: "amend_order", orderId: id, request: { limitPrice: d("102") } });
    expect(trader.order(id)).toMatchObject({ status: "filled", filledQuantity: "2" });
  });

  it("refuses a post-only order a price that would cross", () => {
    const trader = desk();
    const id = trader.place({ side: "buy", quantity: d("2"), limitPrice: d("99"), postOnly: true });
    const denied = trader.do({ type: "amend_order", orderId: id, request: { limitPrice: d("100") } });
    expect(denied).toMatchObject({ problem: { code: "POST_ONLY_WOULD_CROSS" }, events: [{ type: "amend_denied" }] });
    expect(trader.open(id)).toMatchObject({ version: 1, limitPrice: "99" });
  });

  it("refuses a total at or below what is filled, no change, and what is not covered", () => {
    const trader = desk();
    const id = trader.place({ side: "buy", quantity: d("3"), limitPrice: d("100") });
    const amend = (request: { quantity?: ReturnType<typeof d>; limitPrice?: ReturnType<typeof d> }) =>
      trader.codeOf(trader.do({ type: "amend_order", orderId: id, request }));
    expect(amend({ quantity: d("1") })).toBe("AMEND_BELOW_FILLED");
    expect(amend({ quantity: d("0.5") })).toBe("AMEND_BELOW_FILLED");
    expect(amend({ quantity: d("3.000000001"), limitPrice: d("100.09") })).toBe("NOTHING_CHANGED");
    expect(amend({})).toBe("NOTHING_CHANGED");
    expect(amend({ quantity: d("50") })).toBe("INSUFFICIENT_FUNDS");
    expect(amend({ limitPrice: d("0.01") })).toBe("PRICE_INVALID");
    expect(amend({ quantity: d("1.00000001") })).toBe("accepted");
    expect(trader.open(id).hold.amount).toBe("0.00002");
  });

  it("refuses less than the pair's minimum", () => {
    const trader = desk();
    const id = trader.place({ side: "buy", quantity: d("3"), limitPrice: d("90") });
    const denied = trader.do({ type: "amend_order", orderId: id, request: { quantity: d("0.00001") } });
    expect(denied).toMatchObject({ problem: { code: "QUANTITY_TOO_SMALL" } });
  });

  it("says what a gone order ended as", () => {
    const trader = desk();
    const id = trader.place({ side: "buy", quantity: d("1") });
    expect(trader.do({ type: "amend_order", orderId: id, request: { quantity: d("2") } })).toMatchObject({
      problem: { code: "ORDER_NOT_OPEN", details: { status: "filled" } },
      events: [{ type: "amend_denied", orderId: id }],
    });
  });

  it("of an entry needs a fresh price, unless it only shrinks", () => {
    const trader = desk();
    const id = trader.place({ side: "buy", quantity: d("2"), limitPrice: d("90") });
    trader.stale("BTC/USD");
    const amend = (request: { quantity?: ReturnType<typeof d>; limitPrice?: ReturnType<typeof d> }) =>
      trader.codeOf(trader.do({ type: "amend_order", orderId: id, request }));
    expect(amend({ limitPrice: d("91") })).toBe("QUOTE_STALE");
    expect(amend({ quantity: d("1") })).toBe("accepted");
  });

  it("of a resting exit without a fresh price waits, then meets the market", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("2") });
    const id = trader.place({ side: "sell", quantity: d("2"), limitPrice: d("150") });
    trader.stale("BTC/USD");
    trader.do({ type: "amend_order", orderId: id, request: { limitPrice: d("80") } });
    expect(trader.open(id)).toMatchObject({ status: "open", waiting: true, queue: null });
    expect(trader.effects).toMatchObject([{ type: "remove_trigger" }, { type: "await_fresh_price" }]);
    trader.book("BTC/USD", [["95", "1.5"]], [["96", "1"]]).do({ type: "retry_waiting", symbol: "BTC/USD" });
    expect(trader.open(id)).toMatchObject({ status: "partially_filled", filledQuantity: "1.5", waiting: false });
    trader.stale("BTC/USD");
    trader.do({ type: "amend_order", orderId: id, request: { limitPrice: d("81") } });
    trader.do({ type: "amend_order", orderId: id, request: { quantity: d("1.9") } });
    expect(trader.open(id)).toMatchObject({ waiting: true, hold: { amount: "0.4" } });
  });

  it("of a waiting market exit changes its size only, and opens it when the price is there", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("2") });
    trader.stale("BTC/USD");
    const id = trader.place({ side: "sell", quantity: d("1") });
    const amend = (request: { quantity?: ReturnType<typeof d>; limitPrice?: ReturnType<typeof d> }) =>
      trader.codeOf(trader.do({ type: "amend_order", orderId: id, request }));
    expect(amend({ limitPrice: d("80") })).toBe("PRICE_INVALID");
    expect(amend({ quantity: d("1.5") })).toBe("accepted");
    expect(trader.open(id)).toMatchObject({ status: "submitting", waiting: true, quantity: "1.5" });
    trader.book("BTC/USD", [["95", "9"]], [["96", "1"]]);
    expect(amend({ quantity: d("2") })).toBe("accepted");
    expect(trader.order(id)).toMatchObject({ status: "filled", filledQuantity: "2" });
  });
});

describe("closing a position", () => {
  function holding(): Desk {
    const trader = desk({ balance: "100000" });
    trader.place({ side: "buy", quantity: d("8") });
    return trader;
  }

  it.each([
    [25, "2"],
    [50, "4"],
    [75, "6"],
    [100, "8"],
  ])("sells %i %% of it", (percent, quantity) => {
    const trader = holding();
    trader.do({ type: "close_position", asset: "BTC", percent });
    expect(trader.state.ended.at(-1)).toMatchObject({ side: "sell", quantity, status: "filled", origin: "close" });
  });

  it("is capped at the position and cancels resting sales that hold it, in the same decision", () => {
    const trader = holding();
    const old = trader.place({ side: "sell", quantity: d("3"), limitPrice: d("150") });
    const young = trader.place({ side: "sell", quantity: d("3"), limitPrice: d("160") });
    const decision = trader.do({ type: "close_position", asset: "BTC", percent: 50 });
    expect(decision.events.map(({ type }) => type)).toEqual([
      "order_cancelled",
      "order_submitted",
      "order_opened",
      "fill_booked",
    ]);
    expect(trader.order(old)).toMatchObject({ status: "cancelled", reason: "Cancelled to close the BTC position." });
    expect(trader.open(young).status).toBe("open");
    trader.do({ type: "close_position", asset: "BTC", percent: 100 });
    expect(trader.order(young).status).toBe("cancelled");
    expect(trader.total("BTC")).toBe("0");
    expect(trader.codeOf(trader.do({ type: "close_position", asset: "BTC", percent: 100 }))).toBe("NOTHING_TO_CLOSE");
  });

  it("cancels orders that pay with the asset when nothing else frees it", () => {
    const trader = holding().book("ETH/BTC", [["0.04", "50"]], [["0.05", "50"]]);
    const paying = trader.place({ symbol: "ETH/BTC", side: "buy", quantity: d("100"), limitPrice: d("0.01") });
    trader.do({ type: "close_position", asset: "BTC", percent: 100 });
    expect(trader.order(paying).status).toBe("cancelled");
    expect(trader.total("BTC")).toBe("0");
  });

  it("at a limit rests", () => {
    const trader = holding();
    trader.do({ type: "close_position", asset: "BTC", percent: 50, limitPrice: d("150") });
    expect(liveOrders(trader.state.orders)).toMatchObject([{ quantity: "4", limitPrice: "150", status: "open" }]);
  });

  it("says that dust will be left, and that dust cannot be sold", () => {
    const trader = new Desk({ balance: "100000", taker: "0" }).book("BTC/USD", [["50000", "9"]], [["50000", "9"]]);
    trader.place({ side: "buy", quantity: d("0.0001") });
    trader.do({ type: "close_position", asset: "BTC", percent: 51 });
    expect(trader.notices).toEqual([
      "0.000049 BTC will be left, under the smallest order of 0.00005: it cannot be sold on its own.",
    ]);
    expect(trader.do({ type: "close_position", asset: "BTC", percent: 100 })).toMatchObject({
      problem: { code: "UNREALISABLE_SIZE", details: { limit: "0.00005", room: "0" } },
    });
  });

  it("offers the whole where a part would be too small", () => {
    const trader = new Desk({ balance: "100000", taker: "0" }).book("BTC/USD", [["50000", "9"]], [["50000", "9"]]);
    trader.place({ side: "buy", quantity: d("0.00009") });
    const denied = trader.do({ type: "close_position", asset: "BTC", percent: 50 });
    expect(denied).toMatchObject({ problem: { code: "UNREALISABLE_SIZE", details: { room: "0.00009" } } });
    trader.do({ type: "close_position", asset: "BTC", percent: 100 });
    expect(trader.total("BTC")).toBe("0");
  });

  it("changes nothing when the venue would not take it, not even the sales in its way", () => {
    const trader = holding();
    const sale = trader.place({ side: "sell", quantity: d("8"), limitPrice: d("150") });
    trader.status("BTC/USD", "cancel_only");
    const denied = trader.do({ type: "close_position", asset: "BTC", percent: 100 });
    expect(denied).toMatchObject({ problem: { code: "MARKET_STATUS" }, events: [{ type: "order_denied" }] });
    expect(trader.open(sale).status).toBe("open");
  });
});
