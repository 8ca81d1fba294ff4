/** The forms in which models give orders, and those that look like orders and are none. Written for English. */
import { MULTIPLIER_PATTERN, NUMBER_PATTERN } from "../amount.ts";
import { NUMBER_WORDS_PATTERN } from "../number-words.ts";
import type { ProposalAction } from "../proposal.ts";

export const VERBS: ReadonlyMap<string, ProposalAction> = new Map([
  ["buy", "buy"],
  ["buying", "buy"],
  ["go long", "buy"],
  ["going long", "buy"],
  ["long", "buy"],
  ["sell", "sell"],
  ["selling", "sell"],
  ["hold", "hold"],
  ["holding", "hold"],
  ["close", "close"],
  ["closing", "close"],
  ["exit", "close"],
  ["exiting", "close"],
]);

const verb = String.raw`(?<verb>buy(?:ing)?|go(?:ing)? long(?: on)?|long|sell(?:ing)?|hold(?:ing)?|clos(?:e|ing)|exit(?:ing)?)`;
const preface = String.raw`(?:(?:based on|given|after weighing|in (?:conclusion|summary|short)|for these reasons|on balance|all in all|to (?:summari[sz]e|conclude)|taken together|with (?:this|that)(?: in mind)?)[^,.;:]{0,80}[,:]\s+)?`;
const opening = String.raw`${preface}(?:(?:and|so|then|therefore|thus|overall|hence|now|ok|okay|also|finally|instead|first|second|third|next|today|for now|in short|in summary|bottom line|conclusion|verdict)[,:]?\s+)*`;
const label = String.raw`(?:(?:my|the|our|final|trade|trading|recommended|suggested|current|proposed|immediate)\s+)*(?:recommendation|decision|action|signal|verdict|call|plan|conclusion|proposal|answer|order|setup|idea|trade)\s*(?:(?:for|on)\s+(?<labelled>\$?[A-Za-z0-9]{2,12}(?:[/-][A-Za-z]{2,6})?)\s*)?(?:is|:|=|-|–|—|→|would be)*\s*(?:to\s+)?`;
const recommending = String.raw`(?:recommend|suggest|propose|advise|like|favou?r)`;
const speaker = String.raw`(?:(?:i|we|you)(?:\s+(?:would|will|should)|['’](?:d|ll))(?:\s+(?:still|strongly|therefore|now))*\s+(?:${recommending}\s+(?:to\s+|that (?:you|we)\s+|you\s+|we\s+)?)?|(?:i|we)\s+(?:still\s+|strongly\s+|therefore\s+|now\s+)*${recommending}\s+(?:to\s+|that (?:you|we)\s+|you\s+|we\s+)?)?`;
const softening = String.raw`(?:(?:let['’]s|let us|please|go ahead and|it is time to|time to|simply|just|continue to|continue|keep|strong|to|a|an)\s+)*`;
const determiner = String.raw`(?:(?:some|a|an|the|my|your|our|more|additional|another|small|position|in|of|another)\s+)*`;
const all = String.raw`(?<all>(?:(?:all|everything|the whole|the entire|your entire|your whole|my entire|all of|100\s?%)\s+(?:of\s+|in\s+)?(?:the\s+|your\s+|my\s+|our\s+)?))?`;
const share = String.raw`(?<share>(?:half|a third|a quarter|part|some|most|\d{1,2}\s?%|(?:ten|twenty|thirty|fifty)\s+percent)\s+of\s+(?:the\s+|your\s+|my\s+|our\s+)?(?:position in\s+)?)?`;
const quantity = String.raw`(?:(?<money>[$€£])?(?<quantity>${NUMBER_PATTERN}${MULTIPLIER_PATTERN}?|half a|${NUMBER_WORDS_PATTERN})(?<percent>\s?%|\s?percent)?\s*(?<unit>(?:of|x|units? of|coins? of|worth of|usd|dollars|dollars of|usd of|usd worth of|dollars worth of|in)\s+)*)?`;
const symbol = String.raw`(?<symbol>\$?[A-Za-z0-9]{1,12}(?:[/-][A-Za-z]{2,6})?)`;
/** An order in the imperative or as a recommendation, its symbol behind the verb. */
export const ORDER = new RegExp(
  String.raw`^${opening}(?:${label})?${speaker}${softening}${verb}(?:\s*[:–—-]\s*|\s+)${all}${share}${determiner}${quantity}${symbol}(?<tail>.*)$`,
  "is",
);
/** A labelled action whose symbol stands elsewhere: "Action: BUY". */
export const BARE_ORDER = new RegExp(
  String.raw`^${opening}(?:${label})${speaker}${softening}${verb}\b(?<tail>.*)$`,
  "is",
);
/** "…, hold." */
export const BARE_HOLD = new RegExp(
  String.raw`^${opening}${speaker}${softening}(?<verb>hold(?:ing)?)(?:\s+(?:it|on|off|steady|your position|the position|the current position|for now|here|tight|and wait|and see))*\s*[.!,]?\s*$`,
  "i",
);
/** "BTC/USD: buy 0.5 at 64,250". */
export const LABELLED_ORDER = new RegExp(
  String.raw`^${opening}${symbol}\s*(?:\([^)]*\)\s*)?(?:[:|–—→]|->|=>|-\s)\s*(?:(?:recommendation|decision|action|signal|verdict|call)\s*[:=]?\s*)?(?:strong\s+|a\s+)?${verb}\b(?:\s*[:–—-]\s*|\s+|$|(?=[.,!(]))${quantity}(?<tail>.*)$`,
  "is",
);
/** "… and 2 ETH". */
export const CARRIED_ON = new RegExp(
  String.raw`\band\s+(?<quantity>${NUMBER_PATTERN})\s*(?<symbol>\$?[A-Z0-9]{2,12}(?:/[A-Z]{2,6})?)(?<tail>.*)$`,
  "s",
);

