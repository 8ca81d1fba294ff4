/**
 * The reader of replies: from what a model said to one of five outcomes (CASES "Reading what a model said"). It is pure and does
 * not depend on how the stream was cut. Precedence: the model's call of our tool, else its JSON, else its plain sentences; a
 * weaker form never fills in for a stronger one that is there and is not valid.
 */
import { withoutEnvelopes } from "../envelope.ts";
import type { ProposalSource, ReadProblem, ReadProposal, Reply, ReplyOutcome } from "../outcome.ts";
import { readBlock, type BlockReading, type Validate } from "./decisions.ts";
import { introduction, isForeignLead, isQuotedAt, lineBefore } from "./foreign.ts";
import { parseJsonAt } from "./json.ts";
import { isRefusedLead } from "./leads.ts";
import { readProse } from "./prose.ts";
import { retractionBehind } from "./retraction.ts";
import { createSegmenter, type Segment } from "./segments.ts";
import type { SymbolTable } from "./symbols.ts";
import { visibleText } from "../visible.ts";

export type ReadContext = {
  readonly symbols: SymbolTable;
  /** contract/proposals.ts validateProposal. */
  readonly validate: Validate;
  /** Text that was sent inside envelopes: a block or sentence that repeats it is a quotation. */
  readonly outside: readonly string[];
};

/** Longer replies are not read: no model writes them, and reading stays bounded. */
export const LONGEST_REPLY = 400_000;
const MOST_BLOCKS = 200;
/** Letters of a repetition: "buy5btcnow" is one, "hold" is a word that everybody uses. */
const SHORTEST_REPETITION = 6;

export type ReplyReader = {
  /** Takes the next piece of the text, however the stream cuts it. */
  push(chunk: string): void;
  /** The outcome of the whole. Nothing may be pushed afterwards. */
  finish(end: Omit<Reply, "text">): ReplyOutcome;
};

/** A reader for one reply that streams in. */
export function createReplyReader(context: ReadContext): ReplyReader {
  const segmenter = createSegmenter();
  let length = 0;
  let whole = "";
  return {
    push(chunk) {
      const room = LONGEST_REPLY - length;
      length += chunk.length;
      if (room > 0) {
        segmenter.push(chunk.slice(0, room));
        whole += chunk.slice(0, room);
      }
    },
    finish: (end) =>
      readSegments(segmenter.finish(), whole, length > LONGEST_REPLY ? { ...end, finish: "length" } : end, context),
  };
}

/** The outcome of a whole reply. */
export function readReply(reply: Reply, context: ReadContext): ReplyOutcome {
  const reader = createReplyReader(context);
  reader.push(reply.text);
  return reader.finish(reply);
}

function readSegments(
  segments: readonly Segment[],
  whole: string,
  end: Omit<Reply, "text">,
  context: ReadContext,
): ReplyOutcome {
  const blocks = [...toolBlocks(end, context), ...textBlocks(segments, end, context)];
  const texts = {
    reasoning: reasoningOf(segments, blocks, end.toolArguments.length > 0),
    said: saidOf(whole, blocks),
  };
  return { ...judged(segments, blocks, texts.reasoning, end, context), ...texts };
}

/** What the trader is shown: the reply without what was taken as a decision, and the prose of a call of our tool. */
function saidOf(whole: string, blocks: readonly Block[]): string {
  const taken = blocks.filter(
    ({ reading: { isDecision, proposals, problems }, isTakenBack }) =>
      isDecision && (proposals.length > 0 || problems.length === 0) && !isTakenBack,
  );
  const inText = taken.filter(({ source }) => source !== "tool");
  const text = visibleText(
    whole,
    inText.map(({ text: block, reading }) => ({ text: block, analysis: reading.analysis })),
  );
  const called = blocks.flatMap(({ source, reading: { analysis } }) =>
    source === "tool" && analysis !== null && !text.includes(analysis.trim()) ? [analysis.trim()] : [],
  );
  return [text, ...called].filter((part) => part !== "").join("\n\n");
}

type Judged =
  | {
      readonly kind: "proposals";
      readonly proposals: readonly ReadProposal[];
      readonly problems: readonly ReadProblem[];
    }
  | { readonly kind: "no_decision" }
  | { readonly kind: "malformed"; readonly problems: readonly ReadProblem[] }
  | { readonly kind: "cut_off"; readonly reason: "length" | "interrupted" | "unclosed_block" }
  | { readonly kind: "refused"; readonly message: string };

