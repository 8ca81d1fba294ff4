/**
 * The claim check (CASES "invented numbers"): every number of a reply is held against the snapshot that was sent. A number said
 * of a named field that is off by more than half its last printed digit is contradicted, and blocks one-click until the trader
 * overrides. What is derived, wished for or supposed is unsupported, and never blocks.
 */
import {
  absolute,
  add,
  compare,
  decimal,
  divide,
  isAbove,
  isNegative,
  isZero,
  multiply,
  negate,
  subtract,
  TWO,
  unitOf,
  type Decimal,
} from "../../decimal.ts";
import type { Symbol } from "../../market.ts";
import { MULTIPLIER_PATTERN, NUMBER_PATTERN, numberOf } from "../amount.ts";
import { mentions } from "../reader/prose.ts";
import { sentencesOf } from "../reader/prose-text.ts";
import type { SymbolTable } from "../reader/symbols.ts";
import type { Snapshot } from "../snapshot.ts";
import {
  CLAIM_PATTERNS,
  DISTANCE,
  NO_PRICE,
  OTHER_TIME,
  SUPPOSED_AFTER,
  SUPPOSITION,
  WITHIN_A_DAY,
  type ClaimField,
  type ClaimPattern,
} from "./patterns.ts";
import { candleFigures, figuresOf, valuesOf } from "./values.ts";

export type ClaimVerdict = "supported" | "contradicted" | "unsupported";

export type Claim = {
  /** The words around it. */
  readonly quote: string;
  readonly value: Decimal;
  /** What of the snapshot it speaks of; null where it names nothing. */
  readonly field: ClaimField | null;
  readonly symbol: Symbol | null;
  /** What the snapshot says there. */
  readonly actual: Decimal | null;
  readonly verdict: ClaimVerdict;
};

/** A number of a sentence. `step` is one unit of its last printed digit. */
type Figure = { readonly start: number; readonly end: number; readonly value: Decimal; readonly step: Decimal };

export const MOST_CLAIMS = 200;
const FAR = decimal("20");
const PRICES: ReadonlySet<ClaimField> = new Set([
  "price",
  "bid",
  "ask",
  "high24h",
  "low24h",
  "reachedHigh",
  "reachedLow",
]);
const QUOTE_LENGTH = 60;
const figurePattern = new RegExp(
  String.raw`(?<![\w.,])(?<digits>${NUMBER_PATTERN})(?<times>${MULTIPLIER_PATTERN})?(?![\w]|[.,]\d)`,
  "gi",
);
const numberText = new RegExp(String.raw`(?<digits>${NUMBER_PATTERN})(?<times>${MULTIPLIER_PATTERN})?$`, "i");

/**
 * The claims of a reply's own words: its analysis and the reasons of its proposals. `focus` is the symbol that was asked about:
 * a sentence before any symbol is named speaks of it.
 */
export function checkClaims(
  texts: readonly string[],
  snapshot: Snapshot,
  symbols: SymbolTable,
  focus: Symbol | null = null,
): readonly Claim[] {
  const known: Known = { snapshot, symbols, figures: figuresOf(snapshot), candles: candleFigures(snapshot) };
  const claims: Claim[] = [];
  for (const text of texts) {
    let subject: Symbol | null = focus ?? onlySymbol(snapshot);
    for (const { text: sentence } of sentencesOf(text)) {
      const named = mentions(sentence, symbols);
      claims.push(...claimsOf(sentence, named.length === 0 ? subject : null, known));
      subject = named.at(-1) ?? subject;
      if (claims.length >= MOST_CLAIMS) {
        return claims.slice(0, MOST_CLAIMS);
      }
    }
  }
  return claims;
}

/** Whether one of the claims blocks one-click. */
export function isContradicted(claims: readonly Claim[]): boolean {
  return claims.some(({ verdict }) => verdict === "contradicted");
}

type Known = {
  readonly snapshot: Snapshot;
  readonly symbols: SymbolTable;
  readonly figures: readonly Decimal[];
  readonly candles: ReadonlySet<string>;
};

function onlySymbol({ symbols }: Snapshot): Symbol | null {
  const [only, ...others] = symbols;
  return only === undefined || others.length > 0 ? null : only.symbol;
}

