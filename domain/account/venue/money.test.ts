import { describe, expect, it } from "vitest";
import { add, decimal as d, subtract } from "../../decimal.ts";
import { symbolsNeeded } from "../symbols.ts";
import { VenueDesk } from "../../testing/venue-desk.ts";
import type { VenueExecution, VenueOrder } from "../../venue/reports.ts";

const limitBuy = { side: "buy", quantity: d("1"), limitPrice: d("100") } as const;

function handOrder(more: Partial<VenueOrder> = {}): VenueOrder {
  return {
    venueOrderId: "HAND",
    clientOrderId: null,
    parentVenueOrderId: null,
    symbol: "BTC/USD",
    side: "sell",
    type: "limit",
    status: "open",
    quantity: d("1"),
    filledQuantity: d("0"),
    limitPrice: d("120"),
    triggerPrice: null,
    reason: null,
    openedAt: 0,
    closedAt: null,
    expiresAt: null,
    ...more,
  };
}

function handTrade(more: Partial<VenueExecution> = {}): VenueExecution {
  return {
    executionId: "T-HAND",
    venueOrderId: "HAND",
    clientOrderId: null,
    symbol: "BTC/USD",
    side: "sell",
    price: d("110"),
    quantity: d("1"),
    cost: d("110"),
    fees: [{ asset: "USD", amount: d("0.44") }],
    liquidity: "taker",
    tradeId: null,
    time: 1,
    ...more,
  };
}

describe("fills (TRADING §6)", () => {
  it("before the acknowledgement are booked, and the acknowledgement changes nothing more", () => {
    const desk = new VenueDesk();
    const id = desk.place(limitBuy);
    desk.send(id);
    desk.book([desk.execution(id, "0.4", "100")]);
    expect(desk.live(id)).toMatchObject({ status: "partially_filled", venueOrderId: `O-${id}` });
    expect(desk.accept(id)).toMatchObject({ events: [] });
    expect(desk.todo()).toEqual([]);
  });

  it("count once per execution id, in any order and across batches", () => {
    const desk = new VenueDesk();
    const id = desk.open(limitBuy);
    const [first, second] = [
      desk.execution(id, "0.3", "100", { executionId: "T1" }),
      desk.execution(id, "0.7", "99", { executionId: "T2", time: 5 }),
    ];
    desk.book([second, second]);
    desk.book([first, second]);
    desk.book([first]);
    expect(desk.order(id)).toMatchObject({ status: "filled", filledQuantity: "1", filledCost: "99.3" });
    expect(desk.holding("BTC")).toMatchObject({ managed: "1", held: "0" });
    expect(desk.holding("USD").held).toBe("0");
  });

  it("after the cancel are booked late and told", () => {
    const desk = new VenueDesk();
    const id = desk.open(limitBuy);
    desk.report([desk.shown(id, { status: "cancelled", reason: "User requested" })]);
    desk.book([desk.execution(id, "0.2", "100")]);
    expect(desk.order(id)).toMatchObject({ status: "cancelled", filledQuantity: "0.2" });
    expect(desk.alerts().at(-1)?.message).toBe(
      "A fill came after its order had ended as cancelled: buy 0.2 BTC/USD at 100. It is booked; look at the position.",
    );
  });

  it("are not undone by an older report, nor is an ending", () => {
    const desk = new VenueDesk();
    const id = desk.open(limitBuy);
    const old = desk.shown(id);
    desk.book([desk.execution(id, "0.2", "100")]);
    desk.report([desk.shown(id, { status: "cancelled", filledQuantity: d("0.3") })]);
    desk.report([old]);
    desk.report([desk.shown(id, { filledQuantity: d("0.2") })]);
    expect(desk.live(id).venue).toMatchObject({ venueFilled: "0.3", ending: { status: "cancelled" } });
  });

  it("count once by their trade too: the socket and the history may call them differently, and the ledger settles all the same", () => {
    const desk = new VenueDesk();
    const id = desk.open(limitBuy);
    const trade = { tradeId: 77 } as const;
    desk.book([desk.execution(id, "1", "100", { ...trade, executionId: "SOCKET" })]);
    const again = desk.execution(id, "1", "100", { ...trade, executionId: "HISTORY" });
    desk.book([again]);
    desk.book([again]);
    expect(desk.events.filter(({ type }) => type === "execution_also_named")).toHaveLength(1);
    expect(desk.holding("BTC")).toMatchObject({ managed: "1" });
    desk.bookLedger(
      desk.ledger("USD", "-99.9999", "trade", { referenceId: "HISTORY", fee: d("0.4001") }),
      desk.ledger("BTC", "1", "trade", { referenceId: "HISTORY" }),
    );
    expect(desk.state.venue?.unsettled).toEqual({});
    expect(desk.holding("USD").managed).toBe("9899.6");
  });

  it("of one order at one price in two trades are two", () => {
    const desk = new VenueDesk();
    const id = desk.open(limitBuy);
    desk.book([
      desk.execution(id, "0.5", "100", { executionId: "A", tradeId: 77 }),
      desk.execution(id, "0.5", "100", { executionId: "B", tradeId: 78 }),
    ]);
    expect(desk.order(id)).toMatchObject({ status: "filled", filledQuantity: "1" });
  });

  it("of an order that nobody can tell are left to be read again", () => {
    const desk = new VenueDesk();
    expect(desk.book([handTrade()])).toMatchObject({ events: [] });
  });
});

