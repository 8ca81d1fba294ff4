import fc from "fast-check";
import { expect, test } from "vitest";
import { tradingFacts } from "../account/facts.ts";
import { assessmentMarket } from "../account/place.ts";
import { add, decimal, divide, multiply, subtract, HUNDRED, type Decimal } from "../decimal.ts";
import type { Result } from "../problem.ts";
import { checkOrder } from "../risk/check.ts";
import { DEFAULT_RISK, type RiskSettings } from "../risk/settings.ts";
import { Desk } from "../testing/desk.ts";
import { BTC_USD } from "../testing/instruments.ts";
import type { Proposal } from "./proposal.ts";
import {
  rewardToRisk,
  sizeByRisk,
  sizeForShadow,
  sizeProposal,
  type Order,
  type ShadowFacts,
  type SizingFacts,
} from "./sizing.ts";

const proposal: Proposal = {
  action: "buy",
  symbol: "BTC/USD",
  orderType: "market",
  quantity: null,
  riskPercent: null,
  limitPrice: null,
  stop: null,
  target: null,
  confidence: 70,
  reasoning: "",
  invalidation: null,
  validForSeconds: null,
};
const facts: SizingFacts = { instrument: BTC_USD, price: decimal("64250"), held: decimal("0") };
const shadow: ShadowFacts = { ...facts, equity: decimal("10000"), traderEquity: decimal("10000"), traderHeld: null };

/** An account of 10,000 with the default rules and fees, where a coin costs 100; what its engine says of a wish. */
function account(limits: Partial<RiskSettings> = {}): {
  readonly desk: Desk;
  readonly size: (wish: Proposal) => Result<Order>;
} {
  const rules = { ...DEFAULT_RISK, maximumPositionPercent: null, maximumExposurePercent: null, ...limits };
  const desk = new Desk({ balance: "10000", limits: rules }).book(
    "BTC/USD",
    [["99.9", "1000"]],
    [
      ["100", "3"],
      ["100.1", "1000"],
    ],
    "100",
  );
  const size = (asked: Proposal): Result<Order> => {
    const wish = sizeProposal(asked, { ...facts, price: decimal("100") });
    if (!wish.ok || wish.value.kind !== "by_risk") {
      throw new Error("not sized by its risk");
    }
    const { state } = desk;
    const market = assessmentMarket(state, desk.context());
    const { request, riskPercent } = wish.value;
    return sizeByRisk(wish.value, checkOrder(tradingFacts(state, desk.now), { request, riskPercent }, market));
  };
  return { desk, size };
}

test("a size by risk loses what was said when the stop is hit, fees of both ways included", () => {
  const sized = account().size({ ...proposal, riskPercent: decimal("1"), stop: decimal("90") });
  // 3 at 100 and the rest at 100.1 cost 927.87 with their fee; 90 a coin brings 827.87 after its own.
  expect(sized).toMatchObject({
    ok: true,
    value: { request: { quantity: "9.23549785", stop: { type: "price", price: "90" }, type: "market" }, notes: [] },
  });
});

test("for any risk within the account's and any stop, the engine takes the size, and not one lot more", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 950 }), (hundredths, distance) => {
      const { desk, size } = account();
      const riskPercent = divide(decimal(String(hundredths)), HUNDRED, 2, "down");
      const stop = subtract(decimal("100"), divide(decimal(String(distance)), decimal("10"), 1, "down"));
      const sized = size({ ...proposal, riskPercent, stop });
      expect(sized.ok ? null : sized.error).toBeNull();
      if (!sized.ok) {
        return;
      }
      const { request, notes } = sized.value;
      const limits = { ...desk.state.limits, riskPerTradePercent: riskPercent };
      const ask = (quantity: Decimal | undefined): string | undefined =>
        checkOrder(
          { ...tradingFacts(desk.state, desk.now), limits },
          { request: { ...request, quantity }, riskPercent: null },
          assessmentMarket(desk.state, desk.context()),
        ).denial?.code;
      expect(ask(request.quantity)).toBeUndefined();
      if (notes.length === 0) {
        // Funds that end within a hundredth of the risk are not told as a cap.
        const denial = ask(add(request.quantity ?? decimal("0"), decimal("0.01")));
        expect(["RISK_PER_TRADE_LIMIT", "INSUFFICIENT_FUNDS"]).toContain(denial);
      }
      expect(desk.codeOf(desk.tryPlace({ ...request, side: "buy" }))).toBe("accepted");
    }),
    { numRuns: 20 },
  );
});