function claimsOf(sentence: string, subject: Symbol | null, known: Known): readonly Claim[] {
  const fielded = CLAIM_PATTERNS.flatMap((pattern) => fieldClaims(sentence, pattern, subject, known));
  const taken = new Map<number, Claim>();
  for (const { start, claim } of fielded) {
    const before = taken.get(start);
    // A number that two forms fit is right where one of them says so.
    if (before === undefined || rank(claim.verdict) < rank(before.verdict)) {
      taken.set(start, claim);
    }
  }
  const all = [...sentence.matchAll(figurePattern)].flatMap((match) => {
    const figure = figureOf(match.groups?.digits ?? "", match.groups?.times, match.index, false);
    return figure === null ? [] : [figure];
  });
  return all.map((figure) => taken.get(figure.start) ?? looseClaim(sentence, figure, known));
}

function rank(verdict: ClaimVerdict): number {
  return ["supported", "unsupported", "contradicted"].indexOf(verdict);
}

type Placed = { readonly start: number; readonly claim: Claim };

function fieldClaims(sentence: string, pattern: ClaimPattern, subject: Symbol | null, known: Known): readonly Placed[] {
  if (pattern.today === true && !WITHIN_A_DAY.test(sentence)) {
    return [];
  }
  return [...sentence.matchAll(pattern.expression)].flatMap((match) => {
    const written = match.groups?.n ?? "";
    const groups = numberText.exec(written)?.groups;
    const offset =
      match.index +
      match[0].lastIndexOf(written) +
      written.length -
      (groups === undefined ? 0 : `${groups.digits}${groups.times ?? ""}`.length);
    const isRough = (match.groups?.about ?? "").trim() !== "" && !/^exactly/i.test(match.groups?.about ?? "");
    const figure = figureOf(groups?.digits ?? "", groups?.times, offset, isRough);
    if (figure === null || !isMeant(sentence, match, figure, pattern, known)) {
      return [];
    }
    const signed = { ...figure, value: signOf(match.groups?.sign) < 0 ? negate(figure.value) : figure.value };
    return [{ start: figure.start, claim: judge(sentence, match, signed, pattern.field, subject, known) }];
  });
}

function judge(
  sentence: string,
  match: RegExpExecArray,
  figure: Figure,
  field: ClaimField,
  subject: Symbol | null,
  known: Known,
): Claim {
  const candidates = symbolsFor(sentence, figure, match.groups?.unit, subject, known);
  const readings = (candidates.length === 0 ? [null] : candidates).map((symbol) => ({
    symbol,
    values: valuesOf(field, symbol, known.snapshot),
  }));
  const stated = readings.filter(({ values }) => values.length > 0);
  const fitting = stated.find(({ values }) => values.some((value) => fits(field, figure, value, match.groups?.bound)));
  const [first] = stated;
  const shown = { quote: quoteOf(sentence, figure), value: figure.value, field };
  if (fitting !== undefined) {
    const actual = fitting.values.find((value) => fits(field, figure, value, match.groups?.bound)) ?? null;
    return { ...shown, symbol: fitting.symbol, actual, verdict: "supported" };
  }
  const isSupposed = isSupposition(sentence, match, figure);
  if (first === undefined || isSupposed || (PRICES.has(field) && isOfAnotherKind(figure.value, first.values))) {
    return { ...shown, symbol: first?.symbol ?? null, actual: first?.values[0] ?? null, verdict: "unsupported" };
  }
  return { ...shown, symbol: first.symbol, actual: first.values[0] ?? null, verdict: "contradicted" };
}

/** Whether the form speaks of what it looks like: a word before "is at" must be a symbol, and an indicator has no price. */
function isMeant(
  sentence: string,
  match: RegExpExecArray,
  figure: Figure,
  { field }: ClaimPattern,
  { symbols }: Known,
): boolean {
  const who = match.groups?.who;
  if (who !== undefined && symbols.inSentence(who, false) === null) {
    return false;
  }
  const unit = match.groups?.unit;
  if (unit !== undefined && symbols.inSentence(unit, true) === null) {
    return false;
  }
  const clause = sentence.slice(clauseStart(sentence, match.index), figure.start);
  const isPriced = field === "price" || field === "reachedHigh" || field === "reachedLow";
  return !isPriced || (!NO_PRICE.test(clause) && !DISTANCE.test(sentence.slice(figure.end)));
}

/** A number twenty times off is no wrong price but something else, such as a reading of an index. */
function isOfAnotherKind(value: Decimal, values: readonly Decimal[]): boolean {
  return values.every((actual) => {
    const size = absolute(actual);
    return (
      !isZero(size) && (isAbove(absolute(value), multiply(size, FAR)) || isAbove(size, multiply(absolute(value), FAR)))
    );
  });
}

