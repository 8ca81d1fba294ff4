/** Orders and trades made by hand at the exchange: shown, counted, never touched (TRADING §1 "Two books per asset"). */
import {
  add,
  divide,
  isAbove,
  isPositive,
  multiply,
  negate,
  ONE,
  round,
  smallest,
  subtract,
  ZERO,
  type Decimal,
} from "../../decimal.ts";
import type { Asset } from "../../market.ts";
import { assetsOf, conversionRate, USUAL_COST_DECIMALS } from "../../orders/conversion.ts";
import type { VenueExecution, VenueOrder } from "../../venue/reports.ts";
import type { FillLeg } from "../events.ts";
import { holdingOf } from "../holdings.ts";
import { record, stamp, type Turn } from "../turn.ts";
import { raiseAlert } from "./alerts.ts";
import { outgoing } from "./fill.ts";
import type { ExternalOrder } from "./state.ts";

/** Takes over an order made by hand, where it is news. */
export function noteExternalOrder(turn: Turn, report: VenueOrder): void {
  const known = turn.state.venue?.externalOrders[report.venueOrderId];
  if (report.status !== "open" && report.status !== "pending") {
    if (known !== undefined) {
      const status = report.status === "closed" ? "filled" : report.status;
      record(turn, { type: "external_order_ended", ...stamp(turn.context), venueOrderId: report.venueOrderId, status });
    }
    return;
  }
  const order = externalOrder(report);
  if (known === undefined || JSON.stringify(known) !== JSON.stringify(order)) {
    record(turn, { type: "external_order_seen", ...stamp(turn.context), order });
  }
}

/** Those that a complete list of open orders shows no more have ended. */
export function noteExternalOrdersGone(turn: Turn, shown: ReadonlySet<string>): void {
  for (const venueOrderId of Object.keys(turn.state.venue?.externalOrders ?? {})) {
    if (!shown.has(venueOrderId)) {
      record(turn, { type: "external_order_ended", ...stamp(turn.context), venueOrderId, status: "gone" });
    }
  }
}

/** Books a trade made by hand. A sale takes external inventory first; what it takes of managed is told. */
export function bookExternalExecution(turn: Turn, execution: VenueExecution): void {
  const { base, quote } = assetsOf(execution.symbol);
  const fee = execution.fees.find(({ amount }) => isPositive(amount)) ?? { asset: quote, amount: ZERO };
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
    legs,
    external,
    filledAt: execution.time,
  });
  const sold = legs.find(({ asset, quantity }) => asset !== turn.state.currency && !isPositive(quantity));
  if (sold !== undefined) {
    raiseAlert(
      turn,
      "warning",
      `A trade made by hand took ${negate(sold.quantity)} ${sold.asset} of this desk's position: it had no other ${sold.asset} to take.`,
      null,
    );
  }
}

/** Cash is cash; of an asset, what comes is external, what goes is external first and managed for the rest. */
function splitMove(
  turn: Turn,
  asset: Asset,
  quantity: Decimal,
  execution: VenueExecution,
): { readonly legs: readonly FillLeg[]; readonly external: readonly { asset: Asset; quantity: Decimal }[] } {
  const { state, context } = turn;
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
  const { quote } = assetsOf(execution.symbol);
  const rate = conversionRate(quote, state.currency, context.markets)?.rate ?? ONE;
  const proceeds = multiply(execution.cost, rate);
  const share = isAbove(execution.quantity, ZERO)
    ? divide(multiply(proceeds, fromManaged), execution.quantity, USUAL_COST_DECIMALS, "half-even")
    : ZERO;
  const worth = round(share, USUAL_COST_DECIMALS, "half-even");
  return { legs: [outgoing(state, asset, fromManaged, worth, USUAL_COST_DECIMALS)], external };
}

function externalOrder(report: VenueOrder): ExternalOrder {
  const { venueOrderId, symbol, side, type, quantity, filledQuantity, limitPrice, triggerPrice, openedAt } = report;
  return { venueOrderId, symbol, side, type, quantity, filledQuantity, limitPrice, triggerPrice, openedAt };
}
