/**
 * Decisions in plain sentences. A sentence is an order only in the few forms in which an order is given; negations, questions,
 * conditions, quotations and talk about what others do are none (CASES "negation and talk about trades").
 */
import type { JsonValue, ReadProblem } from "../outcome.ts";
import type { Proposal, ProposalAction } from "../proposal.ts";
import type { Symbol } from "../../market.ts";
import type { Validate } from "./decisions.ts";
import { readProseFields, unclearPart, type ProseField } from "./prose-fields.ts";
import {
  VERBS,
  ORDER,
  BARE_ORDER,
  BARE_HOLD,
  LABELLED_ORDER,
  CARRIED_ON,
  BEHIND_SYMBOL,
  ORDER_TAIL,
  HOLD_TAIL,
  POSITION_TAIL,
  NEGATION,
  NEGATED_TAIL,
  GERUND_LEAD,
  CONDITION,
  HEARSAY,
} from "./prose-grammar.ts";
import { disownedSentences } from "./disowned.ts";
import { linesOf, sentencesIn, type Sentence } from "./prose-text.ts";
import { behindRetraction, isJudgedWrong, isTakenBackInside, retractionOf } from "./retraction.ts";
import type { SymbolTable } from "./symbols.ts";

export type ProseReading = { readonly proposals: readonly Proposal[]; readonly problems: readonly ReadProblem[] };

/** More orders than this in one reply are no decision. */
const MOST_SIGNALS = 100;

/** One order given in a sentence. `symbol` null: it stands elsewhere in its block. */
type Signal = {
  readonly action: ProposalAction;
  readonly symbol: Symbol | null;
  readonly quantity: string | null;
  readonly fault: string | null;
  readonly sentence: number;
};

/** The decisions of the prose, in the order in which they stand. */
export function readProse(text: string, symbols: SymbolTable, validate: Validate): ProseReading {
  const lines = linesOf(text);
  const isDisowned = disownedSentences(lines);
  const sentences = sentencesIn(lines).filter(
    ({ line, place, text: sentence }) => !isDisowned(line, place) || retractionOf(sentence, undefined) !== null,
  );
  const given = sentences.flatMap((sentence, index) => signalsOf(sentence.text, index, sentences, symbols));
  const isTakenBack = takenBackIn(sentences);
  const signals = given.filter(({ sentence }) => !isTakenBack(sentence));
  if (signals.length > MOST_SIGNALS) {
    return {
      proposals: [],
      problems: [{ path: "", message: `The reply gives ${signals.length} orders; at most ${MOST_SIGNALS} are read.` }],
    };
  }
  const proposals: Proposal[] = [];
  const problems: ReadProblem[] = [];
  for (const signal of signals) {
    const read = decide(signal, signals, sentences, symbols, validate);
    proposals.push(...read.proposals);
    problems.push(...read.problems);
  }
  return { proposals, problems };
}

/** Whether a sentence behind takes back what a sentence says. One pass over all, whatever their number. */
function takenBackIn(sentences: readonly Sentence[]): (index: number) => boolean {
  let all = -1;
  /** Up to which sentence those of a paragraph are taken back. */
  const paragraphs = new Map<number, number>();
  for (const [at, { text, paragraph }] of sentences.entries()) {
    const before = sentences[at - 1];
    const found = retractionOf(text, before?.text);
    if (found?.reach === "all") {
      all = at;
    } else if (found !== null) {
      // At the beginning of a paragraph it speaks of the one before.
      paragraphs.set(before?.paragraph ?? paragraph, at);
    }
  }
  return (index) => index < all || index < (paragraphs.get(sentences[index]?.paragraph ?? -1) ?? -1);
}

