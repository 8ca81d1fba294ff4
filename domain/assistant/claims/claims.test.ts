import fc from "fast-check";
import { expect, test } from "vitest";
import { absolute, compare, decimal, subtract, toFixedText, type Decimal } from "../../decimal.ts";
import { CORPUS_SNAPSHOT, CORPUS_SYMBOLS } from "../corpus/case.ts";
import { checkClaims, isContradicted } from "./claims.ts";
import type { ClaimField } from "./patterns.ts";

/** Sentences with a figure of the snapshot in them, and what the snapshot says there. */
const statements: readonly (readonly [text: (figure: string) => string, field: ClaimField, actual: string])[] = [
  [(figure) => `The 24h high of BTC is ${figure}.`, "high24h", "65010"],
  [(figure) => `BTC's 24h low was ${figure}.`, "low24h", "63120.5"],
  [(figure) => `Your available balance is $${figure}.`, "available", "7580.25"],
  [(figure) => `Account equity: ${figure} USD.`, "equity", "10137.94"],
  [(figure) => `You hold ${figure} ETH.`, "positionQuantity", "0.75"],
  [(figure) => `Your ETH has an average entry of ${figure}.`, "averageEntryPrice", "3380.5"],
  [(figure) => `The spread of BTC is ${figure}.`, "spread", "0.2"],
  [(figure) => `SOL: bid ${figure}, thin.`, "bid", "152.36"],
];

test("a figure is contradicted exactly when it is off by more than half its last printed digit", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...statements),
      fc.integer({ min: -300, max: 300 }),
      fc.integer({ min: 0, max: 2 }),
      ([text, field, actual], offset, places) => {
        const truth = decimal(actual);
        const stated = decimal(toFixedText(subtract(truth, decimal((offset / 100).toFixed(2))), places));
        fc.pre(!stated.startsWith("-") && stated !== "0");
        const [claim] = checkClaims([text(toFixedText(stated, places))], CORPUS_SNAPSHOT, CORPUS_SYMBOLS).filter(
          (each) => each.field === field,
        );
        const half: Decimal = decimal(["0.5", "0.05", "0.005"][places] ?? "0");
        const isOff = compare(absolute(subtract(stated, truth)), half) > 0;
        expect(claim?.verdict).toBe(isOff ? "contradicted" : "supported");
      },
    ),
    { numRuns: 800 },
  );
});

test("the same figure in thousands, with separators or spelled with a currency is the same claim", () => {
  for (const figure of ["65,010", "65010", "$65,010.0", "65.01k", "65\u2009010", "65'010", "65,010 USD"]) {
    const claims = checkClaims([`The 24h high of BTC is ${figure}.`], CORPUS_SNAPSHOT, CORPUS_SYMBOLS);
    expect(
      claims.map(({ field, verdict }) => [field, verdict]),
      figure,
    ).toEqual([["high24h", "supported"]]);
  }
});

test.each(["If", "Once", "Unless", "I would wait until", "My target assumes that", "It could be that"])(
  "%s … makes a supposition of it, which never blocks",
  (opening) => {
    expect(isContradicted(checkClaims([`${opening} BTC is trading at 71,000.`], CORPUS_SNAPSHOT, CORPUS_SYMBOLS))).toBe(
      false,
    );
  },
);

test("the symbol that was asked about is meant where none is named", () => {
  const text = "The daily low was 60,500.";
  expect(isContradicted(checkClaims([text], CORPUS_SNAPSHOT, CORPUS_SYMBOLS))).toBe(false);
  expect(isContradicted(checkClaims([text], CORPUS_SNAPSHOT, CORPUS_SYMBOLS, "BTC/USD"))).toBe(true);
});

test("a claim tells what was said, where, and what is right", () => {
  const [claim] = checkClaims(["BTC broke 71,000 today."], CORPUS_SNAPSHOT, CORPUS_SYMBOLS);
  expect(claim).toEqual({
    quote: "BTC broke 71,000 today.",
    value: "71000",
    field: "reachedHigh",
    symbol: "BTC/USD",
    actual: "65010",
    verdict: "contradicted",
  });
});
