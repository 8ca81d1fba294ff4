/**
 * Prints that the feed delivers for resting orders. Every print is counted once per order (its cursor) and gives at most its
 * size once per account, oldest order first, whatever is repeated or overlaps (TRADING §3, §4).
 */
import { firePriceAlerts } from "../alerts/decide.ts";
import { compare, isPositive } from "../decimal.ts";
import type { Symbol, Trade, TriggerDelivery } from "../market.ts";
import { consumedOf } from "../paper/consumed.ts";
import { restQuantity } from "../paper/match.ts";
import { applyPrint } from "../paper/prints.ts";
import { quantiseQuantity } from "../orders/quantise.ts";
import { isArmed } from "../orders/trigger.ts";
import type { Protection } from "../protection/protection.ts";
import { executeFill } from "./execute.ts";
import { leaveAtTarget } from "./leave-at-target.ts";
import { matchWaiting } from "./retry.ts";
import { meetTrigger } from "./triggered.ts";
import { orderOfRow } from "../triggers/trigger-index.ts";
import { targetOfRow } from "./watched-levels.ts";
import type { OpenOrder } from "./state.ts";
import { record, stamp, type Turn } from "./turn.ts";
import { liveOrder } from "./open-orders.ts";

type Offer = { readonly rowId: string; readonly version: number; readonly trade: Trade; readonly late: boolean };

/** Books what the deliveries do. Deliveries for orders that are gone or have changed since do nothing. */
export function applyPrints(turn: Turn, deliveries: readonly TriggerDelivery[]): void {
  const ofOrders = firePriceAlerts(turn, deliveries);
  const symbols = [...new Set(ofOrders.map(({ symbol }) => symbol))];
  for (const symbol of symbols) {
    applyToSymbol(
      turn,
      symbol,
      ofOrders.filter((delivery) => delivery.symbol === symbol),
    );
  }
}

/** Prints of one tape in one order; where the venue's tape began anew, ids of before and after cannot be compared. */
function applyToSymbol(turn: Turn, symbol: Symbol, deliveries: readonly TriggerDelivery[]): void {
  let pending: TriggerDelivery[] = [];
  for (const delivery of deliveries) {
    if (delivery.newTapeAt === undefined) {
      pending.push(delivery);
    } else {
      applyTape(turn, symbol, pending);
      pending = [];
      beginNewTape(turn, delivery, delivery.newTapeAt);
    }
  }
  applyTape(turn, symbol, pending);
}

/**
 * The order stands where the new tape stood: earlier prints never fill it (TRADING §3). It gets a new version, so that
 * prints of the old tape that are delivered once more are recognised, and the feed is told the row again.
 */
function beginNewTape(turn: Turn, { orderId: rowId, version, symbol }: TriggerDelivery, cursor: number): void {
  const target = targetOfRow(turn.state, rowId);
  if (target !== null) {
    rearmTarget(turn, target, version, cursor);
    return;
  }
  const orderId = orderOfRow(rowId);
  const order = liveOrder(turn.state.orders, orderId);
  if (order !== undefined && order.queue !== null && order.version === version && order.symbol === symbol) {
    const { ahead } = order.queue;
    const orders = [{ orderId, ahead, cursor }];
    record(turn, { type: "queue_advanced", ...stamp(turn.context), symbol, orders, newTape: true });
  }
}

function applyTape(turn: Turn, symbol: Symbol, deliveries: readonly TriggerDelivery[]): void {
  const offers = deliveries
    .flatMap(({ orderId: rowId, version, trades, late }) =>
      trades.map((trade): Offer => ({ rowId, version, trade, late })),
    )
    .sort((left, right) => left.trade.id - right.trade.id || arrivalOf(turn, left) - arrivalOf(turn, right));
  const advanced = new Map<string, { readonly ahead: OpenOrder["quantity"]; readonly cursor: number }>();
  for (const offer of offers) {
    applyOffer(turn, offer, advanced);
  }
  const orders = [...advanced]
    .filter(([orderId, moved]) => isNews(liveOrder(turn.state.orders, orderId), moved))
    .map(([orderId, moved]) => ({ orderId, ...moved }));
  if (orders.length > 0) {
    record(turn, { type: "queue_advanced", ...stamp(turn.context), symbol, orders });
  }
}

