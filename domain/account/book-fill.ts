/**
 * The money of one fill (TRADING §1 "Cost", "Everything is per asset"). Paying with an asset is selling it: the leg that
 * leaves realises its profit at the fill's conversion rate, the leg that comes has what was paid, fee included, as its cost.
 */
import {
  add,
  divide,
  isPositive,
  largest,
  multiply,
  negate,
  round,
  smallest,
  subtract,
  ZERO,
  type Decimal,
} from "../decimal.ts";
import type { Asset, Instrument, Milliseconds } from "../market.ts";
import { conversionRate, currencyDecimals, valuationSymbol } from "../orders/conversion.ts";
import { buyHold } from "../orders/hold.ts";
import type { Liquidity } from "../orders/order.ts";
import { costOf } from "../orders/quantise.ts";
import { restQuantity } from "../paper/match.ts";
import type { Context } from "./context.ts";
import type { FillBooked, FillLeg } from "./events.ts";
import { feeOf, feeRate, worstFeeRate } from "./fees.ts";
import { freeOf, holdingOf } from "./holdings.ts";
import type { AccountState, Holding, OpenOrder } from "./state.ts";
import { stamp } from "./turn.ts";

export type Execution = {
  readonly price: Decimal;
  readonly quantity: Decimal;
  readonly liquidity: Liquidity;
  readonly late: boolean;
  readonly print: { readonly tradeId: number; readonly price: Decimal; readonly queueAhead: Decimal } | null;
  readonly level: FillBooked["level"];
  readonly filledAt: Milliseconds;
};

/** The event that books an execution of a live order. */
export function bookFill(
  state: AccountState,
  order: OpenOrder,
  instrument: Instrument,
  execution: Execution,
  context: Context,
): FillBooked {
  const { price, quantity } = execution;
  const rest = subtract(restQuantity(order), quantity);
  const completes = !isPositive(rest);
  const charge = chargeOf(state, order, instrument, execution);
  const rate = conversionRate(instrument.quote, state.currency, context.markets)?.rate ?? order.conversionRate;
  const decimals = decimalsOf(state, instrument, context);
  const legs = legsOf(state, order, instrument, quantity, charge, rate, decimals);
  const realised = legs.flatMap(({ realisedProfit }) => realisedProfit ?? []);
  const filledQuantity = add(order.filledQuantity, quantity);
  const filledCost = add(order.filledCost, multiply(price, quantity));
  return {
    type: "fill_booked",
    ...stamp(context),
    fillId: `${order.id}-${order.fillCount + 1}`,
    executionId: null,
    orderId: order.id,
    symbol: order.symbol,
    side: order.side,
    origin: order.origin,
    ...(order.provenance === undefined ? {} : { provenance: order.provenance }),
    price,
    quantity,
    cost: charge.cost,
    fee: charge.fee,
    feeAsset: instrument.quote,
    liquidity: execution.liquidity,
    conversionRate: rate,
    feeInCurrency: round(multiply(charge.fee, rate), decimals, "half-even"),
    legs,
    realisedProfit: realised.length === 0 ? null : realised.reduce(add, ZERO),
    released: { asset: order.hold.asset, amount: releasedBy(state, order, instrument, execution, charge, rest) },
    orderFilledQuantity: filledQuantity,
    orderFilledCost: filledCost,
    orderAveragePrice: divide(filledCost, filledQuantity, instrument.priceDecimals, "half-even"),
    orderFees: add(order.fees, charge.fee),
    completes,
    late: execution.late,
    tradeId: execution.print?.tradeId ?? null,
    printPrice: execution.print?.price ?? null,
    queueAhead: execution.print?.queueAhead ?? null,
    level: execution.level,
    filledAt: execution.filledAt,
  };
}

/**
 * The share of the total cost that leaves with `quantity` of `holding`: cost × q / Q, ties to even; the last of it takes the
 * rest, so that nothing remains (TRADING §1). Null where the cost is unknown.
 */