/** The symbols that the number may speak of: the last one named before it first, then the others of the sentence. */
function symbolsFor(
  sentence: string,
  figure: Figure,
  unit: string | undefined,
  subject: Symbol | null,
  { symbols }: Known,
): readonly Symbol[] {
  const own = unit === undefined ? null : symbols.inSentence(unit, true);
  if (own !== null) {
    return [own];
  }
  const before = mentions(sentence.slice(0, figure.start), symbols).toReversed();
  const after = mentions(sentence.slice(figure.end), symbols);
  const named = [...new Set([...before, ...after])];
  return named.length > 0 ? named : subject === null ? [] : [subject];
}

/** Whether the snapshot's value agrees with the number, at the precision in which it is written. */
function fits(field: ClaimField, { value, step }: Figure, actual: Decimal, bound: string | undefined): boolean {
  const tolerance = divide(step, TWO, 24, "up");
  if (field === "reachedHigh" || bound === "above" || bound === "over") {
    return compare(value, add(actual, tolerance)) <= 0;
  }
  if (field === "reachedLow" || bound === "below" || bound === "under") {
    return compare(value, subtract(actual, tolerance)) >= 0;
  }
  return !isAbove(absolute(subtract(value, actual)), tolerance);
}

/** A clause that wishes, guesses, or speaks of another time. */
function isSupposition(sentence: string, match: RegExpExecArray, figure: Figure): boolean {
  const start = clauseStart(sentence, match.index);
  const clause = sentence.slice(start, match.index);
  const rest = sentence.slice(figure.end);
  const behind = /^[^,;]{0,60}/.exec(rest)?.[0] ?? "";
  return (
    sentence.endsWith("?") ||
    SUPPOSITION.test(clause) ||
    SUPPOSED_AFTER.test(rest) ||
    OTHER_TIME.test(clause) ||
    OTHER_TIME.test(behind)
  );
}

function clauseStart(sentence: string, at: number): number {
  // What stands in brackets belongs to the word before it: "RSI(14) sits at 58".
  const before = sentence.slice(0, at).replaceAll(/\([^()]*\)/g, (inner) => " ".repeat(inner.length));
  const cuts = [...before.matchAll(/,\s|;\s|\s[–—]\s|\(|\b(?:but|while|whereas|although|though|and)\s/gi)];
  const last = cuts.at(-1);
  return last === undefined ? 0 : last.index + last[0].length;
}

/** A number that is said of no field: right where the snapshot has it anywhere, else neither right nor wrong. */
function looseClaim(sentence: string, figure: Figure, { figures, candles }: Known): Claim {
  const found = candles.has(figure.value)
    ? figure.value
    : (figures.find(
        (value) =>
          !isAbove(absolute(subtract(figure.value, absolute(value))), divide(figure.step, TWO, 24, "up")) &&
          !isZero(value),
      ) ?? null);
  return {
    quote: quoteOf(sentence, figure),
    value: figure.value,
    field: null,
    symbol: null,
    actual: found,
    verdict: found === null ? "unsupported" : "supported",
  };
}

function quoteOf(sentence: string, { start, end }: Figure): string {
  const from = Math.max(0, start - QUOTE_LENGTH);
  const to = Math.min(sentence.length, end + QUOTE_LENGTH / 2);
  return `${from > 0 ? "…" : ""}${sentence.slice(from, to).trim()}${to < sentence.length ? "…" : ""}`;
}

function signOf(written: string | undefined): 1 | -1 {
  return /^(?:[-−]|down|lost|fallen|fell|dropped|slid|shed)$/i.test(written ?? "") ? -1 : 1;
}

/** The number and the unit of its last printed digit; of a rough one ("about 64,000") trailing zeros are not printed. */
function figureOf(digits: string, times: string | undefined, start: number, isRough: boolean): Figure | null {
  const value = numberOf(digits, times);
  const base = numberOf(digits, undefined);
  if (value === null || base === null || isNegative(value)) {
    return null;
  }
  const places = /[.](\d+)$/.exec(digits.replaceAll(/[,'’_\s\u00a0\u2009\u202f]/g, ""))?.[1]?.length ?? 0;
  const factor = times === undefined || isZero(base) ? decimal("1") : divide(value, base, 0, "half-even");
  const printed = multiply(unitOf(places), factor);
  return {
    start,
    end: start + digits.length + (times?.length ?? 0),
    value,
    step: isRough ? roughStep(value, printed) : printed,
  };
}

function roughStep(value: Decimal, printed: Decimal): Decimal {
  const zeros = value.includes(".") ? 0 : (/0*$/.exec(value)?.[0].length ?? 0);
  const step = decimal(`1${"0".repeat(Math.min(zeros, Math.max(value.length - 1, 0)))}`);
  return isAbove(step, printed) ? step : printed;
}
