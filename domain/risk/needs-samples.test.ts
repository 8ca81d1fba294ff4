import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decimal, wholeNumber } from "../decimal.ts";
import { Desk } from "../testing/desk.ts";
import { newWatch } from "./halts-watch.ts";
import { needsSamples } from "./needs-samples.ts";
import type { RiskSettings } from "./settings.ts";

const MINUTE = 60_000;

/** Everything of 10,000 in 90 BTC at 100 that are sold at 70: 2,700 lost in one go, nothing held. */
function lostInOneGo(limits: Partial<RiskSettings>): Desk {
  const desk = new Desk({ balance: "10000", taker: "0", maker: "0", limits });
  market(desk, "100");
  desk.place({ side: "buy", quantity: decimal("90") });
  market(desk, "70");
  desk.do({ type: "close_position", asset: "BTC", percent: 100 });
  expect(desk.total("USD")).toBe("7300");
  return desk;
}

function market(desk: Desk, price: string): void {
  desk.book("BTC/USD", [[price, "500"]], [[price, "500"]], price);
}

/** Samples of cash for as long as they are asked for; how many it took. */
function sampleWhileNeeded(desk: Desk): number {
  let taken = 0;
  while (needsSamples(desk.state) && taken < 10) {
    desk.now += MINUTE;
    const cash = desk.total("USD");
    desk.do({ type: "sample_equity", samples: [{ time: desk.now, managed: cash, equity: cash }] });
    taken += 1;
  }
  return taken;
}

describe("samples of an account that holds cash alone", () => {
  it.each([
    [{ drawdownPercent: decimal("20"), dailyLossPercent: null }, "drawdown", "27"],
    [{ drawdownPercent: null, dailyLossPercent: decimal("5") }, "daily_loss", "27"],
  ])("go on until the loss that was realised in one go has halted it: %o", (limits, kind, value) => {
    const desk = lostInOneGo(limits);
    const resting = desk.tryPlace({ side: "buy", quantity: decimal("1"), limitPrice: decimal("60") });
    expect(desk.codeOf(resting)).toMatch(/DRAWDOWN_LIMIT|DAILY_LOSS_LIMIT/);
    expect(sampleWhileNeeded(desk)).toBe(2);
    expect(desk.state.halts).toMatchObject([{ kind, value }]);
  });

  it("cancel what still waits to buy, and end with a new baseline", () => {
    const desk = new Desk({ balance: "10000", taker: "0", maker: "0", limits: { drawdownPercent: decimal("20") } });
    market(desk, "100");
    desk.place({ side: "buy", quantity: decimal("90") });
    const waits = desk.place({ side: "buy", quantity: decimal("1"), limitPrice: decimal("60") });
    market(desk, "70");
    desk.do({ type: "close_position", asset: "BTC", percent: 100 });
    sampleWhileNeeded(desk);
    expect(desk.order(waits)).toMatchObject({ status: "cancelled" });
    const cash = desk.total("USD");
    const now = { time: desk.now, managed: cash, equity: cash };
    expect(desk.codeOf(desk.do({ type: "resume_trading", how: "baseline", now }))).toBe("accepted");
    expect(needsSamples(desk.state)).toBe(false);
    expect(desk.codeOf(desk.tryPlace({ side: "buy", quantity: decimal("1") }))).toBe("accepted");
  });

  it("begin when a limit is drawn below what is lost already", () => {
    const desk = lostInOneGo({ drawdownPercent: decimal("50") });
    expect(needsSamples(desk.state)).toBe(false);
    desk.do({ type: "change_settings", limits: { ...desk.state.limits, drawdownPercent: decimal("25") } });
    expect(sampleWhileNeeded(desk)).toBe(2);
    expect(desk.state.halts).toMatchObject([{ kind: "drawdown", value: "27", limit: "25" }]);
  });

  it("count a withdrawal: 10 % under the peak stay 10 %, and entries are taken again", () => {
    // Of 10,000 a thousand was lost, and 8,000 of the 9,000 left were withdrawn: the peak of what is left is 1,111.11.
    const desk = new Desk({ balance: "1000", limits: { drawdownPercent: decimal("20") } });
    desk.state = { ...desk.state, watch: { ...newWatch(decimal("2000")), flow: decimal("-8000") } };
    expect(sampleWhileNeeded(desk)).toBe(1);
    expect(desk.state.halts).toEqual([]);
    expect(desk.state.watch.peak).toBe("1111.1111111111");
  });

  it("never leave it denied without a halt, and always end", () => {
    const amount = fc.integer({ min: 1_000, max: 20_000 });
    const limit = fc.option(fc.integer({ min: 1, max: 99 }), { nil: null });
    let halted = 0;
    fc.assert(
      fc.property(amount, amount, fc.integer({ min: -20_000, max: 20_000 }), limit, limit, (peak, cash, flow, d, l) => {
        const limits = {
          drawdownPercent: d === null ? null : wholeNumber(d),
          dailyLossPercent: l === null ? null : wholeNumber(l),
        };
        const desk = new Desk({ balance: String(cash), limits });
        market(desk, "100");
        desk.state = {
          ...desk.state,
          watch: { ...newWatch(wholeNumber(peak)), flow: wholeNumber(flow) },
          day: { ...desk.state.day, equity: wholeNumber(peak) },
        };
        expect(sampleWhileNeeded(desk)).toBeLessThanOrEqual(3);
        const code = desk.codeOf(desk.tryPlace({ side: "buy", quantity: decimal("1") }));
        expect(["DRAWDOWN_LIMIT", "DAILY_LOSS_LIMIT"]).not.toContain(code);
        expect(code === "TRADING_HALTED").toBe(desk.state.halts.length > 0);
        halted += desk.state.halts.length;
      }),
      { numRuns: 200 },
    );
    expect(halted).toBeGreaterThan(20);
  });
});
