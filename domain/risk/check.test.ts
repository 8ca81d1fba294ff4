import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tradingFacts } from "../account/facts.ts";
import { assessmentMarket } from "../account/place.ts";
import { accountView, openOrderViews } from "../account/views.ts";
import { add, decimal } from "../decimal.ts";
import { factsOfViews } from "../orders/estimate.ts";
import type { OrderRequest } from "../orders/request.ts";
import { Desk, orderRequest, type DeskOptions } from "../testing/desk.ts";
import { checkOrder } from "./check.ts";
import { DEFAULT_RISK, type RiskSettings } from "./settings.ts";

const d = decimal;

function desk(limits: Partial<RiskSettings> = {}, options: DeskOptions = {}): Desk {
  return new Desk({ balance: "10000", taker: "0.4", maker: "0.25", ...options, limits: { ...DEFAULT_RISK, ...limits } })
    .book(
      "BTC/USD",
      [["99.9", "1000"]],
      [
        ["100", "3"],
        ["101", "5"],
        ["104", "1000"],
      ],
      "100",
    )
    .book("ETH/USD", [["9.9", "1000"]], [["10", "1000"]], "10");
}

function check(trader: Desk, request: OrderRequest, riskPercent: string | null = null) {
  const { state } = trader;
  const question = { request, riskPercent: riskPercent === null ? null : d(riskPercent) };
  return checkOrder(tradingFacts(state, trader.now), question, assessmentMarket(state, trader.context()));
}

describe("the default rules of an account of 10,000", () => {
  it("take a position of a quarter of equity and not one lot more", () => {
    const trader = desk();
    const denied = trader.tryPlace({ side: "buy", quantity: d("30"), limitPrice: d("100") });
    expect(denied).toMatchObject({
      problem: {
        code: "POSITION_PERCENT_LIMIT",
        details: { limit: "2500", value: "3000", room: "2500", largestQuantity: "25" },
      },
    });
    expect(trader.codeOf(trader.tryPlace({ side: "buy", quantity: d("25"), limitPrice: d("100") }))).toBe("accepted");
    expect(trader.codeOf(trader.tryPlace({ side: "buy", quantity: d("0.01"), limitPrice: d("90") }))).toBe(
      "POSITION_PERCENT_LIMIT",
    );
  });

  it("hold an order without a stop to what it may lose: its whole cost", () => {
    const trader = desk();
    const denied = trader.tryPlace({ side: "buy", quantity: d("20"), limitPrice: d("100"), stop: null });
    // 200 of equity at risk ÷ (100 and its fee of 0.4).
    expect(denied).toMatchObject({
      problem: {
        code: "RISK_PER_TRADE_LIMIT",
        details: { limit: "200", value: "2008", largestQuantity: "1.99203187" },
      },
    });
  });

  it("count what is held, what is open and what is on its way towards exposure", () => {
    const trader = desk({ maximumPositionPercent: null, maximumExposurePercent: d("50") });
    trader.place({ side: "buy", quantity: d("3") });
    trader.place({ symbol: "ETH/USD", side: "buy", quantity: d("300"), limitPrice: d("9") });
    const denied = trader.tryPlace({ symbol: "ETH/USD", side: "buy", quantity: d("300"), limitPrice: d("9") });
    // Equity lost the fee of 1.2; 300 of bitcoin and 2,700 of ether are open.
    expect(denied).toMatchObject({
      problem: { code: "EXPOSURE_LIMIT", details: { limit: "4999.4", value: "5700", room: "1999.4" } },
    });
  });

  it("deny entries while something that is held has no price, and let the exit wait for one", () => {
    const trader = desk();
    trader.place({ symbol: "ETH/USD", side: "buy", quantity: d("10") });
    trader.stale("ETH/USD");
    expect(trader.tryPlace({ side: "buy", quantity: d("1") })).toMatchObject({
      problem: { code: "EQUITY_UNKNOWN", message: expect.stringContaining("ETH has no fresh USD price") },
    });
    expect(trader.codeOf(trader.tryPlace({ symbol: "ETH/USD", side: "sell", quantity: d("10") }))).toBe("accepted");
  });

  it("judge the order that an amend makes", () => {
    const trader = desk();
    const orderId = trader.place({ side: "buy", quantity: d("25"), limitPrice: d("99") });
    const more = trader.do({ type: "amend_order", orderId, request: { quantity: d("26") } });
    expect(trader.codeOf(more)).toBe("POSITION_PERCENT_LIMIT");
    const dearer = trader.do({ type: "amend_order", orderId, request: { limitPrice: d("100") } });
    expect(trader.codeOf(dearer)).toBe("accepted");
  });
});

