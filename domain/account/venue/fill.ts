/**
 * The money of an execution at an exchange: cost and fee are what the exchange says, the fee in whatever asset it names
 * (TRADING §6). Legs, cost shares and realised profit follow the same rules as on paper (account/book-fill).
 */
import {
  add,
  divide,
  isPositive,
  isZero,
  largest,
  multiply,
  negate,
  round,
  smallest,
  subtract,
  ZERO,
  type Decimal,
} from "../../decimal.ts";
import type { Asset, Instrument } from "../../market.ts";
import { conversionRate, currencyDecimals } from "../../orders/conversion.ts";
import type { Order } from "../../orders/order.ts";
import type { VenueExecution } from "../../venue/reports.ts";
import { costShare } from "../book-fill.ts";
import type { Context } from "../context.ts";
import type { FillBooked, FillLeg } from "../events.ts";
import { holdingOf } from "../holdings.ts";
import type { AccountState, Hold } from "../state.ts";
import { stamp } from "../turn.ts";
import { liveOrder } from "../open-orders.ts";

export type Fee = { readonly asset: Asset; readonly amount: Decimal };

/** The event that books an execution of an own order, live (`hold` is its hold) or ended (`hold` null). */
export function bookExecution(
  state: AccountState,
  order: Order,
  hold: Hold | null,
  instrument: Instrument,
  execution: VenueExecution,
  context: Context,
): FillBooked {
  const fee = mainFee(execution, instrument);
  const rate = conversionRate(instrument.quote, state.currency, context.markets)?.rate ?? rateWhenPlaced(state, order);
  const decimals = currencyDecimals(instrument, state.currency, state.instruments);
  const feeRate = feeRateOf(state, fee, execution, instrument, rate, context);
  const feeInCurrency = round(multiply(fee.amount, feeRate), decimals, "half-even");
  const legs = legsOf(state, instrument, execution, fee, rate, decimals, feeInCurrency);
  const realised = legs.flatMap(({ realisedProfit }) => realisedProfit ?? []);
  const filledQuantity = add(order.filledQuantity, execution.quantity);
  const filledCost = add(order.filledCost, execution.cost);
  const completes = !isPositive(subtract(mostOf(state, order), filledQuantity));
  return {
    type: "fill_booked",
    ...stamp(context),
    fillId: execution.executionId,
    executionId: execution.executionId,
    orderId: order.id,
    symbol: order.symbol,
    side: order.side,
    origin: order.origin,
    ...(order.provenance === undefined ? {} : { provenance: order.provenance }),
    price: execution.price,
    quantity: execution.quantity,
    cost: execution.cost,
    fee: fee.amount,
    feeAsset: fee.asset,
    liquidity: execution.liquidity,
    conversionRate: rate ?? ZERO,
    feeInCurrency,
    legs,
    realisedProfit: realised.length === 0 ? null : realised.reduce(add, ZERO),
    released: releasedBy(order, hold, execution, fee, completes),
    orderFilledQuantity: filledQuantity,
    orderFilledCost: filledCost,
    orderAveragePrice: divide(filledCost, filledQuantity, instrument.priceDecimals, "half-even"),
    orderFees: add(order.fees, fee.amount),
    completes,
    late: hold === null,
    tradeId: execution.tradeId,
    printPrice: null,
    queueAhead: null,
    level: null,
    filledAt: execution.time,
  };
}

/** The most that the order may be for: a change that is on its way may have been taken already. */
function mostOf(state: AccountState, order: Order): Decimal {
  const amend = liveOrder(state.orders, order.id)?.venue?.amend ?? null;
  return amend === null || amend.stage === "queued" ? order.quantity : largest(order.quantity, amend.quantity);
}

/** The fee that counts: Kraken charges one asset. Should it name none, nothing was charged. */
export function mainFee(execution: VenueExecution, instrument: Instrument): Fee {
  const charged = execution.fees.find(({ amount }) => !isZero(amount));
  return charged ?? { asset: instrument.quote, amount: ZERO };
}

