/**
 * No orders of the desk could ever sell more of an asset than the desk bought or adopted, were all of them filled this very moment:
 * what is beyond that is external inventory (TRADING §1, §4 "saga"). Looked at from the exchange's side.
 */
import { add, decimal, isAbove, subtract, sum, ZERO, type Decimal } from "../../../domain/decimal.ts";
import { liveOrders, NO_ORDERS } from "../../../domain/account/open-orders.ts";
import type { AccountState } from "../../../domain/account/state.ts";
import type { Recorded } from "../../../durable-objects/trader/turn.ts";
import type { Order, UserTrade } from "../../../exchange-sim/engine/orders.ts";
import { formatTrimmed } from "../../../exchange-sim/units.ts";
import { Broken } from "../story.ts";
import type { Surroundings } from "../surroundings.ts";

const ASSETS = ["BTC", "ETH"] as const;

export class OversoldWatch {
  readonly #world: Surroundings;
  readonly #adopted = new Map<string, Decimal>();
  #state: AccountState | null = null;
  #isBlind = false;

  constructor(world: Surroundings) {
    this.#world = world;
  }

  committed({ event, after }: Recorded): void {
    this.#state = after;
    // What was not found may yet arrive, when the desk has done without it. What the exchange makes for a fill is there before the
    // desk knows, beside what the desk has placed for it: both are made good after, and are not seen by this watch.
    const closes = event.type === "order_submitted" && event.conditionalClose !== null;
    this.#isBlind ||= closes || event.type === "absence_noted";
    if (event.type === "holding_adopted") {
      this.#adopted.set(event.asset, add(this.#adopted.get(event.asset) ?? ZERO, event.quantity));
    }
  }

  check(): void {
    if (this.#isBlind) {
      return;
    }
    const { orders, live, trades } = this.#world.exchange.account;
    const isOwn = (order: Order | undefined): boolean =>
      order !== undefined && (order.terms.clientOrderId !== undefined || isOwn(orders.get(order.parent ?? "")));
    const own = trades.filter(({ orderId }) => isOwn(orders.get(orderId)));
    for (const asset of ASSETS) {
      const left = add(this.#adopted.get(asset) ?? ZERO, sum(own.map((trade) => moved(trade, asset))));
      const sales = [...live.values()].filter(
        (order) => order.terms.side === "sell" && order.terms.pair.base.name === asset && this.#isKnown(order),
      );
      const selling = sum(sales.map(restOf));
      if (isAbove(selling, left)) {
        throw new Broken(`orders of the desk would sell ${selling} ${asset}, and ${left} is left of what it bought`);
      }
    }
  }

  /** One that the exchange made for a fill is the desk's once it has heard of it. */
  #isKnown({ id, terms }: Order): boolean {
    const live = liveOrders(this.#state?.orders ?? NO_ORDERS);
    return live.some((order) => order.id === terms.clientOrderId || order.venueOrderId === id);
  }
}

/** What the trade added of the asset to what the desk bought, or took from it. */
function moved({ pair, side, quantity, cost, fee, feeCurrency }: UserTrade, asset: string): Decimal {
  const isBuy = side === "buy";
  if (pair.base.name === asset) {
    const size = decimal(formatTrimmed(quantity, pair.quantityDecimals));
    const charged = feeCurrency === "base" ? decimal(formatTrimmed(fee, pair.quantityDecimals)) : ZERO;
    return subtract(isBuy ? size : subtract(ZERO, size), charged);
  }
  if (pair.quote.name === asset) {
    const worth = decimal(formatTrimmed(cost, pair.costDecimals));
    const charged = feeCurrency === "quote" ? decimal(formatTrimmed(fee, pair.costDecimals)) : ZERO;
    return subtract(isBuy ? subtract(ZERO, worth) : worth, charged);
  }
  return ZERO;
}

function restOf({ terms, filled }: Order): Decimal {
  return decimal(formatTrimmed(terms.quantity - filled, terms.pair.quantityDecimals));
}
