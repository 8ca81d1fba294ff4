/** One stop per position: what an entry puts at risk is what its stop leaves at risk, not its own size alone (ADR 0011). */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { feeRate } from "../account/fees.ts";
import { tradingFacts } from "../account/facts.ts";
import { assessmentMarket } from "../account/place.ts";
import { add, compare, decimal, isZero, multiply, ONE, subtract, ZERO, type Decimal } from "../decimal.ts";
import type { OrderRequest } from "../orders/request.ts";
import { Desk, orderRequest } from "../testing/desk.ts";
import { checkOrder } from "./check.ts";
import { equityOf } from "./equity.ts";
import { DEFAULT_RISK, type RiskSettings } from "./settings.ts";
import { shareOf } from "./verdict.ts";
import { liveOrder } from "../account/open-orders.ts";

const d = decimal;
const LIMITS: RiskSettings = { ...DEFAULT_RISK, priceCollarPercent: null };

function desk(limits: Partial<RiskSettings> = {}): Desk {
  return quoted(new Desk({ balance: "10000", limits: { ...LIMITS, ...limits } }), 100);
}

function quoted(trader: Desk, price: number): Desk {
  return trader.book("BTC/USD", [[String(price), "100000"]], [[String(price), "100000"]], String(price));
}

const stopAt = (price: string) => ({ stop: { type: "price", price: d(price) } }) as const;

describe("a small entry with a far stop", () => {
  it("is judged by what all of the position would lose there", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("20"), ...stopAt("95") });
    const denied = trader.tryPlace({ side: "buy", quantity: d("0.5"), ...stopAt("51") });
    expect(denied).toMatchObject({ type: "denied", problem: { code: "RISK_PER_TRADE_LIMIT" } });
    expect(denied.type === "denied" ? denied.problem.message : "").toContain("the stop of all 20.5 BTC");
    expect(trader.state.protections.BTC?.stop?.price).toBe("95");
  });

  it("that waits below is not passed by the large one after it", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("0.5"), limitPrice: d("99"), ...stopAt("51") });
    const large = { side: "buy", quantity: d("20"), ...stopAt("95") } as const;
    expect(trader.codeOf(trader.tryPlace(large))).toBe("RISK_PER_TRADE_LIMIT");
    // Its own defaults would not help either: the one that waits names its level.
    expect(trader.codeOf(trader.tryPlace({ side: "buy", quantity: d("20") }))).toBe("RISK_PER_TRADE_LIMIT");
  });

  it("says before it is sent to where it moves the stop of how much, and what that loses", () => {
    const trader = desk({ riskPerTradePercent: d("20") });
    trader.place({ side: "buy", quantity: d("20"), ...stopAt("95") });
    const question = (more: Partial<OrderRequest>) =>
      checkOrder(
        tradingFacts(trader.state, trader.now),
        { request: orderRequest({ side: "buy", quantity: d("0.5"), ...more }), riskPercent: null },
        assessmentMarket(trader.state, trader.context()),
      );
    const check = question(stopAt("51"));
    expect(check.denial).toBeNull();
    // 20.5 × 100 and the fee of the entries, less 20.5 × 51 and the fee of the stop.
    expect(check.order?.position).toEqual({ quantity: "20.5", stop: "51", loss: "1016.882" });
    expect(question(stopAt("96")).order?.position).toBeNull();
    expect(question({}).order?.position).toBeNull();
  });

  it("fits up to what the position leaves of the limit, and not at all where that is spent", () => {
    const trader = desk({ riskPerTradePercent: d("2") });
    trader.place({ side: "buy", quantity: d("10"), ...stopAt("95") });
    const denied = trader.tryPlace({ side: "buy", quantity: d("20"), ...stopAt("90") });
    const most = denied.type === "denied" ? denied.problem.details.largestQuantity : undefined;
    expect(most).toBeDefined();
    const quantity = d(most ?? "0");
    const over = add(quantity, d("0.00000001"));
    expect(trader.codeOf(trader.tryPlace({ side: "buy", quantity: over, ...stopAt("90") }))).toBe(
      "RISK_PER_TRADE_LIMIT",
    );
    expect(trader.codeOf(trader.tryPlace({ side: "buy", quantity, ...stopAt("90") }))).toBe("accepted");
    const spent = trader.tryPlace({ side: "buy", quantity: d("1"), ...stopAt("60") });
    expect(spent.type === "denied" ? spent.problem.details : {}).not.toHaveProperty("largestQuantity");
  });

  it("a closer stop is judged by its own size: the position loses less with it", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("15"), ...stopAt("90") });
    expect(trader.codeOf(trader.tryPlace({ side: "buy", quantity: d("5"), ...stopAt("95") }))).toBe("accepted");
  });

  it("an entry that joins a stop which trails further below is judged at that one", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("1"), stop: { type: "trailing", percent: d("20") } });
    // 5 % below it would lose 1.2 % of equity; at 80, where it will wait, 4 %.
    expect(trader.codeOf(trader.tryPlace({ side: "buy", quantity: d("20") }))).toBe("RISK_PER_TRADE_LIMIT");
  });
});

