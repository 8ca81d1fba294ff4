import { holdingOf } from "../../../domain/account/holdings.ts";
import type { AccountState, OpenOrder } from "../../../domain/account/state.ts";
import { decimal, isAbove, isBelow, sum, ZERO, type Decimal } from "../../../domain/decimal.ts";
import { restingStops } from "../../../domain/protection/resting-stop.ts";
import { protectionStanding } from "../../../domain/protection/standing.ts";
import type { Order } from "../../../exchange-sim/engine/orders.ts";
import { formatTrimmed } from "../../../exchange-sim/units.ts";
import type { ModelExchange } from "../venue.ts";

/**
 * Every position that wants a stop has it at the exchange, for what it can cover and no more, once nothing is in its way any
 * longer (TRADING §4). Null: so it is. What the exchange did just now the desk may not know yet.
 */
export function protectionProblem(state: AccountState, exchange: ModelExchange): string | null {
  for (const asset of Object.keys(state.protections)) {
    const { status, reason } = protectionStanding(state, asset);
    if (status === "pending") {
      return `the stop of ${asset} never came to rest: ${reason ?? ""}`;
    }
    const stops = restingStops(state, asset);
    const resting = sum(stops.map((order) => restOf(order, exchange)));
    const { managed } = holdingOf(state.holdings, asset);
    if (isAbove(resting, managed)) {
      return `stops for ${resting} ${asset} rest at the exchange and ${managed} is managed`;
    }
    if (status === "protected" && isBelow(resting, sum(stops.map(({ hold }) => hold.amount)))) {
      return `the desk counts on a stop of ${asset} that is not at the exchange`;
    }
    const { stop } = state.protections[asset] ?? { stop: null };
    const levels = stops.map((order) => levelOf(order, exchange)).filter((level) => level !== null);
    const other = levels.find((level) => level !== stop?.price);
    if (status === "protected" && stop?.type === "fixed" && other !== undefined) {
      return `a stop of ${asset} rests at ${other} and ${stop.price} was promised`;
    }
  }
  return null;
}

/** The order at the exchange; one that it made itself is known by its own name. */
function atExchange({ id }: OpenOrder, { account }: ModelExchange): Order | undefined {
  return [...account.live.values()].find((order) => order.terms.clientOrderId === id || order.id === id);
}

/** Where its trigger stands; null where it is not there. */
function levelOf(order: OpenOrder, exchange: ModelExchange): Decimal | null {
  const there = atExchange(order, exchange);
  const trigger = there?.trigger?.price;
  return there === undefined || trigger === undefined
    ? null
    : decimal(formatTrimmed(BigInt(trigger), there.terms.pair.priceDecimals));
}

/** What the exchange still has of the order. */
function restOf(order: OpenOrder, exchange: ModelExchange): Decimal {
  const there = atExchange(order, exchange);
  return there === undefined
    ? ZERO
    : decimal(formatTrimmed(there.terms.quantity - there.filled, there.terms.pair.quantityDecimals));
}