/** A number directly behind the symbol. */
export const BEHIND_SYMBOL = new RegExp(
  String.raw`^\s*[(|]?\s*(?<money>[$€£])?(?<number>${NUMBER_PATTERN})(?!\s?%)(?:\s*[A-Z]{2,6})?\s*\)?\s*(?<price>(?:@|at)\s*[$€£]?\d)?`,
);
/** What may follow the symbol of an order; "Buy BTC orders are thin" is none. */
export const ORDER_TAIL =
  /^\s*(?:$|[.,!()@:–—-]|[$€£]?\d|(?:at|with|now|here|today|immediately|around|near|for|using|on|via|limit|market|stop|sl|tp|target|size|entry|risk|risking|because|as|since|given|and|then|while|to|position|positions|spot|right|in|into|through|by|steady|qty|quantity|worth|of|from)\b)/i;
/** What may follow "BTC: hold". */
export const HOLD_TAIL =
  /^\s*(?:$|[.,!()–—-]|(?:for now|your|the|existing|current|position|positions|and|with|until|as|because|since|at|now|steady|tight)\b)/i;
/** "Long BTC positions were liquidated" speaks of positions; "close the BTC position" is an order. */
export const POSITION_TAIL = /^\s*(?:positions?|holdings?|longs?|longer)\b/i;
export const NEGATION =
  /\b(?:not|never|no|don['’]?t|won['’]?t|wouldn['’]?t|shouldn['’]?t|can['’]?t|cannot|avoid|without|neither|nor|refrain|against|hesitate|reluctant|premature|too early|instead of|rather than)\b/i;
export const NEGATED_TAIL = /^\s*[.,:–—-]?\s*(?:is\s+|would be\s+)?(?:not|no|never|premature|isn['’]?t)\b/i;
/** Before "buying" these make an order of it. */
export const GERUND_LEAD = /\b(?:recommend|suggest|propose|advise|favou?r|keep|continue|is)\b|[:=–—→]\s*$/i;
/** An order under a condition is none. */
export const CONDITION =
  /\b(?:if|when|whenever|once|unless|until|in case|provided that|assuming|wait(?:ing)? for|would have|could|might|may(?!\s+\d)|maybe|perhaps|tempt(?:ed|ing)|consider(?:ing)?|suppose|imagine|hypothetical(?:ly)?|scenario|had i|wish|pretend|theoretically)\b/i;
/** What others say, want or are told. */
export const HEARSAY =
  /\b(?:says?|said|claims?|claimed|according to|reports?|reported|tweet(?:s|ed)|recommends|recommended|suggests|suggested|urges?|urged|tells?|told|instruct\w*|asks?|asked|wants?|wanted|demands?|commands?|orders you|injection|injected|ignore (?:all|any|the|your|previous|prior)|override|per the (?:headline|news|article|message|instruction)|headline|snippet|previous reply|other model|system prompt|analysts?|traders|influencers?|people|everyone|crowd|bulls|bears|whales?)\b/i;
