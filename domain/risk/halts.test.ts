import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decimal, wholeNumber, type Decimal } from "../decimal.ts";
import { Desk } from "../testing/desk.ts";
import { managedAssets } from "./halts-positions.ts";
import { drawdownPercent, judgeSample, newEquityWatch, withFlow, type EquitySample } from "./samples.ts";
import { liveOrders, NO_ORDERS } from "../account/open-orders.ts";

const MINUTE = 60_000;

function sampled(desk: Desk, ...values: readonly string[]): void {
  for (const value of values) {
    desk.now += MINUTE;
    const sample: EquitySample = { time: desk.now, managed: decimal(value), equity: decimal(value) };
    desk.do({ type: "sample_equity", samples: [sample] });
  }
}

function market(desk: Desk, price: string): Desk {
  const at = Number.parseInt(price, 10);
  return desk.book("BTC/USD", [[String(at - 1), "50"]], [[String(at + 1), "50"]], price);
}

function alerts(desk: Desk): readonly string[] {
  return desk.events.flatMap((event) => (event.type === "alert_raised" ? event.message : []));
}

describe("halts", () => {
  it("measure drawdown from the running peak: 100k, 150k, 118k is 21.33 % and halts at 20 %", () => {
    const desk = new Desk({ balance: "100000", limits: { drawdownPercent: decimal("20") } });
    sampled(desk, "150000", "118000");
    expect(desk.state.halts).toEqual([]);
    sampled(desk, "118000");
    expect(desk.state.halts).toMatchObject([{ kind: "drawdown", value: "21.33", limit: "20" }]);
    expect(alerts(desk)[0]).toContain("drawdown of 21.33 % (118000.00 USD after a peak of 150000.00)");
  });

  it.each([
    ["80000.01", 0],
    ["80000", 1],
    ["79999.99", 1],
  ])("trip at the limit and not a cent above it: %s", (equity, halts) => {
    const desk = new Desk({ balance: "100000", limits: { drawdownPercent: decimal("20") } });
    sampled(desk, equity, equity);
    expect(desk.state.halts).toHaveLength(halts);
  });

  it("need two samples in a row: a single one between good ones is a wick", () => {
    const desk = new Desk({ balance: "100000", limits: { drawdownPercent: decimal("20") } });
    sampled(desk, "70000", "90000", "70000", "90000");
    expect(desk.state.halts).toEqual([]);
    expect(desk.state.watch.drawdownBreaches).toBe(0);
  });

  it("do not count the same sample twice", () => {
    const desk = new Desk({ balance: "100000", limits: { drawdownPercent: decimal("20") } });
    const sample = { time: desk.now + MINUTE, managed: decimal("70000"), equity: decimal("70000") };
    desk.do({ type: "sample_equity", samples: [sample] });
    desk.do({ type: "sample_equity", samples: [sample] });
    expect(desk.state.halts).toEqual([]);
  });

  it("count the day's loss without its flows, fees and open positions included", () => {
    const desk = new Desk({ balance: "1000", limits: { drawdownPercent: null, dailyLossPercent: decimal("5") } });
    desk.do({ type: "deposit", amount: decimal("500") });
    sampled(desk, "1450.01", "1450.01");
    expect(desk.state.halts).toEqual([]);
    sampled(desk, "1450", "1450");
    expect(desk.state.halts).toMatchObject([{ kind: "daily_loss", value: "5", limit: "5" }]);
  });

  it("cancel open entries in the same turn, deny new ones with the reason, and let exits go on", () => {
    const desk = market(new Desk({ balance: "100000", limits: { drawdownPercent: decimal("20") } }), "100");
    desk.place({ side: "buy", quantity: decimal("1") });
    const entry = desk.place({ side: "buy", quantity: decimal("1"), limitPrice: decimal("90") });
    sampled(desk, "70000", "70000");
    expect(desk.order(entry)).toMatchObject({
      status: "cancelled",
      reason: "Cancelled because the account was halted.",
    });
    const denied = desk.tryPlace({ side: "buy", quantity: decimal("1") });
    expect(desk.codeOf(denied)).toBe("TRADING_HALTED");
    expect(denied.type === "denied" ? denied.problem.message : "").toContain("drawdown of 30.00 %");
    expect(alerts(desk)[0]).toContain("1 open entry cancelled. BTC is kept and has no stop. Resume");
    expect(desk.codeOf(desk.do({ type: "close_position", asset: "BTC", percent: 100 }))).toBe("accepted");
    expect(desk.total("BTC")).toBe("0");
  });

  it("sell every position where the trader has chosen to flatten", () => {
    const limits = { drawdownPercent: decimal("20"), onHalt: "flatten" as const };
    const desk = market(new Desk({ balance: "100000", limits }), "100");
    desk.book("ETH/USD", [["9", "50"]], [["11", "50"]], "10");
    desk.place({ side: "buy", quantity: decimal("2") });
    desk.place({ symbol: "ETH/USD", side: "buy", quantity: decimal("3") });
    sampled(desk, "70000", "70000");
    expect(desk.state.holdings.BTC).toBeUndefined();
    expect(desk.state.holdings.ETH).toBeUndefined();
    expect(desk.fills().filter(({ origin }) => origin === "flatten")).toHaveLength(2);
    expect(alerts(desk)).toHaveLength(1);
    expect(alerts(desk)[0]).toContain("BTC is sold. ETH is sold.");
  });

  it("move stops up to the tightened distance, and never down", () => {
    const limits = { drawdownPercent: decimal("20"), onHalt: "tighten" as const, tightenPercent: decimal("10") };
    const desk = market(new Desk({ balance: "100000", limits }), "100");
    desk.book("ETH/USD", [["99", "50"]], [["101", "50"]], "100");
    desk.place({ side: "buy", quantity: decimal("2"), stop: { type: "price", price: decimal("50") } });
    desk.place({
      symbol: "ETH/USD",
      side: "buy",
      quantity: decimal("3"),
      stop: { type: "price", price: decimal("95") },
    });
    sampled(desk, "70000", "70000");
    expect(desk.state.protections.BTC?.stop).toMatchObject({ price: "90" });
    expect(desk.state.protections.ETH?.stop).toMatchObject({ price: "95" });
    const resting = liveOrders(desk.state.orders).map(({ symbol, triggerPrice }) => [symbol, triggerPrice]);
    expect(resting).toEqual(
      expect.arrayContaining([
        ["BTC/USD", "90"],
        ["ETH/USD", "95"],
      ]),
    );
  });

  it("tighten a stop later, once, where there was no price at the halt", () => {
    const limits = { drawdownPercent: decimal("20"), onHalt: "tighten" as const, tightenPercent: decimal("10") };
    const desk = market(new Desk({ balance: "100000", limits }), "100");
    desk.place({ side: "buy", quantity: decimal("2"), stop: { type: "price", price: decimal("50") } });
    delete desk.markets["BTC/USD"];
    sampled(desk, "70000", "70000");
    expect(desk.state.halts).toMatchObject([{ kind: "drawdown", pending: ["BTC"] }]);
    expect(desk.state.protections.BTC?.stop).toMatchObject({ price: "50" });
    market(desk, "100");
    sampled(desk, "70000");
    expect(desk.state.protections.BTC?.stop).toMatchObject({ price: "90" });
    market(desk, "120");
    sampled(desk, "71000");
    expect(desk.state.protections.BTC?.stop).toMatchObject({ price: "90" });
  });

  it("are resumed by waiting only when the time is over, and say how long it is", () => {
    const desk = new Desk({ balance: "100000", limits: { drawdownPercent: decimal("20"), resumeAfterMinutes: 60 } });
    sampled(desk, "70000", "70000");
    const early = desk.do({ type: "resume_trading", how: "wait", now: now(desk, "70000") });
    expect(early).toMatchObject({ type: "denied", problem: { code: "HALT_NOT_OVER" } });
    expect(early.type === "denied" ? early.problem.message : "").toContain("in 60 min");
    desk.now += 60 * MINUTE;
    expect(desk.do({ type: "resume_trading", how: "wait", now: now(desk, "70000") }).type).toBe("accepted");
    expect(desk.state.halts).toEqual([]);
    // The loss that was waited out does not halt again; a further one of the same size does.
    sampled(desk, "69000", "69000");
    expect(desk.state.halts).toEqual([]);
    sampled(desk, "56000", "56000");
    expect(desk.state.halts).toMatchObject([{ kind: "drawdown" }]);
    expect(desk.state.watch.peak).toBe("100000");
  });

  it("are resumed at once with a new baseline: peak and day are measured from there", () => {
    const limits = { drawdownPercent: decimal("20"), dailyLossPercent: decimal("10") };
    const desk = new Desk({ balance: "100000", limits });
    sampled(desk, "70000", "70000");
    expect(desk.state.halts.map(({ kind }) => kind)).toEqual(["drawdown", "daily_loss"]);
    expect(desk.do({ type: "resume_trading", how: "baseline", now: null }).type).toBe("denied");
    desk.do({ type: "resume_trading", how: "baseline", now: now(desk, "70000") });
    expect(desk.state.halts).toEqual([]);
    expect(desk.state.watch.peak).toBe("70000");
    sampled(desk, "69000", "69000");
    expect(desk.state.halts).toEqual([]);
    sampled(desk, "63000", "63000");
    expect(desk.state.halts.map(({ kind }) => kind)).toEqual(["daily_loss"]);
    // The day's own figures are what they were.
    expect(desk.state.day.equity).toBe("100000");
  });

  it("begin a day that nobody saw begin with the first sample in it", () => {
    const desk = new Desk({ balance: "100000", limits: { drawdownPercent: null, dailyLossPercent: decimal("5") } });
    const midnight = (Math.floor(desk.now / 86_400_000) + 1) * 86_400_000;
    const samples = [
      [midnight - MINUTE, "96000"],
      [midnight, "96000"],
      [midnight + MINUTE, "92000"],
      [midnight + 2 * MINUTE, "91200"],
      [midnight + 3 * MINUTE, "91200"],
    ] as const;
    desk.now = midnight + 60 * MINUTE;
    desk.do({
      type: "sample_equity",
      samples: samples.map(([time, value]) => ({ time, managed: decimal(value), equity: decimal(value) })),
    });
    expect(desk.state.day).toMatchObject({ startedAt: midnight, equity: "96000" });
    expect(desk.state.halts).toMatchObject([{ kind: "daily_loss", value: "5", haltedAt: midnight + 3 * MINUTE }]);
  });
});

