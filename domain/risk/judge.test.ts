import { describe, expect, it } from "vitest";
import { decimal, ZERO } from "../decimal.ts";
import type { ErrorCode } from "../problem.ts";
import { Desk } from "../testing/desk.ts";
import { WIDE_RISK } from "../testing/wide-risk.ts";
import type { RiskFacts } from "./facts.ts";
import type { Halt } from "./halt.ts";
import { judge } from "./judge.ts";
import { DEFAULT_RISK, type RiskSettings } from "./settings.ts";
import { firstRefusal } from "./verdict.ts";
import { liveOrders } from "../account/open-orders.ts";

const d = decimal;
const none: RiskSettings = { ...WIDE_RISK, ordersPerMinute: 30 };

const facts: RiskFacts = {
  limits: none,
  currency: "USD",
  symbol: "BTC/USD",
  side: "buy",
  intent: "entry",
  limitPrice: d("100"),
  mark: d("100"),
  orderValue: d("1000"),
  acquiredAsset: "BTC",
  quantity: d("10"),
  acquiredValue: d("500"),
  acquiredQuantity: d("5"),
  exposure: d("3000"),
  addsExposure: true,
  positionAssets: ["ETH", "SOL"],
  equity: { value: d("10000"), missing: [] },
  managedValue: d("10000"),
  lossBases: { peak: d("10000"), drawdownBase: null, day: { equity: d("10000"), flows: ZERO }, flows: ZERO },
  worstCase: { loss: d("58"), stop: d("95"), entry: d("100"), position: null },
  quoteAgeMs: 0,
  marketTime: 1_000_000,
  halts: [],
  entriesLastMinute: 0,
  entryWaitSeconds: null,
  openOrdersOfSymbol: 0,
};

function codeOf(changes: Partial<RiskFacts>): string | null {
  return firstRefusal(judge({ ...facts, ...changes }))?.code ?? null;
}

function halt(change: Partial<Halt>): Halt {
  return {
    kind: "drawdown",
    haltedAt: 0,
    waitUntil: null,
    endsAt: null,
    positions: "keep",
    value: d("21.33"),
    limit: d("20"),
    reason: "Halted: 21.33 % under the peak.",
    ...change,
  };
}

// Every rule just below, at, and just above its limit (CASES "limits set but not enforced").
describe("each limit of size holds at, and only above, its value", () => {
  const cases: readonly (readonly [string, Partial<RiskSettings>, string | null])[] = [
    ["an order of 1000", { maximumOrderValue: d("1000.00001") }, null],
    ["an order of 1000", { maximumOrderValue: d("1000") }, null],
    ["an order of 1000", { maximumOrderValue: d("999.99999") }, "ORDER_VALUE_LIMIT"],
    ["1000 on top of 500", { maximumPositionValue: d("1500.00001") }, null],
    ["1000 on top of 500", { maximumPositionValue: d("1500") }, null],
    ["1000 on top of 500", { maximumPositionValue: d("1499.99999") }, "POSITION_LIMIT"],
    ["10 units on top of 5", { maximumPositionQuantity: { BTC: d("15.00000001") } }, null],
    ["10 units on top of 5", { maximumPositionQuantity: { BTC: d("15") } }, null],
    ["10 units on top of 5", { maximumPositionQuantity: { BTC: d("14.99999999") } }, "POSITION_QUANTITY_LIMIT"],
    ["10 units of an asset that is not limited", { maximumPositionQuantity: { ETH: d("1") } }, null],
    ["1500 of an equity of 10000", { maximumPositionPercent: d("15.0001") }, null],
    ["1500 of an equity of 10000", { maximumPositionPercent: d("15") }, null],
    ["1500 of an equity of 10000", { maximumPositionPercent: d("14.9999") }, "POSITION_PERCENT_LIMIT"],
    ["1000 on an exposure of 3000", { maximumExposurePercent: d("40.0001") }, null],
    ["1000 on an exposure of 3000", { maximumExposurePercent: d("40") }, null],
    ["1000 on an exposure of 3000", { maximumExposurePercent: d("39.9999") }, "EXPOSURE_LIMIT"],
    ["a third position", { maximumOpenPositions: 4 }, null],
    ["a third position", { maximumOpenPositions: 3 }, null],
    ["a third position", { maximumOpenPositions: 2 }, "OPEN_POSITIONS_LIMIT"],
    ["58 at risk of an equity of 10000", { riskPerTradePercent: d("0.5801") }, null],
    ["58 at risk of an equity of 10000", { riskPerTradePercent: d("0.58") }, null],
    ["58 at risk of an equity of 10000", { riskPerTradePercent: d("0.5799") }, "RISK_PER_TRADE_LIMIT"],
  ];
  it.each(cases)("%s under %o: %s", (_what, limits, code) => {
    expect(codeOf({ limits: { ...none, ...limits } })).toBe(code);
  });

  it("adding to a position that is open already is no new one", () => {
    const limits = { ...none, maximumOpenPositions: 1 };
    expect(codeOf({ limits, positionAssets: ["ETH", "BTC"] })).toBeNull();
  });

  it("an order that is paid with another position adds nothing to exposure", () => {
    const limits = { ...none, maximumExposurePercent: d("30") };
    expect(codeOf({ limits })).toBe("EXPOSURE_LIMIT");
    expect(codeOf({ limits, addsExposure: false })).toBeNull();
    expect(codeOf({ limits, addsExposure: false, exposure: d("3000.01") })).toBe("EXPOSURE_LIMIT");
  });

  it("an order that nothing prices has no worst case", () => {
    const worstCase = { loss: null, stop: null, entry: null, position: null };
    expect(codeOf({ limits: { ...none, riskPerTradePercent: d("0.01") }, worstCase })).toBeNull();
  });
});