describe("fees, in whatever asset the fill names", () => {
  it("in quote are part of an entry's cost and lower an exit's proceeds", () => {
    const desk = new VenueDesk();
    desk.buy("1");
    expect(desk.holding("BTC").cost).toBe("100.4");
    const exit = desk.open({ side: "sell", quantity: d("1"), limitPrice: d("110") });
    desk.book([desk.execution(exit, "1", "110")]);
    expect(desk.state.realisedProfit).toBe("9.16");
    expect(desk.holding("USD").managed).toBe("10009.16");
  });

  it("in base leave less of it at the same cost, and are not counted twice", () => {
    const desk = new VenueDesk();
    const id = desk.open(limitBuy);
    desk.book([desk.execution(id, "1", "100", { fees: [{ asset: "BTC", amount: d("0.004") }] })]);
    expect(desk.holding("BTC")).toMatchObject({ managed: "0.996", cost: "100" });
    expect(desk.holding("USD").managed).toBe("9900");
    const exit = desk.open({ side: "sell", quantity: d("0.996"), limitPrice: d("100") });
    desk.book([desk.execution(exit, "0.996", "100", { fees: [] })]);
    expect(desk.state.realisedProfit).toBe("-0.4");
  });

  it("in a third asset are paid with it: its cost leaves, and what was traded carries the worth", () => {
    const desk = new VenueDesk();
    desk.buy("1", "10", "ETH/USD");
    const id = desk.open(limitBuy);
    desk.price("ETH/USD", "20");
    desk.book([desk.execution(id, "1", "100", { fees: [{ asset: "ETH", amount: d("0.02") }] })]);
    expect(desk.holding("BTC").cost).toBe("100.4");
    expect(desk.holding("ETH")).toMatchObject({ managed: "0.98", cost: "9.8392" });
    expect(desk.state.realisedProfit).toBe("0.1992");
  });

  it("in account currency on a pair without it are part of the cost too", () => {
    const desk = new VenueDesk();
    desk.buy("1");
    const id = desk.open({ side: "buy", symbol: "ETH/BTC", quantity: d("1"), limitPrice: d("0.1") });
    desk.book([desk.execution(id, "1", "0.1", { fees: [{ asset: "USD", amount: d("0.04") }] })]);
    expect(desk.holding("ETH").cost).toBe("10.04");
    expect(desk.state.realisedProfit).toBe("-0.04");
  });

  it("never make up a rate: a late fill in a quote of unknown worth has no cost", () => {
    const desk = new VenueDesk();
    desk.buy("1");
    const id = desk.open({ side: "buy", symbol: "ETH/BTC", quantity: d("1"), limitPrice: d("0.1") });
    desk.report([desk.shown(id, { status: "cancelled" })]);
    const fill = desk.execution(id, "1", "0.1");
    delete desk.markets["BTC/USD"];
    desk.book([fill]);
    expect(desk.holding("ETH")).toMatchObject({ managed: "1", cost: null });
    expect(desk.state.realisedProfit).toBe("0");
  });
});

