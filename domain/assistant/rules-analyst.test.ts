import fc from "fast-check";
import { expect, test } from "vitest";
import { validateProposal } from "../../contract/proposals.ts";
import { compare, decimal, multiply, subtract, type Decimal } from "../decimal.ts";
import type { Candle } from "../market.ts";
import { checkClaims, isContradicted } from "./claims/claims.ts";
import { CORPUS_SNAPSHOT, CORPUS_SYMBOLS } from "./corpus/case.ts";
import { indicatorsOf } from "./indicators.ts";
import { RULES_LABEL } from "./providers.ts";
import { readReply } from "./reader/reader.ts";
import { analyse, rulesReply } from "./rules-analyst.ts";
import type { Snapshot, SnapshotPosition } from "./snapshot.ts";

const HOUR = 3_600_000;

function candles(closes: readonly number[]): readonly Candle[] {
  return closes.map((close, index) => {
    const open = closes[index - 1] ?? close;
    const cents = (value: number): Decimal => decimal(value.toFixed(1));
    return {
      time: index * HOUR,
      open: cents(open),
      high: cents(Math.max(open, close) + 20),
      low: cents(Math.min(open, close) - 20),
      close: cents(close),
      volume: decimal("10"),
      trades: 5,
      closed: index < closes.length - 1,
    };
  });
}

function snapshotOf(closes: readonly number[], held: Decimal | null = null): Snapshot {
  const list = { timeframe: "1h" as const, candles: candles(closes) };
  const last = list.candles.at(-1)?.close ?? null;
  const position: SnapshotPosition = {
    symbol: "BTC/USD",
    asset: "BTC",
    quantity: held ?? decimal("0"),
    averageEntryPrice: decimal("60000"),
    mark: last,
    value: null,
    unrealisedProfit: null,
    stop: null,
    target: null,
  };
  const [market] = CORPUS_SNAPSHOT.symbols;
  if (market === undefined) {
    throw new Error("the corpus has no market");
  }
  return {
    ...CORPUS_SNAPSHOT,
    positions: held === null ? [] : [position],
    symbols: [
      {
        ...market,
        last,
        bid: last,
        ask: last,
        spread: null,
        high24h: null,
        low24h: null,
        candles: [list],
        indicators: [indicatorsOf(list, 1)],
      },
    ],
  };
}

/** A trend with waves on it, at the beginning of a wave. */
const rising = Array.from(
  { length: 120 },
  (_, index) => 60_000 + index * 30 + Math.round(500 * Math.sin((index - 119 + 2) / 5)),
);
function falling(phase: number): readonly number[] {
  return rising.map((_, index) => 66_000 - index * 30 + Math.round(500 * Math.sin((index - 119 + phase) / 5)));
}

test("in an uptrend it proposes to buy with a stop below and a target above, labelled as rules", () => {
  const { text, proposal } = analyse(snapshotOf(rising), "BTC/USD");
  expect(text).toContain(RULES_LABEL);
  expect(proposal).toMatchObject({ action: "buy", symbol: "BTC/USD", orderType: "market" });
  const last = decimal((rising.at(-1) ?? 0).toFixed(1));
  expect(compare(proposal?.stop ?? last, last)).toBe(-1);
  expect(compare(proposal?.target ?? last, last)).toBe(1);
});

test("while the account is halted, or takes no entry into the pair, it holds", () => {
  const snapshot = snapshotOf(rising);
  expect(analyse(snapshot, "BTC/USD").proposal?.action).toBe("buy");
  const halt = { kind: "drawdown" as const, reason: "The account has fallen too far.", endsAt: null };
  expect(analyse({ ...snapshot, halts: [halt] }, "BTC/USD").proposal?.action).toBe("hold");
  expect(analyse({ ...snapshot, allowedSymbols: ["ETH/USD"] }, "BTC/USD").proposal?.action).toBe("hold");
  expect(analyse({ ...snapshot, allowedSymbols: ["BTC/USD"] }, "BTC/USD").proposal?.action).toBe("buy");
});

test("its entry loses at most 1 % of equity at the stop, and fits cash and the limits of the account", () => {
  const snapshot = snapshotOf(rising);
  const sizes = [
    snapshot,
    { ...snapshot, limits: [{ name: "Largest position", limit: decimal("5"), room: null, unit: "% of equity" }] },
    { ...snapshot, available: decimal("100") },
    { ...snapshot, limits: [{ name: "Largest exposure", limit: decimal("80"), room: decimal("2"), unit: "%" }] },
  ].map((each) => {
    const { proposal } = analyse(each, "BTC/USD");
    const last = each.symbols[0]?.last ?? decimal("0");
    return multiply(proposal?.quantity ?? decimal("0"), last);
  });
  const most = ["2027.59", "456.21", "90", "182.49"];
  sizes.forEach((value, index) => {
    expect(compare(value, decimal(most[index] ?? "0"))).toBeLessThanOrEqual(0);
    expect(compare(value, decimal("80"))).toBe(1);
  });
  const { proposal } = analyse(snapshot, "BTC/USD");
  const last = snapshot.symbols[0]?.last ?? decimal("0");
  const loss = multiply(proposal?.quantity ?? decimal("0"), subtract(last, proposal?.stop ?? last));
  expect(compare(loss, decimal("101.38"))).toBeLessThanOrEqual(0);
});

