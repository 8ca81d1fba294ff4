import { describe, expect, it } from "vitest";
import { decimal, ZERO } from "../decimal.ts";
import { Desk } from "../testing/desk.ts";
import { judge, firstRefusal, type LimitFacts } from "./judge.ts";
import { WIDE_RISK } from "../testing/wide-risk.ts";

const d = decimal;
const none = { ...WIDE_RISK, ordersPerMinute: 30 };

const facts: LimitFacts = {
  limits: none,
  currency: "USD",
  symbol: "BTC/USD",
  side: "buy",
  intent: "entry",
  limitPrice: d("100"),
  mark: d("100"),
  orderValue: d("1000"),
  acquiredAsset: "BTC",
  acquiredValue: d("500"),
  positionAssets: ["ETH", "SOL"],
  entriesLastMinute: 0,
  openOrdersOfSymbol: 0,
};

function codeOf(changes: Partial<LimitFacts>): string | null {
  return firstRefusal(judge({ ...facts, ...changes }))?.code ?? null;
}

// Every limit just below, at, and just above (CASES "limits set but not enforced").
describe("each limit holds at, and only above, its value", () => {
  it.each([
    ["1000.00001", null],
    ["1000", null],
    ["999.99999", "ORDER_VALUE_LIMIT"],
  ])("an order of 1000 under a limit of %s per order: %s", (limit, code) => {
    expect(codeOf({ limits: { ...none, maximumOrderValue: d(limit) } })).toBe(code);
  });

  it.each([
    ["1500.00001", null],
    ["1500", null],
    ["1499.99999", "POSITION_LIMIT"],
  ])("an order of 1000 on top of 500 under a position limit of %s: %s", (limit, code) => {
    expect(codeOf({ limits: { ...none, maximumPositionValue: d(limit) } })).toBe(code);
  });

  it.each([
    [4, null],
    [3, null],
    [2, "OPEN_POSITIONS_LIMIT"],
  ])("a third position under a limit of %i: %s", (limit, code) => {
    expect(codeOf({ limits: { ...none, maximumOpenPositions: limit } })).toBe(code);
  });

  it("adding to a position that is open already is no new one", () => {
    const limits = { ...none, maximumOpenPositions: 1 };
    expect(codeOf({ limits, positionAssets: ["ETH", "BTC"] })).toBeNull();
  });

  it.each([
    [28, null],
    [29, null],
    [30, "ORDER_RATE_LIMIT"],
  ])("after %i entries in the last minute under a limit of 30: %s", (entries, code) => {
    expect(codeOf({ entriesLastMinute: entries })).toBe(code);
  });

  it.each([
    ["buy", "104.9", null],
    ["buy", "105", null],
    ["buy", "105.1", "PRICE_COLLAR"],
    ["buy", "1", null],
    ["sell", "95.1", null],
    ["sell", "95", null],
    ["sell", "94.9", "PRICE_COLLAR"],
    ["sell", "1000", null],
  ] as const)("a %s limit of %s around a mark of 100 with a collar of 5 %%: %s", (side, price, code) => {
    expect(codeOf({ limits: { ...none, priceCollarPercent: d("5") }, side, limitPrice: d(price) })).toBe(code);
  });

  it.each([
    [78, null],
    [79, null],
    [80, "TOO_MANY_OPEN_ORDERS"],
  ])("with %i open orders on the symbol: %s", (open, code) => {
    expect(codeOf({ openOrdersOfSymbol: open })).toBe(code);
  });
});

describe("the judge", () => {
  it("names rule, limit, value and room", () => {
    const refusal = firstRefusal(judge({ ...facts, limits: { ...none, maximumPositionValue: d("1200") } }));
    expect(refusal).toEqual({
      code: "POSITION_LIMIT",
      message:
        "Your limit for BTC is 1200 USD, holding and open orders counted; with this order it would be 1500. There is room for 700.",
      details: { limit: "1200", value: "1500", room: "700" },
    });
  });

  it("lets exits through every rule but the collar and the venue's number of orders", () => {
    const limits = { ...none, maximumOrderValue: d("1"), maximumPositionValue: d("1"), maximumOpenPositions: 1 };
    expect(codeOf({ limits, intent: "exit", side: "sell", entriesLastMinute: 99 })).toBeNull();
    const collar = { ...limits, priceCollarPercent: d("5") };
    expect(codeOf({ limits: collar, intent: "exit", side: "sell", limitPrice: d("50") })).toBe("PRICE_COLLAR");
    expect(codeOf({ limits: collar, intent: "exit", side: "sell", limitPrice: d("50"), mark: null })).toBeNull();
    expect(codeOf({ limits: collar, intent: "exit", side: "sell", limitPrice: null })).toBeNull();
  });

  it("switches a rule off with null and judges nothing that it cannot know", () => {
    const unknown = { orderValue: d("1000000000"), entriesLastMinute: null, openOrdersOfSymbol: null };
    expect(judge({ ...facts, ...unknown })).toEqual([]);
  });

  it("has room of zero, never less", () => {
    const [verdict] = judge({
      ...facts,
      limits: { ...none, maximumPositionValue: d("100") },
      entriesLastMinute: null,
      openOrdersOfSymbol: null,
    });
    expect(verdict).toMatchObject({ passed: false, room: ZERO });
  });
});

