import { describe, expect, it } from "vitest";
import { decimal } from "../decimal.ts";
import { Desk } from "../testing/desk.ts";
import { valuate } from "../valuation.ts";
import { accountView, positionViews } from "./views.ts";

const d = decimal;

describe("fees and costs", () => {
  it("charges 83.525 on half a bitcoin at 64,250 and 0.26 %", () => {
    const desk = new Desk({ balance: "100000", taker: "0.26" }).book("BTC/USD", [["64249", "1"]], [["64250", "1"]]);
    const id = desk.place({ side: "buy", quantity: d("0.5") });
    expect(desk.fills(id)).toMatchObject([{ cost: "32125", fee: "83.525", feeAsset: "USD", liquidity: "taker" }]);
    expect(desk.total("USD")).toBe("67791.475");
    expect(desk.state.feesPaid).toBe("83.525");
  });

  it("fills asks (100×1),(101×2): buy 2 is 100.5 on average, cost 201, fee 0.5226", () => {
    const desk = new Desk({ taker: "0.26" }).book(
      "BTC/USD",
      [["99", "1"]],
      [
        ["100", "1"],
        ["101", "2"],
      ],
    );
    const order = desk.order(desk.place({ side: "buy", quantity: d("2") }));
    expect(order).toMatchObject({ status: "filled", averagePrice: "100.5", filledCost: "201", fees: "0.5226" });
  });

  it("fills 3 of a market buy of 4 when the book shows 3, and says that 1 was not", () => {
    const desk = new Desk().book(
      "BTC/USD",
      [["99", "1"]],
      [
        ["100", "1"],
        ["101", "2"],
      ],
    );
    const order = desk.order(desk.place({ side: "buy", quantity: d("4") }));
    expect(order).toMatchObject({ status: "cancelled", filledQuantity: "3" });
    expect(order.reason).toContain("1 of 4 was not filled");
    expect(desk.state.holdings.USD?.held).toBe("0");
  });

  it("charges every partial fill on its own", () => {
    const desk = new Desk({ maker: "0.25" }).book("BTC/USD", [["100", "0"]], [["110", "1"]]);
    const id = desk.place({ side: "buy", quantity: d("3"), limitPrice: d("100") });
    desk.print("BTC/USD", "100", "1");
    desk.print("BTC/USD", "99", "1.5");
    expect(desk.fills(id)).toMatchObject([
      { price: "100", quantity: "1", cost: "100", fee: "0.25", liquidity: "maker" },
      { price: "100", quantity: "1.5", cost: "150", fee: "0.375", liquidity: "maker" },
    ]);
    expect(desk.open(id)).toMatchObject({ status: "partially_filled", fees: "0.625" });
  });
});