function judged(
  segments: readonly Segment[],
  blocks: readonly Block[],
  reasoning: string,
  end: Omit<Reply, "text">,
  context: ReadContext,
): Judged {
  if (end.refusal !== null || end.finish === "content_filter") {
    return { kind: "refused", message: end.refusal ?? "The provider's filter stopped the reply." };
  }
  if (end.finish === "length" || end.finish === "interrupted") {
    return { kind: "cut_off", reason: end.finish };
  }
  if (segments.some(isBrokenOff)) {
    return { kind: "cut_off", reason: "unclosed_block" };
  }
  const decisions = blocks.filter(({ reading }) => reading.isDecision);
  if (decisions.length > 0) {
    const standing = decisions.filter(({ isTakenBack }) => !isTakenBack);
    const takenBack = standing.length === 0 ? [{ path: "", message: "The reply takes its decision back." }] : [];
    return settle(
      standing.flatMap(({ reading, source }) => reading.proposals.map((proposal) => ({ proposal, source }))),
      [...takenBack, ...standing.flatMap(({ reading }) => reading.problems)],
    );
  }
  const prose = readProse(ownProse(segments, blocks, context), context.symbols, context.validate);
  const outcome = settle(
    prose.proposals.map((proposal) => ({ proposal, source: "prose" as const })),
    prose.problems,
  );
  return outcome.kind === "no_decision" && refusal.test(reasoning.trimStart().slice(0, 300))
    ? { kind: "refused", message: firstSentence(reasoning) }
    : outcome;
}

/** Whether a text ends inside a block: whoever wrote it did not come to its end, whatever was said of why. */
export function endsInBlock(text: string): boolean {
  const segmenter = createSegmenter();
  segmenter.push(text.slice(0, LONGEST_REPLY));
  return segmenter.finish().some(isBrokenOff);
}

function isBrokenOff({ kind, closed }: Segment): boolean {
  return !closed && (kind === "fence" || kind === "thought");
}