describe("a check", () => {
  it("says of any order what placing it says, and the most that it names is taken while a lot more is not", () => {
    const percent = fc.integer({ min: 1, max: 400 }).map((tenths) => d(String(tenths / 10)));
    fc.assert(
      fc.property(
        fc.record({
          quantity: fc.integer({ min: 1, max: 9_000 }).map((hundredths) => d(String(hundredths / 100))),
          limitPrice: fc.option(fc.integer({ min: 900, max: 1_040 }).map((tenths) => d(String(tenths / 10)))),
          stop: fc.oneof(
            fc.constant(null),
            fc.integer({ min: 1, max: 50 }).map((value) => ({ type: "percent" as const, percent: d(String(value)) })),
            fc.integer({ min: 10, max: 89 }).map((value) => ({ type: "price" as const, price: d(String(value)) })),
          ),
          held: fc.integer({ min: 0, max: 5 }),
          maximumPositionPercent: fc.option(percent),
          maximumExposurePercent: fc.option(percent),
          riskPerTradePercent: fc.option(fc.integer({ min: 1, max: 100 }).map((tenths) => d(String(tenths / 10)))),
          maximumPositionQuantity: fc.option(fc.integer({ min: 1, max: 60 })),
        }),
        (drawn) => {
          const { quantity, limitPrice, stop, held, maximumPositionQuantity, ...limits } = drawn;
          const most = maximumPositionQuantity === null ? {} : { BTC: d(String(maximumPositionQuantity)) };
          const wide = desk({ maximumPositionPercent: null, riskPerTradePercent: null, priceCollarPercent: null });
          if (held > 0) {
            wide.place({ side: "buy", quantity: d(String(held)) });
          }
          wide.do({
            type: "change_settings",
            limits: { ...wide.state.limits, ...limits, maximumPositionQuantity: most },
          });
          const request = (size: typeof quantity) =>
            orderRequest({ side: "buy", quantity: size, stop, ...(limitPrice === null ? {} : { limitPrice }) });
          const asked = check(wide, request(quantity));
          const codeFor = (size: typeof quantity): string => check(wide, request(size)).denial?.code ?? "accepted";
          if (asked.largestQuantity !== null) {
            expect(codeFor(asked.largestQuantity)).toBe("accepted");
            // Values are rounded up to the fifth decimal and budgets down: some lots may go unused, never more than that.
            const more = add(asked.largestQuantity, d("0.001"));
            expect(codeFor(more)).not.toBe("accepted");
          }
          const decision = wide.do({ type: "place_order", request: request(quantity) });
          expect(decision.type === "denied" ? decision.problem : null).toEqual(asked.denial);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("sizes what loses no more than the risk at its stop, through several levels of the book as well", () => {
    const trader = desk();
    const request = orderRequest({ side: "buy", stop: { type: "price", price: d("90") } });
    const { sizing, order } = check(trader, request, "1");
    expect(sizing?.riskAmount).toBe("100");
    expect(order?.quantity).toBe(sizing?.quantity);
    expect(order?.loss).toBe("100");
    expect(
      check(trader, { ...request, quantity: add(order?.quantity ?? d("0"), d("0.0001")) }, "1").order?.loss,
    ).not.toBe("100");
  });

  it("has nothing to size for an exit, or where no risk is set", () => {
    const trader = desk({ riskPerTradePercent: null });
    expect(check(trader, orderRequest({ side: "buy", quantity: d("1") })).sizing).toBeNull();
    trader.place({ side: "buy", quantity: d("1") });
    const exit = check(trader, orderRequest({ side: "sell", quantity: d("1") }), "1");
    expect(exit).toMatchObject({ sizing: null, denial: null, order: { loss: null } });
    expect(exit.exposure?.after).toBe(exit.exposure?.before);
  });

  it("in a browser says the same of every rule", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("5") });
    const request = orderRequest({ side: "buy", quantity: d("30"), limitPrice: d("100") });
    const server = check(trader, request);
    const facts = factsOfViews(accountView(trader.state), openOrderViews(trader.state), trader.now);
    const market = { markets: trader.markets, instruments: {}, marketTime: trader.now };
    const browser = checkOrder(facts, { request, riskPercent: null }, market);
    expect(browser.rules).toEqual(server.rules);
    expect(browser).toMatchObject({ denial: server.denial, order: server.order, exposure: server.exposure });
  });
});