describe("realised profit and loss", () => {
  it("is −0.80 after buying 2 at 100 and selling them at 110 and at 90", () => {
    const desk = new Desk({ taker: "0.2" }).book("BTC/USD", [["99", "5"]], [["100", "5"]]);
    desk.place({ side: "buy", quantity: d("2") });
    expect(desk.state.feesPaid).toBe("0.4");
    desk.book("BTC/USD", [["110", "1"]], [["111", "1"]]).place({ side: "sell", quantity: d("1") });
    expect(desk.fills().at(-1)).toMatchObject({ fee: "0.22", realisedProfit: "9.58" });
    desk.book("BTC/USD", [["90", "1"]], [["91", "1"]]).place({ side: "sell", quantity: d("1") });
    expect(desk.fills().at(-1)).toMatchObject({ fee: "0.18", realisedProfit: "-10.38" });
    expect(desk.state.realisedProfit).toBe("-0.8");
    expect(desk.total("USD")).toBe("9999.2");
    expect(desk.state.holdings.BTC).toBeUndefined();
  });

  it("keeps the total cost: a part takes cost × q / Q, the last close takes the rest", () => {
    const desk = new Desk({ taker: "0" }).book("BTC/USD", [["9", "5"]], [["10", "1"]]);
    desk.place({ side: "buy", quantity: d("1") });
    desk
      .book(
        "BTC/USD",
        [["10", "9"]],
        [
          ["10.1", "1"],
          ["10.2", "2"],
        ],
      )
      .place({ side: "buy", quantity: d("2") });
    expect(desk.state.holdings.BTC?.cost).toBe("30.3");
    desk.place({ side: "sell", quantity: d("0.7") });
    expect(desk.fills().at(-1)?.legs[0]?.cost).toBe("-7.07");
    desk.place({ side: "sell", quantity: d("0.06051234") });
    desk.do({ type: "close_position", asset: "BTC", percent: 100 });
    const shares = desk
      .fills()
      .flatMap(({ legs }) => legs.filter(({ asset }) => asset === "BTC").map(({ cost }) => cost));
    expect(shares).toEqual(["10", "10.1", "10.2", "-7.07", "-0.61117", "-22.61883"]);
    expect(desk.state.holdings.BTC).toBeUndefined();
    expect(desk.total("USD")).toBe("9999.7");
  });

  it("puts entry fees into the cost and takes exit fees from the proceeds", () => {
    const desk = new Desk({ balance: "100000" }).book("BTC/USD", [["64249", "1"]], [["64250", "1"]]);
    desk.place({ side: "buy", quantity: d("0.5") });
    expect(desk.fills().at(-1)?.realisedProfit).toBeNull();
    expect(positionViews(desk.state)).toMatchObject([
      { asset: "BTC", quantity: "0.5", cost: "32253.5", averageEntryPrice: "64507", symbol: "BTC/USD" },
    ]);
    desk.book("BTC/USD", [["65000", "1"]], [["65001", "1"]]).do({ type: "close_position", asset: "BTC", percent: 100 });
    expect(desk.fills().at(-1)).toMatchObject({ cost: "32500", fee: "130", realisedProfit: "116.5", origin: "close" });
    expect(desk.total("USD")).toBe("100116.5");
  });

  it("starts anew for a position that was flat in between, and keeps the account's total", () => {
    const desk = new Desk({ taker: "0" }).book("BTC/USD", [["110", "9"]], [["100", "9"]]);
    desk.place({ side: "buy", quantity: d("2") });
    desk.place({ side: "sell", quantity: d("1") });
    expect(positionViews(desk.state)[0]?.realisedProfit).toBe("10");
    desk.place({ side: "sell", quantity: d("1") });
    desk.now += 1000;
    desk.place({ side: "buy", quantity: d("1") });
    expect(positionViews(desk.state)[0]).toMatchObject({ realisedProfit: "0", openedAt: desk.now });
    expect(desk.state.realisedProfit).toBe("20");
  });
});