describe("a streak of losses", () => {
  it("pauses entries for its minutes and ends by itself", () => {
    const desk = market(new Desk({ balance: "100000", limits: { lossStreak: { losses: 2, minutes: 30 } } }), "100");
    lose(desk);
    expect(desk.state.halts).toEqual([]);
    lose(desk);
    expect(desk.state.halts).toMatchObject([{ kind: "loss_streak", value: "2" }]);
    expect(desk.codeOf(desk.tryPlace({ side: "buy", quantity: decimal("1") }))).not.toBe("accepted");
    desk.now += 30 * MINUTE;
    expect(desk.codeOf(desk.tryPlace({ side: "buy", quantity: decimal("1") }))).toBe("accepted");
    expect(desk.state.halts).toEqual([]);
  });

  it("is ended by nothing but its time: neither a baseline nor waiting is asked for, and other halts end without it", () => {
    const limits = { lossStreak: { losses: 1, minutes: 30 }, drawdownPercent: decimal("20") };
    const desk = market(new Desk({ balance: "100000", limits }), "100");
    lose(desk);
    for (const how of ["baseline", "wait"] as const) {
      const refused = desk.do({ type: "resume_trading", how, now: null });
      expect(refused).toMatchObject({ type: "denied", problem: { code: "HALT_NOT_OVER" } });
      expect(refused.type === "denied" ? refused.problem.message : "").toContain("in 30 min");
    }
    sampled(desk, "70000", "70000");
    expect(desk.state.halts.map(({ kind }) => kind)).toEqual(["loss_streak", "drawdown"]);
    expect(desk.do({ type: "resume_trading", how: "baseline", now: now(desk, "70000") }).type).toBe("accepted");
    expect(desk.state.halts.map(({ kind }) => kind)).toEqual(["loss_streak"]);
    expect(desk.codeOf(desk.tryPlace({ side: "buy", quantity: decimal("1") }))).toBe("LOSS_COOLDOWN");
  });

  it("counts an order once, whatever its fills were, and a gain ends it", () => {
    const desk = market(new Desk({ balance: "100000", limits: { lossStreak: { losses: 3, minutes: 30 } } }), "100");
    lose(desk);
    lose(desk);
    desk.place({ side: "buy", quantity: decimal("1") });
    desk.book(
      "BTC/USD",
      [
        ["150", "0.4"],
        ["149", "0.6"],
      ],
      [["151", "9"]],
      "150",
    );
    desk.do({ type: "close_position", asset: "BTC", percent: 100 });
    expect(desk.state.watch.streak).toEqual({ losses: 0, closing: {} });
    market(desk, "100");
    lose(desk);
    expect(desk.state.watch.streak.losses).toBe(1);
  });
});

