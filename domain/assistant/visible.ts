/**
 * What of a reply the trader sees, and what is checked: everything that it says but the decisions that were taken and its thinking
 * aloud. While it streams, what may be a decision is held back with all behind it: only at the end it is known what was taken.
 */
import { parseJsonAt } from "./reader/json.ts";
import { THOUGHT_TAGS } from "./reader/segments.ts";

/** A block that was taken as a decision. `analysis`: the prose in it, which stands in its place. */
export type TakenBlock = { readonly text: string; readonly analysis: string | null };

const thought = new RegExp(String.raw`<(${THOUGHT_TAGS})\b[^<>]*>[\s\S]*?(?:<\/\1\s*>\s*|$)`, "gi");
/** Some templates leave the opening tag to the prompt: all before the closing one was thought. */
const endOfThought = new RegExp(String.raw`^[\s\S]*<\/(?:${THOUGHT_TAGS})\s*>\s*`, "i");
const partialTag = new RegExp(String.raw`<\/?(?:[a-z]{0,11}|(?:${THOUGHT_TAGS})\b[^<>]*)$`, "i");
const fenceStart = /(?<marker>`{3,}|~{3,})(?<language>[ \t]*[\w.+-]*)/g;
/** What may still become a fence or a value: a line that has only begun. */
const partialStart = /(?:\n[ \t]*[`~]*|(?:^|\n)[ \t]*[`~]{1,}[ \t]*[\w.+-]*|`{1,}|~{1,}|[[｛［【][\s]*)$/;
const valueStart = /[{｛]|[[［【]\s*[{｛]/g;
const jsonLanguages = new Set(["", "json", "jsonc", "json5", "javascript", "js", "decision", "decisions"]);
const decisive =
  /["'“”]?\b(?:action|proposals?|decisions?|symbol|signals?|(?:propose_)?trades?|analysis|arguments)\b["'“”]?\s*[:：]/i;
const analysisKey = /^\s*\{\s*"analysis"\s*:\s*"/;
const beginningOfAnalysis = /^\s*\{(?:\s*(?:"(?:a(?:n(?:a(?:l(?:y(?:s(?:i(?:s"?)?)?)?)?)?)?)?)?)?(?:\s*:?\s*)?)?$/;
const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "", b: "", f: "" };

/**
 * The prose of a reply so far. Of an answer in the declared JSON shape it is the text of `analysis`, decoded as far as it has
 * come. What is shown only grows while the reply grows, and visibleText goes on from it.
 */
export function visibleSoFar(reply: string): string {
  const text = withoutThoughts(reply).replace(partialTag, "");
  const opening = analysisKey.exec(text);
  if (opening !== null) {
    return decodeSoFar(text.slice(opening[0].length)).trimEnd();
  }
  // Until it is clear that the answer is JSON nothing of it is shown.
  if (beginningOfAnalysis.test(text)) {
    return "";
  }
  let at = 0;
  for (;;) {
    const block = nextBlock(text, at, false);
    if (block === null) {
      return text.replace(partialStart, "").trimEnd();
    }
    if (block.end === null || decisive.test(text.slice(block.start, block.end))) {
      return text.slice(0, block.start).trimEnd();
    }
    at = block.end;
  }
}

/** The prose of a whole reply, with the analysis of each block that was taken in its place. */
export function visibleText(reply: string, blocks: readonly TakenBlock[]): string {
  const taken = blocks.map(({ text, analysis }) => ({ text: squeezed(text), analysis }));
  let text = withoutThoughts(reply);
  const parts: string[] = [];
  let from = 0;
  let at = 0;
  for (;;) {
    const block = nextBlock(text, at, true);
    if (block === null) {
      break;
    }
    if (block.end === null && decisive.test(text.slice(block.start))) {
      // A decision that was broken off says nothing.
      text = text.slice(0, block.start);
      break;
    }
    const end = block.end ?? text.length;
    const own = takenIn(text.slice(block.start, end), taken);
    if (own !== null) {
      parts.push(text.slice(from, block.start).trimEnd(), own.analysis ?? "");
      from = end;
    }
    at = end;
  }
  const opening = from === 0 ? analysisKey.exec(text) : null;
  // Cut off in the middle of the declared shape: what was said is what has come of its analysis.
  parts.push(opening === null ? text.slice(from) : decodeSoFar(text.slice(opening[0].length)));
  return parts
    .map((part, index) => (index === 0 ? part.trimEnd() : part.trim()))
    .filter((part) => part !== "")
    .join("\n\n");
}

function takenIn(block: string, taken: readonly TakenBlock[]): TakenBlock | null {
  if (taken.length === 0) {
    return null;
  }
  const plain = squeezed(block);
  return taken.find(({ text }) => plain.includes(text)) ?? null;
}

function squeezed(text: string): string {
  return text.replaceAll(/\s+/g, "");
}

type Block = {
  readonly start: number;
  /** Null: it is not closed, or not yet. */
  readonly end: number | null;
};

/** The next block of JSON, in a fence or bare, from `from` on. Of a whole reply a brace that opens no value is a brace. */
function nextBlock(text: string, from: number, isWhole: boolean): Block | null {
  let at = from;
  for (;;) {
    fenceStart.lastIndex = at;
    const fence = fenceStart.exec(text);
    const fenceAt = fence?.index ?? Infinity;
    valueStart.lastIndex = at;
    // Only before the fence: behind it a value is none of this one's.
    const value = valueStart.exec(fence === null ? text : text.slice(0, fenceAt));
    if (value !== null) {
      const start = value.index;
      const end = parseJsonAt(text, start)?.end ?? null;
      if (end !== null || !isWhole) {
        return { start, end };
      }
      at = start + 1;
      continue;
    }
    if (fence?.groups === undefined) {
      return null;
    }
    const { marker = "", language = "" } = fence.groups;
    const open = fenceAt;
    const inside = open + marker.length + language.length;
    const close = text.indexOf(marker, inside);
    // The word may still grow, and what stands inside is not known yet.
    if (jsonLanguages.has(language.trim().toLowerCase()) || inside === text.length) {
      return { start: open, end: close === -1 ? null : close + marker.length };
    }
    if (close === -1) {
      return null;
    }
    at = close + marker.length;
  }
}

/** Some models write their thinking into the answer. It is kept with the run and is not part of what they say. */
function withoutThoughts(text: string): string {
  return text.replaceAll(thought, "").replace(endOfThought, "");
}

function decodeSoFar(text: string): string {
  let shown = "";
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') {
      return shown;
    }
    if (character !== "\\") {
      shown += character;
      continue;
    }
    const letter = text.charAt(at + 1);
    if (letter === "u") {
      const code = text.slice(at + 2, at + 6);
      if (!/^[\da-f]{4}$/i.test(code)) {
        return shown;
      }
      shown += String.fromCharCode(Number.parseInt(code, 16));
      at += 5;
    } else if (letter === "") {
      return shown;
    } else {
      shown += escapes[letter] ?? letter;
      at += 1;
    }
  }
  return shown;
}