describe("paying with an asset", () => {
  function withBitcoin(): Desk {
    const desk = new Desk({ balance: "100000", taker: "0.4" })
      .book("BTC/USD", [["50000", "9"]], [["50000", "9"]], "50000")
      .book("ETH/BTC", [["0.04", "50"]], [["0.05", "50"]])
      .book("ETH/USD", [["2500", "9"]], [["2500", "9"]], "2500");
    desk.place({ side: "buy", quantity: d("1") });
    return desk;
  }

  it("is selling it: the bitcoin leg realises its profit at the fill's rate", () => {
    const desk = withBitcoin();
    expect(desk.state.holdings.BTC).toMatchObject({ managed: "1", cost: "50200" });
    desk.book("BTC/USD", [["60000", "9"]], [["60000", "9"]], "60000");
    desk.place({ symbol: "ETH/BTC", side: "buy", quantity: d("4") });
    // 4 ETH at 0.05 are 0.2 BTC, the fee 0.0008 BTC; at 60,000 that is 12,048 for a cost share of 50,200 × 0.2008.
    expect(desk.fills().at(-1)).toMatchObject({
      cost: "0.2",
      fee: "0.0008",
      feeAsset: "BTC",
      conversionRate: "60000",
      feeInCurrency: "48",
      realisedProfit: "1967.84",
      legs: [
        { asset: "ETH", quantity: "4", cost: "12048", realisedProfit: null },
        { asset: "BTC", quantity: "-0.2008", cost: "-10080.16", realisedProfit: "1967.84" },
      ],
    });
    expect(desk.state.holdings.BTC).toMatchObject({ managed: "0.7992", cost: "40119.84" });
    expect(desk.state.holdings.ETH).toMatchObject({ managed: "4", cost: "12048" });
    expect(desk.state.realisedProfit).toBe("1967.84");
  });

  it("gives bitcoin that was received for ether the worth it had then as its cost", () => {
    const desk = withBitcoin();
    desk.place({ symbol: "ETH/BTC", side: "buy", quantity: d("4") });
    desk.book("BTC/USD", [["40000", "9"]], [["40000", "9"]], "40000");
    desk.place({ symbol: "ETH/BTC", side: "sell", quantity: d("4") });
    // 0.16 − 0.00064 = 0.15936 BTC at 40,000 = 6,374.4 for ether that cost 0.2008 × 50,000 = 10,040.
    expect(desk.fills().at(-1)).toMatchObject({ realisedProfit: "-3665.6", feeAsset: "BTC" });
    expect(desk.state.holdings.ETH).toBeUndefined();
    expect(desk.state.holdings.BTC?.managed).toBe("0.95856");
  });

  it("cannot spend more of it than is held", () => {
    const desk = withBitcoin();
    const denied = desk.tryPlace({ symbol: "ETH/BTC", side: "buy", quantity: d("20") });
    expect(denied).toMatchObject({ problem: { code: "INSUFFICIENT_FUNDS", details: { asset: "BTC", limit: "1" } } });
  });

  it("is an entry both ways, so it needs a fresh rate", () => {
    const desk = withBitcoin();
    desk.stale("BTC/USD");
    const denied = desk.tryPlace({ symbol: "ETH/BTC", side: "buy", quantity: d("1") });
    expect(denied).toMatchObject({ problem: { code: "QUOTE_STALE", details: { symbol: "BTC/USD" } } });
  });

  it("keeps the recorded rate in the event when the rate is stale at a resting fill", () => {
    const desk = withBitcoin();
    const id = desk.place({ symbol: "ETH/BTC", side: "buy", quantity: d("1"), limitPrice: d("0.045") });
    expect(desk.open(id).hold).toEqual({ asset: "BTC", amount: "0.04518" });
    delete desk.markets["BTC/USD"];
    desk.print("ETH/BTC", "0.044", "1");
    expect(desk.fills(id)).toMatchObject([{ conversionRate: "50000", price: "0.045" }]);
  });
});

