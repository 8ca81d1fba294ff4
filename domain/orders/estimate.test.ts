import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { accountView, openOrderViews } from "../account/views.ts";
import { add, decimal, sum, wholeNumber } from "../decimal.ts";
import { Desk, orderRequest, START } from "../testing/desk.ts";
import { BTC_USD } from "../testing/instruments.ts";
import { marketOfViews, previewClose, previewOrder, type Preview } from "./estimate.ts";
import type { OrderRequest } from "./request.ts";

const d = decimal;

function desk(options: ConstructorParameters<typeof Desk>[0] = {}): Desk {
  return new Desk({ balance: "1000", ...options }).book(
    "BTC/USD",
    [
      ["99", "4"],
      ["98", "10"],
    ],
    [
      ["101", "1"],
      ["102", "2"],
      ["103", "10"],
    ],
  );
}

function preview(trader: Desk, request: Partial<OrderRequest> & { readonly side: "buy" | "sell" }): Preview {
  return previewOrder(
    accountView(trader.state),
    openOrderViews(trader.state),
    orderRequest(request),
    trader.markets,
    trader.now,
  );
}

describe("the order form's estimate", () => {
  it("shows average, cost, fee, slippage against the mid and what is left", () => {
    expect(preview(desk(), { side: "buy", quantity: d("2") })).toEqual({
      estimate: {
        quantity: "2",
        limitPrice: null,
        takenQuantity: "2",
        restQuantity: "0",
        restReason: null,
        averagePrice: "101.5",
        cost: "203",
        fee: "0.812",
        quoteAsset: "USD",
        total: "203.812",
        slippagePercent: "1.5",
        quoteAfter: "796.188",
        baseAfter: "2",
      },
      denial: null,
      largestQuantity: "9.70889258",
    });
  });

  it("tells what would be taken at once from what would rest", () => {
    expect(preview(desk(), { side: "buy", quantity: d("5"), limitPrice: d("102") }).estimate).toMatchObject({
      takenQuantity: "3",
      restQuantity: "2",
      cost: "509",
      fee: "1.73",
      slippagePercent: "1.6667",
    });
    expect(preview(desk(), { side: "buy", quantity: d("5"), limitPrice: d("90") }).estimate).toMatchObject({
      takenQuantity: "0",
      restQuantity: "5",
      averagePrice: "90",
      slippagePercent: null,
    });
  });

  it("shows figures and the denial together, with the most that fits", () => {
    const shown = preview(desk(), { side: "buy", quantity: d("10") });
    expect(shown.estimate?.cost).toBe("1026");
    expect(shown.denial).toMatchObject({ code: "INSUFFICIENT_FUNDS", details: { largestQuantity: "9.70889258" } });
    expect(shown.largestQuantity).toBe("9.70889258");
  });

  it("has nothing to estimate for a wish that makes no sense, and nothing fits into no money", () => {
    expect(preview(desk(), { side: "buy" })).toMatchObject({ estimate: null, denial: { code: "BAD_REQUEST" } });
    expect(preview(desk(), { side: "sell", quantity: d("1") })).toMatchObject({ largestQuantity: null });
  });

  it("says that an exit waits when the price is stale, and denies an entry", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("2") });
    trader.stale("BTC/USD");
    expect(preview(trader, { side: "sell", quantity: d("1") })).toMatchObject({
      estimate: { takenQuantity: "0", averagePrice: null, slippagePercent: null },
      denial: null,
      largestQuantity: "2",
    });
    expect(preview(trader, { side: "buy", quantity: d("1") })).toMatchObject({
      denial: { code: "QUOTE_STALE" },
      largestQuantity: null,
    });
  });

  it("is what then happens, to the last digit, and denies what is then denied", () => {
    const wish = fc.record({
      side: fc.constantFrom("buy" as const, "sell" as const),
      lots: fc.integer({ min: 1, max: 1_500_000_000 }),
      tick: fc.option(fc.integer({ min: 900, max: 1100 })),
      ioc: fc.boolean(),
      postOnly: fc.boolean(),
    });
    fc.assert(
      fc.property(wish, ({ side, lots, tick, ioc, postOnly }) => {
        const trader = desk();
        trader.place({ side: "buy", quantity: d("3.5") });
        trader.book(
          "BTC/USD",
          [
            ["99", "4"],
            ["98", "10"],
          ],
          [
            ["101", "1.1"],
            ["102", "2.2"],
            ["103", "11"],
          ],
        );
        const request: Parameters<typeof preview>[1] = {
          side,
          quantity: divided(lots, 8),
          ...(tick === null ? {} : { limitPrice: divided(tick, 1), postOnly }),
          ...(tick !== null && ioc ? { timeInForce: "ioc" } : {}),
        };
        const shown = preview(trader, request);
        const before = trader.free("USD");
        const decision = trader.tryPlace(request);
        expect(shown.denial).toEqual(decision.type === "denied" ? decision.problem : null);
        const taken = trader
          .fills()
          .slice(-10)
          .filter(({ orderId }) => orderId === "order-2");
        if (decision.type === "accepted") {
          expect(shown.estimate?.takenQuantity).toBe(sum(taken.map(({ quantity }) => quantity)));
        }
        if (decision.type === "accepted" && shown.estimate?.restQuantity === "0") {
          expect(shown.estimate.fee).toBe(sum(taken.map(({ fee }) => fee)));
          expect(shown.estimate.quoteAfter).toBe(trader.free("USD"));
          expect(shown.estimate.cost).toBe(sum(taken.map(({ cost }) => cost)));
        }
        expect(before).not.toBe("");
      }),
      { numRuns: 200 },
    );
  });

  it("offers a largest quantity that is taken, and a ten-thousandth of a dollar more is not", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 99_999_999 }),
        fc.option(fc.integer({ min: 500, max: 1100 })),
        fc.option(fc.integer({ min: 100, max: 900 })),
        (cents, tick, limit) => {
          const trader = new Desk({
            balance: divided(cents + 10_000, 5),
            limits: { maximumOrderValue: limit === null ? null : wholeNumber(limit) },
          }).book(
            "BTC/USD",
            [["99", "4"]],
            [
              ["101", "1"],
              ["102", "2"],
              ["103", "1000"],
            ],
          );
          const wish = { side: "buy" as const, ...(tick === null ? {} : { limitPrice: divided(tick, 1) }) };
          const { largestQuantity } = preview(trader, { ...wish, quantity: d("1") });
          if (largestQuantity !== null) {
            const more = add(largestQuantity, d("0.000001"));
            expect(preview(trader, { ...wish, quantity: largestQuantity }).denial).toBeNull();
            const code = preview(trader, { ...wish, quantity: more }).denial?.code;
            expect(["INSUFFICIENT_FUNDS", "ORDER_VALUE_LIMIT"]).toContain(code);
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe("the estimate of a close", () => {
  it("counts what resting sales hold as free, since they are cancelled first", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("4") });
    trader.place({ side: "sell", quantity: d("4"), limitPrice: d("150") });
    const shown = previewClose(
      accountView(trader.state),
      openOrderViews(trader.state),
      { asset: "BTC", percent: d("50"), limitPrice: null },
      trader.markets,
      START,
    );
    expect(shown).toMatchObject({
      denial: null,
      estimate: { quantity: "2", cost: "198", fee: "0.792", baseAfter: "2" },
    });
    const resting = previewClose(
      accountView(trader.state),
      [],
      { asset: "BTC", percent: d("100"), limitPrice: d("120") },
      trader.markets,
      START,
    );
    expect(resting.estimate).toMatchObject({ restQuantity: "4", cost: "480" });
    const nothing = previewClose(
      accountView(trader.state),
      [],
      { asset: "ETH", percent: d("100"), limitPrice: null },
      {},
      START,
    );
    expect(nothing).toMatchObject({ estimate: null });
  });
});

