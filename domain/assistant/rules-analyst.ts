/**
 * The built-in analyst: fixed rules over the snapshot, the same answer for the same snapshot. It needs no key, knows nothing but
 * the figures, and is always labelled "rules, not a language model". Its answer goes the way of every reply: it is read, claim
 * checked and judged.
 */
import {
  add,
  compare,
  divide,
  HUNDRED,
  isAbove,
  isBelow,
  isPositive,
  multiply,
  round,
  smallest,
  subtract,
  TWO,
  decimal,
  type Decimal,
} from "../decimal.ts";
import type { Symbol } from "../market.ts";
import { RULES_LABEL } from "./providers.ts";
import type { Proposal } from "./proposal.ts";
import type { Snapshot, SnapshotIndicators, SnapshotMarket, SnapshotPosition } from "./snapshot.ts";

/** An answer: prose for the trader, and the decision; null where the figures do not reach for one. */
export type RulesAnswer = { readonly text: string; readonly proposal: Proposal | null };

/** Of equity, for an entry along the trend; half of it for a bounce against it. */
const RISK_PERCENT = decimal("1");
const BOUNCE_RISK_PERCENT = decimal("0.5");
/** The value of one entry: percent of equity, of what the limits leave, and of cash, so that fees fit too. */
const LARGEST_ENTRY_PERCENT = decimal("20");
const SHARE_OF_ROOM_PERCENT = decimal("90");
/** In account currency; less is not worth an order. */
const SMALLEST_ENTRY = decimal("5");
const QUANTITY_DECIMALS = 6;
const STOP_RANGES = TWO;
/** Of the target to the stop. */
const REWARD = TWO;
const NARROWEST_STOP_PERCENT = decimal("0.5");
const WIDEST_STOP_PERCENT = decimal("8");
const OVERSOLD = decimal("35");
const OVERBOUGHT = decimal("70");
const VALID_SECONDS = 600;

/** One thing that speaks for or against. */
type Sign = { readonly weight: 1 | 0 | -1; readonly text: string };

/** The analyst's answer about one symbol of the snapshot. */
export function analyse(snapshot: Snapshot, symbol: Symbol): RulesAnswer {
  const market = snapshot.symbols.find((each) => each.symbol === symbol);
  const opening = `These are ${RULES_LABEL}.`;
  if (market === undefined) {
    return { text: `${opening} ${symbol} is not in the snapshot, so there is nothing to judge.`, proposal: null };
  }
  if (!market.fresh || market.last === null) {
    return { text: `${opening} ${symbol} has no fresh price, so there is nothing to decide.`, proposal: null };
  }
  const indicators = market.indicators.find(
    ({ ema20, rsi14, atr14 }) => ema20 !== null && rsi14 !== null && atr14 !== null,
  );
  if (indicators === undefined || indicators.atr14 === null || !isPositive(indicators.atr14)) {
    return {
      text: `${opening}\n\n${stateOf(market)}\n\nThere are too few closed candles yet to judge a trend.`,
      proposal: null,
    };
  }
  const position = snapshot.positions.find((each) => each.symbol === symbol) ?? null;
  const signs = signsOf(market.last, indicators);
  const score = signs.reduce((total, { weight }) => total + weight, 0);
  const facts: Facts = { market, last: market.last, range: indicators.atr14, indicators, position, score };
  const proposal = decide(facts, snapshot);
  return {
    text: [
      opening,
      stateOf(market),
      `On ${indicators.timeframe} candles:\n${signs.map(({ weight, text }) => `- ${weight > 0 ? "for" : weight < 0 ? "against" : "neutral"}: ${text}`).join("\n")}`,
      conclusion(proposal, facts),
    ].join("\n\n"),
    proposal,
  };
}

/** The answers as one reply of a model: prose and one fenced block, to be read like any other. */
export function rulesReply(...answers: readonly RulesAnswer[]): string {
  const text = answers.map((answer) => answer.text).join("\n\n");
  const proposals = answers.flatMap(({ proposal }) => proposal ?? []);
  return proposals.length === 0 ? text : `${text}\n\n\`\`\`json\n${JSON.stringify({ proposals })}\n\`\`\``;
}

type Facts = {
  readonly market: SnapshotMarket;
  readonly last: Decimal;
  /** Average true range of the timeframe. */
  readonly range: Decimal;
  readonly indicators: SnapshotIndicators;
  readonly position: SnapshotPosition | null;
  readonly score: number;
};