describe("Stop", () => {
  const wishes = fc.array(
    fc.record({
      side: fc.constantFrom("buy" as const, "sell" as const),
      quantity: fc.integer({ min: 1, max: 4 }),
      limit: fc.option(fc.integer({ min: 80, max: 120 })),
      symbol: fc.constantFrom("BTC/USD", "ETH/USD"),
      stop: fc.option(fc.integer({ min: 40, max: 70 })),
    }),
    { maxLength: 12 },
  );

  it.each(["keep", "protect", "flatten"] as const)(
    "with %s always goes through, ends every entry, says a step for every order and position, and alerts once",
    (mode) => {
      fc.assert(
        fc.property(wishes, fc.boolean(), (placed, dead) => {
          const desk = market(new Desk({ balance: "100000" }), "100");
          desk.book("ETH/USD", [["99", "50"]], [["101", "50"]], "100");
          for (const { side, quantity, limit, symbol, stop } of placed) {
            desk.tryPlace({
              symbol,
              side,
              quantity: wholeNumber(quantity),
              ...(limit === null ? {} : { limitPrice: wholeNumber(limit) }),
              ...(stop === null || side === "sell" ? {} : { stop: { type: "price", price: wholeNumber(stop) } }),
            });
          }
          const orders = liveOrders(desk.state.orders).map(({ id }) => id);
          const held = managedAssets(desk.state);
          if (dead) {
            desk.stale("BTC/USD").stale("ETH/USD");
          }
          const decision = desk.do({ type: "stop_trading", mode, alert: true, others: [] });
          expect(decision.type).toBe("accepted");
          const steps = decision.events.flatMap((event) => (event.type === "trading_stopped" ? event.steps : []));
          expect(steps.flatMap(({ orderId, what }) => (what === "cancel" || what === "keep" ? [orderId] : []))).toEqual(
            orders,
          );
          const live = liveOrders(desk.state.orders);
          expect(live.filter(({ intent }) => intent === "entry")).toEqual([]);
          expect(decision.events.filter(({ type }) => type === "alert_raised")).toHaveLength(1);
          if (mode !== "keep") {
            const what = mode === "flatten" ? "sell" : "protect";
            expect(steps.filter((step) => step.what === what).map(({ asset }) => asset)).toEqual(held);
          }
          if (mode === "flatten" && !dead) {
            expect(managedAssets(desk.state)).toEqual([]);
            expect(live).toEqual([]);
          }
          if (mode === "protect" && !dead) {
            expect(held.filter((asset) => (desk.state.protections[asset]?.stop ?? null) === null)).toEqual([]);
          }
          const again = desk.do({ type: "stop_trading", mode, alert: true, others: [] });
          expect(again.events.map(({ type }) => type)).toEqual(["trading_stopped"]);
        }),
      );
    },
  );
});