describe("deposits, reset and the day", () => {
  it("counts a deposit as a flow: baseline and peak rise, profit stays zero", () => {
    const desk = new Desk({ balance: "1000" });
    desk.do({ type: "deposit", amount: d("500") });
    const account = accountView(desk.state);
    expect(account).toMatchObject({ baseline: "1500", realisedProfit: "0", day: { equity: "1000", flows: "500" } });
    expect(desk.state.peak).toBe("1500");
    expect(valuate(account, {})).toMatchObject({
      equity: "1500",
      todayProfit: "0",
      todayPercent: "0",
      totalProfit: "0",
      totalPercent: "0",
    });
  });

  it("refuses amounts that are nothing or absurd", () => {
    const desk = new Desk();
    expect(desk.codeOf(desk.do({ type: "deposit", amount: d("0.00001") }))).toBe("BAD_REQUEST");
    expect(desk.codeOf(desk.do({ type: "deposit", amount: d("1000000000000") }))).toBe("BAD_REQUEST");
    expect(desk.codeOf(desk.do({ type: "reset_account", startingBalance: d("0.00001") }))).toBe("BAD_REQUEST");
    expect(desk.total("USD")).toBe("10000");
  });

  it("resets to a clean account and leaves the journal as it was", () => {
    const desk = new Desk().book("BTC/USD", [["100", "5"]], [["100", "5"]]);
    desk.place({ side: "buy", quantity: d("2") });
    const resting = desk.place({ side: "buy", quantity: d("1"), limitPrice: d("50") });
    const before = desk.events.length;
    desk.do({ type: "reset_account", startingBalance: d("5000") });
    expect(desk.events.slice(before).map(({ type }) => type)).toEqual(["order_cancelled", "account_reset"]);
    expect(desk.order(resting)).toMatchObject({
      status: "cancelled",
      reason: "Cancelled because the account was reset.",
    });
    expect(accountView(desk.state)).toMatchObject({
      baseline: "5000",
      realisedProfit: "0",
      feesPaid: "0",
      positions: [],
      balances: [{ asset: "USD", total: "5000", held: "0", available: "5000", external: "0" }],
      day: { equity: "5000", flows: "0" },
    });
    desk.place({ side: "buy", quantity: d("1") });
    expect(desk.total("BTC")).toBe("1");
  });

  it("begins a day at the zone's midnight with the equity of that moment", () => {
    const desk = new Desk({ taker: "0" }).book("BTC/USD", [["100", "5"]], [["100", "5"]], "100");
    desk.do({ type: "change_settings", zone: "America/New_York" });
    desk.place({ side: "buy", quantity: d("2") });
    desk.do({ type: "deposit", amount: d("100") });
    expect(desk.do({ type: "start_day" }).events).toEqual([]);
    // 14 November 2023, 22:13 UTC, and the midnight there, with which New York's begin to count.
    desk.now = Date.UTC(2023, 10, 15);
    desk.do({ type: "start_day" });
    expect(desk.state.day).toMatchObject({ startedAt: Date.UTC(2023, 10, 15), equity: "10100", flows: "0" });
    desk.now = Date.UTC(2023, 10, 16, 5, 30);
    desk.book("BTC/USD", [["150", "5"]], [["150", "5"]], "150");
    desk.do({ type: "start_day" });
    expect(desk.state.day).toEqual({ startedAt: Date.UTC(2023, 10, 16, 5), equity: "10200", flows: "0" });
    expect(desk.state.peak).toBe("10200");
    expect(desk.do({ type: "start_day" }).events).toEqual([]);
  });

  it("counts a holding that never had a price at its cost when a day begins", () => {
    const desk = new Desk({ taker: "0" }).book("BTC/USD", [["100", "5"]], [["100", "5"]], "100");
    desk.place({ side: "buy", quantity: d("2") });
    delete desk.markets["BTC/USD"];
    desk.now += 48 * 3_600_000;
    desk.do({ type: "start_day" });
    expect(desk.state.day.equity).toBe("10000");
    expect(desk.events.at(-1)).toMatchObject({ type: "day_started", unpriced: ["BTC"] });
  });
});

describe("settings", () => {
  it("records only what changes, and nothing when nothing does", () => {
    const desk = new Desk();
    const decision = desk.do({ type: "change_settings", name: "Mine", fees: "standard", limits: desk.state.limits });
    expect(decision.events).toMatchObject([
      { type: "settings_changed", name: "Mine", zone: null, fees: null, limits: null },
    ]);
    expect(desk.do({ type: "change_settings", name: "Mine" }).events).toEqual([]);
    desk.do({
      type: "change_settings",
      fees: "new-customer",
      limits: { ...desk.state.limits, maximumOrderValue: d("5") },
    });
    expect(desk.state).toMatchObject({
      name: "Mine",
      fees: { takerPercent: "0.8", makerPercent: "0.4" },
      limits: { maximumOrderValue: "5" },
    });
  });

  it("refuses a zone that does not exist", () => {
    const desk = new Desk();
    expect(desk.codeOf(desk.do({ type: "change_settings", zone: "Mars/Olympus" }))).toBe("BAD_REQUEST");
  });

  it("charges an open order by the schedule it was placed under", () => {
    const desk = new Desk({ maker: "0.25" }).book("BTC/USD", [["99", "1"]], [["101", "1"]]);
    const id = desk.place({ side: "buy", quantity: d("1"), limitPrice: d("100") });
    desk.do({ type: "change_settings", fees: "new-customer" });
    desk.print("BTC/USD", "99", "1");
    expect(desk.fills(id)).toMatchObject([{ fee: "0.25" }]);
    expect(desk.tryPlace({ side: "buy", quantity: d("1") }).type).toBe("accepted");
    expect(desk.fills().at(-1)?.fee).toBe("0.808");
  });
});

describe("opening", () => {
  it("cannot be done twice, and an account that is not open does nothing", () => {
    const desk = new Desk();
    const again = desk.do({ type: "open_account", name: "B", startingBalance: d("1"), fees: "standard", zone: "UTC" });
    expect(desk.codeOf(again)).toBe("CONFLICT");
  });
});
