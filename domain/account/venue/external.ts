/** Orders and trades made by hand at the exchange: shown, counted, never touched (TRADING §1 "Two books per asset"). */
import {
  add,
  divide,
  isAbove,
  isPositive,
  isZero,
  multiply,
  negate,
  round,
  smallest,
  subtract,
  ZERO,
  type Decimal,
} from "../../decimal.ts";
import type { Asset, Milliseconds } from "../../market.ts";
import { assetsOf, conversionRate, USUAL_COST_DECIMALS } from "../../orders/conversion.ts";
import type { VenueExecution, VenueOrder } from "../../venue/reports.ts";
import type { FillLeg } from "../events.ts";
import { holdingOf } from "../holdings.ts";
import { record, stamp, type Turn } from "../turn.ts";
import { raiseAlert } from "./alerts.ts";
import { outgoing } from "./fill.ts";
import { shrinkSales } from "./shrink.ts";
import type { ExternalOrder } from "./state.ts";

/** Takes over an order made by hand, or a stray one of the desk's (`strayOf`), where it is news. */
export function noteExternalOrder(turn: Turn, report: VenueOrder, strayOf: string | null = null): void {
  const known = turn.state.venue?.externalOrders[report.venueOrderId];
  if (report.status !== "open" && report.status !== "pending") {
    if (known !== undefined) {
      const status = report.status === "closed" ? "filled" : report.status;
      record(turn, { type: "external_order_ended", ...stamp(turn.context), venueOrderId: report.venueOrderId, status });
    }
    return;
  }
  const order = strayOf === null ? externalOrder(report) : { ...externalOrder(report), strayOf };
  if (known === undefined || isNews(known, order)) {
    record(turn, { type: "external_order_seen", ...stamp(turn.context), order });
  }
}

/** Less filled is an older look; where the trigger of a trailing stop stands moves with the market and is no news. */
function isNews(known: ExternalOrder, order: ExternalOrder): boolean {
  if (isAbove(known.filledQuantity, order.filledQuantity)) {
    return false;
  }
  const moves = order.type === null || order.type === "trailing-stop";
  const seen = moves ? { ...order, triggerPrice: known.triggerPrice } : order;
  return JSON.stringify(known) !== JSON.stringify(seen);
}

/** Those that a complete list of open orders shows no more have ended; the list may not know the youngest yet. */
export function noteExternalOrdersGone(turn: Turn, shown: ReadonlySet<string>, openedBefore: Milliseconds): void {
  for (const [venueOrderId, order] of Object.entries(turn.state.venue?.externalOrders ?? {})) {
    if (!shown.has(venueOrderId) && order.openedAt <= openedBefore) {
      record(turn, { type: "external_order_ended", ...stamp(turn.context), venueOrderId, status: "gone" });
    }
  }
}

/** Books a trade made by hand. A sale takes external inventory first; what it takes of managed is told. */
export function bookExternalExecution(turn: Turn, execution: VenueExecution): void {
  const { base, quote } = assetsOf(execution.symbol);
  const fee = execution.fees.find(({ amount }) => !isZero(amount)) ?? { asset: quote, amount: ZERO };
  const bought = execution.side === "buy";
  const moves = new Map<Asset, Decimal>();
  const move = (asset: Asset, quantity: Decimal): void => {
    moves.set(asset, add(moves.get(asset) ?? ZERO, quantity));
  };
  move(base, bought ? execution.quantity : negate(execution.quantity));
  move(quote, bought ? negate(execution.cost) : execution.cost);
  move(fee.asset, negate(fee.amount));
  const legs: FillLeg[] = [];
  const external: { asset: Asset; quantity: Decimal }[] = [];
  for (const [asset, quantity] of moves) {
    const split = splitMove(turn, asset, quantity, execution);
    legs.push(...split.legs);
    external.push(...split.external);
  }
  const { executionId, venueOrderId, symbol, side, price, cost, liquidity } = execution;
  record(turn, {
    type: "external_fill_booked",
    ...stamp(turn.context),
    executionId,
    venueOrderId,
    symbol,
    side,
    price,
    quantity: execution.quantity,
    cost,
    fee: fee.amount,
    feeAsset: fee.asset,
    liquidity,
    tradeId: execution.tradeId,
    legs,
    external,
    filledAt: execution.time,
  });
  const taken = legs.filter(({ asset, quantity }) => asset !== turn.state.currency && !isPositive(quantity));
  for (const sold of taken) {
    raiseAlert(
      turn,
      "warning",
      `A trade made by hand took ${negate(sold.quantity)} ${sold.asset} of this desk's position: it had no other ${sold.asset} to take.`,
      null,
    );
    shrinkSales(turn, sold.asset);
  }
}

/** Cash is cash; of an asset, what comes is external, what goes is external first and managed for the rest. */
function splitMove(
  turn: Turn,
  asset: Asset,
  quantity: Decimal,
  execution: VenueExecution,
): { readonly legs: readonly FillLeg[]; readonly external: readonly { asset: Asset; quantity: Decimal }[] } {
  const { state } = turn;
  if (asset === state.currency) {
    return { legs: [{ asset, quantity, cost: null, realisedProfit: null }], external: [] };
  }
  if (isPositive(quantity)) {
    return { legs: [], external: [{ asset, quantity }] };
  }
  const wanted = negate(quantity);
  const holding = holdingOf(state.holdings, asset);
  const fromExternal = smallest(wanted, isPositive(holding.external) ? holding.external : ZERO);
  const fromManaged = smallest(subtract(wanted, fromExternal), isPositive(holding.managed) ? holding.managed : ZERO);
  // What neither has (a deposit that was not told yet) is owed by external inventory until its row comes.
  const owed = subtract(wanted, fromManaged);
  const external = isPositive(owed) ? [{ asset, quantity: negate(owed) }] : [];
  if (!isPositive(fromManaged)) {
    return { legs: [], external };
  }
  const worth = worthOf(turn, asset, fromManaged, wanted, execution);
  return { legs: [outgoing(state, asset, fromManaged, worth, USUAL_COST_DECIMALS)], external };
}

/** What `part` of the `whole` that left was worth, net of the fee; null where no price tells. */
function worthOf(
  { state, context }: Turn,
  asset: Asset,
  part: Decimal,
  whole: Decimal,
  execution: VenueExecution,
): Decimal | null {
  const { base, quote } = assetsOf(execution.symbol);
  if (asset !== base) {
    const rate = conversionRate(asset, state.currency, context.markets);
    return rate === null ? null : round(multiply(part, rate.rate), USUAL_COST_DECIMALS, "half-even");
  }
  const rate = conversionRate(quote, state.currency, context.markets);
  const fee = execution.fees.find((each) => each.asset === quote)?.amount ?? ZERO;
  const proceeds = execution.side === "sell" ? subtract(execution.cost, fee) : ZERO;
  return rate === null
    ? null
    : divide(multiply(multiply(proceeds, rate.rate), part), whole, USUAL_COST_DECIMALS, "half-even");
}

function externalOrder(report: VenueOrder): ExternalOrder {
  const { venueOrderId, symbol, side, type, quantity, filledQuantity, limitPrice, triggerPrice, openedAt } = report;
  return { venueOrderId, symbol, side, type, quantity, filledQuantity, limitPrice, triggerPrice, openedAt };
}