function stateOf({ symbol, last, high24h, low24h, change24hPercent }: SnapshotMarket): string {
  const range =
    high24h === null || low24h === null ? "" : `, the 24 h low is ${low24h} and the 24 h high is ${high24h}`;
  const change = change24hPercent === null ? "" : `, the 24 h change is ${change24hPercent} %`;
  return `${symbol} trades at ${last ?? "—"}${range}${change}.`;
}

function signsOf(last: Decimal, indicators: SnapshotIndicators): readonly Sign[] {
  const { ema20, ema50, rsi14, macd, macdSignal, bollingerLower, bollingerUpper } = indicators;
  const isUp = ema20 !== null && ema50 !== null && isAbove(ema20, ema50);
  return [
    ...(ema20 === null || ema50 === null ? [] : [trendSign(ema20, ema50)]),
    ...(ema20 === null ? [] : [sideSign(last, ema20)]),
    ...(macd === null || macdSignal === null ? [] : [momentumSign(macd, macdSignal)]),
    ...(rsi14 === null ? [] : [strengthSign(rsi14, isUp)]),
    ...(bollingerLower === null || bollingerUpper === null
      ? []
      : [bandSign(last, bollingerLower, bollingerUpper, isUp)]),
  ];
}

function trendSign(fast: Decimal, slow: Decimal): Sign {
  return isAbove(fast, slow)
    ? { weight: 1, text: `EMA 20 (${fast}) stands above EMA 50 (${slow}), the trend is up` }
    : { weight: -1, text: `EMA 20 (${fast}) stands below EMA 50 (${slow}), the trend is down` };
}

function sideSign(last: Decimal, fast: Decimal): Sign {
  return isAbove(last, fast)
    ? { weight: 1, text: "the price is above EMA 20" }
    : { weight: -1, text: "the price is not above EMA 20" };
}

function momentumSign(macd: Decimal, signal: Decimal): Sign {
  switch (compare(macd, signal)) {
    case 1:
      return { weight: 1, text: `MACD (${macd}) is above its signal line (${signal})` };
    case -1:
      return { weight: -1, text: `MACD (${macd}) is below its signal line (${signal})` };
    default:
      return { weight: 0, text: `MACD (${macd}) is at its signal line` };
  }
}

/** Cheap is a reason only along the trend: what falls is cheap all the way down. */
function strengthSign(rsi: Decimal, isUp: boolean): Sign {
  if (isBelow(rsi, OVERSOLD)) {
    return isUp
      ? { weight: 1, text: `RSI 14 is ${rsi}, oversold in an uptrend` }
      : { weight: 0, text: `RSI 14 is ${rsi}, oversold, and against the trend that is no reason` };
  }
  return isAbove(rsi, OVERBOUGHT)
    ? { weight: -1, text: `RSI 14 is ${rsi}, overbought` }
    : { weight: 0, text: `RSI 14 is ${rsi}` };
}

function bandSign(last: Decimal, lower: Decimal, upper: Decimal, isUp: boolean): Sign {
  if (compare(last, lower) <= 0) {
    return { weight: isUp ? 1 : 0, text: `the price is at the lower Bollinger band (${lower})` };
  }
  return compare(last, upper) >= 0
    ? { weight: -1, text: `the price is at the upper Bollinger band (${upper})` }
    : { weight: 0, text: `the price is inside its Bollinger bands (${lower} and ${upper})` };
}

function decide(facts: Facts, snapshot: Snapshot): Proposal {
  const { market, position, score } = facts;
  if (position !== null && isPositive(position.quantity)) {
    return score <= -2
      ? { ...plain(facts), action: "close" }
      : { ...plain(facts), action: "hold", stop: position.stop, target: position.target };
  }
  const levels = score >= 1 ? levelsOf(facts) : bounceOf(facts);
  const quantity = levels === null || isClosed(snapshot, market.symbol) ? null : quantityOf(facts, levels, snapshot);
  if (levels === null || quantity === null) {
    return { ...plain(facts), action: "hold" };
  }
  const { stop, target } = levels;
  const isBounce = score < 1;
  return {
    ...plain(facts),
    action: "buy",
    symbol: market.symbol,
    quantity,
    stop,
    target,
    confidence: isBounce ? BOUNCE_CONFIDENCE : plain(facts).confidence,
    reasoning: isBounce ? `An oversold bounce by the built-in rules (${RULES_LABEL}).` : plain(facts).reasoning,
  };
}

const BOUNCE_CONFIDENCE = 40;

type Levels = { readonly stop: Decimal; readonly target: Decimal; readonly riskPercent: Decimal };

