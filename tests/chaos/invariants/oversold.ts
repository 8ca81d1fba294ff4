/**
 * No orders of the desk could ever sell more of an asset than the desk bought or adopted, were all of them filled this very moment:
 * what is beyond that is external inventory (TRADING §1, §4 "saga"). Looked at from the exchange's side.
 */
import {
  add,
  decimal,
  isAbove,
  isNegative,
  multiply,
  subtract,
  sum,
  ZERO,
  type Decimal,
} from "../../../domain/decimal.ts";
import { holdingOf } from "../../../domain/account/holdings.ts";
import type { AccountState } from "../../../domain/account/state.ts";
import type { Recorded } from "../../../durable-objects/trader/turn.ts";
import type { Order, UserTrade } from "../../../exchange-sim/engine/orders.ts";
import { formatTrimmed } from "../../../exchange-sim/units.ts";
import { Broken } from "../story.ts";
import type { Surroundings } from "../surroundings.ts";

/** What is bought with the asset at the market may cost so much more of it than was held; the stop becomes smaller after. */
const SLIPPAGE = decimal("0.1");
const ASSETS = ["BTC", "ETH"] as const;

export class OversoldWatch {
  readonly #world: Surroundings;
  readonly #adopted = new Map<string, Decimal>();
  #isBlind = false;

  constructor(world: Surroundings) {
    this.#world = world;
  }

  committed({ event }: Recorded): void {
    // What was not found may yet arrive, when the desk has done without it. A close that the trader asked for by name is there before
    // the desk knows, beside what the desk has placed for the fill: it is made good after, and not seen by this watch. For a stop that
    // an entry carries that is no excuse: until it was looked for nothing else sells what it is for.
    const closes =
      event.type === "order_submitted" && event.conditionalClose !== null && event.carriedStopPrice === undefined;
    this.#isBlind ||= closes || event.type === "absence_noted";
    if (event.type === "holding_adopted") {
      this.#adopted.set(event.asset, add(this.#adopted.get(event.asset) ?? ZERO, event.quantity));
    }
  }

  /** Once belief and exchange agree: nothing was sold that the desk does not manage. */
  checkBelief(state: AccountState): void {
    for (const asset of ASSETS) {
      const { managed, external } = holdingOf(state.holdings, asset);
      if (!this.#isBlind && isNegative(managed)) {
        throw new Broken(`${asset} was oversold: ${managed} is managed, ${external} is not`);
      }
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
        (order) => order.terms.side === "sell" && order.terms.pair.base.name === asset && isOwn(order),
      );
      const selling = sum(sales.map(restOf));
      const slipped = sum(own.map((trade) => multiply(paid(trade, asset), SLIPPAGE)));
      if (isAbove(selling, add(left, slipped))) {
        throw new Broken(`orders of the desk would sell ${selling} ${asset}, and ${left} is left of what it bought`);
      }
    }
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

/** What of the asset was paid in the trade. */
function paid(trade: UserTrade, asset: string): Decimal {
  const change = trade.pair.quote.name === asset ? moved(trade, asset) : ZERO;
  return isNegative(change) ? subtract(ZERO, change) : ZERO;
}

function restOf({ terms, filled }: Order): Decimal {
  return decimal(formatTrimmed(terms.quantity - filled, terms.pair.quantityDecimals));
}
