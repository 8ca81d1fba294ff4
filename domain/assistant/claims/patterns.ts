/** The forms in which a reply states a figure of the snapshot. Anything else is no claim about a field, and never blocks. */
import { MULTIPLIER_PATTERN, NUMBER_PATTERN } from "../amount.ts";

/** What a claim speaks of. `spread` and the like are of a symbol; balances are of the account. */
export type ClaimField =
  | "price"
  | "bid"
  | "ask"
  | "spread"
  | "high24h"
  | "low24h"
  /** That the price was as high (low) as this within the day. */
  | "reachedHigh"
  | "reachedLow"
  | "change24hPercent"
  | "available"
  | "equity"
  | "balance"
  | "positionQuantity"
  | "averageEntryPrice";

export type ClaimPattern = {
  readonly field: ClaimField;
  /** With the groups `n` (the number as written), and where they matter `about`, `bound`, `sign`, `unit`, and `who`, a symbol. */
  readonly expression: RegExp;
  /** The sentence must speak of the last day. */
  readonly today?: true;
};

const money = String.raw`(?:US\$|[$€£])?\s?`;
const approximate = String.raw`(?:about|around|near|nearly|roughly|approximately|approx\.?|close to|some|almost|just|exactly|~|≈)?\s*`;
const figure = String.raw`${money}${NUMBER_PATTERN}${MULTIPLIER_PATTERN}?`;
const notPercent = String.raw`(?![\d.,]*\d)(?!\s?(?:%|percent|bps|basis))`;
const number = String.raw`(?<about>${approximate})(?<n>${figure})${notPercent}`;
const bound = String.raw`(?<bound>above|below|over|under)?\s*`;
const is = String.raw`\s*(?:(?:is|of|was|are|at|stands|sits|currently|now|right|:|=|–|-|\|)\s*)*`;
const symbol = String.raw`(?:\s+(?:of|for|on)\s+\$?[A-Z][A-Za-z0-9]{1,10}(?:\/[A-Z]{2,6})?)?`;
const ticker = String.raw`\$?[A-Z][A-Za-z0-9]{1,10}(?:\/[A-Z]{2,6})?`;
const day = String.raw`(?:24[\s-]?h(?:ou)?r?s?(?:['’]s)?|daily|today['’]?s|the day['’]s|day['’]s|session(?:['’]s)?|intraday)`;
const unit = String.raw`\s*(?:${ticker}\b)?`;

function form(field: ClaimField, source: string, today?: true): ClaimPattern {
  const expression = new RegExp(source, "gi");
  return today === undefined ? { field, expression } : { field, expression, today };
}

export const CLAIM_PATTERNS: readonly ClaimPattern[] = [
  form("high24h", String.raw`\b${day}\s+(?:high|peak|top)(?:\s+price)?${symbol}${is}${number}`),
  form("low24h", String.raw`\b${day}\s+(?:low|bottom)(?:\s+price)?${symbol}${is}${number}`),
  form(
    "low24h",
    String.raw`\b${day}\s+(?:trading\s+)?range${symbol}${is}(?:from\s+|between\s+)?${number}(?=\s*(?:-|–|—|to|and)\s*[$€£]?\d)`,
  ),
  form(
    "high24h",
    String.raw`\b${day}\s+(?:trading\s+)?range${symbol}${is}(?:from\s+|between\s+)?${figure}\s*(?:-|–|—|to|and)\s*${number}`,
  ),
  form(
    "reachedHigh",
    String.raw`\b(?:(?:broke|broken|breached|topped|exceeded|surpassed|cleared|touched|hit|reached|tagged|crossed)\s+(?:up\s+)?(?:to\s+|past\s+|above\s+|through\s+|over\s+)?|(?:spiked|climbed|rallied|rose|surged|jumped|soared|pushed|traded|ran)\s+(?:up\s+)?(?:to|past|above|through|over|as high as)\s+)${number}`,
    true,
  ),
  form(
    "reachedLow",
    String.raw`\b(?:fell|dropped|plunged|dipped|slid|sank|crashed|tumbled|bottomed|traded)\s+(?:down\s+)?(?:to|below|under|through|as low as|out at)\s+${number}`,
    true,
  ),
  form(
    "change24hPercent",
    String.raw`\b(?:(?<sign>up|down|gained|lost|risen|rose|fallen|fell|rallied|dropped|climbed|slid|added|shed)\s+)(?:by\s+)?(?<about>${approximate})(?<n>${NUMBER_PATTERN})\s?(?:%|percent)(?=[^.!?]{0,24}\b(?:24[\s-]?h|past day|last day))`,
  ),
  form(
    "change24hPercent",
    String.raw`\b24[\s-]?h(?:ou)?r?s?\s+(?:price\s+)?change${symbol}\s*(?:(?:is|of|was|at|stands|:|=|\|)\s*)*(?<about>${approximate})(?<sign>[-+−])?\s?(?<n>${NUMBER_PATTERN})\s?(?:%|percent)`,
  ),
  form("spread", String.raw`\b(?:bid[\s/-]ask\s+)?spread${symbol}${is}${number}`),
  form("bid", String.raw`\b(?:best\s+|top\s+)?bid${symbol}${is}${number}`),
  form("bid", String.raw`\bbid\s?[/-]\s?ask${symbol}${is}${number}(?=\s*[/–-]\s*[$€£]?\d)`),
  form("ask", String.raw`\bbid\s?[/-]\s?ask${symbol}${is}${figure}\s*[/–-]\s*${number}`),
  form("ask", String.raw`(?<!\bbid\s?[/-]\s?)\b(?:best\s+|top\s+)?(?:ask|offer)${symbol}${is}${number}`),
  form(
    "price",
    String.raw`\b(?:trading|trades|trade|changes hands|changing hands|quoted|priced|hovering|hovers|sitting|sits|stands|standing)\s+(?:now\s+|currently\s+|right now\s+)?(?:at|for)?\s*${bound}${number}`,
  ),
  form(
    "price",
    String.raw`\b(?:current|latest|last|spot|market|live|present)(?:\s+(?:market|traded|trade))?\s+(?:price|quote|trade|print)${symbol}${is}${bound}${number}`,
  ),
  form(
    "price",
    String.raw`\bprice${symbol}\s+(?:is|of|stands at|sits at|now|was|:)\s*(?:now\s+|currently\s+)?(?:at\s+)?${bound}${number}`,
  ),
  form(
    "price",
    String.raw`\b(?<who>${ticker})\s+(?:is|['’]s)\s+(?:now\s+|currently\s+|presently\s+)?(?:at\s+|(?=around|near|about))${bound}${number}`,
  ),
  form("price", String.raw`\bwith\s+(?<who>${ticker})\s+(?:now\s+|currently\s+)?at\s+${number}`),
  form("price", String.raw`\b(?:last|price|spot)\s*[:=]\s*${number}`),
  form(
    "available",
    String.raw`\b(?:available(?:\s+(?:balance|cash|funds|usd|margin))?|free\s+(?:cash|balance|funds|usd)|buying\s+power|cash(?:\s+balance)?|spendable(?:\s+balance)?)${is}${number}`,
  ),
  form(
    "available",
    String.raw`\byou\s+(?:currently\s+|still\s+)?have\s+${number}(?=\s*(?:USD\s+|dollars\s+)?(?:available|in cash|free|to spend|of cash|of buying power|left))`,
  ),
  form(
    "equity",
    String.raw`\b(?:(?:total\s+|account\s+)?equity|account\s+value|portfolio\s+value|net\s+worth|total\s+account)${is}${number}`,
  ),
  form(
    "balance",
    String.raw`\b(?:your|the|account|current|usd)\s+(?:account\s+|usd\s+|total\s+)?balance${is}${number}`,
  ),
  form(
    "averageEntryPrice",
    String.raw`\b(?:average\s+(?:entry|cost|price)|avg\.?\s+entry|cost\s+basis|your\s+entry|entered\s+at\s+an\s+average)(?:\s+price)?${is}${number}`,
  ),
  form(
    "positionQuantity",
    String.raw`\byou\s+(?:currently\s+|already\s+|now\s+|still\s+)?(?:hold|own|have)\s+(?:a\s+(?:position|holding)\s+of\s+)?(?<about>${approximate})(?<n>${NUMBER_PATTERN})\s*(?<unit>${ticker})`,
  ),
  form(
    "positionQuantity",
    String.raw`\b(?:your|the|our|current|existing|open)\s+(?:current\s+|existing\s+|open\s+)?(?:${ticker}\s+)?(?:position|holding|holdings)(?:\s+in\s+${ticker})?\s+(?:is|of|stands at|size is|sits at)\s+(?:long\s+)?(?<about>${approximate})(?<n>${NUMBER_PATTERN})(?![\d.,]*\d)(?!\s?(?:%|percent|USD|dollars))${unit}`,
  ),
];