/** Two average ranges of room for the stop, inside reasonable bounds, and twice that to the target. */
function levelsOf(facts: Facts): Levels {
  const { last, market } = facts;
  const decimals = decimalsOf(market);
  const distance = distanceOf(facts);
  return {
    stop: round(subtract(last, distance), decimals, "down"),
    target: round(add(last, multiply(distance, REWARD)), decimals, "down"),
    riskPercent: RISK_PERCENT,
  };
}

/** Against the trend only from oversold, back to the fast average, and only where that is further than the stop. */
function bounceOf(facts: Facts): Levels | null {
  const { last, market, indicators } = facts;
  const { rsi14, ema20 } = indicators;
  if (rsi14 === null || ema20 === null || !isBelow(rsi14, OVERSOLD)) {
    return null;
  }
  const distance = distanceOf(facts);
  if (!isAbove(subtract(ema20, last), distance)) {
    return null;
  }
  const decimals = decimalsOf(market);
  return {
    stop: round(subtract(last, distance), decimals, "down"),
    target: round(ema20, decimals, "down"),
    riskPercent: BOUNCE_RISK_PERCENT,
  };
}

function distanceOf({ last, range }: Facts): Decimal {
  const wished = multiply(range, STOP_RANGES);
  const narrowest = percentOf(last, NARROWEST_STOP_PERCENT);
  const widest = percentOf(last, WIDEST_STOP_PERCENT);
  return isBelow(wished, narrowest) ? narrowest : isAbove(wished, widest) ? widest : wished;
}

/** Whether the account takes no entry into this pair, whatever its size. */
function isClosed({ halts = [], allowedSymbols = null }: Snapshot, symbol: string): boolean {
  return halts.length > 0 || allowedSymbols?.includes(symbol) === false;
}

/** The size that loses the risk at the stop, inside equity, cash and the limits of the account; null where that is nothing. */
function quantityOf(
  { last }: Facts,
  { stop, riskPercent }: Levels,
  { equity, available, limits }: Snapshot,
): Decimal | null {
  if (equity === null || !isPositive(equity)) {
    return null;
  }
  const byRisk = divide(multiply(percentOf(equity, riskPercent), last), subtract(last, stop), 8, "down");
  const rooms = limits
    .filter(({ unit }) => unit.startsWith("%"))
    .flatMap(({ name, limit, room }) =>
      /position/i.test(name) ? [room ?? limit] : /exposure/i.test(name) && room !== null ? [room] : [],
    );
  const value = smallest(
    byRisk,
    percentOf(equity, LARGEST_ENTRY_PERCENT),
    percentOf(available, SHARE_OF_ROOM_PERCENT),
    ...rooms.map((room) => percentOf(percentOf(equity, room), SHARE_OF_ROOM_PERCENT)),
  );
  return isBelow(value, SMALLEST_ENTRY) ? null : divide(value, last, QUANTITY_DECIMALS, "down");
}

function percentOf(value: Decimal, percent: Decimal): Decimal {
  return divide(multiply(value, percent), HUNDRED, 12, "half-even");
}

/** Decimals with which the pair's prices are written: the most that the snapshot shows. */
function decimalsOf({ last, bid, ask, high24h, low24h }: SnapshotMarket): number {
  return Math.max(...[last, bid, ask, high24h, low24h].map((value) => value?.split(".")[1]?.length ?? 0));
}

function plain({ market, score }: Facts): Omit<Proposal, "action"> {
  return {
    symbol: market.symbol,
    orderType: "market",
    quantity: null,
    riskPercent: null,
    limitPrice: null,
    stop: null,
    target: null,
    confidence: Math.min(50 + 8 * Math.abs(score), 80),
    reasoning: `Score ${score} of the built-in rules (${RULES_LABEL}).`,
    invalidation: null,
    validForSeconds: VALID_SECONDS,
  };
}

function conclusion({ action, quantity, stop, target }: Proposal, { market, score, position }: Facts): string {
  switch (action) {
    case "buy": {
      const reason =
        score >= 1
          ? `The signs for it outweigh (score ${score}).`
          : `The trend is against it (score ${score}), yet the price is oversold and far from its average: a bounce is worth half the usual risk, no more.`;
      return `${reason} The rules propose to buy ${quantity ?? "—"} ${market.symbol} at market, with a stop at ${stop ?? "—"} (two average ranges away) and a target at ${target ?? "—"}.`;
    }
    case "close":
      return `The signs against it outweigh (score ${score}) and the account holds ${market.symbol}: the rules propose to close the position.`;
    default:
      return position === null
        ? `The signs do not reach for an entry (score ${score}): the rules propose to wait.`
        : `Nothing speaks for leaving (score ${score}): the rules propose to hold the position.`;
  }
}
