/** Which lines of a reply stand under a heading or a lead that takes them back (CASES "negation and talk about trades"). */
import { affirms, announcesRefused, announcesSentences, asksWhether, disowns, isTitle } from "./leads.ts";
import { isForeignLead } from "./foreign.ts";
import type { Line } from "./prose-text.ts";

/** Signs that cross a line out. */
const CROSS = /[❌✗✘✖❎⛔]|🚫|👎|🙅/u;
const LIST_ITEM = /^(?<indent>\s*)(?<marker>[-*•●▪–—+]|\d{1,2}[.)]|[a-z][.)])\s+/i;
const BOLD_ONLY = /^(?:\*\*|__)[^*_]+(?:\*\*|__)\s*[:：]?$/;
const UNDERLINE = /^\s*(?:={2,}|-{2,})\s*$/;
/** Begins the decision again in a line of its own. */
const DECIDING =
  /^(?:(?:so|instead|therefore|overall|hence|thus|finally|in (?:short|summary)|bottom line)\b|(?:(?:my|the|our|final)\s+)*(?:decision|recommendation|verdict|action|signal|call|conclusion|plan|proposal|answer|order)\b\s*(?:is\b|[:–—-])|(?:i|we)(?: would| will|['’]d|['’]ll| recommend| suggest| propose)\b(?! not| never))/i;
const ORDER_LIKE = /^(?:buy|sell|close|exit|go long|long|hold)\b/i;

const BOLD_LEVEL = 7;
const SENTENCE_LEVEL = 8;
const ITEM_LEVEL = 10;

type Shape = {
  readonly indent: number;
  /** "1" for any number, the sign for a bullet; null: no item of a list. */
  readonly marker: string | null;
  /** Of the lead that the line is: 1–6 a heading, then bold, a sentence, an item of a list. Null: it leads nothing. */
  readonly level: number | null;
  /** Its last sentence. */
  readonly words: string;
};

type Scope = {
  readonly level: number;
  readonly indent: number;
  readonly marker: string | null;
  hasContent: boolean;
  hasList: boolean;
  hasParts: boolean;
  paragraph: number;
};

/** Whether a sentence of these lines is taken back, by the number of its line and its place in it. */
export function disownedSentences(lines: readonly Line[]): (line: number, sentence: number) => boolean {
  /** From which sentence on a line is not meant, and before which it is again. */
  const taken = new Map<number, readonly [from: number, before: number]>();
  let scope: Scope | null = null;
  for (const [index, line] of lines.entries()) {
    const shape = shapeOf(line, lines[index + 1]);
    if (scope !== null && holds(scope, line, shape)) {
      taken.set(line.number, [0, Infinity]);
      continue;
    }
    scope = null;
    if (CROSS.test(line.raw)) {
      taken.set(line.number, [0, Infinity]);
    }
    if (leadsNowhere(line, shape)) {
      scope = scopeOf(line, shape);
      taken.set(line.number, [shape.level === SENTENCE_LEVEL ? line.sentences.length - 1 : 0, Infinity]);
      continue;
    }
    const inside = refusedInside(line);
    if (inside !== null) {
      taken.set(line.number, inside);
      scope =
        inside[1] === Infinity && isItem(lines[index + 1]) ? scopeOf(line, { ...shape, level: SENTENCE_LEVEL }) : null;
    }
  }
  return (line, sentence) => {
    const range = taken.get(line);
    return range !== undefined && sentence >= range[0] && sentence < range[1];
  };
}

function shapeOf({ raw, sentences }: Line, next: Line | undefined): Shape {
  const item = LIST_ITEM.exec(raw)?.groups;
  const indent = (/^\s*/.exec(raw)?.[0] ?? "").replaceAll("\t", "    ").length;
  const marker = item?.marker === undefined ? null : /\d/.test(item.marker) ? "1" : item.marker;
  const body = (item === undefined ? raw : raw.replace(LIST_ITEM, "")).trim();
  const words = sentences.at(-1) ?? "";
  const level = levelOf(raw, body, words, marker, indent, next);
  return { indent, marker, level, words };
}

