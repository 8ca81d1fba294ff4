import fc from "fast-check";
import { expect, test } from "vitest";
import { compare, decimal, divide, multiply, subtract, HUNDRED } from "../decimal.ts";
import { BTC_USD } from "../testing/instruments.ts";
import type { Proposal } from "./proposal.ts";
import { lossAtStop, rewardToRisk, sizeForShadow, sizeProposal, type SizingFacts } from "./sizing.ts";

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
const facts: SizingFacts = {
  instrument: BTC_USD,
  price: decimal("64250"),
  equity: decimal("10000"),
  rate: decimal("1"),
  held: decimal("0"),
  defaultRiskPercent: decimal("2"),
  defaultStopPercent: decimal("5"),
};

test("a size by risk loses what was said when the stop is hit", () => {
  const sized = sizeProposal({ ...proposal, riskPercent: decimal("1"), stop: decimal("61000") }, facts);
  // 100 USD ÷ 3,250 USD a coin, down to the lot.
  expect(sized).toMatchObject({
    ok: true,
    value: {
      kind: "order",
      request: { quantity: "0.03076923", stop: { type: "price", price: "61000" }, type: "market" },
    },
  });
});

test("for any equity, risk and stop the loss at the stop is at most the risk", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 100, max: 1_000_000 }),
      fc.integer({ min: 1, max: 500 }),
      fc.integer({ min: 1, max: 60_000 }),
      (equity, hundredths, distance) => {
        const risk = divide(decimal(String(hundredths)), HUNDRED, 2, "down");
        const stop = subtract(decimal("64250"), decimal(String(distance)));
        const sized = sizeProposal(
          { ...proposal, riskPercent: risk, stop },
          { ...facts, equity: decimal(String(equity)) },
        );
        if (!sized.ok || sized.value.kind !== "order") {
          return;
        }
        const loss = lossAtStop(sized.value.request, decimal("64250"), decimal("1"));
        const allowed = divide(multiply(decimal(String(equity)), risk), HUNDRED, 18, "up");
        expect(loss === null ? null : compare(loss, allowed)).not.toBe(1);
        expect(
          compare(multiply(sized.value.request.quantity ?? decimal("0"), decimal("64250")), decimal(String(equity))),
        ).toBeLessThanOrEqual(0);
      },
    ),
  );
});

test("a stated quantity is rounded down to the lot and never up", () => {
  const sized = sizeProposal({ ...proposal, quantity: decimal("0.123456789") }, { ...facts, defaultStopPercent: null });
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

test("without a size the default risk is taken, and that is said", () => {
  const sized = sizeProposal({ ...proposal, stop: decimal("61000") }, facts);
  expect(sized).toMatchObject({ ok: true, value: { notes: ["No size was stated: sized to risk 2 % of equity."] } });
  expect(sizeProposal({ ...proposal, stop: decimal("61000") }, { ...facts, defaultRiskPercent: null })).toMatchObject({
    ok: false,
    error: { code: "UNREALISABLE_SIZE" },
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
  expect(
    sizeProposal({ ...proposal, riskPercent: decimal("1"), stop: decimal("61000") }, { ...facts, price: null }),
  ).toMatchObject({ ok: false, error: { code: "QUOTE_STALE" } });
  expect(
    sizeProposal({ ...proposal, riskPercent: decimal("1"), stop: decimal("61000") }, { ...facts, equity: null }),
  ).toMatchObject({ ok: false, error: { code: "QUOTE_STALE" } });
});

test("a sale of more than is held stays as it is for the trader, who is told by the account, and is capped for a shadow", () => {
  const selling: Proposal = { ...proposal, action: "sell", quantity: decimal("2") };
  const held = { ...facts, held: decimal("0.5") };
  expect(sizeProposal(selling, held)).toMatchObject({ ok: true, value: { request: { quantity: "2", side: "sell" } } });
  expect(sizeForShadow(selling, held, decimal("10000"))).toMatchObject({
    ok: true,
    value: { request: { quantity: "0.5" }, notes: ["Capped at the holding of 0.5 BTC."] },
  });
  expect(sizeForShadow(selling, facts, decimal("10000"))).toMatchObject({ ok: true, value: { kind: "nothing" } });
});

test("a shadow buys the same share of equity that the trader was offered", () => {
  const sized = sizeForShadow(
    { ...proposal, quantity: decimal("1") },
    { ...facts, equity: decimal("10000") },
    decimal("100000"),
  );
  expect(sized).toMatchObject({ ok: true, value: { request: { quantity: "0.1" } } });
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
