/** Triggered orders of the paper market: armed at the tape, following it, set off by a print (TRADING §3, §4). */
import { add, isPositive, subtract, ZERO, type Decimal } from "../decimal.ts";
import type { MarketView, Trade } from "../market.ts";
import { isReached, movedTrigger, triggersBelow } from "../orders/trigger.ts";
import { record, stamp, type Turn } from "./turn.ts";
import type { OpenOrder } from "./state.ts";
import { liveOrder } from "./open-orders.ts";

export const WAITING_TO_BE_ARMED = "Waiting for a price: it is armed as soon as there is one.";

/** The order stands from this print of the tape on: a price before it never fires it (TRADING §3). */
export function armOrder(turn: Turn, orderId: string, view: MarketView): void {
  const order = liveOrder(turn.state.orders, orderId);
  if (order === undefined) {
    return;
  }
  record(turn, {
    type: "order_opened",
    ...stamp(turn.context),
    orderId,
    queue: { ahead: ZERO, armedTradeId: view.tapeTradeId },
    forgottenLevels: [],
    venueOrderId: null,
  });
  const last = lastPrice(view);
  const start = order.triggerPrice === null && last !== null ? movedTrigger(order, last, view.instrument) : null;
  if (start !== null) {
    record(turn, {
      type: "trigger_moved",
      ...stamp(turn.context),
      orderId,
      triggerPrice: start,
      tradeId: view.tapeTradeId,
    });
  }
}

/** Where the market stands for a trigger: the last trade, else the mark; null while neither is fresh. */
export function lastPrice({ quote }: MarketView): Decimal | null {
  return quote.fresh ? (quote.lastTrade?.price ?? quote.mark) : null;
}

/** What one print does to an armed order: sets it off, moves its trigger, or nothing. True when it was set off. */
export function meetTrigger(turn: Turn, order: OpenOrder, trade: Trade, late: boolean): boolean {
  const instrument = turn.state.instruments[order.symbol];
  if (
    order.triggerPrice !== null &&
    isReached(order.triggerPrice, trade.price, triggersBelow(order.type, order.side))
  ) {
    fireTrigger(turn, order.id, { tradeId: trade.id, price: trade.price, at: trade.time, late });
    return true;
  }
  const moved = instrument === undefined ? null : movedTrigger(order, trade.price, instrument);
  if (moved !== null) {
    record(turn, {
      type: "trigger_moved",
      ...stamp(turn.context),
      orderId: order.id,
      triggerPrice: moved,
      tradeId: trade.id,
    });
  }
  return false;
}

/** From here on it is the market or limit order that it was to become; it waits for the first market after the print. */
export function fireTrigger(
  turn: Turn,
  orderId: string,
  by: { readonly tradeId: number; readonly price: Decimal; readonly at: number; readonly late: boolean },
): void {
  record(turn, {
    type: "order_triggered",
    ...stamp(turn.context),
    orderId,
    tradeId: by.tradeId,
    price: by.price,
    late: by.late,
    triggeredAt: by.at,
  });
}

/** What a triggered market buy may still cost: what is held for it and what is free beside. */
export function budgetOf(turn: Turn, order: OpenOrder): Decimal {
  const holding = turn.state.holdings[order.hold.asset];
  const free = holding === undefined ? ZERO : subtract(add(holding.managed, holding.external), holding.held);
  return isPositive(free) ? add(order.hold.amount, free) : order.hold.amount;
}
