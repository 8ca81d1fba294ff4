import { describe, expect, it } from "vitest";
import { accountView, denialView, fillView, openOrderViews, orderView } from "../domain/account/views.ts";
import { decimal } from "../domain/decimal.ts";
import { marketOfViews, previewOrder } from "../domain/orders/estimate.ts";
import { Desk, orderRequest } from "../domain/testing/desk.ts";
import { BTC_USD } from "../domain/testing/instruments.ts";
import { valuate } from "../domain/valuation.ts";
import { account } from "./accounts.ts";
import type { AccountView } from "./accounts.ts";
import type { Ticker } from "./markets.ts";
import { denial, fill, order, type OrderView } from "./orders.ts";
import { JOURNAL_EVENT_TYPES, journalEvent } from "./trader-socket.ts";

const d = decimal;

function desk(): Desk {
  const trader = new Desk().book(
    "BTC/USD",
    [["99", "5"]],
    [
      ["100", "5"],
      ["101", "5"],
    ],
  );
  trader.place({ side: "buy", quantity: d("1") });
  const resting = trader.place({ side: "buy", quantity: d("2"), limitPrice: d("98") });
  trader.print("BTC/USD", "98", "0.5");
  trader.do({ type: "amend_order", orderId: resting, request: { quantity: d("1.5") } });
  trader.do({ type: "amend_order", orderId: resting, request: { quantity: d("0.1") } });
  trader.tryPlace({ side: "sell", quantity: d("500") });
  trader.do({ type: "cancel_order", orderId: resting });
  trader.place({
    side: "buy",
    quantity: d("2"),
    limitPrice: d("97"),
    timeInForce: "gtd",
    expiresAt: trader.now + 60_000,
  });
  trader.do({ type: "deposit", amount: d("5") });
  trader.do({ type: "change_settings", name: "Mine" });
  return trader;
}

// The views that the pure core makes are what the wire promises, byte for byte.
describe("the core's views on the wire", () => {
  it("are accounts and orders of the contract", () => {
    const { state } = desk();
    const view = accountView(state);
    expect(account.parse(view)).toEqual(view);
    const orders = [...openOrderViews(state), ...state.ended];
    expect(orders).toHaveLength(3);
    for (const shown of orders) {
      expect(order.strict().parse(shown)).toEqual(shown);
      expect(orderView(state, shown.id)).toEqual(shown);
    }
    expect(orderView(state, "nobody")).toBeUndefined();
  });

  it("are fills and denials of the contract", () => {
    const trader = desk();
    for (const event of trader.events) {
      if (event.type === "fill_booked") {
        const view = fillView(event, "account-1", 7);
        expect(fill.strict().parse(view)).toEqual(view);
      }
      if (event.type === "order_denied") {
        const view = denialView(event, "account-1", 7);
        expect(denial.strict().parse(view)).toEqual(view);
      }
    }
    expect(trader.fills()).toHaveLength(2);
    expect(trader.events.filter(({ type }) => type === "order_denied")).toHaveLength(1);
  });

  it("are events whose every name and field the contract can carry", () => {
    const trader = desk();
    for (const [index, event] of trader.events.entries()) {
      const { type, time, ...data } = event;
      const wire = { epoch: "e", seq: index + 1, accountId: "account-1", time, type, data };
      expect(journalEvent.parse(JSON.parse(JSON.stringify(wire)))).toEqual(wire);
      expect(JOURNAL_EVENT_TYPES).toContain(type);
    }
  });

  it("are what the browser's estimate and valuation take", () => {
    const { state } = desk();
    const view: AccountView = account.parse(accountView(state));
    const orders: OrderView[] = openOrderViews(state).map((shown) => order.parse(shown));
    const ticker: Ticker = {
      symbol: "BTC/USD",
      bid: d("99"),
      ask: d("100"),
      last: d("100"),
      lastTime: 1,
      mark: d("99.5"),
      markTime: 1,
      high24h: null,
      low24h: null,
      volume24h: null,
      change24h: null,
      changePercent24h: null,
      status: "online",
      fresh: true,
      staleSince: null,
      staleReason: null,
    };
    const book = { bids: [[d("99"), d("1")] as const], asks: [[d("100"), d("1")] as const], at: 1, fresh: true };
    const markets = { "BTC/USD": marketOfViews(BTC_USD, ticker, book) };
    const preview = previewOrder(view, orders, orderRequest({ side: "buy", quantity: d("1") }), markets, 1);
    expect(preview).toMatchObject({ denial: null, estimate: { cost: "100", fee: "0.4" } });
    expect(valuate(view, { "BTC/USD": ticker })).toMatchObject({ complete: true });
  });
});