describe("the exchange's ledger", () => {
  it("settles a fill to the last digit, once, in any order", () => {
    const desk = new VenueDesk();
    const id = desk.open(limitBuy);
    desk.book([desk.execution(id, "1", "99.9999", { executionId: "T1" })]);
    const rows = [
      desk.ledger("USD", "-99.9999", "trade", { ledgerId: "L1", referenceId: "T1", fee: d("0.4001") }),
      desk.ledger("BTC", "1", "trade", { ledgerId: "L2", referenceId: "T1" }),
    ];
    desk.bookLedger(...rows.toReversed());
    desk.bookLedger(...rows);
    expect(desk.holding("USD").managed).toBe("9899.6");
    expect(desk.state.venue?.unsettled).toEqual({});
  });

  it("waits with a trade's row for its execution", () => {
    const desk = new VenueDesk();
    expect(desk.bookLedger(desk.ledger("USD", "-100", "trade"))).toMatchObject({ events: [] });
  });

  it("deposits and withdrawals move baseline and peak, never profit", () => {
    const desk = new VenueDesk({ USD: "1000" });
    const deposit = desk.ledger("USD", "500");
    desk.bookLedger(deposit, deposit);
    expect(desk.state).toMatchObject({ baseline: "1500", peak: "1500", realisedProfit: "0" });
    desk.bookLedger(desk.ledger("USD", "-200", "withdrawal", { fee: d("5") }));
    expect(desk.state).toMatchObject({ baseline: "1295", peak: "1295", day: { flows: "295" } });
    expect(desk.holding("USD").managed).toBe("1295");
    desk.bookLedger(desk.ledger("BTC", "1"));
    expect(desk.holding("BTC")).toMatchObject({ managed: "0", external: "1" });
    expect(desk.state.baseline).toBe("1395");
  });

  it("rewards are profit and external", () => {
    const desk = new VenueDesk({ USD: "1000" });
    desk.bookLedger(desk.ledger("ETH", "0.1", "staking"), desk.ledger("ETH", "0.1", "earn", { subtype: "reward" }));
    expect(desk.state.baseline).toBe("1000");
    expect(desk.holding("ETH")).toMatchObject({ managed: "0", external: "0.2" });
  });

  it.each([
    ["together", true],
    ["one after the other", false],
  ] as const)("moves to flexible earn change nothing, their two rows %s", (_, together) => {
    const desk = new VenueDesk();
    desk.buy("1");
    const baseline = desk.state.baseline;
    const rows = [
      desk.ledger("BTC", "-1", "earn", { subtype: "autoallocation" }),
      desk.ledger("BTC", "1", "earn", { subtype: "autoallocation", wallet: "flex" }),
    ];
    if (together) {
      desk.bookLedger(...rows);
    } else {
      rows.forEach((row) => void desk.bookLedger(row));
    }
    expect(desk.holding("BTC")).toMatchObject({ managed: "1", external: "0", cost: "100.4" });
    expect(desk.state.baseline).toBe(baseline);
    expect(desk.alerts()).toEqual([]);
  });

  it("what is bonded leaves what may be sold, is no loss, and comes back", () => {
    const desk = new VenueDesk({ USD: "10000", BTC: "2" });
    desk.do({ type: "adopt_holding", asset: "BTC", quantity: d("2"), cost: d("200") });
    const bond = { subtype: "allocation" };
    desk.bookLedger(
      desk.ledger("BTC", "-1", "earn", bond),
      desk.ledger("BTC", "1", "earn", { ...bond, wallet: "bonded" }),
    );
    expect(desk.state.baseline).toBe("10100");
    expect(desk.holding("BTC")).toMatchObject({ managed: "2", external: "-1" });
    expect(desk.live(desk.close("BTC")).quantity).toBe("1");
    desk.compare({ USD: "10000", BTC: "1" });
    expect(desk.state.venue?.differences).toEqual({});
  });

  it("a withdrawal takes external first; what it takes of the position leaves with its cost and is told", () => {
    const desk = new VenueDesk({ USD: "10000", BTC: "1" });
    desk.buy("1");
    desk.bookLedger(desk.ledger("BTC", "-1.25", "withdrawal"));
    expect(desk.holding("BTC")).toMatchObject({ managed: "0.75", external: "0", cost: "75.3" });
    expect(desk.state.realisedProfit).toBe("0");
    expect(desk.alerts().map(({ message }) => message)).toEqual([
      "A withdrawal took 0.25 BTC of this desk's position: the account had no other BTC.",
    ]);
  });
});

