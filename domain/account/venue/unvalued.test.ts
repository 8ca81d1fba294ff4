import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decimal as d, type Decimal } from "../../decimal.ts";
import { firstPrices, sampleOf } from "../../risk/sample-of.ts";
import { VenueDesk } from "../../testing/venue-desk.ts";
import { valuate } from "../../valuation.ts";
import { accountView } from "../views.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;

/** Connected while the feed does not know ETH; the day is young. */
function withoutPrice(holdings: Readonly<Record<string, string>> = { USD: "1000", ETH: "100" }): VenueDesk {
  const desk = new VenueDesk(null);
  delete desk.markets["ETH/USD"];
  const balances = Object.entries(holdings).map(([asset, total]) => ({ asset, total: d(total) }));
  desk.do({ type: "find_holdings", balances });
  return desk;
}

function figures(desk: VenueDesk) {
  const marks = Object.fromEntries(Object.entries(desk.markets).map(([symbol, { quote }]) => [symbol, quote]));
  const { equity, todayProfit, totalProfit, complete } = valuate(accountView(desk.state), marks);
  return { equity, todayProfit, totalProfit, complete };
}

/** A minute's mark, as the shell takes it: what has a price for the first time is valued before it is sampled. */
function sample(desk: VenueDesk): void {
  desk.now += MINUTE;
  const quotes = Object.values(desk.markets).map(({ quote }) => quote);
  const prices = firstPrices(desk.state, quotes, desk.now);
  desk.do({ type: "value_flows", prices });
  const taken = sampleOf(desk.state, quotes, desk.now);
  desk.do({ type: "sample_equity", samples: taken === null ? [] : [taken] });
}

const NO_PROFIT = { todayProfit: "0", totalProfit: "0", complete: true };