function levelOf(
  raw: string,
  body: string,
  words: string,
  marker: string | null,
  indent: number,
  next: Line | undefined,
): number | null {
  const hashes = /^\s*(?<hashes>#{1,6})\s/.exec(raw)?.groups?.hashes;
  if (hashes !== undefined || (next !== undefined && UNDERLINE.test(next.raw) && marker === null)) {
    return hashes?.length ?? 2;
  }
  const isOpen = /[:：]$|[–—…]$/.test(words);
  if (marker !== null) {
    const nested = next !== undefined && isItem(next) && indentOf(next) > indent;
    return isOpen || BOLD_ONLY.test(body) || nested ? ITEM_LEVEL + indent : null;
  }
  if (BOLD_ONLY.test(body)) {
    return BOLD_LEVEL;
  }
  return isOpen || isItem(next) ? SENTENCE_LEVEL : null;
}

function isItem(line: Line | undefined): boolean {
  return line !== undefined && LIST_ITEM.test(line.raw);
}

function indentOf({ raw }: Line): number {
  return (/^\s*/.exec(raw)?.[0] ?? "").replaceAll("\t", "    ").length;
}

/** Whether the line leads to things that are not meant. */
function leadsNowhere({ raw, isForeign }: Line, { level, words }: Shape): boolean {
  if (announcesSentences(words)) {
    return true;
  }
  if (level === null) {
    return false;
  }
  if (isForeign) {
    return /[:：]\W*$/.test(raw);
  }
  const isOver = level === SENTENCE_LEVEL && /[.!]$/.test(words);
  return (
    CROSS.test(raw) || (isOver ? announcesRefused(words) : disowns(words) || asksWhether(words) || isForeignLead(words))
  );
}

function scopeOf({ paragraph }: Line, { level, indent, marker }: Shape): Scope {
  return {
    level: level ?? SENTENCE_LEVEL,
    indent,
    marker,
    hasContent: false,
    hasList: false,
    hasParts: false,
    paragraph,
  };
}

/** Sentences of one line that its own beginning takes back: "Mistakes to avoid: buying the top; sell all ETH." */
function refusedInside({ sentences }: Line): readonly [number, number] | null {
  const announced = sentences.findIndex((sentence) => announcesSentences(sentence));
  if (announced !== -1) {
    return [announced, Infinity];
  }
  const head = /^(?<head>[^:：]{2,80})[:：]\s/.exec(sentences[0] ?? "")?.groups?.head;
  if (head === undefined || !disowns(head)) {
    return null;
  }
  const end = sentences.findIndex((sentence) => /[.!?]$/.test(sentence));
  return [0, isTitle(head) || end === -1 ? Infinity : end + 1];
}

/** Whether the line still stands under the lead. What it sees of the line is kept for the next. */
function holds(scope: Scope, line: Line, shape: Shape): boolean {
  const isInside =
    scope.level >= ITEM_LEVEL
      ? holdsUnderItem(scope, shape)
      : shape.marker !== null || shape.indent >= 2
        ? true
        : shape.level === null
          ? holdsSentence(scope, line, shape)
          : holdsLead(scope, shape.level, shape.words);
  const isLead = shape.level !== null && shape.marker === null;
  scope.hasContent ||= !isLead;
  scope.hasList ||= shape.marker !== null || shape.indent > scope.indent;
  scope.paragraph = line.paragraph;
  return isInside;
}

function holdsUnderItem(scope: Scope, { indent, marker, level }: Shape): boolean {
  if (indent > scope.indent) {
    scope.hasParts = true;
    return true;
  }
  const isSibling = indent === scope.indent && marker !== null && level === null && !scope.hasParts;
  // "1. What not to do" with bullets under it ends at "2."
  return isSibling && (marker !== scope.marker || !scope.hasContent || scope.marker !== "1");
}

function holdsLead(scope: Scope, level: number, words: string): boolean {
  if (level < scope.level || affirms(words)) {
    return false;
  }
  if (level === scope.level) {
    scope.hasParts ||= !scope.hasContent;
    return scope.hasParts;
  }
  return true;
}

function holdsSentence(scope: Scope, { paragraph, sentences }: Line, { words }: Shape): boolean {
  const first = sentences[0] ?? words;
  const isApart = scope.hasList || (scope.hasContent && paragraph !== scope.paragraph);
  if (isApart && DECIDING.test(first)) {
    return false;
  }
  if (scope.level < SENTENCE_LEVEL || !isApart) {
    return true;
  }
  return !scope.hasList && ORDER_LIKE.test(first);
}