function decide(
  signal: Signal,
  signals: readonly Signal[],
  sentences: readonly Sentence[],
  symbols: SymbolTable,
  validate: Validate,
): ProseReading {
  const found = signal.symbol ?? symbolOfBlock(sentences, signal.sentence, symbols);
  if (found === null) {
    return { proposals: [], problems: [] };
  }
  const scope = scopeOf(signal, found, signals, sentences, symbols);
  if (signal.fault !== null) {
    return { proposals: [], problems: [{ path: found, message: signal.fault }] };
  }
  const ownSentence = ownPart(signal, signals, sentences, symbols);
  const { values, faults, unread } = readProseFields(scope, ownSentence);
  if (/\brespectively\b/i.test(sentences[signal.sentence]?.text ?? "") && signal.action !== "hold") {
    return { proposals: [], problems: [{ path: found, message: "The numbers of several symbols stand in one list." }] };
  }
  const fields: Record<string, JsonValue> = { action: signal.action, symbol: found, reasoning: scope };
  for (const [field, value] of values) {
    if (applies(field, signal.action)) {
      fields[field] = field === "validForSeconds" || field === "confidence" ? { numberText: value } : value;
    }
  }
  if (signal.quantity !== null && applies("quantity", signal.action)) {
    fields.quantity = signal.quantity;
  }
  if (fields.quantity !== undefined) {
    // "Buy 0.05 BTC …, which risks 1 %": with a quantity the risk is a remark.
    delete fields.riskPercent;
  }
  const unclear = signal.action === "hold" ? null : unclearPart(withoutQuantities(unread, signal, signals));
  if (unclear !== null) {
    return {
      proposals: [],
      problems: [{ path: found, message: `It is not clear what "${unclear}" means in the order.` }],
    };
  }
  if (signal.action === "close" && values.has("limitPrice")) {
    return {
      proposals: [],
      problems: [{ path: found, message: "A close is at market; to sell at a price a quantity is needed." }],
    };
  }
  if (faults.length > 0 && signal.action === "buy") {
    return { proposals: [], problems: faults.map((message) => ({ path: found, message })) };
  }
  const verdict = validate(fields);
  return verdict.ok
    ? { proposals: [verdict.proposal], problems: [] }
    : { proposals: [], problems: verdict.problems.map(({ path, message }) => ({ path: `${found}.${path}`, message })) };
}

/** The text without the sizes that are read already: the signal's own and those of others in its sentence. */
function withoutQuantities(text: string, signal: Signal, signals: readonly Signal[]): string {
  const quantities = signals.filter(({ sentence }) => sentence === signal.sentence).map(({ quantity }) => quantity);
  return quantities.reduce<string>((rest, quantity) => {
    if (quantity === null) {
      return rest;
    }
    return rest.replace(rest.includes(quantity) ? quantity : /\bhalf a\b/i, " ");
  }, text);
}

/** Fields that mean nothing for an action are talk: the stop of a holding that is only held, the price of a close. */
function applies(field: ProseField, action: ProposalAction): boolean {
  switch (field) {
    case "quantity":
    case "limitPrice":
      return action === "buy" || action === "sell";
    case "stop":
    case "target":
    case "riskPercent":
      return action === "buy";
    default:
      return true;
  }
}