describe("Stop and stops of the trader's own", () => {
  it("keeps them, counts them as protection, and lets them go with the position", () => {
    const desk = market(new Desk({ balance: "100000" }), "100");
    desk.place({ side: "buy", quantity: decimal("2") });
    const own = desk.place({ side: "sell", type: "stop-loss", quantity: decimal("2"), triggerPrice: decimal("80") });
    desk.do({ type: "stop_trading", mode: "protect", alert: true, others: [] });
    expect(desk.open(own).status).toBe("open");
    expect(liveOrders(desk.state.orders).map(({ id }) => id)).toEqual([own]);
    const stopped = desk.events.findLast((event) => event.type === "trading_stopped");
    expect(stopped?.type === "trading_stopped" ? stopped.steps.map(({ sentence }) => sentence) : []).toContain(
      "BTC is covered by a stop order of yours.",
    );
    desk.do({ type: "stop_trading", mode: "flatten", alert: true, others: [] });
    expect(desk.total("BTC")).toBe("0");
    expect(desk.state.orders).toEqual(NO_ORDERS);
  });
});

describe("what always holds of halts", () => {
  it("flows never trip a limit, whatever comes and goes", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -60, max: 200 }), fc.integer({ min: -3, max: 3 })), { maxLength: 30 }),
        (steps) => {
          let watch = newEquityWatch(decimal("100000"));
          let equity = 100_000;
          let flows = 0;
          for (const [index, [flow, move]] of steps.entries()) {
            const amount = Math.round((equity * flow) / 100);
            watch = withFlow(watch, whole(amount));
            flows += amount;
            // Moves of some thousandths: together they never reach the limit.
            equity = Math.round(((equity + amount) * (1000 + move)) / 1000);
            const sample = { time: index + 1, managed: whole(equity), equity: whole(equity) };
            const day = { equity: decimal("100000"), flows: whole(flows) };
            const rules = { drawdownPercent: decimal("20"), dailyLossPercent: null };
            const judged = judgeSample(watch, sample, day, rules, { drawdown: false, dailyLoss: false });
            expect(judged.watch.drawdownBreaches).toBe(0);
            watch = judged.watch;
          }
        },
      ),
    );
  });

  it("a withdrawal of nearly everything leaves the drawdown what it was", () => {
    const before = { ...newEquityWatch(decimal("100")), sampledAt: 1 };
    const sample = { time: 2, managed: decimal("10"), equity: decimal("10") };
    const day = { equity: decimal("100"), flows: decimal("-80") };
    const rules = { drawdownPercent: decimal("20"), dailyLossPercent: null };
    const { watch } = judgeSample(withFlow(before, decimal("-80")), sample, day, rules, {
      drawdown: false,
      dailyLoss: false,
    });
    // 90 of 100 before, 10 of 11.11 after: 10 % down either way.
    expect(drawdownPercent(watch.peak, decimal("10"))).toBe("10");
  });

  it("a halted account opens nothing", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            side: fc.constantFrom("buy" as const, "sell" as const),
            quantity: fc.integer({ min: 1, max: 5 }),
            limit: fc.option(fc.integer({ min: 80, max: 120 })),
            price: fc.integer({ min: 60, max: 140 }),
          }),
          { minLength: 1, maxLength: 25 },
        ),
        (wishes) => {
          const desk = market(new Desk({ balance: "100000", limits: { drawdownPercent: decimal("20") } }), "100");
          desk.place({ side: "buy", quantity: decimal("10") });
          sampled(desk, "70000", "70000");
          const seen = desk.events.length;
          for (const { side, quantity, limit, price } of wishes) {
            market(desk, String(price));
            desk.print("BTC/USD", String(price), "3");
            const limitPrice = limit === null ? {} : { limitPrice: wholeNumber(limit) };
            desk.tryPlace({ side, quantity: wholeNumber(quantity), ...limitPrice });
          }
          const after = desk.events.slice(seen);
          expect(after.filter((event) => event.type === "order_submitted" && event.intent === "entry")).toEqual([]);
          expect(after.filter((event) => event.type === "fill_booked" && event.side === "buy")).toEqual([]);
        },
      ),
    );
  });
});

function lose(desk: Desk): void {
  desk.place({ side: "buy", quantity: decimal("1") });
  desk.do({ type: "close_position", asset: "BTC", percent: 100 });
}

function now(desk: Desk, value: string): EquitySample {
  return { time: desk.now, managed: decimal(value), equity: decimal(value) };
}

function whole(value: number): Decimal {
  return decimal(String(value));
}
