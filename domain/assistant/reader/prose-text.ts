/** Turns the prose of a reply into the sentences that are the model's own word. */

export type Sentence = {
  readonly text: string;
  /** Sentences of one paragraph or block of labelled lines share it. */
  readonly paragraph: number;
  /** Number of its line, and its place in there. */
  readonly line: number;
  readonly place: number;
};

/** A line that is not empty, its quotations taken out. */
export type Line = {
  readonly number: number;
  readonly paragraph: number;
  /** With its markup and indentation. */
  readonly raw: string;
  /** Its sentences without markup. */
  readonly sentences: readonly string[];
  /** It gives somebody else's words. */
  readonly isForeign: boolean;
};

/** Lines that give somebody else's words, or talk about how an answer would look. */
const foreignLine =
  /^\s*(?:[-*•]\s*)?(?:\[?(?:breaking|headlines?|news(?: item)?|snippet|tool(?: (?:output|result|response))?|observation|user|human|system|assistant|previous (?:reply|answer|message)|other model|model [ab12]|source|article|tweet|post|quote[ds]?|comment|message|e-?mail|example|sample|format|template|schema|for (?:example|instance)|e\.g\.|reuters|bloomberg|coindesk|cointelegraph|gpt[\w.-]*|claude|gemini|deepseek|llama)\]?)\s*(?:\([^)]*\))?\s*[:>]/i;
const sentenceEnd = /(?<=[.!?])["')\]]*\s+(?=\S)|\s*;\s+|\n/;
const shortForms = /\b(?:e\.g|i\.e|vs|approx|ca|etc|resp|incl|no|fig|u\.s)\.$/i;

/**
 * The sentences without quotations, markup and foreign lines. What stands in quotation marks is somebody's words, so a gap is
 * left where it stood.
 */
export function sentencesOf(text: string): readonly Sentence[] {
  return sentencesIn(linesOf(text));
}

export function sentencesIn(lines: readonly Line[]): readonly Sentence[] {
  return lines
    .filter(({ isForeign }) => !isForeign)
    .flatMap(({ number, paragraph, sentences }) =>
      sentences.map((sentence, place) => ({ text: sentence, paragraph, line: number, place })),
    );
}

export function linesOf(text: string): readonly Line[] {
  const lines: Line[] = [];
  withoutStruck(withoutLongQuotations(text))
    .split(/\n[ \t]*\n/)
    .forEach((part, paragraph) => {
      for (const raw of withoutPairs(part).split("\n")) {
        if (raw.trim() !== "") {
          const isForeign = foreignLine.test(raw);
          lines.push({ number: lines.length, paragraph, raw, sentences: splitLine(plain(raw)), isForeign });
        }
      }
    });
  return lines;
}

/** What Markdown strikes through was taken back by whoever wrote it. */
function withoutStruck(text: string): string {
  return text.replaceAll(/~~(?=\S)[^~]{1,2000}~~|<(del|s|strike)>[\s\S]{0,2000}?<\/\1>/gi, "");
}

function splitLine(line: string): readonly string[] {
  const parts: string[] = [];
  let held = "";
  for (const part of line.split(sentenceEnd)) {
    const whole = held === "" ? part : `${held} ${part}`;
    // A full stop behind "e.g" or a list number ends nothing.
    if (shortForms.test(whole) || /^\s*\d{1,2}\.$/.test(whole)) {
      held = whole;
    } else {
      parts.push(whole);
      held = "";
    }
  }
  return [...parts, held].map((part) => part.trim()).filter((part) => part !== "");
}

/** Markdown taken off, quotations taken out. */
function plain(line: string): string {
  return withoutQuotations(line)
    .replaceAll(/`([^`]*)`/g, (_, code: string) =>
      /\b(?:buy|sell|hold|close|long|exit)\b/i.test(code) && /\s/.test(code) ? " … " : code,
    )
    .replaceAll(/\*\*|__|~~/g, "")
    .replaceAll(/(?<![\w*])\*(?=\S)|(?<=\S)\*(?![\w*])/g, "")
    .replace(/^\s*#{1,6}\s*/, "")
    .replace(/^\s*(?:[-*•●▪–—]|\d{1,2}[.)])\s+/, "")
    .replaceAll(/\p{Extended_Pictographic}|\uFE0F/gu, "")
    .replaceAll(/\[([^[\]]{0,200})\]\([^()\s]{0,500}\)/g, "$1")
    .trim();
}

/** Quotations may run over lines and paragraphs. The gap keeps no line of its own. */
function withoutLongQuotations(text: string): string {
  return text.replaceAll(/“[^“”]{0,4000}”|«[^«»]{0,4000}»/g, " … ");
}

/** Plain quotation marks pair inside a paragraph, if there is an even number of them. */
function withoutPairs(paragraph: string): string {
  const signs = paragraph.split('"').length - 1;
  return signs > 0 && signs % 2 === 0 ? paragraph.replaceAll(/"[^"]*"/g, " … ") : paragraph;
}

function withoutQuotations(line: string): string {
  return line
    .replaceAll(/“[^”]*(?:”|$)|„[^“”]*(?:[“”]|$)|«[^»]*(?:»|$)|"[^"]*(?:"|$)|「[^」]*(?:」|$)/g, " … ")
    .replaceAll(/(?<![\w’])‘[^’]*’(?!\w)|(?<!\w)'[^']*[a-z] [^']*'(?!\w)/gi, " … ");
}