function signalsOf(
  text: string,
  index: number,
  sentences: readonly Sentence[],
  symbols: SymbolTable,
): readonly Signal[] {
  if (text.endsWith("?") || HEARSAY.test(text) || isTakenBackInside(text)) {
    return [];
  }
  const clauses = behindRetraction(text).split(
    /,?\s+but\s+|,\s+(?=(?:but|so|and|then|therefore|hence|instead|hold|i(?:['’]d| would)|we|let)\b)|,\s+(?=hold\b)|\s+but\s+|\s+[–—]\s+(?=(?:hold|buy|sell|close|i['’ ])\b)/i,
  );
  const found: Signal[] = [];
  for (const clause of clauses) {
    const signal =
      signalOf(clause.trim(), index, symbols) ?? heldSignal(clause.trim(), text, index, sentences, symbols);
    if (signal !== null && (signal.action === "hold" || !CONDITION.test(text))) {
      found.push(signal, ...carried(signal, clause, symbols));
    }
  }
  return found;
}

function signalOf(clause: string, sentence: number, symbols: SymbolTable): Signal | null {
  const groups = LABELLED_ORDER.exec(clause)?.groups;
  if (groups !== undefined) {
    const tagged = symbols.inSentence(groups.symbol ?? "", true);
    const tail = groups.tail ?? "";
    const fits =
      actionOf(groups.verb) === "hold" ? HOLD_TAIL.test(tail) : ORDER_TAIL.test(tail) && !POSITION_TAIL.test(tail);
    if (tagged !== null && fits && !/ing\b/i.test(groups.verb ?? "")) {
      return isNegated(clause, groups) ? null : signalFrom(groups, tagged, sentence);
    }
  }
  const ordered = ORDER.exec(clause)?.groups;
  if (ordered !== undefined) {
    const named = symbols.inSentence(ordered.symbol ?? "", ordered.quantity !== undefined);
    const action = actionOf(ordered.verb);
    const tail = ordered.tail ?? "";
    const tailFits =
      action === "hold" ||
      (ORDER_TAIL.test(tail) && (action === "close" || ordered.all !== undefined || !POSITION_TAIL.test(tail)));
    if (named !== null && tailFits && !isNegated(clause, ordered)) {
      return signalFrom(ordered, named, sentence);
    }
  }
  const bare = BARE_ORDER.exec(clause)?.groups;
  if (
    bare !== undefined &&
    !isNegated(clause, bare) &&
    /^\s*(?:$|[.,!(@:–—-]|at\b|with\b|now\b|limit\b|market\b)/i.test(bare.tail ?? "")
  ) {
    const tagged = bare.labelled === undefined ? null : symbols.inSentence(bare.labelled, true);
    return { action: actionOf(bare.verb), symbol: tagged, quantity: null, fault: null, sentence };
  }
  return null;
}

/** "…, hold." speaks of the symbol before it. */
function heldSignal(
  clause: string,
  text: string,
  sentence: number,
  sentences: readonly Sentence[],
  symbols: SymbolTable,
): Signal | null {
  if (!BARE_HOLD.test(clause) || NEGATION.test(clause)) {
    return null;
  }
  const before = [sentences[sentence - 1], { text }].flatMap((entry) =>
    entry === undefined ? [] : mentions(entry.text, symbols),
  );
  const last = before.at(-1);
  return last === undefined ? null : { action: "hold", symbol: last, quantity: null, fault: null, sentence };
}

/** "Buy 0.1 BTC and 2 ETH." */
function carried(signal: Signal, clause: string, symbols: SymbolTable): readonly Signal[] {
  const groups = signal.action === "buy" || signal.action === "sell" ? CARRIED_ON.exec(clause)?.groups : undefined;
  const named = groups === undefined ? null : symbols.inSentence(groups.symbol ?? "", true);
  return named === null || named === signal.symbol
    ? []
    : [{ ...signal, symbol: named, quantity: groups?.quantity ?? null, fault: null }];
}

type Groups = Readonly<Record<string, string | undefined>>;

function signalFrom(groups: Groups, named: Symbol, sentence: number): Signal {
  const { money, percent, share: part, unit } = groups;
  const stated = actionOf(groups.verb);
  const takesAll = stated === "sell" && groups.all !== undefined;
  const action = takesAll ? "close" : stated;
  const inMoney = money !== undefined || /\b(?:usd|dollars|worth)\b/i.test(unit ?? "");
  const inShares = percent !== undefined || part !== undefined;
  const trailing = amount(groups) === undefined ? numberBehind(groups.tail ?? "") : null;
  const amountStated = amount(groups) ?? trailing?.quantity ?? undefined;
  const isPartial = action !== "hold" && inShares;
  const fault =
    action === "hold"
      ? null
      : inMoney
        ? `The size is given in money ("${money ?? ""}${amountStated ?? ""}"); a quantity is needed.`
        : isPartial
          ? "The size is given as a share; a quantity is needed."
          : (trailing?.fault ?? null);
  return {
    action,
    symbol: named,
    quantity: amountStated === undefined ? null : amountStated.replace(/^half a$/i, "0.5"),
    fault,
    sentence,
  };
}

function amount({ quantity: written }: Groups): string | undefined {
  return written?.trim();
}

/**
 * A number directly behind the symbol. Before a price it is the size ("BTC 0.03 @ 63,900"); alone it may be either, and is not
 * guessed at.
 */
function numberBehind(tail: string): { readonly quantity: string | null; readonly fault: string | null } | null {
  const found = BEHIND_SYMBOL.exec(tail)?.groups;
  if (found?.number === undefined) {
    return null;
  }
  return found.price === undefined || found.money !== undefined
    ? { quantity: null, fault: `It is not said whether "${found.number}" is a size or a price.` }
    : { quantity: found.number, fault: null };
}

function actionOf(written: string | undefined): ProposalAction {
  return VERBS.get((written ?? "").toLowerCase().replace(/ on$/, "")) ?? "hold";
}

function isNegated(clause: string, groups: Groups): boolean {
  const at = clause.toLowerCase().indexOf((groups.verb ?? "").toLowerCase());
  // "Buying BTC has been a mistake" speaks of buying; "I recommend buying" and "Decision: buying" give the order.
  if (/ing\b/i.test(groups.verb ?? "") && !GERUND_LEAD.test(clause.slice(0, Math.max(at, 0)))) {
    return true;
  }
  return (
    NEGATION.test(clause.slice(0, Math.max(at, 0))) ||
    NEGATED_TAIL.test(groups.tail ?? "") ||
    isJudgedWrong(groups.tail ?? "")
  );
}

/** The words of the signal's own sentence that speak of its symbol: up to where the next signal of the sentence begins. */
function ownPart(
  signal: Signal,
  signals: readonly Signal[],
  sentences: readonly Sentence[],
  symbols: SymbolTable,
): string {
  const text = sentences[signal.sentence]?.text ?? "";
  const others = signals.filter((other) => other.sentence === signal.sentence && other !== signal);
  if (others.length === 0 || signal.symbol === null) {
    return text;
  }
  const starts = [signal, ...others].flatMap((each) => {
    const at = each.symbol === null ? -1 : positionOf(text, each.symbol, symbols);
    return at === -1 ? [] : [at];
  });
  const own = positionOf(text, signal.symbol, symbols);
  const next = starts.filter((start) => start > own).sort((left, right) => left - right)[0];
  return text.slice(Math.max(own, 0), next);
}

/** The text that may hold the fields of the signal: its sentence and those after it that speak of nothing else. */
function scopeOf(
  signal: Signal,
  own: Symbol,
  signals: readonly Signal[],
  sentences: readonly Sentence[],
  symbols: SymbolTable,
): string {
  const first = sentences[signal.sentence];
  const parts = [ownPart(signal, signals, sentences, symbols)];
  const shared = signals.some((other) => other !== signal && other.sentence === signal.sentence);
  for (let index = signal.sentence + 1; index < sentences.length; index += 1) {
    const sentence = sentences[index];
    const speaksOfOther =
      sentence === undefined || mentions(sentence.text, symbols).some((mentioned) => mentioned !== own);
    if (sentence === undefined || speaksOfOther || shared || signals.some((other) => other.sentence === index)) {
      break;
    }
    if (!sentence.text.endsWith("?")) {
      parts.push(sentence.text);
    }
  }
  if (signal.symbol === null) {
    // Labelled lines: what belongs to the order may stand before it.
    const before = sentences.slice(0, signal.sentence).filter(({ paragraph }) => paragraph === first?.paragraph);
    parts.unshift(...before.map(({ text }) => text));
  }
  return parts.join("\n");
}

/** The symbol of labelled lines: the only one that its block, or the heading before it, names. */
function symbolOfBlock(sentences: readonly Sentence[], index: number, symbols: SymbolTable): Symbol | null {
  const paragraph = sentences[index]?.paragraph ?? -1;
  const block = sentences.filter((sentence) => sentence.paragraph === paragraph);
  const before = sentences.filter((sentence) => sentence.paragraph === paragraph - 1);
  for (const group of [block, before]) {
    const named = new Set(group.flatMap(({ text }) => mentions(text, symbols)));
    const [only, ...others] = named;
    if (only !== undefined) {
      return others.length === 0 ? only : null;
    }
  }
  return null;
}

/** The symbols that a text names, in order. */
export function mentions(text: string, symbols: SymbolTable): readonly Symbol[] {
  return [...text.matchAll(/\$?[A-Za-z][A-Za-z0-9]{1,11}(?:[/-][A-Za-z]{2,6})?/g)].flatMap(([word]) => {
    const found = symbols.inSentence(word, false) ?? symbols.inSentence(word.split(/[/-]/)[0] ?? "", false);
    return found === null ? [] : [found];
  });
}

function positionOf(text: string, wanted: Symbol, symbols: SymbolTable): number {
  for (const match of text.matchAll(/\$?[A-Za-z][A-Za-z0-9]{1,11}(?:[/-][A-Za-z]{2,6})?/g)) {
    if (symbols.inSentence(match[0], true) === wanted) {
      return match.index;
    }
  }
  return -1;
}
