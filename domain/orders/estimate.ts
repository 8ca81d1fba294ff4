/**
 * The order form's view of an order before it is sent: what it would cost and why it would be refused. It runs in the browser
 * on the views of the contract and goes through the same matching and the same judge as the trader object, so what it says is
 * what happens, as long as the market does not move (issue "order form"; CASES "two screens").
 */
import type { FeeSchedule } from "../account/fees.ts";
import { feeOf, feeRate } from "../account/fees.ts";
import {
  add,
  divide,
  HUNDRED,
  isPositive,
  isZero,
  multiply,
  round,
  subtract,
  sum,
  ZERO,
  type Decimal,
} from "../decimal.ts";
import { countRecent } from "../account/rate-window.ts";
import type { LossBases } from "../risk/facts.ts";
import type { Halt } from "../risk/halt.ts";
import type { RiskSettings } from "../risk/settings.ts";
import type { Asset, Instrument, InstrumentStatus, Level, MarketView, Milliseconds, StaleReason } from "../market.ts";
import { matchOrder, type Match } from "../paper/match.ts";
import type { Problem } from "../problem.ts";
import { assess, candidateOf, largestThatFits } from "./assess.ts";
import { valuedPrice, type AssessmentMarket, type Candidate } from "./candidate.ts";
import { matchMarketOf } from "./checks.ts";
import { valuationSymbol, type Markets } from "./conversion.ts";
import type { OwnLiveOrder, OwnPosition, TradingFacts } from "./facts.ts";
import { freeBalance } from "./facts.ts";
import { isArmed } from "./trigger.ts";
import { isTriggered, type Order } from "./order.ts";
import { costOf } from "./quantise.ts";
import type { OrderRequest } from "./request.ts";

/** The parts of contract/accounts AccountView that count here. */
export type AccountLike = {
  readonly currency: Asset;
  readonly fees: FeeSchedule;
  readonly limits: RiskSettings;
  readonly balances: readonly {
    readonly asset: Asset;
    readonly total: Decimal;
    readonly held: Decimal;
    readonly available: Decimal;
    readonly external: Decimal;
  }[];
  readonly halts?: readonly Halt[] | undefined;
  readonly lossBases?: LossBases | undefined;
  readonly recentEntries?: readonly Milliseconds[] | undefined;
  readonly positions: readonly {
    readonly asset: Asset;
    readonly quantity: Decimal;
    readonly cost: Decimal | null;
    readonly dust: boolean;
    readonly protection: { readonly stop: OwnPosition["stop"] };
  }[];
  /** Null in a paper account. */
  readonly exchange: object | null;
};

export type OrderLike = Pick<
  Order,
  | "id"
  | "symbol"
  | "side"
  | "type"
  | "limitPrice"
  | "triggerPrice"
  | "quantity"
  | "filledQuantity"
  | "status"
  | "triggeredBy"
  | "protection"
>;

/** The parts of contract/markets Ticker that count here. */
export type TickerLike = {
  readonly mark: Decimal | null;
  readonly markTime: Milliseconds | null;
  readonly status: InstrumentStatus;
  readonly fresh: boolean;
  readonly staleSince: Milliseconds | null;
  readonly staleReason: StaleReason | null;
};

/** A book as the market socket has it, best levels first. */
export type BookLike = {
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
  readonly at: Milliseconds;
  readonly fresh: boolean;
};

export type Estimate = {
  /** Quantised, in base. */
  readonly quantity: Decimal;
  readonly limitPrice: Decimal | null;
  /** Taken at once, and what would rest. */
  readonly takenQuantity: Decimal;
  readonly restQuantity: Decimal;
  /** What becomes of the rest, as a sentence, when it neither fills nor rests. */
  readonly restReason: string | null;
  /** Of the whole order, the rest counted at its limit; null when there is no price. */
  readonly averagePrice: Decimal | null;
  readonly cost: Decimal;
  /** Taker's on what is taken, maker's on what rests. */
  readonly fee: Decimal;
  readonly quoteAsset: Asset;
  /** Buy: cost + fee. Sell: cost − fee. */
  readonly total: Decimal;
  /** How much worse than the mid the part taken at once is, in percent; null when nothing is taken. */
  readonly slippagePercent: Decimal | null;
  /** What is free afterwards if all of it fills. */
  readonly quoteAfter: Decimal;
  readonly baseAfter: Decimal;
};

export type Preview = {
  /** Null when the order makes no sense yet or its market is not known. */
  readonly estimate: Estimate | null;
  /** The denial that the server would give; null when it would take the order. */
  readonly denial: Problem | null;
  /** The most of the same kind that would be taken; null when none would. */
  readonly largestQuantity: Decimal | null;
};