export function costShare(
  holding: Pick<Holding, "managed" | "cost">,
  quantity: Decimal,
  decimals: number,
): Decimal | null {
  if (holding.cost === null || !isPositive(holding.managed)) {
    return null;
  }
  if (quantity === holding.managed) {
    return holding.cost;
  }
  return divide(multiply(holding.cost, quantity), holding.managed, decimals, "half-even");
}

type Charge = { readonly cost: Decimal; readonly fee: Decimal };

/**
 * Cost and fee of the fill in quote. Each is rounded by itself, so many tiny fills of one buy can sum to a hair more than
 * its hold; a buy never spends more than is held for it and free, and the hair is the simulated venue's.
 */
function chargeOf(state: AccountState, order: OpenOrder, instrument: Instrument, execution: Execution): Charge {
  const cost = costOf(execution.price, execution.quantity, instrument);
  const fee = feeOf(cost, feeRate(order.feeSchedule, execution.liquidity), instrument.costDecimals);
  if (order.side === "sell") {
    return { cost, fee };
  }
  const most = add(order.hold.amount, freeOf(holdingOf(state.holdings, instrument.quote)));
  const charged = smallest(cost, most);
  return { cost: charged, fee: smallest(fee, subtract(most, charged)) };
}

/** How much of the hold ends: what is no longer needed for the rest of the order. */
function releasedBy(
  state: AccountState,
  order: OpenOrder,
  instrument: Instrument,
  execution: Execution,
  charge: Charge,
  rest: Decimal,
): Decimal {
  const held = order.hold.amount;
  if (!isPositive(rest)) {
    return held;
  }
  if (order.side === "sell") {
    return execution.quantity;
  }
  const spent = add(charge.cost, charge.fee);
  const left = subtract(add(held, freeOf(holdingOf(state.holdings, instrument.quote))), spent);
  const needed =
    order.limitPrice === null
      ? largest(ZERO, subtract(held, spent))
      : buyHold(order.limitPrice, rest, worstFeeRate(order.feeSchedule), instrument);
  return subtract(held, smallest(held, needed, left));
}

function legsOf(
  state: AccountState,
  order: OpenOrder,
  instrument: Instrument,
  quantity: Decimal,
  charge: Charge,
  rate: Decimal,
  decimals: number,
): readonly FillLeg[] {
  const { base, quote } = instrument;
  if (order.side === "buy") {
    const paid = add(charge.cost, charge.fee);
    const worth = round(multiply(paid, rate), decimals, "half-even");
    return [incoming(state, base, quantity, worth), outgoing(state, quote, paid, worth, decimals)];
  }
  const received = subtract(charge.cost, charge.fee);
  const worth = round(multiply(received, rate), decimals, "half-even");
  return [outgoing(state, base, quantity, worth, decimals), incoming(state, quote, received, worth)];
}

function incoming(state: AccountState, asset: Asset, quantity: Decimal, worth: Decimal): FillLeg {
  return { asset, quantity, cost: asset === state.currency ? null : worth, realisedProfit: null };
}

function outgoing(state: AccountState, asset: Asset, quantity: Decimal, worth: Decimal, decimals: number): FillLeg {
  if (asset === state.currency) {
    return { asset, quantity: negate(quantity), cost: null, realisedProfit: null };
  }
  const share = costShare(holdingOf(state.holdings, asset), quantity, decimals);
  return {
    asset,
    quantity: negate(quantity),
    cost: share === null ? null : negate(share),
    realisedProfit: share === null ? null : subtract(worth, share),
  };
}

function decimalsOf(state: AccountState, instrument: Instrument, context: Context): number {
  const symbol = valuationSymbol(instrument.quote, state.currency);
  const view = context.markets[symbol];
  const known = view === undefined ? state.instruments : { ...state.instruments, [symbol]: view.instrument };
  return currencyDecimals(instrument, state.currency, known);
}