test("a stop so near that the risk would buy more than there is buys what there is, and that is said", () => {
  const { desk, size } = account();
  const sized = size({ ...proposal, riskPercent: decimal("2"), stop: decimal("99.8") });
  expect(sized).toMatchObject({ ok: true, value: { notes: ["Capped at what the account can pay."] } });
  expect(sized.ok && desk.codeOf(desk.tryPlace({ ...sized.value.request, side: "buy" }))).toBe("accepted");
});

test("a stated quantity is rounded down to the lot and never up", () => {
  const sized = sizeProposal({ ...proposal, quantity: decimal("0.123456789") }, facts);
  expect(sized).toMatchObject({ ok: true, value: { request: { quantity: "0.12345678" } } });
});

test("limit price, stop and target are put on the tick, a buy's price down", () => {
  const sized = sizeProposal(
    {
      ...proposal,
      orderType: "limit",
      limitPrice: decimal("64000.19"),
      quantity: decimal("0.1"),
      stop: decimal("62000.04"),
      target: decimal("68000.06"),
    },
    facts,
  );
  expect(sized).toMatchObject({
    ok: true,
    value: {
      request: { type: "limit", limitPrice: "64000.1", stop: { price: "62000" }, target: { price: "68000.1" } },
    },
  });
});

test("without a size one percent is risked, to the account's own stop where none was said, and that is said", () => {
  // 3 at 100 and the rest at 100.1; the stop 5 % under what that is a coin.
  expect(account().size(proposal)).toMatchObject({
    ok: true,
    value: { notes: ["No size was stated: sized to risk 1 % of equity."], request: { quantity: "17.3507472" } },
  });
});

test("a stop at or above the entry, or a target at or below it, is refused", () => {
  expect(sizeProposal({ ...proposal, quantity: decimal("0.1"), stop: decimal("64250") }, facts)).toMatchObject({
    ok: false,
    error: { code: "PRICE_INVALID" },
  });
  expect(sizeProposal({ ...proposal, quantity: decimal("0.1"), target: decimal("64250") }, facts)).toMatchObject({
    ok: false,
    error: { code: "PRICE_INVALID" },
  });
});

test("less than a lot, no price and no equity are refused with their reason", () => {
  expect(sizeProposal({ ...proposal, quantity: decimal("0.000000001") }, facts)).toMatchObject({
    ok: false,
    error: { code: "QUANTITY_TOO_SMALL" },
  });
  const byRisk = { ...proposal, riskPercent: decimal("1"), stop: decimal("61000") };
  expect(sizeProposal(byRisk, { ...facts, price: null })).toMatchObject({ ok: false, error: { code: "QUOTE_STALE" } });
  const { desk, size } = account();
  desk.stale("BTC/USD");
  expect(size({ ...byRisk, stop: decimal("90") })).toMatchObject({ ok: false, error: { code: "QUOTE_STALE" } });
});

test("a sale of more than is held stays as it is for the trader, who is told by the account, and is capped for a shadow", () => {
  const selling: Proposal = { ...proposal, action: "sell", quantity: decimal("2") };
  const held = { ...facts, held: decimal("0.5") };
  expect(sizeProposal(selling, held)).toMatchObject({ ok: true, value: { request: { quantity: "2", side: "sell" } } });
  expect(sizeForShadow(selling, { ...shadow, held: decimal("0.5") })).toMatchObject({
    ok: true,
    value: { request: { quantity: "0.5" }, notes: ["Capped at the holding of 0.5 BTC."] },
  });
  expect(sizeForShadow(selling, shadow)).toMatchObject({ ok: true, value: { kind: "nothing" } });
});

test("a shadow sells the same share of its holding that the trader was told to sell of his", () => {
  const selling: Proposal = { ...proposal, action: "sell", quantity: decimal("0.2") };
  // The trader of 100,000 bought 1 BTC, the shadow of 10,000 a tenth of that.
  const tenth = { ...shadow, held: decimal("0.1"), traderEquity: decimal("100000"), traderHeld: decimal("1") };
  expect(sizeForShadow(selling, tenth)).toMatchObject({
    ok: true,
    value: { request: { quantity: "0.02" }, notes: ["Sized as the same share of the holding."] },
  });
  // All of it is all of it, whatever the shadow holds.
  for (const quantity of ["1", "3"]) {
    expect(
      sizeForShadow({ ...selling, quantity: decimal(quantity) }, { ...tenth, held: decimal("0.7") }),
    ).toMatchObject({
      ok: true,
      value: { request: { quantity: "0.7" } },
    });
  }
});