describe("limits on an account", () => {
  function desk(limits: ConstructorParameters<typeof Desk>[0]): Desk {
    return new Desk({ balance: "100000", taker: "0", maker: "0", ...limits }).book(
      "BTC/USD",
      [["99", "1000"]],
      [
        ["100", "10"],
        ["101", "1000"],
      ],
      "100",
    );
  }

  it("count the holding and the open entries of the asset, and offer the most that fits", () => {
    const trader = desk({ limits: { maximumPositionValue: d("2000") } });
    trader.place({ side: "buy", quantity: d("5") });
    trader.place({ side: "buy", quantity: d("5"), limitPrice: d("90") });
    const denied = trader.tryPlace({ side: "buy", quantity: d("20"), limitPrice: d("80") });
    expect(denied).toMatchObject({
      problem: { code: "POSITION_LIMIT", details: { value: "2550", room: "1050", largestQuantity: "13.125" } },
    });
    trader.place({ side: "buy", quantity: d("13.125"), limitPrice: d("80") });
    const more = trader.tryPlace({ side: "buy", quantity: d("0.01"), limitPrice: d("80") });
    expect(more).toMatchObject({ problem: { code: "POSITION_LIMIT", details: { room: "0" } } });
    expect(more).not.toHaveProperty("problem.details.largestQuantity");
  });

  it("value a market order by the walk through the book", () => {
    const trader = desk({ limits: { maximumOrderValue: d("2010") } });
    expect(trader.codeOf(trader.tryPlace({ side: "buy", quantity: d("20.0001") }))).toBe("ORDER_VALUE_LIMIT");
    expect(trader.codeOf(trader.tryPlace({ side: "buy", quantity: d("20") }))).toBe("accepted");
  });

  it("offer what a value limit leaves of a market order", () => {
    const trader = desk({ limits: { maximumOrderValue: d("1505") } });
    const denied = trader.tryPlace({ side: "buy", quantity: d("20") });
    expect(denied).toMatchObject({
      problem: { code: "ORDER_VALUE_LIMIT", details: { limit: "1505", value: "2010", largestQuantity: "15" } },
    });
    expect(trader.tryPlace({ side: "buy", quantity: d("15") }).type).toBe("accepted");
  });

  it("do not hold up an exit", () => {
    const trader = desk({ limits: { maximumOrderValue: d("500") } });
    trader.place({ side: "buy", quantity: d("5") });
    trader.place({ side: "buy", quantity: d("4.9") });
    expect(trader.tryPlace({ side: "sell", quantity: d("9.9") }).type).toBe("accepted");
  });

  it("count entries of the last minute by the wall clock", () => {
    const trader = desk({ limits: { ordersPerMinute: 2 } });
    trader.place({ side: "buy", quantity: d("1") });
    trader.place({ side: "buy", quantity: d("1") });
    expect(trader.codeOf(trader.tryPlace({ side: "buy", quantity: d("1") }))).toBe("ORDER_RATE_LIMIT");
    expect(trader.tryPlace({ side: "sell", quantity: d("1") }).type).toBe("accepted");
    trader.now += 60_000;
    expect(trader.tryPlace({ side: "buy", quantity: d("1") }).type).toBe("accepted");
    expect(trader.state.recentEntries).toEqual([trader.now]);
  });

  it("refuse the 81st open order of a symbol, and no market order", () => {
    const trader = desk({});
    for (let index = 0; index < 80; index += 1) {
      trader.place({ side: "buy", quantity: d("1"), limitPrice: d("50") });
    }
    expect(trader.tryPlace({ side: "buy", quantity: d("1"), limitPrice: d("50") })).toMatchObject({
      problem: { code: "TOO_MANY_OPEN_ORDERS", details: { limit: "80", value: "81" } },
    });
    expect(trader.tryPlace({ side: "buy", quantity: d("1") }).type).toBe("accepted");
    const [first] = Object.keys(trader.state.orders);
    const amended = trader.do({ type: "amend_order", orderId: first ?? "", request: { limitPrice: d("51") } });
    expect(amended.type).toBe("accepted");
  });

  it("count the position that an open entry will make, and none for dust", () => {
    const trader = desk({ limits: { maximumOpenPositions: 1 } }).book("ETH/USD", [["10", "10"]], [["11", "10"]]);
    const resting = trader.place({ side: "buy", quantity: d("1"), limitPrice: d("50") });
    const eth = () => trader.codeOf(trader.tryPlace({ symbol: "ETH/USD", side: "buy", quantity: d("1") }));
    expect(eth()).toBe("OPEN_POSITIONS_LIMIT");
    trader.print("BTC/USD", "49", "0.00004");
    trader.do({ type: "cancel_order", orderId: resting });
    expect(trader.total("BTC")).toBe("0.00004");
    expect(eth()).toBe("accepted");
  });

  it("value what ether paid with bitcoin is worth in account currency", () => {
    const trader = desk({ limits: { maximumOrderValue: d("900") } }).book(
      "ETH/BTC",
      [["0.09", "100"]],
      [["0.1", "100"]],
    );
    trader.place({ side: "buy", quantity: d("9") });
    const order = (quantity: string) =>
      trader.tryPlace({ symbol: "ETH/BTC", side: "buy", quantity: d(quantity), limitPrice: d("0.08") });
    // 100 ether at 0.08 bitcoin of 100 dollars each is 800.
    expect(trader.codeOf(order("100"))).toBe("accepted");
    expect(order("113")).toMatchObject({ problem: { code: "ORDER_VALUE_LIMIT", details: { value: "904" } } });
  });
});