type Step = {
  readonly quantity: number;
  readonly price: number;
  readonly limit: number | null;
  readonly stop: { readonly type: "price" | "percent" | "trailing"; readonly far: number } | "default" | "off";
};

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    quantity: fc.integer({ min: 1, max: 24 }),
    price: fc.integer({ min: 95, max: 105 }),
    limit: fc.option(fc.integer({ min: 88, max: 110 }), { freq: 2 }),
    stop: fc.oneof(
      fc.record({
        type: fc.constantFrom("price" as const, "percent" as const, "trailing" as const),
        far: fc.integer({ min: 1, max: 45 }),
      }),
      fc.constantFrom("default" as const, "off" as const),
    ),
  }),
  { minLength: 2, maxLength: 14 },
);

describe("whatever is entered, in whatever order it fills", () => {
  it("no sequence of accepted entries risks more at the stop than the limits allowed when they were accepted", () => {
    let denials = 0;
    let moves = 0;
    fc.assert(
      fc.property(steps, (drawn) => {
        const trader = desk({
          riskPerTradePercent: d("3"),
          maximumPositionPercent: null,
          maximumExposurePercent: null,
        });
        const allowed = new Map<string, Decimal>();
        const check = (): void => {
          if (trader.state.holdings.BTC === undefined) {
            return;
          }
          const filled = [...allowed].filter(([id]) => !isZero(trader.order(id).filledQuantity));
          const limit = filled.reduce((sum, [, each]) => add(sum, each), ZERO);
          const lost = lossAtStop(trader);
          expect(compare(lost, limit), `${lost} at the stop, ${limit} allowed`).toBeLessThanOrEqual(0);
        };
        for (const { quantity, price, limit, stop } of drawn) {
          const last = trader.state.protections.BTC?.stop?.price;
          quoted(trader, price);
          trader.print("BTC/USD", String(price), "1000");
          if (trader.state.holdings.BTC === undefined) {
            // Flat again: what comes now is another trade. What waits still counts.
            for (const id of allowed.keys()) {
              if (liveOrder(trader.state.orders, id) === undefined) {
                allowed.delete(id);
              }
            }
          }
          check();
          const equity = equityOf(tradingFacts(trader.state, trader.now), trader.markets).value ?? ZERO;
          const entry = limit ?? price;
          const wish = stopWish(stop, entry);
          const decision = trader.tryPlace({
            side: "buy",
            quantity: d((quantity / 2).toFixed(1)),
            ...(limit === null ? {} : { limitPrice: d(String(limit)) }),
            ...wish,
          });
          if (decision.type === "denied") {
            denials += 1;
            continue;
          }
          for (const event of decision.events) {
            if (event.type === "order_submitted" && event.intent === "entry") {
              allowed.set(event.orderId, shareOf(equity, d("3")));
            }
          }
          const now = trader.state.protections.BTC?.stop?.price;
          moves += last !== undefined && now !== undefined && compare(now, last) < 0 ? 1 : 0;
          check();
        }
      }),
      { numRuns: 60 },
    );
    // It is about something: stops were moved down, and entries denied.
    expect(moves).toBeGreaterThan(5);
    expect(denials).toBeGreaterThan(20);
  });
});

function stopWish(stop: Step["stop"], entry: number): Partial<OrderRequest> {
  if (stop === "default") {
    return {};
  }
  if (stop === "off") {
    return { stop: null };
  }
  return stop.type === "price"
    ? stopAt(String(entry - stop.far))
    : { stop: { type: stop.type, percent: d(String(stop.far)) } };
}

/** Of the position, against what it cost; without a stop all of it. */
function lossAtStop(trader: Desk): Decimal {
  const holding = trader.state.holdings.BTC;
  const stop = trader.state.protections.BTC?.stop?.price ?? ZERO;
  const back = multiply(multiply(stop, holding?.managed ?? ZERO), subtract(ONE, feeRate(trader.state.fees, "taker")));
  return subtract(holding?.cost ?? ZERO, back);
}