const refusal =
  /^(?:(?:i['’]?m|i am) (?:very |really )?sorry|sorry|i apologi[sz]e|unfortunately)?[,.:;—–-]?\s*(?:but |as an ai[^,.]*, )?(?:i|we)(?:['’]m| am)?\s?(?:can(?:no|['’])t|can not|won['’]t|will not|(?:not |un)able to|not (?:able|allowed|permitted|in a position) to|must decline|have to decline|decline to|do not provide|don['’]t provide)\b[^.\n]*\b(?:advice|recommend\w*|trad(?:e|es|ing)|invest\w*|help|assist|comply|request|financial|predict\w*|provide)\b/i;

function firstSentence(text: string): string {
  return (/^.*?[.!](?=\s|$)/s.exec(text.trim())?.[0] ?? text.trim()).slice(0, 300);
}

/** Decisions of one reply beside each other: a symbol that is decided twice, differently, is not decided. */
function settle(found: readonly ReadProposal[], faults: readonly ReadProblem[]): Judged {
  const bySymbol = Map.groupBy(found, ({ proposal }) => proposal.symbol);
  const proposals: ReadProposal[] = [];
  const problems = [...faults];
  for (const [symbol, [first, ...others]] of bySymbol) {
    if (first !== undefined && others.every((other) => isSameOrder(first, other))) {
      proposals.push(first);
    } else {
      problems.push({ path: symbol, message: `The reply decides about ${symbol} more than once, and not the same.` });
    }
  }
  if (proposals.length > 0) {
    return { kind: "proposals", proposals, problems };
  }
  return problems.length > 0 ? { kind: "malformed", problems } : { kind: "no_decision" };
}

function isSameOrder({ proposal: left, source }: ReadProposal, { proposal: right }: ReadProposal): boolean {
  if (left.action === "hold" || left.action === "close") {
    return left.action === right.action;
  }
  const keys = ["action", "orderType", "quantity", "riskPercent", "limitPrice", "stop", "target"] as const;
  // In prose an order is often said again in short; what the repetition leaves out is not another decision.
  return keys.every(
    (key) =>
      left[key] === right[key] ||
      (source === "prose" && right[key] === null) ||
      (key === "orderType" && source === "prose" && right.limitPrice === null),
  );
}

type Block = {
  readonly reading: BlockReading;
  readonly source: ProposalSource;
  /** The text that it was read from; it is taken out of the reasoning when it is a decision. */
  readonly text: string;
  /** What stands behind it takes it back. */
  readonly isTakenBack: boolean;
};

/** A block with its place in its segment. */
type Placed = Omit<Block, "isTakenBack"> & { readonly start: number; readonly end: number };
type Found = Placed & { readonly segment: number };

const broken = "The decision is no readable JSON.";
const brokenReading: BlockReading = {
  proposals: [],
  problems: [{ path: "", message: broken }],
  analysis: null,
  isDecision: true,
};

/** A call whose arguments stand word for word in a text from outside. */
const repeatedReading: BlockReading = {
  proposals: [],
  problems: [{ path: "", message: "The decision repeats a text from outside word for word." }],
  analysis: null,
  isDecision: true,
};

function toolBlocks({ toolArguments }: Omit<Reply, "text">, context: ReadContext): readonly Block[] {
  return toolArguments.map((text) => {
    const parsed = parseJsonAt(text, 0);
    const whole = parsed !== null && text.slice(parsed.end).trim() === "";
    const reading = isRepeated(text, context)
      ? repeatedReading
      : whole
        ? readBlock(parsed.value, context.symbols, context.validate)
        : brokenReading;
    const isEmpty = !reading.isDecision;
    return { reading: isEmpty ? brokenReading : reading, source: "tool", text, isTakenBack: false };
  });
}

/** Blocks of JSON in the text; none of them counts beside a call of the tool. */
function textBlocks(
  segments: readonly Segment[],
  { toolArguments }: Omit<Reply, "text">,
  context: ReadContext,
): readonly Block[] {
  if (toolArguments.length > 0) {
    return [];
  }
  const found = segments
    .flatMap((segment, index): readonly Found[] => {
      const lead = lastLine(segments[index - 1]);
      const blocks =
        segment.kind === "prose"
          ? bareBlocks(segment.text, context)
          : segment.kind === "fence" && !isForeignBlock(segment, lead)
            ? fencedBlocks(segment, context)
            : [];
      return blocks.map((block) => ({ ...block, segment: index }));
    })
    .slice(0, MOST_BLOCKS);
  return withRetractions(found, segments);
}

/** From the last to the first: what takes back everything reaches every block before it. */
function withRetractions(found: readonly Found[], segments: readonly Segment[]): readonly Block[] {
  let isAllTakenBack = false;
  const blocks = found.map(({ reading, source, text, ...place }) => ({ reading, source, text, place }));
  return blocks
    .map((block, index) => ({ ...block, words: proseBetween(block.place, blocks[index + 1]?.place ?? null, segments) }))
    .toReversed()
    .map(({ reading, source, text, words }) => {
      const reach = retractionBehind(words);
      isAllTakenBack ||= reach === "all";
      return { reading, source, text, isTakenBack: isAllTakenBack || reach === "before" };
    })
    .toReversed();
}

type Place = Pick<Found, "segment" | "start" | "end">;

function proseBetween(from: Place, to: Place | null, segments: readonly Segment[]): string {
  return proseOf(
    segments.slice(from.segment, (to?.segment ?? segments.length) + 1).map((segment, index) => {
      const number = from.segment + index;
      const start = number === from.segment ? from.end : 0;
      return { ...segment, text: segment.text.slice(start, number === to?.segment ? to.start : undefined) };
    }),
  );
}

const decisionLanguages = new Set(["", "json", "jsonc", "json5", "javascript", "js", "decision", "decisions"]);
/** A block of another language, or one that its introduction gives as somebody else's or as an example. */
function isForeignBlock({ language }: Segment, lead: string): boolean {
  return !decisionLanguages.has(language) || isRefusedLead(lead);
}

function lastLine(segment: Segment | undefined): string {
  return segment?.kind === "prose" ? (segment.text.trimEnd().split("\n").at(-1) ?? "") : "";
}

function fencedBlocks({ text, language }: Segment, context: ReadContext): readonly Placed[] {
  if (isRepeated(text, context)) {
    return [];
  }
  const start = text.search(/[{[｛［【]/);
  const blocks = start === -1 ? [] : valuesIn(text, start, "fenced", context);
  const isJson = language.startsWith("json") || looksLikeDecision(text);
  const isEmptyOrBroken = blocks.length === 0 && isJson && text.trim() !== "";
  return isEmptyOrBroken ? [{ reading: brokenReading, source: "fenced", text, start: 0, end: text.length }] : blocks;
}

function looksLikeDecision(text: string): boolean {
  return /["'“”]?\b(?:action|proposals|decisions?)\b["'“”]?\s*[:：]/i.test(text);
}

function bareBlocks(text: string, context: ReadContext): readonly Placed[] {
  const blocks: Placed[] = [];
  const opening = /[{[｛［【]/g;
  for (
    let match = opening.exec(text), tries = 0;
    match !== null && tries < MOST_BLOCKS;
    match = opening.exec(text), tries += 1
  ) {
    const parsed = parseJsonAt(text, match.index);
    const line = text.slice(text.lastIndexOf("\n", match.index) + 1, match.index);
    if (parsed !== null) {
      const source = text.slice(match.index, parsed.end);
      opening.lastIndex = Math.max(parsed.end, match.index + 1);
      if (
        !isQuotedAt(text, match.index, parsed.end) &&
        !isForeignLead(introduction(text, match.index)) &&
        !isRefusedLead(lineBefore(text, match.index)) &&
        !isRepeated(source, context)
      ) {
        blocks.push({
          reading: readBlock(parsed.value, context.symbols, context.validate),
          source: "bare",
          text: source,
          start: match.index,
          end: parsed.end,
        });
      }
    } else if (
      /^\s*(?:[\w ]{0,24}[:：]\s*)?$/.test(line) &&
      looksLikeDecision(text.slice(match.index, match.index + 4_000))
    ) {
      // Broken, and meant as a decision: whatever can be read inside of it is not what was meant.
      return [
        ...blocks,
        { reading: brokenReading, source: "bare", text: text.slice(match.index), start: match.index, end: text.length },
      ];
    }
  }
  return blocks.filter(({ reading }) => reading.isDecision);
}

/** Every value of the block from `start` on. Text that is left over is no matter, unless nothing could be read. */
function valuesIn(text: string, start: number, source: ProposalSource, context: ReadContext): readonly Placed[] {
  const blocks: Placed[] = [];
  let at = start;
  while (at !== -1 && blocks.length < MOST_BLOCKS) {
    const parsed = parseJsonAt(text, at);
    if (parsed === null) {
      return looksLikeDecision(text.slice(at))
        ? [...blocks, { reading: brokenReading, source, text, start: 0, end: text.length }]
        : blocks;
    }
    blocks.push({
      reading: readBlock(parsed.value, context.symbols, context.validate),
      source,
      text,
      start: 0,
      end: text.length,
    });
    const next = text.slice(parsed.end).search(/[{[｛［【]/);
    at = next === -1 ? -1 : parsed.end + next;
  }
  return blocks;
}

/** Whether the text stands word for word in what came from outside. */
function isRepeated(text: string, { outside }: ReadContext): boolean {
  const wanted = squeezed(text);
  return wanted.length >= SHORTEST_REPETITION && outside.some((each) => squeezed(each).includes(wanted));
}

function squeezed(text: string): string {
  return text.replaceAll(/[\s`*_>"“”'’]+/g, "").toLowerCase();
}

function proseOf(segments: readonly Segment[]): string {
  return segments
    .filter(({ kind }) => kind === "prose")
    .map(({ text }) => text)
    .join("\n\n");
}

/** The prose that may hold a decision: the model's own lines, without what it repeats of outside text. */
function ownProse(segments: readonly Segment[], blocks: readonly Block[], context: ReadContext): string {
  const own = withoutEnvelopes(proseOf(segments));
  const withoutBlocks = blocks.reduce((rest, { text }) => rest.replace(text, " "), own);
  return withoutBlocks
    .split("\n")
    .map((line) =>
      line
        .split(/(?<=[.!?])\s+/)
        .filter((sentence) => !isRepeated(sentence, context))
        .join(" "),
    )
    .join("\n");
}

/** Everything that was said apart from the blocks that decide. */
function reasoningOf(segments: readonly Segment[], blocks: readonly Block[], byTool: boolean): string {
  const decisive = blocks.filter(({ reading }) => reading.isDecision);
  const texts = segments.flatMap(({ kind, text }) => {
    if (kind === "fence" && !byTool && decisive.some((block) => block.text === text)) {
      return [];
    }
    return [decisive.reduce((rest, block) => (block.source === "bare" ? rest.replace(block.text, "") : rest), text)];
  });
  const analyses = decisive.flatMap(({ reading }) => (reading.analysis === null ? [] : [reading.analysis]));
  return [...texts, ...analyses]
    .map((text) => text.trim())
    .filter((text) => text !== "")
    .join("\n\n");
}
