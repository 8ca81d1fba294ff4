/** Which blocks of a reply are somebody else's: quoted, introduced as such, or an example (CASES "authority"). */

/** Introductions that give a block as somebody else's, as an example, or as what is not done. */
const foreignLead =
  /\b(?:injected|injection|instruct\w*|wants? me|(?<!\byou )(?:asks?|asked|tells?|told|says?|said|claims?|claimed|wrote)|for example|(?:an|the) example|example of|sample (?:answer|decision|output|reply)|would look|not (?:do|execute|follow)|ignore (?:the|this|that) (?:instruction|order|request|text|message)|instead of|rather than|(?:reject|decline|refuse)(?:d|s)?\b(?=[^.]*:$)|tool (?:\w+ )?(?:output|result|response)|observation)\b/i;
/** Words that may, but in the introduction of an own decision do not. */
const doubtfulLead =
  /\b(?:headlines?|news|article|snippet|tweet|(?:the|a|blog) post|previous (?:reply|answer|message)|other model|quot\w+|template|schema|(?:the|expected|answer) format (?:is|was|looks?)|contain(?:s|ed)|source|message|stood|e-?mail)\b/i;
const ownLead =
  /\b(?:my|our|final|the)\s+(?:\w+\s+){0,3}(?:decisions?|recommendations?|proposals?|answer|trades?|call|verdict|plan|conclusion)\b|\b(?:i|we) (?:decide|propose|recommend|suggest|choose|conclude)\b/i;

const pointing =
  /\b(?:this|that|the|following)\s+(?:\w+\s+)?(?:block|json|text|instruction|object|decision|order|example|snippet)\b|\bbelow\b|\bfollowing\b/i;

/** Whether the line before a block introduces it as somebody else's. A sentence that is over introduces only what it points at. */
export function isForeignLead(line: string): boolean {
  const lead = (
    line
      .trim()
      .split(/(?<=[.!?])\s+/)
      .at(-1) ?? ""
  ).replace(/[*_`\s]+$/, "");
  const isOpen = lead.endsWith(":");
  const isOver = /[.!?)]$/.test(lead);
  const isStrong = foreignLead.test(lead) && (!isOver || pointing.test(lead));
  return isStrong || (isOpen && doubtfulLead.test(lead) && !ownLead.test(lead));
}

/** The line before a block, or its beginning. */
export function introduction(text: string, at: number): string {
  const lines = text.slice(0, at).split("\n");
  const own = lines.pop() ?? "";
  return own.trim() === ""
    ? (lines.findLast((line) => line.trim() !== "") ?? "")
    : `${own.trimEnd().replace(/:$/, "")}:`;
}

/** The line that the block ends, or the one before its own, as it stands. */
export function lineBefore(text: string, at: number): string {
  return (
    text
      .slice(0, at)
      .split("\n")
      .findLast((line) => line.trim() !== "") ?? ""
  );
}

/** Whether the block stands in quotation marks. */
export function isQuotedAt(text: string, start: number, end: number): boolean {
  const before = text.charAt(start - 1);
  const after = text.charAt(end);
  const isBetweenSigns = before !== "" && "\"'`“‘«".includes(before) && after !== "" && "\"'`”’»".includes(after);
  // A quotation of several lines: opened before the block and closed behind it.
  const isInside = text.lastIndexOf("“", start) > text.lastIndexOf("”", start) && text.includes("”", end);
  return isBetweenSigns || isInside;
}
