/** Sentences that take back what was said before them: "Scrap that, stay flat.", "That would be a mistake." Written for English. */
import { CONDITION } from "./prose-grammar.ts";
import { sentencesOf } from "./prose-text.ts";

const lead = String.raw`(?:(?:hmm+|well|ok|okay|oh|no|wait|actually|but|then again|please|so|sorry|or|edit|update|on balance|i mean)\b[\s,.:!…–—-]*)*`;
const object = String.raw`(?:all (?:of )?)?(?:that|this|it|the above|these|those|my (?:last|previous|earlier) (?:\w+)|the (?:last|previous|first) (?:\w+))\b`;
const idle = String.raw`(?:no (?:trade|order|action|entry)s?|(?:stay(?:ing)?|remain(?:ing)?) (?:flat|out|in cash|on the sidelines)|do(?:ing)? nothing|not to trade|stand(?:ing)? aside|sit(?:ting)? (?:this|it|this one) out)(?=\s*(?:[.,;:!–—]|$|for now\b|today\b|here\b|then\b|instead\b|after all\b))`;
const verdict = String.raw`(?:decision|verdict|conclusion|recommendation|call|answer|action)\s*(?:is|:|=|–|-|to|\s)*`;
const whole = [
  String.raw`(?:scrap|scratch|strike|forget(?: about)?|cancel|disregard|ignore|undo|drop) ${object}`,
  String.raw`never ?mind\b`,
  String.raw`on (?:second|further) thoughts?\b`,
  String.raw`on reflection\b`,
  String.raw`(?:i(?: would|['’]d)? |let me |i (?:must|have to|want to|should) )?take (?:all )?(?:that|this|it|these|those) back\b`,
  String.raw`(?:i |let me |i (?:must|have to|want to|should) )(?:retract|withdraw|revoke|reconsider|rethink|correct myself)\b`,
  String.raw`i(?:['’]ve| have)? changed? my mind\b`,
  String.raw`change of (?:plan|mind)\b`,
  String.raw`correction\s*[:,–—-]`,
  String.raw`(?:i['’]?m |i am )?(?:just |only )?kidding\b`,
  String.raw`(?:actually|wait|hmm+|or)[\s,.…–—-]+(?:no|not|wait|rather not|better not)\b(?! (?:more|less|only)\b)`,
  String.raw`i no longer (?:recommend|would|think|propose|suggest)\b`,
  String.raw`i['’]?m (?:retracting|withdrawing|revoking|taking (?:that|this|it) back)\b`,
  String.raw`i (?:misspoke|misread|was (?:wrong|mistaken))\b`,
  String.raw`(?:my |the |our )?(?:final|new|revised|updated|actual) ${verdict}${idle}`,
].join("|");
const mistaken = String.raw`(?:(?:a|an|all|both|clearly|just|only|probably|too|the|my|merely)\s+)*(?:\w+\s+)?(?:mistakes?|errors?|wrong(?=\s*[.,!;:]|\s*$)|(?:bad|wrong|terrible|poor|stupid) (?:ideas?|trades?|moves?|calls?|decisions?)|foolish|reckless|hypothetical|unwise|ill-advised|examples?|jokes?|nonsense|what (?:i|we|you) (?:would|should|will) (?:not|never)|what i(?:['’]d| would) avoid|not (?:what (?:i|we)|advisable|recommended|a good idea|something (?:i|we)|my (?:plan|decision)))`;
const ending = String.raw`(?=\s*(?:[.,;:!–—]|$|now\b|today\b|here\b|at all\b|myself\b|yet\b|either\b))`;
const refusing = String.raw`(?:do not|don['’]t|never|i(?: would|['’]d| will| shall)(?: not| never)|i (?:won|wouldn)['’]t|i (?:do not|don['’]t)|(?:you|we|one) should(?: not|n['’]t)|(?:you|we) must(?: not|n['’]t))`;
const before = [
  String.raw`(?:that|this|these|those|all of (?:that|these|this|those|them|the above)|both|each of (?:these|those|them))\s+(?:would(?: all| both)? be|is|was|are|were)\s+${mistaken}`,
  String.raw`${refusing}\s+(?:actually |really |ever )?(?:do|place|take|make|enter|execute|follow|recommend|suggest|propose|send|advise)\s+(?:any of )?(?:that|this|these|those|it|them|either)${ending}`,
  String.raw`(?:i(?: would|['’]d| will| shall) do )?(?:none|neither|nothing) of (?:that|this|these|those|them|the above)\b`,
  String.raw`(?:(?:this|that|the) (?:order|trade|buy|sale|entry)|this|that|it) (?:should|must|is|are)(?: not|n['’]t) (?:to )?be (?:placed|taken|executed|made|done)\b`,
  String.raw`\(?(?:(?:this|that|these|those)(?: is| was| are| were)? )?(?:just|only|merely|purely) (?:as )?(?:an? )?(?:example|illustration|hypothetical|thought experiment)`,
  String.raw`(?:(?:my |the |our )?${verdict}|(?:i|we)(?: would|['’]d) (?:rather|sooner|prefer to) )?${idle}`,
].join("|");