/** Words before a figure that make it a wish, a guess or a condition. */
export const SUPPOSITION =
  /\b(?:if|would|could|should|may|might|can|will|expect\w*|target\w*|toward\w*|likely|aim\w*|potential\w*|until|unless|once|when|whenever|assum\w+|suppos\w+|scenario|hypothetical\w*|forecast\w*|predict\w*|project\w*|next|needs?|must|wait\w*|going to|want\w*|stop\w*|limit|entry|support|resistance|level|fair value|ideal\w*|break(?:s|out)?|retest\w*|revisit\w*|set|place|buy|sell|bids? (?:in|into)|plan\w*|propos\w+|were|in case|before|after|estimate\w*|imagine|example|e\.g)\b/i;

/** Words behind a figure that make it a supposition. */
export const SUPPOSED_AFTER =
  /^[^.,;]{0,16}\b(?:would|could|might|may|should|if|soon|next|target|eventually|within reach)\b/i;

/** Another time than that of the snapshot. */
export const OTHER_TIME =
  /\b(?:yesterday|last (?:week|month|year|night|session|cycle)|previous\w*|ago|historic\w*|all[\s-]time|ath|earlier this (?:week|month|year)|weekly|monthly|yearly|52[\s-]?week|7[\s-]?day|30[\s-]?day|since (?:january|february|march|april|may|june|july|august|september|october|november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday)|in 20\d\d|back in|tomorrow|at (?:the )?(?:open|close)|open(?:ed)? at|closed at|prior|formerly|at the time|was at)\b/i;

export const WITHIN_A_DAY =
  /\b(?:today|24[\s-]?h(?:ou)?r?s?|past day|last day|this session|intraday|earlier today|so far today|this morning)\b/i;

/** What stands at a number and is no price: "RSI sits at 58". */
export const NO_PRICE =
  /\b(?:rsi|macd|ema|sma|ma|vwap|atr|adx|obv|volume|funding|dominance|open interest|index|bands?|volatility|score|histogram|ratio|average|confidence|conviction|spread|equity|balance|exposure|drawdown|position|holding|fees?|signal|momentum|greed|gain|loss|profit|risk|size|quantity|moving|interest|sentiment|searches|inflows?|outflows?|cap|supply|hash\w*|liquidations?|supports?|resistances?|levels?|targets?|stops?|pivot|entry|limit)\b/i;

/** A distance from something, not a price: "trades 22 dollars above your entry". */
export const DISTANCE =
  /^\s*(?:USD|dollars?|points?|pips|ticks?|bucks)?\s*(?:above|below|under|over|off|away|higher|lower|beneath|from)\b/i;
