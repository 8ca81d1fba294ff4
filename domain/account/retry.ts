/**
 * Exits that were accepted without a fresh price (TRADING §2: "a paper exit waits for a fresh book and says so"). They hold
 * their inventory already and were judged when they came; now they meet the market.
 */
import { feeRate } from "./fees.ts";
import { matchMarketOf } from "../orders/checks.ts";
import { statusRefusal } from "../orders/market-status.ts";
import { matchOrder, restQuantity, takeableLevels, wouldCross, type MatchMarket } from "../paper/match.ts";
import { isBelow } from "../decimal.ts";
import type { Symbol } from "../market.ts";
import { isTriggered } from "../orders/order.ts";
import { isArmed, triggeredAs } from "../orders/trigger.ts";
import { quantityForBudget } from "../paper/walk.ts";
import { cancelOrder, cancelOwn, openOrder } from "./execute.ts";
import { tradingFacts } from "./facts.ts";
import { assessmentMarket } from "./place.ts";
import type { OpenOrder } from "./state.ts";
import { armOrder, budgetOf } from "./triggered.ts";
import { record, stamp, type Turn } from "./turn.ts";
import { liveOrder, liveOrders } from "./open-orders.ts";

/** Matches the waiting orders of the symbol, oldest first. While there is no fresh price they go on waiting. */
export function retryWaiting(turn: Turn, symbol: Symbol): void {
  const { marketTime } = turn.context;
  const waiting = liveOrders(turn.state.orders).filter(
    (order) => order.waiting && order.symbol === symbol && (order.expiresAt === null || order.expiresAt > marketTime),
  );
  for (const order of waiting) {
    const facts = tradingFacts(turn.state, turn.context.now, order);
    const market = matchMarketOf(facts, symbol, assessmentMarket(turn.state, turn.context));
    const view = turn.context.markets[symbol];
    if (isArmed(order)) {
      if (view?.quote.fresh === true) {
        armOrder(turn, order.id, view);
      }
    } else if (market !== null && statusRefusal(market.instrument.status, order) === null) {
      meetMarket(turn, order, market);
    }
  }
}

/** Matches one order that waits, if its market can be traded on now. */
export function matchWaiting(turn: Turn, orderId: string): void {
  const order = liveOrder(turn.state.orders, orderId);
  if (order === undefined || !order.waiting) {
    return;
  }
  const facts = tradingFacts(turn.state, turn.context.now, order);
  const market = matchMarketOf(facts, order.symbol, assessmentMarket(turn.state, turn.context));
  if (market !== null && statusRefusal(market.instrument.status, order) === null) {
    meetMarket(turn, order, market);
  }
}

function meetMarket(turn: Turn, order: OpenOrder, market: MatchMarket): void {
  if (order.postOnly && order.limitPrice !== null && wouldCross(order.side, order.limitPrice, market)) {
    endPostOnly(turn, order);
    return;
  }
  const type = isTriggered(order.type) ? triggeredAs(order.type) : order.type;
  const wanted = { ...order, type, quantity: restQuantity(order) };
  const match = matchOrder(withinBudget(turn, wanted, market), market, feeRate(order.feeSchedule, "taker"));
  if (type === "market" && match.takes.length === 0) {
    return; // Nobody bids: it waits on.
  }
  cancelOwn(turn, match.cancelFirst);
  openOrder(turn, order.id, match, turn.state.instruments[order.symbol] ?? market.instrument);
}

/** A market buy that was triggered buys what its hold and the free money pay for, never more (TRADING §1). */
function withinBudget(turn: Turn, order: OpenOrder, market: MatchMarket): OpenOrder {
  if (order.side === "sell" || order.type !== "market") {
    return order;
  }
  const levels = takeableLevels("buy", market);
  const rate = feeRate(order.feeSchedule, "taker");
  const most = quantityForBudget(levels, budgetOf(turn, order), rate, market.instrument, true);
  return isBelow(most, order.quantity) ? { ...order, quantity: most } : order;
}

/** The venue would not take it: refused if it never stood in the market, cancelled if it did. */
function endPostOnly(turn: Turn, order: OpenOrder): void {
  const reason = "A post-only order may not trade at once, and when the price came back it would have.";
  if (order.status === "submitting") {
    record(turn, { type: "order_rejected", ...stamp(turn.context), orderId: order.id, reason, released: order.hold });
    return;
  }
  cancelOrder(turn, order.id, reason);
}