test("where the trader held none of it a shadow sells the same share of equity, and what was stated where that is not known", () => {
  const selling: Proposal = { ...proposal, action: "sell", quantity: decimal("0.2") };
  const held = { ...shadow, held: decimal("0.1"), traderEquity: decimal("100000") };
  for (const traderHeld of [null, decimal("0")]) {
    expect(sizeForShadow(selling, { ...held, traderHeld })).toMatchObject({
      ok: true,
      value: { request: { quantity: "0.02" }, notes: ["Sized as the same share of equity."] },
    });
  }
  expect(sizeForShadow({ ...selling, quantity: decimal("0.05") }, { ...held, traderEquity: null })).toMatchObject({
    ok: true,
    value: { request: { quantity: "0.05" }, notes: [expect.stringContaining("as stated")] },
  });
});

test("for any holdings and any sale, what is left of the shadow's holding is the share that is left of the trader's", () => {
  const lots = fc.integer({ min: 1, max: 1_000_000 });
  fc.assert(
    fc.property(lots, lots, lots, (own, his, sold) => {
      const lot = (count: number): Decimal => divide(decimal(String(count)), decimal("1000"), 8, "down");
      const sized = sizeForShadow(
        { ...proposal, action: "sell", quantity: lot(sold) },
        { ...shadow, held: lot(own), traderHeld: lot(his) },
      );
      const request = sized.ok && sized.value.kind === "order" ? sized.value.request : null;
      if (request?.quantity === undefined) {
        // Less than a lot: nothing was sold.
        expect((own * sold) / his).toBeLessThan(0.000_01);
        return;
      }
      const exact = BigInt(own) * BigInt(Math.min(sold, his)) * 100_000n;
      const quantity = BigInt(multiply(request.quantity, decimal("100000000")));
      expect(quantity * BigInt(his) <= exact).toBe(true);
      expect((quantity + 1n) * BigInt(his) > exact).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test("a shadow buys the same share of equity that the trader was offered", () => {
  const sized = sizeForShadow({ ...proposal, quantity: decimal("1") }, { ...shadow, traderEquity: decimal("100000") });
  expect(sized).toMatchObject({ ok: true, value: { request: { quantity: "0.1" } } });
});

test("where the trader's equity is not known a shadow takes the quantity as stated, at most its whole equity", () => {
  const unknown = { ...shadow, traderEquity: null };
  expect(sizeForShadow({ ...proposal, quantity: decimal("0.01") }, unknown)).toMatchObject({
    ok: true,
    value: { request: { quantity: "0.01" }, notes: [expect.stringContaining("as stated")] },
  });
  expect(sizeForShadow({ ...proposal, quantity: decimal("5") }, unknown)).toMatchObject({
    ok: true,
    value: { request: { quantity: "0.15564202" } },
  });
  expect(sizeForShadow({ ...proposal, quantity: decimal("5") }, { ...unknown, equity: null })).toMatchObject({
    ok: false,
    error: { code: "QUOTE_STALE" },
  });
});

test("close sells all of the holding, and nothing when there is none", () => {
  expect(sizeProposal({ ...proposal, action: "close" }, { ...facts, held: decimal("0.3") })).toMatchObject({
    ok: true,
    value: { request: { side: "sell", type: "market", quantity: "0.3" } },
  });
  expect(sizeProposal({ ...proposal, action: "close" }, facts)).toMatchObject({ ok: true, value: { kind: "nothing" } });
  expect(sizeProposal({ ...proposal, action: "hold" }, facts)).toMatchObject({ ok: true, value: { kind: "nothing" } });
});

test("reward to risk is told where entry, stop and target tell one", () => {
  const levels = {
    action: "buy" as const,
    limitPrice: decimal("64250"),
    stop: decimal("61000"),
    target: decimal("70000"),
  };
  expect(rewardToRisk(levels, null)).toBe("1.77");
  expect(rewardToRisk({ ...levels, limitPrice: null }, decimal("64250"))).toBe("1.77");
  expect(rewardToRisk({ ...levels, target: null }, null)).toBeNull();
  expect(rewardToRisk({ ...levels, stop: decimal("65000") }, null)).toBeNull();
});