function applyOffer(
  turn: Turn,
  { rowId, version, trade, late }: Offer,
  advanced: Map<string, { readonly ahead: OpenOrder["quantity"]; readonly cursor: number }>,
): void {
  const target = targetOfRow(turn.state, rowId);
  if (target !== null) {
    reachTarget(turn, target, version, trade, late);
    return;
  }
  const orderId = orderOfRow(rowId);
  const order = liveOrder(turn.state.orders, orderId);
  if (order !== undefined && isArmed(order)) {
    meetArmed(turn, order, version, trade, late);
    return;
  }
  const instrument = turn.state.instruments[trade.symbol];
  if (order === undefined || order.queue === null || order.limitPrice === null || instrument === undefined) {
    return;
  }
  const queue = advanced.get(orderId) ?? order.queue;
  const expired = order.expiresAt !== null && trade.time >= order.expiresAt;
  if (order.version !== version || order.symbol !== trade.symbol || trade.id <= queue.cursor || expired) {
    return;
  }
  const { side, limitPrice } = order;
  const consumed = consumedOf(turn.state.prints, trade.symbol, trade.id);
  const effect = applyPrint(
    { side, limitPrice, remaining: restQuantity(order), ahead: queue.ahead },
    { price: trade.price, quantity: trade.quantity },
    consumed,
  );
  if (effect === null) {
    return;
  }
  advanced.set(orderId, { ahead: effect.ahead, cursor: trade.id });
  const quantity = quantiseQuantity(effect.filled, instrument);
  if (isPositive(quantity)) {
    executeFill(turn, orderId, instrument, {
      price: limitPrice,
      quantity,
      liquidity: "maker",
      late,
      print: { tradeId: trade.id, price: trade.price, queueAhead: effect.ahead },
      level: null,
      filledAt: trade.time,
    });
  }
}

function arrivalOf(turn: Turn, offer: Offer): number {
  return liveOrder(turn.state.orders, orderOfRow(offer.rowId))?.queue?.arrival ?? 0;
}

/** A trigger of the paper market: prints it has seen, and those of another shape of the order, do nothing. */
function meetArmed(turn: Turn, order: OpenOrder, version: number, trade: Trade, late: boolean): void {
  // A trailing order moves with every new best price; the prints after that are judged by where it stands now.
  const sameShape = order.trailingPercent !== null ? version <= order.version : version === order.version;
  if (order.queue === null || order.symbol !== trade.symbol || trade.id <= order.queue.cursor || !sameShape) {
    return;
  }
  if (meetTrigger(turn, order, trade, late)) {
    matchWaiting(turn, order.id);
  }
}

/** The last trade reached a target: the desk sells, and says by which print. */
function reachTarget(turn: Turn, protection: Protection, version: number, trade: Trade, late: boolean): void {
  const { asset, symbol, target, targetArmedTradeId } = protection;
  const stale = protection.version !== version || trade.id <= targetArmedTradeId || symbol !== trade.symbol;
  if (target === null || stale || compare(trade.price, target) < 0) {
    return;
  }
  record(turn, {
    type: "target_reached",
    ...stamp(turn.context),
    asset,
    symbol,
    target,
    tradeId: trade.id,
    price: trade.price,
    late,
  });
  leaveAtTarget(turn, asset, target);
}

function rearmTarget(turn: Turn, protection: Protection, version: number, tradeId: number): void {
  if (protection.version === version) {
    record(turn, {
      type: "protection_changed",
      ...stamp(turn.context),
      asset: protection.asset,
      protection: { ...protection, targetArmedTradeId: tradeId, version: version + 1 },
      reason: "The exchange's tape began anew.",
    });
  }
}

/** Only what the fills of the order have not said already. */
function isNews(
  order: OpenOrder | undefined,
  moved: { readonly ahead: OpenOrder["quantity"]; readonly cursor: number },
): boolean {
  return (
    order !== undefined &&
    order.queue !== null &&
    (order.queue.cursor !== moved.cursor || order.queue.ahead !== moved.ahead)
  );
}