/** It takes back everything that was said so far. */
const WHOLE = new RegExp(`^${lead}(?:${whole})`, "i");
/** It speaks of what stands right before it. */
const BEFORE = new RegExp(`^${lead}(?:${before})`, "i");
/** No more than a doubt. */
const DOUBTED = new RegExp(`^${lead}(?:(?:maybe|perhaps|probably|possibly|rather|better) )?not[.!…]+$`, "i");
const MANY = /\b(?:these|those|them|none|neither|both|all|above|either)\b/i;
/** Behind the order, in its own sentence. */
const BEHIND = new RegExp(
  String.raw`(?:[,(–—…;]|\.\.|\s-)\s*(?:${lead}(?:${whole})|(?:or )?(?:rather|better) not\b|not (?:recommended|advised|advisable|really)\b)`,
  "i",
);
/** Behind the symbol: "Buy BTC at market would be a mistake". */
const JUDGED = new RegExp(
  String.raw`^(?:(?!\b(?:because|as|since|while|and|if|waiting|anything)\b)[^,;:(–—])*\b(?:would be|is|was)\s+${mistaken}`,
  "i",
);

/** How much a sentence takes back: all that was said, or what stands before it (`many`: of several things). Null: nothing. */
export function retractionOf(
  sentence: string,
  previous: string | undefined,
): { readonly reach: "all" | "before" } | null {
  if (DOUBTED.test(sentence)) {
    return { reach: "before" };
  }
  if (sentence.endsWith("?") || previous?.endsWith("?") === true || CONDITION.test(sentence)) {
    return null;
  }
  if (WHOLE.test(sentence)) {
    return { reach: "all" };
  }
  return BEFORE.test(sentence) ? { reach: MANY.test(sentence) ? "all" : "before" } : null;
}

/** The sentence without the words that take something back: "On second thought, buy 0.05 BTC." gives an order of its own. */
export function behindRetraction(sentence: string): string {
  const found = WHOLE.exec(sentence);
  return found === null ? sentence : sentence.slice(found[0].length).replace(/^[\s,.:;!–—-]+/, "");
}

/** Whether an order is taken back in its own sentence. */
export function isTakenBackInside(sentence: string): boolean {
  return BEHIND.test(sentence);
}

/** Whether the words behind the symbol of an order say that it would be wrong. */
export function isJudgedWrong(tail: string): boolean {
  return JUDGED.test(tail);
}

/** How much the words behind a block take back: all that was decided, the block right before them, or nothing. */
export function retractionBehind(words: string): "all" | "before" | null {
  const found = sentencesOf(words).map(
    ({ text }, index, all) => retractionOf(text, all[index - 1]?.text)?.reach ?? null,
  );
  return found.includes("all") ? "all" : (found[0] ?? null);
}
