/** What closing a part of a position would do, in figures, before it is done: the domain's own preview, put into words. */
import type { AccountView, PositionView } from "../../../../contract/accounts.ts";
import type { OrderView } from "../../../../contract/orders.ts";
import { costShare } from "../../../../domain/account/book-fill.ts";
import {
  add,
  compare,
  isAbove,
  isPositive,
  isZero,
  multiply,
  subtract,
  wholeNumber,
  ZERO,
  type Decimal,
} from "../../../../domain/decimal.ts";
import type { Instrument } from "../../../../domain/market.ts";
import type { Markets } from "../../../../domain/orders/conversion.ts";
import { previewClose, type Estimate } from "../../../../domain/orders/estimate.ts";
import type { Problem } from "../../../../domain/problem.ts";
import { remainingQuantity } from "../orders/order-words.ts";

export type ClosePlan = {
  /** Null where the pair cannot be read. */
  readonly estimate: Estimate | null;
  /** There is no fresh price: the order is taken and waits for one. */
  readonly waits: boolean;
  /** What stays when all of it is sold, and whether that is too little to be sold later. */
  readonly left: Decimal;
  readonly leavesDust: boolean;
  /** Proceeds less the fee, less the share of the cost; null where that is not known. */
  readonly profit: Decimal | null;
  /** Not sold although asked for: the book ends first. */
  readonly unfilled: Decimal;
  /** Own orders that hold what is to be sold and are cancelled first. */
  readonly cancels: readonly OrderView[];
  /** Why it cannot be done. */
  readonly denial: Problem | null;
};

export function closePlan(
  position: PositionView,
  percent: number,
  account: AccountView,
  openOrders: readonly OrderView[],
  instrument: Instrument,
  markets: Markets,
  marketTime: number,
): ClosePlan {
  const wish = { asset: position.asset, percent: wholeNumber(percent), limitPrice: null };
  const { estimate, denial } = previewClose(account, openOrders, wish, markets, marketTime);
  const quantity = estimate?.quantity ?? ZERO;
  const view = markets[position.symbol];
  const waits = denial === null && (view === undefined || !view.quote.fresh || view.book === null);
  const left = subtract(position.quantity, quantity);
  return {
    estimate: waits ? null : estimate,
    waits,
    left,
    leavesDust: isPositive(left) && compare(left, instrument.minimumQuantity) < 0,
    profit: waits || estimate === null ? null : profitOf(position, estimate, instrument.costDecimals),
    unfilled: waits || estimate === null ? ZERO : subtract(quantity, estimate.takenQuantity),
    cancels: denial === null ? cancelledFirst(position, quantity, openOrders) : [],
    denial,
  };
}

function profitOf(position: PositionView, estimate: Estimate, costDecimals: number): Decimal | null {
  const share = costShare({ managed: position.quantity, cost: position.cost }, estimate.takenQuantity, costDecimals);
  return share === null || isZero(estimate.takenQuantity) ? null : subtract(estimate.total, share);
}

/** The orders that are cancelled until what is to be sold is free: its sales first, then what pays with it, oldest first. */
function cancelledFirst(
  position: PositionView,
  wanted: Decimal,
  openOrders: readonly OrderView[],
): readonly OrderView[] {
  const { asset } = position;
  const oldestFirst = openOrders.toReversed();
  const sells = oldestFirst.filter((order) => order.side === "sell" && order.symbol.startsWith(`${asset}/`));
  const payments = oldestFirst.filter((order) => order.side === "buy" && order.symbol.endsWith(`/${asset}`));
  let free = subtract(position.quantity, position.held);
  const cancelled: OrderView[] = [];
  for (const order of [...sells, ...payments]) {
    if (!isAbove(wanted, free)) {
      break;
    }
    const left = remainingQuantity(order);
    free = add(free, order.side === "sell" ? left : multiply(left, order.limitPrice ?? ZERO));
    cancelled.push(order);
  }
  return cancelled;
}
