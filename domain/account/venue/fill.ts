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
  ONE,
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
  const rate = conversionRate(instrument.quote, state.currency, context.markets)?.rate ?? fallbackRate(state, order);
  const decimals = currencyDecimals(instrument, state.currency, state.instruments);
  const feeInCurrency = round(multiply(fee.amount, feeRateOf(fee, execution, instrument, rate)), decimals, "half-even");
  const legs = legsOf(state, instrument, execution, fee, rate, decimals, feeInCurrency);
  const realised = legs.flatMap(({ realisedProfit }) => realisedProfit ?? []);
  const filledQuantity = add(order.filledQuantity, execution.quantity);
  const filledCost = add(order.filledCost, execution.cost);
  const completes = !isPositive(subtract(order.quantity, filledQuantity));
  return {
    type: "fill_booked",
    ...stamp(context),
    fillId: execution.executionId,
    executionId: execution.executionId,
    orderId: order.id,
    symbol: order.symbol,
    side: order.side,
    origin: order.origin,
    price: execution.price,
    quantity: execution.quantity,
    cost: execution.cost,
    fee: fee.amount,
    feeAsset: fee.asset,
    liquidity: execution.liquidity,
    conversionRate: rate,
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

/** The fee that counts: Kraken charges one asset. Should it name none, nothing was charged. */
export function mainFee(execution: VenueExecution, instrument: Instrument): Fee {
  const charged = execution.fees.find(({ amount }) => !isZero(amount));
  return charged ?? { asset: instrument.quote, amount: ZERO };
}

/** Account currency per unit of the fee's asset, from the execution's own price where it is one of the pair's. */
function feeRateOf(fee: Fee, execution: VenueExecution, instrument: Instrument, rate: Decimal): Decimal {
  if (fee.asset === instrument.quote) {
    return rate;
  }
  return fee.asset === instrument.base ? multiply(execution.price, rate) : ZERO;
}

function fallbackRate(state: AccountState, order: Order): Decimal {
  return state.orders[order.id]?.conversionRate ?? ONE;
}

function legsOf(
  state: AccountState,
  instrument: Instrument,
  execution: VenueExecution,
  fee: Fee,
  rate: Decimal,
  decimals: number,
  feeInCurrency: Decimal,
): readonly FillLeg[] {
  const { base, quote } = instrument;
  const bought = execution.side === "buy";
  const feeIn = (asset: Asset): Decimal => (fee.asset === asset ? fee.amount : ZERO);
  const baseMoves = subtract(bought ? execution.quantity : negate(execution.quantity), feeIn(base));
  const quoteMoves = subtract(bought ? negate(execution.cost) : execution.cost, feeIn(quote));
  const costInCurrency = round(multiply(execution.cost, rate), decimals, "half-even");
  // What was paid or received for it, the fee included whatever it was paid in.
  const worth = bought ? add(costInCurrency, feeInCurrency) : subtract(costInCurrency, feeInCurrency);
  const pair = bought
    ? [incoming(state, base, baseMoves, worth), outgoing(state, quote, negate(quoteMoves), worth, decimals)]
    : [outgoing(state, base, negate(baseMoves), worth, decimals), incoming(state, quote, quoteMoves, worth)];
  const elsewhere = fee.asset !== base && fee.asset !== quote && !isZero(fee.amount);
  return elsewhere ? [...pair, outgoing(state, fee.asset, fee.amount, ZERO, decimals)] : pair;
}

function incoming(state: AccountState, asset: Asset, quantity: Decimal, worth: Decimal): FillLeg {
  return { asset, quantity, cost: asset === state.currency ? null : worth, realisedProfit: null };
}

/** What leaves managed inventory; of unknown cost where more leaves than the desk has counted. */
export function outgoing(
  state: AccountState,
  asset: Asset,
  quantity: Decimal,
  worth: Decimal,
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
    realisedProfit: share === null ? null : subtract(worth, share),
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