describe("each limit of pace and price", () => {
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
  ] as const)("an entry's %s limit of %s around a mark of 100 with a collar of 5 %%: %s", (side, price, code) => {
    expect(codeOf({ limits: { ...none, priceCollarPercent: d("5") }, side, limitPrice: d(price) })).toBe(code);
  });

  it.each([
    [78, null],
    [79, null],
    [80, "TOO_MANY_OPEN_ORDERS"],
  ])("with %i open orders on the symbol: %s", (open, code) => {
    expect(codeOf({ openOrdersOfSymbol: open })).toBe(code);
  });

  it.each([
    [2_999, null],
    [3_000, null],
    [3_001, "QUOTE_STALE"],
  ])("a price of %i ms before, where 3 s are too old: %s", (age, code) => {
    expect(codeOf({ limits: { ...none, staleAfterSeconds: 3 }, quoteAgeMs: age })).toBe(code);
  });

  it.each([
    [null, null],
    [0, null],
    [1, "PROTECTIVE_RESERVE"],
  ])("with %s s to wait until the exchange's rate limit has room beside the reserve: %s", (wait, code) => {
    expect(codeOf({ entryWaitSeconds: wait })).toBe(code);
  });

  it("only the pairs of the list, when there is one", () => {
    expect(codeOf({ limits: { ...none, allowedSymbols: ["ETH/USD", "BTC/USD"] } })).toBeNull();
    expect(codeOf({ limits: { ...none, allowedSymbols: ["ETH/USD"] } })).toBe("SYMBOL_NOT_ALLOWED");
    expect(codeOf({ limits: { ...none, allowedSymbols: [] } })).toBe("SYMBOL_NOT_ALLOWED");
  });
});

