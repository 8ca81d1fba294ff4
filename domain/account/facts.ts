import { compare, divide, isPositive, isZero, subtract, ZERO, type Decimal } from "../decimal.ts";
import type { Asset, Instrument, Milliseconds } from "../market.ts";
import { valuationSymbol } from "../orders/conversion.ts";
import type { OwnLiveOrder, TradingFacts } from "../orders/facts.ts";
import { isArmed } from "../orders/trigger.ts";
import { restQuantity } from "../paper/match.ts";
import type { LossBases } from "../risk/facts.ts";
import { heldByOthers, isProtectiveStop } from "../protection/resting-stop.ts";
import { spendable } from "./venue/spendable.ts";
import { totalOf } from "./holdings.ts";
import { countRecent } from "./rate-window.ts";
import type { AccountState, OpenOrder } from "./state.ts";
import { liveOrders } from "./open-orders.ts";

/**
 * What judging an order needs to know of the account. `without` names an order that is left out with its hold given back:
 * the one that an amend is about to replace.
 */
export function tradingFacts(state: AccountState, now: Milliseconds, without: OpenOrder | null = null): TradingFacts {
  const balances: Record<Asset, { total: Decimal; held: Decimal; managed: Decimal }> = {};
  for (const [asset, holding] of Object.entries(state.holdings)) {
    // A resting stop gives way to any other sale, so what it holds is free to be sold (TRADING §4).
    balances[asset] = {
      total: spendable(state, asset),
      held: heldByOthers(state, asset),
      managed: holding.managed,
    };
  }
  const own = without === null ? undefined : balances[without.hold.asset];
  if (without !== null && own !== undefined && !isProtectiveStop(without)) {
    balances[without.hold.asset] = { ...own, held: subtract(own.held, without.hold.amount) };
  }
  return {
    currency: state.currency,
    exchange: state.venue !== null,
    fees: state.fees,
    limits: state.limits,
    balances,
    owned: Object.fromEntries(Object.entries(state.holdings).map(([asset, holding]) => [asset, totalOf(holding)])),
    lossBases: lossBasesOf(state),
    halts: state.halts,
    positions: Object.fromEntries(
      Object.entries(state.holdings).map(([asset, { cost }]) => [
        asset,
        { cost, stop: state.protections[asset]?.stop ?? null },
      ]),
    ),
    positionAssets: positionAssets(state),
    orders: liveOrders(state.orders)
      .filter((order) => order.id !== without?.id)
      .map(ownOrder),
    taken: state.taken,
    entriesLastMinute: countRecent(state.recentEntries, now),
  };
}

/** What losses are counted from. */
export function lossBasesOf({ watch, day }: AccountState): LossBases {
  return {
    peak: watch.peak,
    drawdownBase: watch.drawdownBase,
    day: watch.dayBase ?? { equity: day.equity, flows: ZERO },
    flows: day.flows,
  };
}

/** Assets held in more than dust, without the account currency. */
export function positionAssets(state: AccountState): readonly Asset[] {
  return Object.keys(state.holdings).filter((asset) => {
    const managed = state.holdings[asset]?.managed ?? ZERO;
    return asset !== state.currency && isPositive(managed) && !isDust(state, asset);
  });
}

/** CASES "dust": under the pair's minimum, so it cannot be sold on its own. False while the pair's rules are not known. */
export function isDust(state: AccountState, asset: Asset): boolean {
  const instrument = instrumentOf(state, asset);
  const managed = state.holdings[asset]?.managed ?? ZERO;
  return instrument !== undefined && compare(managed, instrument.minimumQuantity) < 0;
}

/** The pair that an asset is shown under, or another that the account traded it by. */
export function instrumentOf(state: AccountState, asset: Asset): Instrument | undefined {
  return (
    state.instruments[valuationSymbol(asset, state.currency)] ??
    Object.values(state.instruments).find(({ base }) => base === asset)
  );
}

function ownOrder(order: OpenOrder): OwnLiveOrder {
  return {
    id: order.id,
    symbol: order.symbol,
    side: order.side,
    type: order.type,
    limitPrice: order.limitPrice,
    resting: order.queue !== null && !isArmed(order),
    queueAhead: order.queue?.ahead ?? null,
    remaining: restQuantity(order),
    conversionRate: order.conversionRate,
    valuedAt: order.limitPrice ?? order.triggerPrice ?? heldPrice(order),
    protection: isZero(order.filledQuantity) ? (order.protection ?? null) : null,
  };
}

/** What a buy without a price of its own was backed at: no more than that is paid for it. */
function heldPrice(order: OpenOrder): Decimal | null {
  const rest = restQuantity(order);
  return order.side === "buy" && isPositive(rest) && isPositive(order.hold.amount)
    ? divide(order.hold.amount, rest, HELD_PRICE_DECIMALS, "up")
    : null;
}

const HELD_PRICE_DECIMALS = 10;
