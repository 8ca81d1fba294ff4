import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tradingFacts } from "../account/facts.ts";
import { assessmentMarket } from "../account/place.ts";
import { accountView, openOrderViews } from "../account/views.ts";
import { compare, decimal, multiply, type Decimal } from "../decimal.ts";
import { factsOfViews } from "../orders/estimate.ts";
import { assetExposure } from "../orders/facts.ts";
import { Desk, orderRequest } from "../testing/desk.ts";
import { checkOrder } from "./check.ts";
import { equityOf, exposureOf } from "./equity.ts";
import { DEFAULT_RISK, type RiskSettings } from "./settings.ts";
import { shareOf } from "./verdict.ts";

const d = decimal;
const RUNS = 120;

type Step = {
  readonly symbol: "BTC/USD" | "ETH/USD";
  readonly side: "buy" | "sell";
  readonly worth: number;
  readonly rests: boolean;
  readonly hasStop: boolean;
  readonly price: number;
};

const step: fc.Arbitrary<Step> = fc.record({
  symbol: fc.constantFrom("BTC/USD", "ETH/USD"),
  side: fc.constantFrom("buy", "buy", "buy", "sell"),
  worth: fc.integer({ min: 10, max: 6_000 }),
  rests: fc.boolean(),
  hasStop: fc.boolean(),
  price: fc.integer({ min: 60, max: 130 }),
});

const percent = (min: number, max: number) => fc.integer({ min, max }).map((value) => d(String(value)));

const rules = fc.record({
  maximumPositionPercent: fc.oneof(percent(5, 60), fc.constant(null)),
  maximumExposurePercent: fc.oneof(percent(10, 90), fc.constant(null)),
  riskPerTradePercent: fc.oneof(percent(1, 20), fc.constant(null)),
  maximumOrderValue: fc.oneof(percent(100, 3_000), fc.constant(null)),
  maximumOpenPositions: fc.oneof(fc.integer({ min: 1, max: 2 }), fc.constant(null)),
});

/** Bitcoin at `price`, ether at a tenth of it, as deep as anybody may want. */
function quote(desk: Desk, price: number): void {
  desk.book("BTC/USD", [[String(price), "100000"]], [[String(price), "100000"]], String(price));
  const ether = String(price / 10);
  desk.book("ETH/USD", [[ether, "1000000"]], [[ether, "1000000"]], ether);
}

function standing(desk: Desk) {
  const facts = tradingFacts(desk.state, desk.now);
  const equity = equityOf(facts, desk.markets).value ?? d("0");
  return {
    equity,
    exposure: exposureOf(facts, desk.markets),
    shareOf: (asset: string): Decimal =>
      assetExposure(facts, asset, desk.markets[`${asset}/USD`]?.quote.mark ?? d("0"), desk.markets),
  };
}

describe("whatever is asked", () => {
  it("no entry is taken beyond a limit, and no exit is kept back", () => {
    fc.assert(
      fc.property(rules, fc.array(step, { minLength: 1, maxLength: 20 }), (drawn, steps) => {
        const limits: RiskSettings = { ...DEFAULT_RISK, ...drawn, ordersPerMinute: 600, priceCollarPercent: d("20") };
        const desk = new Desk({ balance: "10000", limits });
        for (const { symbol, side, worth, rests, hasStop, price } of steps) {
          quote(desk, price);
          const asset = symbol.slice(0, 3);
          const mark = symbol === "BTC/USD" ? price : price / 10;
          const quantity = d((worth / mark).toFixed(4));
          if (side === "sell") {
            // What waits gives its inventory back; a stop that the price has passed meanwhile has sold already.
            desk.do({ type: "cancel_all", symbol });
            const left = desk.state.holdings[asset]?.managed ?? d("0");
            const sold = compare(quantity, left) > 0 ? left : quantity;
            const low = d((mark * 0.7).toFixed(2));
            // Not under the pair's own minimums.
            if (compare(sold, d("0.01")) > 0 && compare(multiply(sold, low), d("1")) > 0) {
              // Also far under the collar, where it trades at once, and as a stop-loss that waits for a lower price.
              const waits = { type: "stop-loss" as const, triggerPrice: low };
              const how = rests ? (hasStop ? waits : { limitPrice: low }) : {};
              expect(desk.codeOf(desk.tryPlace({ symbol, side, quantity: sold, ...how }))).toBe("accepted");
            }
            continue;
          }
          const before = standing(desk);
          const limitPrice = rests ? { limitPrice: d((mark * 0.9).toFixed(2)) } : {};
          const decision = desk.tryPlace({ symbol, side, quantity, ...limitPrice, ...(hasStop ? {} : { stop: null }) });
          if (decision.type === "denied") {
            continue;
          }
          const after = standing(desk);
          const within = (value: Decimal, limit: Decimal | null): void => {
            if (limit !== null) {
              expect(compare(value, shareOf(before.equity, limit)), `${value} of ${before.equity}`).toBeLessThanOrEqual(
                0,
              );
            }
          };
          within(after.shareOf(asset), limits.maximumPositionPercent);
          within(after.exposure, limits.maximumExposurePercent);
          if (!hasStop) {
            within(multiply(quantity, limitPrice.limitPrice ?? d(String(mark))), limits.riskPerTradePercent);
          }
          const positions = tradingFacts(desk.state, desk.now).positionAssets.length;
          expect(positions).toBeLessThanOrEqual(limits.maximumOpenPositions ?? 2);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it("the form in the browser says what the desk says, rule by rule, with the losses and the pace counted", () => {
    fc.assert(
      fc.property(
        rules,
        fc.integer({ min: 1, max: 6 }),
        fc.array(step, { minLength: 2, maxLength: 12 }),
        (drawn, ordersPerMinute, steps) => {
          const limits: RiskSettings = { ...DEFAULT_RISK, ...drawn, ordersPerMinute, dailyLossPercent: d("10") };
          const desk = new Desk({ balance: "10000", limits });
          for (const { symbol, side, worth, rests, hasStop, price } of steps) {
            quote(desk, price);
            desk.now += 7_000;
            const mark = symbol === "BTC/USD" ? price : price / 10;
            const managed = desk.state.holdings[symbol.slice(0, 3)]?.managed ?? d("0");
            const wanted = d((worth / mark).toFixed(4));
            const quantity = side === "sell" && compare(wanted, managed) > 0 ? managed : wanted;
            if (compare(quantity, d("0.01")) < 0) {
              continue;
            }
            const limitPrice = rests && side === "buy" ? { limitPrice: d((mark * 0.9).toFixed(2)) } : {};
            const wish = {
              symbol,
              side,
              quantity,
              ...limitPrice,
              ...(hasStop || side === "sell" ? {} : { stop: null }),
            };
            const question = { request: orderRequest(wish), riskPercent: null };
            const market = assessmentMarket(desk.state, desk.context());
            const server = checkOrder(tradingFacts(desk.state, desk.now), question, market);
            const views = factsOfViews(accountView(desk.state), openOrderViews(desk.state), desk.now);
            const browser = checkOrder(views, question, market);
            expect(browser.rules).toEqual(server.rules);
            expect(browser.denial).toEqual(server.denial);
            const decision = desk.tryPlace(wish);
            expect(decision.type === "denied" ? decision.problem.code : null).toBe(browser.denial?.code ?? null);
          }
        },
      ),
      { numRuns: RUNS },
    );
  });
});
