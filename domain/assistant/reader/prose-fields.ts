/** The labelled numbers of a decision in prose: "SL: $61000", "take profit at 70k", "confidence 75 %". */
import { MULTIPLIER_PATTERN, NUMBER_PATTERN } from "../amount.ts";
import { NUMBER_WORDS_PATTERN } from "../number-words.ts";

export type ProseField =
  | "stop"
  | "target"
  | "limitPrice"
  | "quantity"
  | "riskPercent"
  | "confidence"
  | "validForSeconds"
  | "invalidation";

/** What the fields say, as text for the validator. `faults` are numbers that are there and cannot be taken over. */
export type ProseFields = {
  readonly values: ReadonlyMap<ProseField, string>;
  readonly faults: readonly string[];
  /** What of the order's own sentence was not read as a field. */
  readonly unread: string;
};

const money = String.raw`(?:US\$|[$€£]|USDT?\s?)?\s?`;
const number = String.raw`(?:${NUMBER_PATTERN}${MULTIPLIER_PATTERN}?|${NUMBER_WORDS_PATTERN})`;
const amount = String.raw`${money}${number}(?:\s?(?:%|percent\b))?`;
/** One number, or two that make a range. */
const amounts = String.raw`(?<value>${amount}(?:\s?(?:-|–|—|to|and|or|\/)\s?${amount})?)`;
const link = String.raw`(?:\s*\([^()\d]{0,24}\))?\s*(?:is|are|would be|will be|should be|goes|placed|set|of|just|right|order|price|level|zone)*\s*(?:(?:[:=|→]|-(?=\s|\$)|–|—|at|@|to|of|is|below|under|around|near|above)\s*){0,2}(?:around|about|near|approximately|approx\.?|~|≈|just below|just under|just above)?\s*`;

const stopNames = String.raw`(?:(?:protective |hard |initial |tight |mental )?stop(?:[- ]?loss)?(?:es)?|s\/l|sl)(?:\s(?:price|order|level))?`;
const targetNames = String.raw`(?:(?:first |initial |profit |price |upside )?target(?:s|ing)?(?:\s?[1t])?|take[- ]?profit(?:\s?1)?|t\/p|tp\s?1?|pt)(?:\s(?:price|order|level|target))?`;
const entryNames = String.raw`(?<!\b(?:market|current|last|spot|present|live) )(?:(?:limit|entry|enter)(?:\s(?:price|order|limit|point|level|zone))*|limit buy|limit sell|price|buy limit|sell limit)`;
const sizeNames = String.raw`(?:(?:position |order |trade )?size|quantity|qty|amount|volume|units)`;

const patterns = {
  stop: [named(stopNames), valued(stopNames)],
  target: [named(targetNames), valued(targetNames)],
  riskPercent: [
    new RegExp(
      String.raw`\brisk(?:ing|s)?(?:\s(?:per trade|no more than|only|at most|about|up to|is|of))*\s*[:=]?\s*${amounts}`,
      "i",
    ),
    new RegExp(String.raw`${amounts}\s+(?:of\s+(?:equity|the account|account|capital)\s+)?(?:at\s+)?risk\b`, "i"),
  ],
  confidence: [
    new RegExp(
      String.raw`\b(?:confidence|conviction|certainty)(?:\s(?:level|score|in this trade))?${link}(?<value>\d[\d.,]*(?:\s?(?:%|percent\b|\/\s?\d+|out of \d+))?)`,
      "i",
    ),
    new RegExp(String.raw`(?<value>\d[\d.]*\s?(?:%|percent))\s+(?:confiden(?:t|ce)|conviction|sure|certain)\b`, "i"),
  ],
  quantity: [new RegExp(String.raw`\b${sizeNames}${link}${amounts}(?<unit>\s?[A-Za-z]{2,6}\b)?`, "i")],
  limitPrice: [named(entryNames)],
} as const satisfies Partial<Record<ProseField, readonly RegExp[]>>;

const atPrice = new RegExp(
  String.raw`(?<before>\b\w+\s+)?(?:\bat\b|@)\s*(?:a limit of |a price of |around |about |near |~|≈)?${amounts}`,
  "gi",
);
const validity =
  /\b(?:valid(?:ity)?(?: for)?|good for|expires in|time horizon|horizon)\s*[:=]?\s*(?:the next )?(?<count>\d{1,6})\s*(?<unit>seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d)\b/i;
const invalidation =
  /\b(?:invalidation|invalidated?|thesis (?:is )?(?:broken|wrong|fails))\s*(?:[:=]|if|when|on|by|is|below|above)\s*(?<value>[^\n]{2,300})/i;
const unitSeconds: ReadonlyMap<string, number> = new Map([
  ["s", 1],
  ["m", 60],
  ["h", 3_600],
  ["d", 86_400],
]);

function named(names: string): RegExp {
  return new RegExp(String.raw`(?<![\w-])${names}(?![\w-])${link}${amounts}`, "i");
}

/** "a 61,000 stop". */
function valued(names: string): RegExp {
  return new RegExp(String.raw`\b(?:a|an|the|with)\s+${amounts}\s+${names}\b`, "i");
}

/**
 * Reads the fields of one decision out of its text. `order` is the sentence that gives the order: only there does a bare
 * "at 64,250" mean the limit price.
 */