describe("orders and trades made by hand", () => {
  it("are shown, not ours, and gone when a complete list no longer has them", () => {
    const desk = new VenueDesk();
    desk.report([handOrder()]);
    expect(desk.report([handOrder()])).toMatchObject({ events: [] });
    desk.do({ type: "cancel_all", symbol: null });
    expect(desk.todo()).toEqual([]);
    desk.report([], { complete: true });
    expect(desk.state.venue?.externalOrders).toEqual({});
  });

  it("a young one is not taken for gone by a list that lags; a moving trailing stop is no news", () => {
    const desk = new VenueDesk();
    const young = { openedAt: desk.now, type: "trailing-stop", triggerPrice: d("90") } as const;
    desk.report([handOrder(young)]);
    expect(desk.report([handOrder({ ...young, triggerPrice: d("91") })])).toMatchObject({ events: [] });
    desk.report([], { complete: true, readAt: desk.now + 5_000 });
    expect(Object.keys(desk.state.venue?.externalOrders ?? {})).toEqual(["HAND"]);
    desk.report([], { complete: true, readAt: desk.now + 10_001 });
    expect(desk.state.venue?.externalOrders).toEqual({});
  });

  it("a sale takes external first and shrinks the position with its share of the cost, net of the fee", () => {
    const desk = new VenueDesk({ USD: "10000", BTC: "0.6" });
    desk.buy("1");
    desk.book([handTrade()], [handOrder({ status: "closed" })]);
    desk.book([handTrade()], [handOrder({ status: "closed" })]);
    expect(desk.holding("BTC")).toMatchObject({ managed: "0.6", external: "0", cost: "60.24" });
    // 0.4 of 109.56, less 0.4 of 100.4.
    expect(desk.state.realisedProfit).toBe("3.664");
    expect(desk.holding("USD").managed).toBe("10009.16");
    expect(desk.alerts().map(({ message }) => message)).toEqual([
      "A trade made by hand took 0.4 BTC of this desk's position: it had no other BTC to take.",
    ]);
  });

  it("what they take shrinks resting stops, and cancels one that nothing is left for", () => {
    const desk = new VenueDesk();
    desk.buy("1");
    const stop = desk.open({ side: "sell", type: "stop-loss", quantity: d("1"), triggerPrice: d("90") });
    desk.book([handTrade({ quantity: d("0.4"), cost: d("44") })], [handOrder({ status: "closed" })]);
    expect(desk.todo()).toEqual([`send amend ${stop}`]);
    desk.send(stop, "amend");
    desk.accept(stop, "amend");
    expect(desk.live(stop)).toMatchObject({ quantity: "0.6", hold: { amount: "0.6" } });
    desk.bookLedger(desk.ledger("BTC", "-0.6", "withdrawal"));
    expect(desk.todo()).toEqual([`send cancel ${stop}`]);
  });

  it("cancel a resting stop that Kraken does not let shrink", () => {
    const desk = new VenueDesk();
    desk.buy("1");
    const stop = desk.open({ side: "sell", type: "stop-loss", quantity: d("1"), triggerPrice: d("90") });
    desk.book([handTrade({ quantity: d("0.4"), cost: d("44") })], [handOrder({ status: "closed" })]);
    desk.send(stop, "amend");
    desk.fail(stop, "refused", "amend");
    expect(desk.todo()).toEqual([`send cancel ${stop}`]);
  });

  it("one that pays with a managed asset sells that at its own price", () => {
    const desk = new VenueDesk();
    desk.buy("1");
    const paid = {
      symbol: "ETH/BTC",
      side: "buy",
      quantity: d("4"),
      price: d("0.1"),
      cost: d("0.4"),
      fees: [],
    } as const;
    desk.book([handTrade(paid)], [handOrder({ symbol: "ETH/BTC", side: "buy", status: "closed" })]);
    expect(desk.holding("ETH")).toMatchObject({ managed: "0", external: "4" });
    expect(desk.holding("BTC")).toMatchObject({ managed: "0.6", cost: "60.24" });
    expect(desk.state.realisedProfit).toBe("-0.16");
  });

  it("what the ledger says of a hand trade's fee is external too", () => {
    const desk = new VenueDesk();
    desk.buy("1");
    desk.book(
      [handTrade({ side: "buy", cost: d("100"), price: d("100") })],
      [handOrder({ side: "buy", status: "closed" })],
    );
    desk.bookLedger(
      desk.ledger("BTC", "1", "trade", { referenceId: "T-HAND", fee: d("0.0044") }),
      desk.ledger("USD", "-100", "trade", { referenceId: "T-HAND" }),
    );
    expect(desk.holding("BTC")).toMatchObject({ managed: "1", external: "0.9956", cost: "100.4" });
  });
});