describe("what had no price when it was counted", () => {
  it("at the connection is no profit when the price appears: the baseline is completed, and told", () => {
    const desk = withoutPrice();
    expect(desk.state.baseline).toBe("1000");
    expect(accountView(desk.state).unvalued).toEqual(["ETH"]);
    desk.price("ETH/USD", "10");
    // The price is there, and what it is the first of is not booked yet: no figure rather than a wrong one.
    expect(figures(desk)).toEqual({ equity: "2000", todayProfit: null, totalProfit: null, complete: false });
    sample(desk);
    expect(figures(desk)).toEqual({ equity: "2000", ...NO_PROFIT });
    expect(desk.state.baseline).toBe("2000");
    expect(desk.events.find(({ type }) => type === "flow_valued")).toMatchObject({
      asset: "ETH",
      quantity: "100",
      rate: "10",
      flow: "1000",
      dayFlow: "1000",
      managedFlow: "0",
      pricedAt: desk.now - MINUTE,
    });
    expect(desk.alerts().at(-1)).toMatchObject({
      severity: "information",
      message: expect.stringMatching(
        /^100 ETH had no price .* 10 USD of \d\d:\d\d UTC, they are 1000 USD: booked as a/u,
      ),
    });
    desk.price("ETH/USD", "12");
    expect(figures(desk)).toMatchObject({ todayProfit: "200", totalProfit: "200" });
  });

  it("is valued once, by the first price, whichever command brings it", () => {
    const desk = withoutPrice();
    desk.price("ETH/USD", "10");
    desk.do({ type: "retry_waiting", symbol: "ETH/USD" });
    desk.price("ETH/USD", "20");
    sample(desk);
    expect(desk.events.filter(({ type }) => type === "flow_valued")).toHaveLength(1);
    expect(desk.state.baseline).toBe("2000");
    expect(desk.state.venue?.unvalued).toEqual({});
  });

  it("as a deposit or withdrawal is no profit and no loss when the price appears", () => {
    const desk = new VenueDesk({ USD: "1000", ETH: "100" });
    delete desk.markets["ETH/USD"];
    desk.bookLedger(desk.ledger("ETH", "50"));
    desk.bookLedger(desk.ledger("ETH", "-20", "withdrawal"));
    expect(accountView(desk.state).unvalued).toEqual(["ETH"]);
    desk.price("ETH/USD", "10");
    sample(desk);
    expect(figures(desk)).toEqual({ equity: "2300", ...NO_PROFIT });
  });

  it("and went as it came is nothing to value", () => {
    const desk = new VenueDesk({ USD: "1000" });
    delete desk.markets["ETH/USD"];
    desk.bookLedger(desk.ledger("ETH", "50"));
    desk.bookLedger(desk.ledger("ETH", "-50", "withdrawal"));
    expect(desk.state.venue?.unvalued).toEqual({});
    expect(figures(desk)).toEqual({ equity: "1000", ...NO_PROFIT });
  });

  it("and was traded by hand before any quote came is worth what it was traded at", () => {
    const desk = withoutPrice();
    const sold = { venueOrderId: "HAND", clientOrderId: null, symbol: "ETH/USD", side: "sell" as const };
    const trade = {
      ...sold,
      executionId: "T",
      price: d("9"),
      quantity: d("100"),
      cost: d("900"),
      fees: [],
      liquidity: "taker" as const,
      tradeId: null,
      time: desk.now,
    };
    const order = {
      ...sold,
      parentVenueOrderId: null,
      type: "market" as const,
      status: "closed" as const,
      reason: null,
      quantity: d("100"),
      filledQuantity: d("100"),
      limitPrice: null,
      triggerPrice: null,
      openedAt: desk.now,
      closedAt: desk.now,
      expiresAt: null,
    };
    desk.book([trade], [order]);
    expect(figures(desk)).toEqual({ equity: "1900", ...NO_PROFIT });
  });

  it("held when the day began is no profit of the day", () => {
    const desk = new VenueDesk({ USD: "1000", ETH: "100" });
    delete desk.markets["ETH/USD"];
    desk.now += DAY;
    desk.do({ type: "start_day" });
    expect(desk.state.day.equity).toBe("1000");
    desk.price("ETH/USD", "10");
    expect(figures(desk)).toMatchObject({ todayProfit: null, complete: false });
    sample(desk);
    expect(figures(desk)).toEqual({ equity: "2000", ...NO_PROFIT });
    expect(desk.alerts()).toEqual([]);
  });

  it("and was adopted moves the peak by its worth as soon as that is known, by its cost so long", () => {
    const desk = withoutPrice();
    desk.do({ type: "change_settings", limits: { ...desk.state.limits, drawdownPercent: d("20"), onHalt: "flatten" } });
    desk.do({ type: "adopt_holding", asset: "ETH", quantity: d("100"), cost: d("5000") });
    expect(desk.state.watch.peak).toBe("6000");
    desk.price("ETH/USD", "10");
    sample(desk);
    sample(desk);
    expect(desk.state.watch.peak).toBe("2000");
    expect(desk.state.halts).toEqual([]);
    expect(figures(desk)).toEqual({ equity: "2000", ...NO_PROFIT });
  });

  it("and went from a position is no drawdown", () => {
    const desk = new VenueDesk({ USD: "2000" });
    desk.do({ type: "change_settings", limits: { ...desk.state.limits, drawdownPercent: d("20") } });
    desk.buy("100", "10", "ETH/USD");
    sample(desk);
    delete desk.markets["ETH/USD"];
    desk.bookLedger(desk.ledger("ETH", "-100", "withdrawal"));
    sample(desk);
    sample(desk);
    expect(desk.state.halts).toEqual([]);
    desk.price("ETH/USD", "10");
    sample(desk);
    expect(desk.state.watch).toMatchObject({ drawdownBreaches: 0, peak: "1000" });
  });

  it("makes no profit at prices that stand still, whatever comes, goes and begins while they are away", () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("ledger" as const), amount: fc.integer({ min: -40, max: 60 }) }),
      fc.record({ kind: fc.constantFrom("away" as const, "back" as const, "day" as const, "sample" as const) }),
    );
    let valued = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 14 }), fc.boolean(), (steps, known) => {
        const desk = known ? new VenueDesk({ USD: "1000", ETH: "100" }) : withoutPrice();
        let held = 100;
        for (const each of steps) {
          if (each.kind === "ledger" && each.amount !== 0 && held + each.amount >= 0) {
            held += each.amount;
            const type = each.amount > 0 ? "deposit" : "withdrawal";
            desk.bookLedger(desk.ledger("ETH", String(each.amount), type));
          } else if (each.kind === "away") {
            delete desk.markets["ETH/USD"];
          } else if (each.kind === "back") {
            desk.price("ETH/USD", "10");
          } else if (each.kind === "day") {
            desk.now += DAY;
            desk.do({ type: "start_day" });
          } else {
            sample(desk);
          }
          const { todayProfit, totalProfit } = figures(desk);
          expect([null, "0"]).toContain(todayProfit);
          expect([null, "0"]).toContain(totalProfit);
        }
        desk.price("ETH/USD", "10");
        sample(desk);
        const equity: Decimal = d(String(1_000 + 10 * held));
        expect(figures(desk)).toEqual({ equity, ...NO_PROFIT });
        valued += desk.events.filter(({ type }) => type === "flow_valued").length;
      }),
      { numRuns: 300 },
    );
    expect(valued).toBeGreaterThan(100);
  });
});