export function readProseFields(text: string, order: string): ProseFields {
  const values = new Map<ProseField, string>();
  const faults: string[] = [];
  let rest = text;
  let orderRest = order;
  const invalid = invalidation.exec(text)?.groups?.value;
  if (invalid !== undefined) {
    values.set("invalidation", invalid.trim());
    rest = rest.replace(invalidation, " ");
    orderRest = orderRest.replace(invalidation, " ");
  }
  for (const [field, expressions] of Object.entries(patterns)) {
    for (const expression of expressions) {
      const match = expression.exec(rest);
      const found = match?.groups;
      if (match !== null && found?.value !== undefined && isField(field) && !values.has(field)) {
        values.set(field, fieldText(field, found.value));
        const isDistance = distance.test(rest.slice(match.index + match[0].length));
        const fault =
          isDistance && (field === "stop" || field === "target")
            ? distanceFault(field, found.value)
            : faultOf(field, found.value, found.unit);
        if (fault !== null) {
          faults.push(fault);
        }
        rest = rest.replace(expression, " ");
        orderRest = orderRest.replace(expression, " ");
      }
    }
  }
  if (!values.has("limitPrice")) {
    const price = barePrice(orderRest);
    if (price !== null) {
      values.set("limitPrice", price);
      orderRest = orderRest.replace(price, " ");
    }
  }
  const valid = validity.exec(text)?.groups;
  const seconds = unitSeconds.get(valid?.unit?.charAt(0).toLowerCase() ?? "");
  if (valid?.count !== undefined && seconds !== undefined) {
    values.set("validForSeconds", String(Number.parseInt(valid.count, 10) * seconds));
  }
  return { values, faults, unread: orderRest.replace(validity, " ") };
}

/** "at 64,250" of an order; "now at", "trading at" and "at market" speak of the market. */
function barePrice(order: string): string | null {
  for (const { groups } of order.matchAll(atPrice)) {
    const before = groups?.before?.trim().toLowerCase() ?? "";
    if (
      groups?.value !== undefined &&
      !/^(?:now|currently|trading|trades|quoted|is|was|sits|sitting|price|spot|last|around|confidence|market)$/.test(
        before,
      )
    ) {
      return groups.value;
    }
  }
  return null;
}

/** "1,750 points below the entry" is a distance and no price. */
const distance =
  /^\s*(?:points?|dollars?|usd|pips|ticks?)?\s*(?:below|lower|under|beneath|above|higher|away|from|off)\b/i;

function distanceFault(field: ProseField, value: string): string {
  return `The ${names[field]} is given as a distance ("${value.trim()}"); a price is needed.`;
}

/** What a number in an order may be without being a field of it: figures of the market, distances in brackets, ratios. */
const remarks = [
  /\([^()]*(?:%|percent|≈|~|about|approx|\br[:/]r\b|below|above|risk|usd|\$|now|current)[^()]*\)/gi,
  /\br\s?[:/]\s?r(?:\s*ratio)?\s*(?:of|is|:|=)?\s*(?:1\s?:\s?)?\d+(?:\.\d+)?(?:\s?:\s?1)?/gi,
  /\b(?:reward|risk)[\s-]*(?:to|\/|:)[\s-]*(?:reward|risk)(?:\s*ratio)?\s*(?:of|is|:|=)?\s*(?:1\s?:\s?)?\d+(?:\.\d+)?/gi,
  /\b(?:now|currently|trading|last|(?:market|current|last|spot|present) price)\s*(?:is|of|at|:|near|around)*\s*\(?\s*[$€£]?\d[\d.,]*/gi,
  /\b(?:tp|target|take[- ]?profit)\s?[2-9]\s*(?:at|:|=|@|is)?\s*[$€£]?\d[\d.,]*k?/gi,
  /\b(?:rsi|ema|sma|macd|atr|adx|vwap|bollinger)\b[^,.;]*/gi,
  /\b\d{1,3}\s?(?:m|min|h|hr|d|hour|day|minute)s?\b(?!\s?%)/gi,
  /\b(?:because|since|given|due to|while|considering|as (?:it|the|btc|eth|rsi|price|momentum|volume))\b.*$/gis,
];
const looseNumber = new RegExp(String.raw`(?<![\w.,])[$€£]?${NUMBER_PATTERN}(?:%|k\b|x\b)?`, "i");
const steps =
  /\b(?:tranches?|steps|parts|portions|installments|instalments|ladder\w*|scal(?:e|ing) in|dca|every (?:day|week|hour)|daily|weekly)\b/i;

/** What of an order's sentence could change its meaning and was not understood; null: nothing. */
export function unclearPart(unread: string): string | null {
  const plain = remarks.reduce((text, remark) => text.replaceAll(remark, " "), unread);
  return looseNumber.exec(plain)?.[0] ?? steps.exec(plain)?.[0] ?? null;
}

function fieldText(field: ProseField, value: string): string {
  return field === "confidence"
    ? value.replace(/\s?(?:%|percent|\/\s?100|out of 100)$/i, "").replace(/[.,]$/, "")
    : value.replace(/[.,]$/, "");
}

function faultOf(field: ProseField, value: string, unit: string | undefined): string | null {
  const isPercent = /%|percent/i.test(value);
  if (isPercent && field !== "riskPercent" && field !== "confidence") {
    return `The ${names[field]} is given in percent ("${value.trim()}"); a ${field === "quantity" ? "quantity" : "price"} is needed.`;
  }
  if (field === "quantity" && (/[$€£]/.test(value) || /^\s?(?:USDT?|EUR|dollars?)$/i.test(unit ?? ""))) {
    return `The size is given in money ("${value.trim()}"); a quantity is needed.`;
  }
  return null;
}

const names: Readonly<Record<ProseField, string>> = {
  stop: "stop",
  target: "target",
  limitPrice: "limit price",
  quantity: "size",
  riskPercent: "risk",
  confidence: "confidence",
  validForSeconds: "validity",
  invalidation: "invalidation",
};

function isField(name: string): name is ProseField {
  return name in names;
}