test("far under its average and oversold it proposes a bounce with half the risk, back to the average", () => {
  const crash = [
    ...rising.slice(0, 110),
    62_800,
    62_200,
    61_500,
    60_800,
    60_000,
    59_300,
    58_500,
    57_600,
    56_900,
    56_000,
  ];
  const { text, proposal } = analyse(snapshotOf(crash), "BTC/USD");
  expect(proposal).toMatchObject({ action: "buy", confidence: 40 });
  expect(text).toContain("half the usual risk");
});

test("without an equity or with next to no cash it waits", () => {
  expect(analyse({ ...snapshotOf(rising), equity: null }, "BTC/USD").proposal).toMatchObject({ action: "hold" });
  expect(analyse({ ...snapshotOf(rising), available: decimal("3") }, "BTC/USD").proposal).toMatchObject({
    action: "hold",
  });
});

test("in a downtrend it proposes to wait, or to close what is held", () => {
  expect(analyse(snapshotOf(falling(10)), "BTC/USD").proposal).toMatchObject({ action: "hold" });
  expect(analyse(snapshotOf(falling(18), decimal("0.5")), "BTC/USD").proposal).toMatchObject({ action: "close" });
});

test("without a price, without candles or without the symbol it decides nothing and says why", () => {
  const snapshot = snapshotOf(rising);
  const stale = { ...snapshot, symbols: snapshot.symbols.map((each) => ({ ...each, fresh: false })) };
  expect(analyse(stale, "BTC/USD")).toMatchObject({ proposal: null });
  expect(analyse(snapshotOf([60_000, 60_010]), "BTC/USD").text).toContain("too few closed candles");
  expect(analyse(snapshot, "DOGE/USD").text).toContain("not in the snapshot");
});

test("whatever the market, the answer is the same for the same snapshot, is read as what was meant, and contradicts no figure", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -400, max: 400 }), { minLength: 60, maxLength: 120 }),
      fc.boolean(),
      (steps, holds) => {
        let price = 60_000;
        const closes = steps.map((step) => (price += step));
        const snapshot = snapshotOf(closes, holds ? decimal("0.5") : null);
        const answer = analyse(snapshot, "BTC/USD");
        expect(analyse(snapshot, "BTC/USD")).toEqual(answer);
        const outcome = readReply(
          { text: rulesReply(answer), toolArguments: [], finish: "stop", refusal: null },
          { symbols: CORPUS_SYMBOLS, validate: validateProposal, outside: [] },
        );
        expect(outcome.kind === "proposals" ? outcome.proposals.map(({ proposal }) => proposal) : []).toEqual([
          answer.proposal,
        ]);
        expect(isContradicted(checkClaims([outcome.reasoning], snapshot, CORPUS_SYMBOLS))).toBe(false);
      },
    ),
    { numRuns: 60 },
  );
});

test("of two pairs each is judged by its own figures: both decisions are read, and no figure of one contradicts the other", () => {
  const steps = fc.array(fc.integer({ min: -400, max: 400 }), { minLength: 60, maxLength: 80 });
  fc.assert(
    fc.property(steps, steps, (first, second) => {
      const closesOf = (start: number, moves: readonly number[], share: number): number[] => {
        let price = start;
        return moves.map((move) => (price += move * share));
      };
      const bitcoin = snapshotOf(closesOf(60_000, first, 1));
      const ether = snapshotOf(closesOf(3_000, second, 0.05));
      const snapshot: Snapshot = {
        ...bitcoin,
        symbols: [...bitcoin.symbols, ...ether.symbols.map((market) => ({ ...market, symbol: "ETH/USD" }))],
      };
      const answers = ["BTC/USD", "ETH/USD"].map((symbol) => analyse(snapshot, symbol));
      const outcome = readReply(
        { text: rulesReply(...answers), toolArguments: [], finish: "stop", refusal: null },
        { symbols: CORPUS_SYMBOLS, validate: validateProposal, outside: [] },
      );
      expect(outcome.kind === "proposals" ? outcome.proposals.map(({ proposal }) => proposal) : []).toEqual(
        answers.map(({ proposal }) => proposal),
      );
      const wrong = checkClaims([outcome.reasoning], snapshot, CORPUS_SYMBOLS).filter(
        ({ verdict }) => verdict === "contradicted",
      );
      expect(wrong).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test("an open candle counts for no indicator", () => {
  const list = candles(rising);
  const last = list.at(-1);
  const wild = last === undefined ? list : [...list.slice(0, -1), { ...last, close: decimal("1") }];
  expect(indicatorsOf({ timeframe: "1h", candles: wild }, 1)).toEqual(
    indicatorsOf({ timeframe: "1h", candles: list }, 1),
  );
});

test("indicators without enough candles are absent", () => {
  expect(indicatorsOf({ timeframe: "5m", candles: candles([1, 2, 3]) }, 2)).toEqual({
    timeframe: "5m",
    ema20: null,
    ema50: null,
    rsi14: null,
    atr14: null,
    macd: null,
    macdSignal: null,
    bollingerUpper: null,
    bollingerLower: null,
  });
});

test("the averages are those of the textbook", () => {
  const flat = indicatorsOf({ timeframe: "1h", candles: candles(Array.from({ length: 80 }, () => 500)) }, 1);
  expect(flat).toMatchObject({
    ema20: "500",
    ema50: "500",
    atr14: "40",
    macd: "0",
    bollingerUpper: "500",
    bollingerLower: "500",
  });
});