/** What an order would do and whether it would be taken. `markets` come from `marketOfViews`, by symbol. */
export function previewOrder(
  account: AccountLike,
  openOrders: readonly OrderLike[],
  request: OrderRequest,
  markets: Markets,
  marketTime: Milliseconds,
  now: Milliseconds | null = null,
): Preview {
  return preview(factsOfViews(account, openOrders, now), request, { markets, instruments: {}, marketTime });
}

/**
 * The same for closing `percent` of a position: what holds the asset is cancelled first where it must be, so it is counted as
 * free here.
 */
export function previewClose(
  account: AccountLike,
  openOrders: readonly OrderLike[],
  wish: { readonly asset: Asset; readonly percent: Decimal; readonly limitPrice: Decimal | null },
  markets: Markets,
  marketTime: Milliseconds,
): Preview {
  const facts = factsOfViews(account, openOrders, null);
  const balance = facts.balances[wish.asset] ?? { total: ZERO, held: ZERO, managed: ZERO };
  const quantity = divide(multiply(balance.managed, wish.percent), HUNDRED, 18, "down");
  const free: TradingFacts = { ...facts, balances: { ...facts.balances, [wish.asset]: { ...balance, held: ZERO } } };
  const request: OrderRequest = {
    symbol: valuationSymbol(wish.asset, account.currency),
    side: "sell",
    type: wish.limitPrice === null ? "market" : "limit",
    timeInForce: wish.limitPrice === null ? "ioc" : "gtc",
    postOnly: false,
    quantity,
    ...(wish.limitPrice === null ? {} : { limitPrice: wish.limitPrice }),
  };
  return preview(free, request, { markets, instruments: {}, marketTime });
}

/** A market as the judge needs it, from what the browser has. */
export function marketOfViews(instrument: Instrument, ticker: TickerLike | null, book: BookLike | null): MarketView {
  const fresh = ticker?.fresh === true;
  return {
    instrument: { ...instrument, status: ticker?.status ?? instrument.status },
    quote: {
      symbol: instrument.symbol,
      bid: book?.bids[0] ?? null,
      ask: book?.asks[0] ?? null,
      lastTrade: null,
      mark: ticker?.mark ?? null,
      markTime: ticker?.markTime ?? null,
      fresh,
      staleSince: ticker?.staleSince ?? null,
      staleReason: ticker === null ? "no_data" : ticker.staleReason,
      at: book?.at ?? ticker?.markTime ?? 0,
    },
    book:
      book === null || !book.fresh
        ? null
        : { symbol: instrument.symbol, version: 0, bids: book.bids, asks: book.asks, at: book.at },
    tapeTradeId: 0,
  };
}

/**
 * The judge's facts from the account's views. `now` is the server's wall clock, by which entries of the last minute are counted;
 * null leaves that rule to the server. Earlier takings of liquidity are the server's alone.
 */
export function factsOfViews(
  account: AccountLike,
  openOrders: readonly OrderLike[],
  now: Milliseconds | null,
): TradingFacts {
  const balances: Record<Asset, { total: Decimal; held: Decimal; managed: Decimal }> = {};
  for (const { asset, total, held, available, external } of account.balances) {
    balances[asset] = { total: add(available, held), held, managed: subtract(total, external) };
  }
  return {
    currency: account.currency,
    exchange: account.exchange !== null,
    fees: account.fees,
    limits: account.limits,
    balances,
    owned: Object.fromEntries(account.balances.map(({ asset, total }) => [asset, total])),
    lossBases: account.lossBases ?? null,
    halts: account.halts ?? [],
    positions: Object.fromEntries(
      account.positions.map(({ asset, cost, protection }) => [asset, { cost, stop: protection.stop }]),
    ),
    positionAssets: account.positions.filter(({ dust }) => !dust).map(({ asset }) => asset),
    orders: openOrders.map((order) => ownOrder(order, account.exchange === null)),
    taken: {},
    entriesLastMinute:
      now === null || account.recentEntries === undefined ? null : countRecent(account.recentEntries, now),
  };
}

/** At an exchange own orders meet by its rules (PROTOCOL §2.4 stptype), so that none counts as resting here. */
function ownOrder(order: OrderLike, isPaper: boolean): OwnLiveOrder {
  return {
    id: order.id,
    symbol: order.symbol,
    side: order.side,
    type: order.type,
    limitPrice: order.limitPrice,
    resting:
      isPaper &&
      order.limitPrice !== null &&
      !isArmed(order) &&
      (order.status === "open" || order.status === "partially_filled"),
    queueAhead: null,
    remaining: subtract(order.quantity, order.filledQuantity),
    conversionRate: null,
    valuedAt: order.limitPrice ?? order.triggerPrice,
    protection: isZero(order.filledQuantity) ? (order.protection ?? null) : null,
  };
}

