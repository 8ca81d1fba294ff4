/**
 * What introduces a list, a section or a block, and whether it takes back what stands under it: "What not to do:", "## Mistakes",
 * "If the low breaks:", "Your open orders:". Written for English.
 */
import { isForeignLead } from "./foreign.ts";
import { CONDITION, NEGATION } from "./prose-grammar.ts";

/** Negations that take nothing back. */
const HARMLESS =
  /\b(?:no (?:more|less|later|sooner|other) than|not (?:more|less|later) than|not (?:only|just|least)|no doubt\w*|without (?:further ado|(?:any )?(?:delay|hesitation|doubt|leverage))|not (?:financial|investment|trading) advice|(?:do not|don['’]t) hesitate|against (?:this|that|the) back(?:drop|ground)|all things considered|after considering|having considered)\b/gi;
/** From here on the sentence says something else: "I would not chase, but here is my plan". */
const TURN = /^.*\b(?:but|except|however|still|yet)\b/is;
const OWN =
  /\b(?:my|our|final|the)\s+(?:\w+\s+){0,3}(?:decisions?|recommendations?|proposals?|answer|trades?|orders?|call|verdict|plan|conclusion|actions?)\b|\b(?:i|we)(?: would| will| do|['’]d|['’]ll)?(?: now| therefore| still)? (?:decide|propose|recommend|suggest|choose|conclude|do)\b|\bhere(?: is|['’]s| are)\b/i;
const AFFIRMED =
  /\b(?:what to do|do|dos|instead|plans?|decisions?|recommend\w*|propos\w*|actions?|orders?|trades?|verdict|conclusion|summary|final|signals?|answer|better)\b/i;

const REFUSED =
  /\b(?:none|nothing|avoid\w*|don['’]?ts|no-?gos?|beware|skip\w*|(?:stay|steer|keep)(?:ing)? (?:away|clear|out|off)|pass(?:ing)? on|naive|beginners?|novices?|amateurs?|mistak\w+|errors?|pitfalls?|traps?|bad|wrong|worst|poor|foolish|reckless|unwise|ill-advised|inadvisable|dangerous|reject\w*|dismiss\w*|discard\w*|rul(?:e|ed|ing) out|excluded?|declined?|abandon\w*|temptations?|tempting|too (?:risky|late|aggressive)|anti-?patterns?|red flags?)\b/i;
const SUPPOSED =
  /\b(?:what if|examples?|samples?|illustrat\w+|imaginary|fictional|alternative(?:s|ly)?|options?|backtest\w*|in theory|possible|potential|scenarios|(?:bull|bear|base|best|worst)[ -]?case)\b/i;
const OF_ANOTHER =
  /\b(?:yesterday|last (?:week|month|time)|past|previous\w*|earlier|histor\w+|(?:recent|executed|filled|open|existing|pending|resting|working) (?:fills|trades|orders?)|already|others|other (?:people|traders|models?)|everyone|traders|analysts?|crowds?|influencers?|headlines?|news(?:letter)?s?|articles?|tweets?|bulls|bears|whales?)\b/i;
/** What must stand in a sentence that is over and has no colon, so that the list behind it is meant: "BTC is not weak." is no such. */
const ANNOUNCED =
  /\b(?:would|should|will|do|must|can|could)(?: not\b|n['’]t\b)|\b(?:not to|never|avoid|neither|none|mistakes?|errors|pitfalls)\b|\bwon['’]t\b/i;
/** "Here is what I would not do." announces without a list too. */
const ANNOUNCING = /^(?:here(?: is| are|['’]s)|these are|the following|below|following)\b/i;
/** Heads of one line that are titles: "Mistakes to avoid: …". */
const TITLE =
  /^(?:what|things?|mistakes?|errors?|trades?|orders?|moves?|ideas?|pitfalls?|traps?|reject\w*|ruled out|alternatives?|examples?)\b|^(?:avoid|not|don['’]?ts?|do not|never|bad|wrong)(?: (?:this|these|that|those))?$/i;

/** Whether the words of a lead take back what stands under them. */
export function disowns(lead: string): boolean {
  const said = lead.replaceAll(HARMLESS, " ").replace(TURN, "");
  const last = said.split(/,\s+/).at(-1) ?? said;
  const judged = OWN.test(last) ? last : said;
  return [NEGATION, REFUSED, SUPPOSED, OF_ANOTHER, CONDITION].some((pattern) => pattern.test(judged));
}

/** Whether the words of a lead begin what is meant again, behind a list that was not. */
export function affirms(lead: string): boolean {
  return (OWN.test(lead) || AFFIRMED.test(lead)) && !disowns(lead);
}

/** Whether a sentence without a colon announces things that are not to be done. */
export function announcesRefused(sentence: string): boolean {
  return ANNOUNCED.test(sentence.replaceAll(HARMLESS, " ").replace(TURN, "")) && disowns(sentence);
}

/** Whether a question asks whether to do what is listed behind it: "Should you do any of this?" */
export function asksWhether(sentence: string): boolean {
  return /^(?:so |but |and )?(?:should|shall|would|could|can|do|does|did|is|are|was|were|will)\b.*\?$/i.test(sentence);
}

/** The same without a list behind it. */
export function announcesSentences(sentence: string): boolean {
  return ANNOUNCING.test(sentence) && announcesRefused(sentence);
}

/** Whether the head of a line, before its colon, is a title and no sentence. */
export function isTitle(head: string): boolean {
  return TITLE.test(head);
}

/** Whether the line before a block takes it back, or gives it as somebody else's. */
export function isRefusedLead(line: string): boolean {
  if (isForeignLead(line)) {
    return true;
  }
  const trimmed = line.trim();
  const words = (
    trimmed
      .replaceAll(/[*_`#]+/g, "")
      .trim()
      .split(/(?<=[.!?])\s+/)
      .at(-1) ?? ""
  ).trim();
  const isTitled = /^#{1,6}\s/.test(trimmed) || /^(?:\*\*|__)[^*_]+(?:\*\*|__):?$/.test(trimmed);
  return (isTitled || /(?<![.!?])[:：]$/.test(words)) && disowns(words);
}
