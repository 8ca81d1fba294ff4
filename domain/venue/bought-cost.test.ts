import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { add, compare, decimal as d, wholeNumber, ZERO } from "../decimal.ts";
import { costOfLastBought, type PastTrade } from "./bought-cost.ts";

function trade(
  side: "buy" | "sell",
  quantity: string,
  cost: string,
  fee: string,
  time: number,
  symbol = "BTC/USD",
): PastTrade {
  return { symbol, side, quantity: d(quantity), cost: d(cost), fee: d(fee), time };
}

// Newest first.
const TRADES = [
  trade("sell", "0.5", "30000", "120", 5),
  trade("buy", "1", "50000", "200", 4),
  trade("buy", "3", "9000", "36", 3, "ETH/USD"),
  trade("buy", "2", "40000", "160", 2),
];

describe("the cost of what was bought last", () => {
  it("takes the youngest purchases first, fees included, and of the oldest the part that is wanted", () => {
    expect(costOfLastBought(TRADES, "BTC", "USD", d("1"))).toEqual({
      quantity: "1",
      cost: "50200",
      trades: 1,
      since: 4,
      stoppedBy: null,
    });
    // 50,200 and half a bitcoin of the 40,160 for two.
    expect(costOfLastBought(TRADES, "BTC", "USD", d("1.5"))).toMatchObject({ cost: "60240", trades: 2, since: 2 });
  });

  it("says how much of what is wanted it covers where the history ends", () => {
    expect(costOfLastBought(TRADES, "BTC", "USD", d("7"))).toMatchObject({ quantity: "3", cost: "90360" });
    expect(costOfLastBought([], "BTC", "USD", d("7"))).toMatchObject({ quantity: "0", trades: 0, since: null });
  });

  it.each([trade("buy", "1", "45000", "180", 3, "BTC/EUR"), trade("sell", "20", "1", "0", 3, "ETH/BTC")])(
    "ends where the asset came by a pair of another currency: %o",
    (other) => {
      const [sold, bought, ...older] = TRADES;
      const trades = [sold, bought, other, ...older].filter((each) => each !== undefined);
      expect(costOfLastBought(trades, "BTC", "USD", d("2"))).toMatchObject({ quantity: "1", stoppedBy: other.symbol });
    },
  );

  it("never covers more than is wanted or was bought, and costs no more than all of it did", () => {
    const purchase = fc.record({ quantity: fc.integer({ min: 1, max: 50 }), cost: fc.integer({ min: 1, max: 9_999 }) });
    fc.assert(
      fc.property(fc.array(purchase, { maxLength: 8 }), fc.integer({ min: 1, max: 200 }), (list, wanted) => {
        const trades = list.map(({ quantity, cost }, at) => trade("buy", String(quantity), String(cost), "1", -at));
        const found = costOfLastBought(trades, "BTC", "USD", wholeNumber(wanted));
        const bought = list.reduce((sum, { quantity }) => sum + quantity, 0);
        expect(found.quantity).toBe(String(Math.min(bought, wanted)));
        const paid = trades.reduce((sum, { cost, fee }) => add(sum, add(cost, fee)), ZERO);
        expect(compare(found.cost, paid)).toBeLessThanOrEqual(0);
        expect(found.cost === paid || bought > wanted).toBe(true);
      }),
    );
  });
});
