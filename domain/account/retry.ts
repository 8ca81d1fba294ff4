/**
 * Exits that were accepted without a fresh price (TRADING §2: "a paper exit waits for a fresh book and says so"). They hold
 * their inventory already and were judged when they came; now they meet the market.
 */
import { feeRate } from "./fees.ts";
import { matchMarketOf } from "../orders/checks.ts";
import { statusRefusal } from "../orders/market-status.ts";
import { matchOrder, restQuantity, wouldCross, type MatchMarket } from "../paper/match.ts";
import type { Symbol } from "../market.ts";
import { cancelOrder, cancelOwn, openOrder } from "./execute.ts";
import { tradingFacts } from "./facts.ts";
import { assessmentMarket } from "./place.ts";
import type { OpenOrder } from "./state.ts";
import { record, stamp, type Turn } from "./turn.ts";

/** Matches the waiting orders of the symbol, oldest first. While there is no fresh price they go on waiting. */
export function retryWaiting(turn: Turn, symbol: Symbol): void {
  const { marketTime } = turn.context;
  const waiting = Object.values(turn.state.orders).filter(
    (order) => order.waiting && order.symbol === symbol && (order.expiresAt === null || order.expiresAt > marketTime),
  );
  for (const order of waiting) {
    const facts = tradingFacts(turn.state, turn.context.now, order);
    const market = matchMarketOf(facts, symbol, assessmentMarket(turn.state, turn.context));
    if (market !== null && statusRefusal(market.instrument.status, order) === null) {
      meetMarket(turn, order, market);
    }
  }
}

function meetMarket(turn: Turn, order: OpenOrder, market: MatchMarket): void {
  if (order.postOnly && order.limitPrice !== null && wouldCross(order.side, order.limitPrice, market)) {
    endPostOnly(turn, order);
    return;
  }
  const wanted = { ...order, quantity: restQuantity(order) };
  const match = matchOrder(wanted, market, feeRate(order.feeSchedule, "taker"));
  if (order.type === "market" && match.takes.length === 0) {
    return; // Nobody bids: it waits on.
  }
  cancelOwn(turn, match.cancelFirst);
  openOrder(turn, order.id, match, turn.state.instruments[order.symbol] ?? market.instrument);
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