function preview(facts: TradingFacts, request: OrderRequest, market: AssessmentMarket): Preview {
  const judged = assess(facts, request, market);
  const read = candidateOf(facts, request, market);
  return {
    estimate: read.ok ? estimate(facts, read.value.candidate, read.value.instrument, market) : null,
    denial: judged.ok ? null : judged.error,
    largestQuantity: largestThatFits(facts, request, market),
  };
}

function estimate(facts: TradingFacts, order: Candidate, instrument: Instrument, market: AssessmentMarket): Estimate {
  if (isTriggered(order.orderType)) {
    return triggeredEstimate(facts, order, instrument, market);
  }
  const book = matchMarketOf(facts, order.symbol, market);
  const match =
    book === null ? null : matchOrder({ ...order, type: order.orderType }, book, feeRate(facts.fees, "taker"));
  const taken = sum((match?.takes ?? []).map(({ quantity }) => quantity));
  const takenCost = sum((match?.takes ?? []).map(({ cost }) => cost));
  const takenFee = sum((match?.takes ?? []).map(({ fee }) => fee));
  const rest = restsLater(order, match) ? subtract(order.quantity, taken) : ZERO;
  const restCost = order.limitPrice === null ? ZERO : costOf(order.limitPrice, rest, instrument);
  const restFee = feeOf(restCost, feeRate(facts.fees, "maker"), instrument.costDecimals);
  const cost = add(takenCost, restCost);
  const fee = add(takenFee, restFee);
  const filled = add(taken, rest);
  const bought = order.side === "buy";
  const total = bought ? add(cost, fee) : subtract(cost, fee);
  const freeQuote = freeBalance(facts, instrument.quote);
  const freeBase = freeBalance(facts, instrument.base);
  return {
    quantity: order.quantity,
    limitPrice: order.limitPrice,
    takenQuantity: taken,
    restQuantity: rest,
    restReason: match?.reason ?? null,
    averagePrice: isZero(filled) ? null : divide(cost, filled, instrument.priceDecimals, "half-even"),
    cost,
    fee,
    quoteAsset: instrument.quote,
    total,
    slippagePercent: slippage(order, match, taken, takenCost, market),
    quoteAfter: bought ? subtract(freeQuote, total) : add(freeQuote, total),
    baseAfter: bought ? add(freeBase, filled) : subtract(freeBase, filled),
  };
}

/** Nothing trades before the trigger. Then it is a taker at about its limit, else its trigger; what is paid can be worse. */
function triggeredEstimate(
  facts: TradingFacts,
  order: Candidate,
  instrument: Instrument,
  market: AssessmentMarket,
): Estimate {
  const price = valuedPrice(order, market.markets[order.symbol]?.quote.mark ?? null);
  const cost = price === null ? ZERO : costOf(price, order.quantity, instrument);
  const fee = feeOf(cost, feeRate(facts.fees, "taker"), instrument.costDecimals);
  const bought = order.side === "buy";
  const total = bought ? add(cost, fee) : subtract(cost, fee);
  const freeQuote = freeBalance(facts, instrument.quote);
  const freeBase = freeBalance(facts, instrument.base);
  return {
    quantity: order.quantity,
    limitPrice: order.limitPrice,
    takenQuantity: ZERO,
    restQuantity: order.quantity,
    restReason: null,
    averagePrice: price === null ? null : round(price, instrument.priceDecimals, "half-even"),
    cost,
    fee,
    quoteAsset: instrument.quote,
    total,
    slippagePercent: null,
    quoteAfter: bought ? subtract(freeQuote, total) : add(freeQuote, total),
    baseAfter: bought ? add(freeBase, order.quantity) : subtract(freeBase, order.quantity),
  };
}

function restsLater(order: Candidate, match: Match | null): boolean {
  return order.limitPrice !== null && (match === null || match.outcome === "rests");
}

/** Against the mid: a buy above it and a sell below it are positive. */
function slippage(
  order: Candidate,
  match: Match | null,
  taken: Decimal,
  cost: Decimal,
  market: AssessmentMarket,
): Decimal | null {
  const quote = market.markets[order.symbol]?.quote;
  if (match === null || !isPositive(taken) || quote === undefined || quote.bid === null || quote.ask === null) {
    return null;
  }
  const twiceMid = add(quote.bid[0], quote.ask[0]);
  const fair = multiply(twiceMid, taken);
  const paid = add(cost, cost);
  const worse = order.side === "buy" ? subtract(paid, fair) : subtract(fair, paid);
  return isPositive(fair) ? divide(multiply(worse, HUNDRED), fair, 4, "half-even") : null;
}