describe("each limit of loss counts as lost at its value", () => {
  it.each([
    ["8000.01", null],
    ["8000", "DRAWDOWN_LIMIT"],
    ["7999.99", "DRAWDOWN_LIMIT"],
  ])("with %s left of a peak of 10000 under a drawdown limit of 20 %%: %s", (left, code) => {
    expect(codeOf({ limits: { ...none, drawdownPercent: d("20") }, managedValue: d(left) })).toBe(code);
  });

  it("a drawdown of 21.33 % is told as that (CASES)", () => {
    const refusal = firstRefusal(
      judge({
        ...facts,
        limits: { ...none, drawdownPercent: d("20") },
        managedValue: d("118000"),
        lossBases: { peak: d("150000"), drawdownBase: null, day: { equity: d("100000"), flows: ZERO }, flows: ZERO },
      }),
    );
    expect(refusal).toMatchObject({ code: "DRAWDOWN_LIMIT", details: { limit: "30000", value: "32000", room: "0" } });
    expect(refusal?.message).toContain("21.33 %");
  });

  it("after a halt that was waited for, a further drawdown counts, the old one does not", () => {
    const lossBases = {
      peak: d("10000"),
      drawdownBase: d("7000"),
      day: { equity: d("7000"), flows: ZERO },
      flows: ZERO,
    };
    const limits = { ...none, drawdownPercent: d("20") };
    expect(codeOf({ limits, lossBases, managedValue: d("5600.01") })).toBeNull();
    expect(codeOf({ limits, lossBases, managedValue: d("5600") })).toBe("DRAWDOWN_LIMIT");
  });

  it.each([
    ["9700.01", null],
    ["9700", "DAILY_LOSS_LIMIT"],
    ["9699.99", "DAILY_LOSS_LIMIT"],
  ])("with %s left of a day that began at 10000 under a limit of 3 %%: %s", (left, code) => {
    const equity = { value: d(left), missing: [] };
    expect(codeOf({ limits: { ...none, dailyLossPercent: d("3") }, equity })).toBe(code);
  });

  it("a deposit of the day is no profit and a withdrawal no loss", () => {
    const limits = { ...none, dailyLossPercent: d("3") };
    const bases = (flows: string) => ({ ...BASES, flows: d(flows) });
    expect(codeOf({ limits, lossBases: bases("500"), equity: { value: d("10200"), missing: [] } })).toBe(
      "DAILY_LOSS_LIMIT",
    );
    expect(codeOf({ limits, lossBases: bases("-5000"), equity: { value: d("5000"), missing: [] } })).toBeNull();
  });

  it("a halt denies, a streak of losses denies with a code of its own, and what is over denies no more", () => {
    expect(codeOf({ halts: [halt({})] })).toBe("TRADING_HALTED");
    expect(codeOf({ halts: [halt({ kind: "stopped" })] })).toBe("TRADING_HALTED");
    const pause = halt({ kind: "loss_streak", endsAt: 1_000_001, reason: "Halted: 4 losing trades in a row." });
    expect(codeOf({ halts: [pause] })).toBe("LOSS_COOLDOWN");
    expect(codeOf({ halts: [pause], marketTime: 1_000_001 })).toBeNull();
    expect(codeOf({ halts: [pause, halt({})] })).toBe("TRADING_HALTED");
  });

  it("without a price for something that is held nothing in percent can be kept, so entries are denied", () => {
    const equity = { value: null, missing: ["DOGE"] };
    const changes = { equity, managedValue: null };
    expect(codeOf({ ...changes, limits: { ...none, maximumExposurePercent: d("80") } })).toBe("EQUITY_UNKNOWN");
    expect(codeOf({ ...changes, limits: none })).toBeNull();
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

  it("names the share of equity in percent and in money", () => {
    const refusal = firstRefusal(judge({ ...facts, limits: { ...none, maximumPositionPercent: d("12.5") } }));
    expect(refusal).toEqual({
      code: "POSITION_PERCENT_LIMIT",
      message:
        "One asset may be 12.5 % of your equity of 10000 USD, that is 1250; with this order BTC would be 15 % (1500), holding and open orders counted. There is room for 750 USD.",
      details: { limit: "1250", value: "1500", room: "750" },
    });
  });

  it.each([
    [80, null],
    [224, null],
    [225, "TOO_MANY_OPEN_ORDERS"],
  ])("an exit beside %i open orders on the symbol: %s", (open, code) => {
    expect(codeOf({ intent: "exit", side: "sell", openOrdersOfSymbol: open })).toBe(code);
  });

  it("lets exits through every rule", () => {
    const strict: RiskSettings = {
      ...DEFAULT_RISK,
      maximumOrderValue: d("1"),
      maximumPositionValue: d("1"),
      maximumPositionQuantity: { BTC: d("0.1") },
      maximumPositionPercent: d("0.1"),
      maximumExposurePercent: d("1"),
      maximumOpenPositions: 1,
      riskPerTradePercent: d("0.01"),
      drawdownPercent: d("1"),
      dailyLossPercent: d("1"),
      allowedSymbols: [],
      staleAfterSeconds: 2,
      priceCollarPercent: null,
    };
    const worst: Partial<RiskFacts> = {
      intent: "exit",
      side: "sell",
      entriesLastMinute: 99,
      entryWaitSeconds: 30,
      halts: [halt({})],
      quoteAgeMs: 60_000,
      equity: { value: null, missing: ["ETH"] },
      managedValue: d("1"),
    };
    expect(codeOf({ ...worst, limits: strict })).toBeNull();
    expect(codeOf({ ...worst, limits: strict, intent: "entry" })).toBe("TRADING_HALTED");
    const collar = { ...strict, priceCollarPercent: d("5") };
    expect(codeOf({ ...worst, limits: collar, limitPrice: d("50") })).toBeNull();
    expect(codeOf({ ...worst, limits: collar, limitPrice: d("50"), openOrdersOfSymbol: 80 })).toBeNull();
  });

  it("switches a rule off with null and judges nothing that it cannot know", () => {
    const unknown = {
      orderValue: d("1000000000"),
      entriesLastMinute: null,
      openOrdersOfSymbol: null,
      quoteAgeMs: null,
    };
    expect(judge({ ...facts, ...unknown })).toEqual([]);
  });

  it("has room of zero, never less", () => {
    const rule = (code: ErrorCode, limits: Partial<RiskSettings>) =>
      judge({ ...facts, limits: { ...none, ...limits } }).find((verdict) => verdict.code === code);
    expect(rule("POSITION_LIMIT", { maximumPositionValue: d("100") })).toMatchObject({ passed: false, room: ZERO });
    expect(rule("EXPOSURE_LIMIT", { maximumExposurePercent: d("1") })).toMatchObject({ passed: false, room: ZERO });
  });
});

const BASES = { peak: d("10000"), drawdownBase: null, day: { equity: d("10000"), flows: ZERO }, flows: ZERO };

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
    const [first] = liveOrders(trader.state.orders).map(({ id }) => id);
    const amended = trader.do({ type: "amend_order", orderId: first ?? "", request: { limitPrice: d("51") } });
    expect(amended.type).toBe("accepted");
    // What sells the position is kept back by none of them.
    const protective = { side: "sell", type: "stop-loss", quantity: d("1"), triggerPrice: d("80") } as const;
    expect(trader.codeOf(trader.tryPlace(protective))).toBe("accepted");
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
