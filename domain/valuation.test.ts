import { describe, expect, it } from "vitest";
import { decimal } from "./decimal.ts";
import { Desk } from "./testing/desk.ts";
import { accountView } from "./account/views.ts";
import { percentOf, valuate, valuatePosition, type ValuedAccount } from "./valuation.ts";

const d = decimal;

const account: ValuedAccount = {
  currency: "USD",
  balances: [
    { asset: "USD", total: d("1000.12345") },
    { asset: "BTC", total: d("0.12345678") },
    { asset: "ETH", total: d("2") },
  ],
  positions: [
    { asset: "BTC", quantity: d("0.12345678"), cost: d("6000") },
    { asset: "ETH", quantity: d("2"), cost: d("5000") },
  ],
  baseline: d("12000"),
  day: { equity: d("12000"), flows: d("100") },
};

const marks = {
  "BTC/USD": { mark: d("64250.1"), fresh: true },
  "ETH/USD": { mark: d("2600"), fresh: true },
};

describe("valuation", () => {
  it("is cash + Σ holding × mark to the last digit", () => {
    expect(valuate(account, marks)).toEqual({
      equity: "14132.233910678",
      unrealisedProfit: "2132.110460678",
      todayProfit: "2032.233910678",
      todayPercent: "16.8",
      totalProfit: "2132.233910678",
      totalPercent: "17.77",
      complete: true,
    });
  });

  it("has no figures where a price was never known, rather than wrong ones", () => {
    expect(valuate(account, { "BTC/USD": marks["BTC/USD"] })).toEqual({
      equity: null,
      unrealisedProfit: null,
      todayProfit: null,
      todayPercent: null,
      totalProfit: null,
      totalPercent: null,
      complete: false,
    });
  });

  it("uses the last good mark and says that it is incomplete", () => {
    const old = { ...marks, "ETH/USD": { mark: d("2600"), fresh: false } };
    expect(valuate(account, old)).toMatchObject({ equity: "14132.233910678", complete: false });
  });

  it("needs no price for what is not held", () => {
    const flat = {
      ...account,
      balances: [
        { asset: "USD", total: d("5") },
        { asset: "SOL", total: d("0") },
      ],
      positions: [],
    };
    expect(valuate(flat, {})).toMatchObject({ equity: "5", unrealisedProfit: "0", complete: true });
  });

  it("leaves positions of unknown cost out of the profit", () => {
    const [, eth] = account.positions;
    const positions = [{ asset: "BTC", quantity: d("1"), cost: null }, ...(eth === undefined ? [] : [eth])];
    expect(valuate({ ...account, positions }, marks).unrealisedProfit).toBe("200");
    expect(valuatePosition({ asset: "BTC", quantity: d("1"), cost: null }, "USD", marks)).toEqual({
      mark: "64250.1",
      value: "64250.1",
      unrealisedProfit: null,
      unrealisedPercent: null,
      fresh: true,
    });
  });

  it("has no percentage of nothing", () => {
    expect(percentOf(d("5"), d("0"))).toBeNull();
    expect(percentOf(null, d("5"))).toBeNull();
    expect(percentOf(d("1"), null)).toBeNull();
    expect(percentOf(d("-1"), d("3"))).toBe("-33.33");
  });

  it("agrees with the account's views: what was paid in fees is what is missing", () => {
    const trader = new Desk({ balance: "10000" }).book("BTC/USD", [["100", "9"]], [["100", "9"]], "100");
    trader.place({ side: "buy", quantity: d("5") });
    const value = valuate(accountView(trader.state), { "BTC/USD": { mark: d("100"), fresh: true } });
    expect(value).toMatchObject({ equity: "9998", unrealisedProfit: "-2", todayProfit: "-2", totalProfit: "-2" });
  });
});