describe("conditional closes", () => {
  it("are taken in as orders of the desk, with a hold, what is filled of them and how they ended", () => {
    const desk = new VenueDesk();
    const conditionalClose = { type: "stop-loss", triggerPrice: d("90"), limitPrice: null } as const;
    const id = desk.open({ ...limitBuy, conditionalClose });
    desk.book([desk.execution(id, "1", "100")]);
    const child = {
      venueOrderId: "C1",
      parentVenueOrderId: `O-${id}`,
      type: "stop-loss",
      triggerPrice: d("90"),
    } as const;
    desk.report([handOrder({ ...child, limitPrice: null })]);
    expect(desk.live("C1")).toMatchObject({
      origin: "conditional",
      status: "open",
      hold: { asset: "BTC", amount: "1" },
    });
    desk.report([
      handOrder({ ...child, limitPrice: null, filledQuantity: d("0.4"), status: "cancelled", reason: "by hand" }),
    ]);
    expect(desk.todo()).toEqual(["read_executions C1"]);
    desk.book([handTrade({ venueOrderId: "C1", quantity: d("0.4"), cost: d("44"), fees: [] })]);
    expect(desk.order("C1")).toMatchObject({ status: "cancelled", filledQuantity: "0.4" });
    expect(desk.holding("BTC")).toMatchObject({ managed: "0.6", held: "0" });
    expect(desk.state.venue?.externalOrders).toEqual({});
  });

  it("that the socket showed without a parent do not stay among the orders made by hand", () => {
    const desk = new VenueDesk();
    const id = desk.open(limitBuy);
    desk.book([desk.execution(id, "1", "100")]);
    const child = { venueOrderId: "C1", type: "stop-loss", triggerPrice: d("90"), limitPrice: null } as const;
    desk.report([handOrder(child)]);
    expect(Object.keys(desk.state.venue?.externalOrders ?? {})).toEqual(["C1"]);
    desk.report([handOrder({ ...child, parentVenueOrderId: `O-${id}` })]);
    expect(desk.state.venue?.externalOrders).toEqual({});
    expect(desk.live("C1").origin).toBe("conditional");
    expect(desk.codeOf(desk.do({ type: "close_position", asset: "BTC", percent: 100 }))).toBe("accepted");
  });

  it("whose parent the exchange has not named yet are left, not booked as made by hand", () => {
    const desk = new VenueDesk();
    const conditionalClose = { type: "stop-loss", triggerPrice: d("90"), limitPrice: null } as const;
    const id = desk.place({ ...limitBuy, conditionalClose });
    desk.send(id);
    desk.fail(id, "ambiguous");
    const child = handOrder({
      venueOrderId: "C1",
      parentVenueOrderId: `O-${id}`,
      status: "closed",
      filledQuantity: d("1"),
    });
    desk.book([handTrade({ venueOrderId: "C1" })], [child]);
    expect(desk.events.some(({ type }) => type === "external_fill_booked")).toBe(false);
    desk.report([desk.shown(id)]);
    desk.book([desk.execution(id, "1", "100")]);
    desk.book([handTrade({ venueOrderId: "C1" })], [child]);
    expect(desk.order("C1")).toMatchObject({ status: "filled", origin: "conditional" });
    expect(desk.holding("BTC").managed).toBe("0");
  });

  it("that would open something in a halted account are cancelled as soon as they are seen", () => {
    const desk = new VenueDesk();
    desk.buy("1");
    const conditionalClose = { type: "limit", triggerPrice: null, limitPrice: d("90") } as const;
    const sale = desk.open({ side: "sell", quantity: d("1"), limitPrice: d("100"), conditionalClose });
    desk.do({ type: "stop_trading", mode: "keep", alert: true, others: [] });
    desk.book([desk.execution(sale, "1", "100")]);
    const child = { venueOrderId: "C1", parentVenueOrderId: `O-${sale}`, side: "buy", limitPrice: d("90") } as const;
    desk.report([handOrder(child)]);
    expect(desk.live("C1")).toMatchObject({ intent: "entry", origin: "conditional", status: "cancel_pending" });
    expect(desk.todo()[0]).toBe("send cancel C1");
  });

  it("that are filled before they were ever seen are booked from their execution and order", () => {
    const desk = new VenueDesk();
    const id = desk.open(limitBuy);
    desk.book([desk.execution(id, "1", "100")]);
    const child = handOrder({
      venueOrderId: "C1",
      parentVenueOrderId: `O-${id}`,
      status: "closed",
      filledQuantity: d("1"),
    });
    desk.book([handTrade({ venueOrderId: "C1" })], [child]);
    expect(desk.order("C1")).toMatchObject({ status: "filled", origin: "conditional" });
    expect(desk.holding("BTC").managed).toBe("0");
  });
});