describe("the estimate of a triggered order", () => {
  const holding = () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("4") });
    return { trader, account: { ...accountView(trader.state), exchange: {} } };
  };
  const request = (more: Partial<OrderRequest>): OrderRequest => ({
    symbol: "BTC/USD",
    side: "sell",
    type: "stop-loss",
    timeInForce: "gtc",
    postOnly: false,
    quantity: d("2"),
    ...more,
  });

  it("takes nothing now and counts the taker's fee at its trigger, or at its limit where it has one", () => {
    const { trader, account } = holding();
    const shown = (more: Partial<OrderRequest>) =>
      previewOrder(account, [], request(more), trader.markets, trader.now).estimate;
    expect(shown({ triggerPrice: d("90") })).toMatchObject({
      takenQuantity: "0",
      restQuantity: "2",
      averagePrice: "90",
      cost: "180",
      fee: "0.72",
      total: "179.28",
      baseAfter: "2",
    });
    expect(shown({ type: "stop-loss-limit", triggerPrice: d("90"), limitPrice: d("89") })).toMatchObject({
      averagePrice: "89",
      cost: "178",
    });
  });

  it("of one's own does not stand in the way of a buy at an exchange, as it does for the trader object", () => {
    const trader = desk();
    const resting = { id: "s1", symbol: "BTC/USD", side: "sell", type: "stop-loss-limit", status: "open" } as const;
    const own = [{ ...resting, limitPrice: d("90"), triggerPrice: d("91"), quantity: d("1"), filledQuantity: d("0") }];
    const buy = orderRequest({ side: "buy", quantity: d("1") });
    const account = { ...accountView(trader.state), exchange: {} };
    expect(previewOrder(account, own, buy, trader.markets, trader.now)).toMatchObject({
      denial: null,
      estimate: { takenQuantity: "1" },
    });
  });

  it("is taken on paper as well, where the desk watches its trigger", () => {
    const { trader } = holding();
    const paper = previewOrder(
      accountView(trader.state),
      [],
      request({ triggerPrice: d("90") }),
      trader.markets,
      trader.now,
    );
    expect(paper.denial).toBeNull();
  });
});

describe("the market in the browser", () => {
  const ticker = {
    mark: d("100"),
    markTime: START,
    status: "limit_only" as const,
    fresh: true,
    staleSince: null,
    staleReason: null,
  };
  const book = { bids: [[d("99"), d("1")]] as const, asks: [[d("101"), d("1")]] as const, at: START, fresh: true };

  it("is the ticker's status and mark with the book's levels", () => {
    expect(marketOfViews(BTC_USD, ticker, book)).toMatchObject({
      instrument: { status: "limit_only" },
      quote: { fresh: true, mark: "100", bid: ["99", "1"], ask: ["101", "1"] },
      book: { bids: [["99", "1"]] },
    });
  });

  it("has no book to trade on when that is stale or not there, and no price without a ticker", () => {
    expect(marketOfViews(BTC_USD, ticker, { ...book, fresh: false }).book).toBeNull();
    expect(marketOfViews(BTC_USD, null, null)).toMatchObject({
      book: null,
      quote: { fresh: false, mark: null, staleReason: "no_data", at: 0 },
    });
  });
});

function divided(value: number, decimals: number) {
  const digits = String(value).padStart(decimals + 1, "0");
  return d(`${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`);
}