/** Account currency per unit of the fee's asset, from the execution's own price where it is one of the pair's. */
function feeRateOf(
  state: AccountState,
  fee: Fee,
  execution: VenueExecution,
  instrument: Instrument,
  rate: Decimal | null,
  context: Context,
): Decimal {
  if (fee.asset === instrument.quote) {
    return rate ?? ZERO;
  }
  return fee.asset === instrument.base
    ? multiply(execution.price, rate ?? ZERO)
    : (conversionRate(fee.asset, state.currency, context.markets)?.rate ?? ZERO);
}

/** Null for an order that has ended and is not paid in account currency: nobody knows what it was worth. */
function rateWhenPlaced(state: AccountState, order: Order): Decimal | null {
  return liveOrder(state.orders, order.id)?.conversionRate ?? null;
}

function legsOf(
  state: AccountState,
  instrument: Instrument,
  execution: VenueExecution,
  fee: Fee,
  rate: Decimal | null,
  decimals: number,
  feeInCurrency: Decimal,
): readonly FillLeg[] {
  const { base, quote } = instrument;
  const bought = execution.side === "buy";
  const feeIn = (asset: Asset): Decimal => (fee.asset === asset ? fee.amount : ZERO);
  const baseMoves = subtract(bought ? execution.quantity : negate(execution.quantity), feeIn(base));
  const quoteMoves = subtract(bought ? negate(execution.cost) : execution.cost, feeIn(quote));
  const elsewhere = fee.asset !== base && fee.asset !== quote && !isZero(fee.amount);
  const fees = elsewhere ? [outgoing(state, fee.asset, fee.amount, feeInCurrency, decimals)] : [];
  if (rate === null) {
    return bought
      ? [incoming(state, base, baseMoves, null), outgoing(state, quote, negate(quoteMoves), null, decimals), ...fees]
      : [outgoing(state, base, negate(baseMoves), null, decimals), incoming(state, quote, quoteMoves, null), ...fees];
  }
  const charge = fee.asset === base ? ZERO : feeInCurrency;
  const cost = round(multiply(execution.cost, rate), decimals, "half-even");
  // What is traded carries its fee; one that is charged in base is less (or more) of it instead, at the same cost. What is
  // paid with, or received, is worth what moved of it: a fee in a third asset is not part of that.
  const traded = bought ? add(cost, charge) : subtract(cost, charge);
  const paid = fee.asset === quote ? traded : cost;
  return bought
    ? [incoming(state, base, baseMoves, traded), outgoing(state, quote, negate(quoteMoves), paid, decimals), ...fees]
    : [outgoing(state, base, negate(baseMoves), traded, decimals), incoming(state, quote, quoteMoves, paid), ...fees];
}

function incoming(state: AccountState, asset: Asset, quantity: Decimal, worth: Decimal | null): FillLeg {
  const unknown = worth === null && asset !== state.currency ? { costUnknown: true } : {};
  return { asset, quantity, cost: asset === state.currency ? null : worth, realisedProfit: null, ...unknown };
}

/** What leaves managed inventory for `worth`; of unknown profit where its cost or its worth is not known. */
export function outgoing(
  state: AccountState,
  asset: Asset,
  quantity: Decimal,
  worth: Decimal | null,
  decimals: number,
): FillLeg {
  if (asset === state.currency) {
    return { asset, quantity: negate(quantity), cost: null, realisedProfit: null };
  }
  const holding = holdingOf(state.holdings, asset);
  const share = costShare(holding, smallest(quantity, largest(holding.managed, ZERO)), decimals);
  return {
    asset,
    quantity: negate(quantity),
    cost: share === null ? null : negate(share),
    realisedProfit: share === null || worth === null ? null : subtract(worth, share),
  };
}

/** The part of the hold that ends: the filled quantity of a sale; of a buy its share, so that the rest stays backed. */
function releasedBy(order: Order, hold: Hold | null, execution: VenueExecution, fee: Fee, completes: boolean): Hold {
  if (hold === null) {
    return { asset: order.feeAsset, amount: ZERO };
  }
  if (completes) {
    return hold;
  }
  const used =
    order.side === "sell" ? execution.quantity : add(execution.cost, fee.asset === hold.asset ? fee.amount : ZERO);
  return { asset: hold.asset, amount: smallest(hold.amount, used) };
}