describe("what has to be valued", () => {
  it("is what comes from outside; a trade, its fee in account currency and its rows need no price of the feed", () => {
    const desk = new VenueDesk();
    const id = desk.open(limitBuy);
    const executions = [desk.execution(id, "1", "100", { executionId: "T1" })];
    expect(symbolsNeeded(desk.state, { type: "book_executions", executions, orders: [] })).toEqual([]);
    const rows = [desk.ledger("BTC", "1", "trade", { referenceId: "T1" }), desk.ledger("ETH", "2")];
    expect(symbolsNeeded(desk.state, { type: "book_ledger", rows })).toEqual(["ETH/USD"]);
  });
});

describe("the reconciliation", () => {
  it("counts a difference when two reads 30 s apart agree on it; it blocks entries in the asset, never exits", () => {
    const desk = new VenueDesk();
    const id = desk.open(limitBuy);
    desk.book([desk.execution(id, "1", "100", { executionId: "T1" })]);
    desk.bookLedger(
      desk.ledger("BTC", "1", "trade", { referenceId: "T1" }),
      desk.ledger("USD", "-100", "trade", { referenceId: "T1", fee: d("0.4") }),
    );
    const actual = { USD: "9899.6", BTC: "1.5" };
    desk.compare(actual);
    desk.now += 29_999;
    desk.compare(actual);
    expect(desk.codeOf(desk.tryPlace(limitBuy))).toBe("accepted");
    desk.now += 1;
    desk.compare(actual);
    expect(desk.codeOf(desk.tryPlace(limitBuy))).toBe("UNRECONCILED");
    expect(desk.codeOf(desk.tryPlace({ ...limitBuy, symbol: "ETH/BTC", limitPrice: d("0.1") }))).toBe("UNRECONCILED");
    expect(desk.codeOf(desk.tryPlace({ ...limitBuy, symbol: "ETH/USD", limitPrice: d("10") }))).toBe("accepted");
    expect(desk.codeOf(desk.do({ type: "close_position", asset: "BTC", percent: 50 }))).toBe("accepted");
    expect(desk.alerts()).toHaveLength(1);
    // A row in between does not make it forgotten.
    desk.bookLedger(desk.ledger("BTC", "1"));
    desk.compare({ USD: "9899.6", BTC: "2.5" });
    expect(desk.codeOf(desk.tryPlace(limitBuy))).toBe("UNRECONCILED");
    desk.compare({ USD: "9899.6", BTC: "2" });
    expect(desk.codeOf(desk.tryPlace(limitBuy))).toBe("accepted");
  });

  it("begins anew when the amount changed between the reads, and forgives one ledger unit", () => {
    const desk = new VenueDesk();
    desk.compare({ USD: "10001" });
    desk.now += 30_000;
    desk.compare({ USD: "10002" });
    expect(desk.state.venue?.differences).toMatchObject({ USD: { confirmed: false, actual: "10002" } });
    desk.compare({ USD: "10000.0001" });
    expect(desk.state.venue?.differences).toEqual({});
  });

  it("clears a difference in what neither side has any more", () => {
    const desk = new VenueDesk();
    desk.compare({ USD: "10000", SOL: "1" });
    desk.compare({ USD: "10000" });
    expect(desk.state.venue?.differences).toEqual({});
  });

  it("does not wait for ever for the rows of a fill: what differs is told", () => {
    const desk = new VenueDesk();
    desk.buy("1");
    desk.now += 5 * 60_000;
    desk.compare({ USD: "1", BTC: "7" });
    desk.now += 30_000;
    desk.compare({ USD: "1", BTC: "7" });
    expect(desk.state.venue?.differences).toMatchObject({ USD: { confirmed: true }, BTC: { confirmed: true } });
  });

  it("leaves an asset alone while rows of its fills are to come", () => {
    const desk = new VenueDesk();
    desk.buy("1");
    desk.compare({ USD: "1", BTC: "7" });
    expect(desk.state.venue?.differences).toEqual({});
  });

  it("is recorded when it found something, and every 15 minutes otherwise", () => {
    const desk = new VenueDesk();
    desk.compare({ USD: "10000" });
    expect(desk.compare({ USD: "10000" })).toMatchObject({ events: [] });
    desk.now += 15 * 60_000;
    expect(desk.compare({ USD: "10000" })).toMatchObject({ events: [{ type: "reconciled" }] });
  });
});

describe("the beginning", () => {
  it("counts what is there as external, cash apart, and equity then as the baseline; told again it changes nothing", () => {
    const desk = new VenueDesk({ USD: "1000", BTC: "2", ETH: "0" });
    expect(desk.state).toMatchObject({ baseline: "1200", peak: "1200", day: { equity: "1200" } });
    expect(desk.holding("BTC")).toMatchObject({ managed: "0", external: "2" });
    expect(desk.do({ type: "find_holdings", balances: [{ asset: "USD", total: d("5") }] })).toMatchObject({
      events: [],
    });
    expect(add(subtract(desk.holding("USD").managed, d("1000")), d("0"))).toBe("0");
  });
});
