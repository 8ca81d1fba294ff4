import { describe, expect, it } from "vitest";
import { decimal } from "../decimal.ts";
import { riskStanding } from "../risk/standing.ts";
import { Desk } from "../testing/desk.ts";
import { tradingFacts } from "./facts.ts";
import { positionViews } from "./views.ts";

const d = decimal;

function desk(): Desk {
  return market(new Desk({ balance: "10000", taker: "0", maker: "0", limits: { drawdownPercent: d("20") } }), "100");
}

function market(trader: Desk, price: string): Desk {
  return trader.book("BTC/USD", [[price, "9000"]], [[price, "9000"]], price);
}

function standing(trader: Desk) {
  return riskStanding(tradingFacts(trader.state, trader.now), positionViews(trader.state), trader.markets);
}

const stopAt = (price: string) => ({ type: "price", price: d(price) }) as const;

describe("R", () => {
  it("is measured by the stop at the entry, also when it is moved up and when a part is sold", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("10"), stop: stopAt("90") });
    market(trader, "120");
    expect(standing(trader).positions[0]?.rMultiple).toBe("2");
    trader.do({ type: "protect_position", asset: "BTC", stop: stopAt("110") });
    trader.do({ type: "close_position", asset: "BTC", percent: 50 });
    expect(standing(trader).positions[0]?.rMultiple).toBe("2");
  });

  it("of two entries is measured by the mean of their stops", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("10"), stop: stopAt("90") });
    market(trader, "120");
    trader.place({ side: "buy", quantity: d("10"), stop: stopAt("110") });
    // Entered at 110 on average with 100 as the stop: 10 a unit was risked.
    market(trader, "130");
    expect(standing(trader).positions[0]?.rMultiple).toBe("2");
  });

  it("of a position that had no stop is measured by its first one, and a new position begins anew", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("10"), stop: null });
    expect(standing(trader).positions[0]?.rMultiple).toBeNull();
    trader.do({ type: "protect_position", asset: "BTC", stop: stopAt("95") });
    trader.do({ type: "protect_position", asset: "BTC", stop: stopAt("98") });
    market(trader, "110");
    expect(standing(trader).positions[0]?.rMultiple).toBe("2");
    trader.do({ type: "close_position", asset: "BTC", percent: 100 });
    trader.place({ side: "buy", quantity: d("10"), stop: stopAt("100") });
    market(trader, "120");
    expect(standing(trader).positions[0]?.rMultiple).toBe("1");
  });
});

describe("the drawdown that is shown", () => {
  it("counts from where trading was resumed by waiting, as the limit does", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("100"), stop: null });
    market(trader, "70");
    const sample = () => ({ time: trader.now, managed: d("7000"), equity: d("7000") });
    for (const minutes of [1, 1]) {
      trader.now += minutes * 60_000;
      trader.do({ type: "sample_equity", samples: [sample()] });
    }
    expect(standing(trader)).toMatchObject({ drawdownPercent: "30", drawdownBase: null });
    trader.now += 60 * 60_000;
    trader.do({ type: "resume_trading", how: "wait", now: sample() });
    expect(standing(trader)).toMatchObject({ drawdownPercent: "0", drawdownBase: "7000", peak: "10000" });
    market(trader, "63");
    expect(standing(trader)).toMatchObject({ drawdownPercent: "10" });
  });
});
