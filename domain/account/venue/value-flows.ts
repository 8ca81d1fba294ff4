/** Books what had no price when it was counted, by the first price of its asset, as the flow that it was (venue/unvalued). */
import { isZero, multiply, round, subtract, type Decimal } from "../../decimal.ts";
import type { Asset, Milliseconds } from "../../market.ts";
import { assetsOf, conversionRate, USUAL_COST_DECIMALS } from "../../orders/conversion.ts";
import { clockOf } from "../../risk/halt.ts";
import type { VenueExecution } from "../../venue/reports.ts";
import { record, stamp, type Turn } from "../turn.ts";
import { raiseAlert } from "./alerts.ts";
import type { FlowValued } from "./events.ts";

/** A price by which to value, and its time. */
export type FlowPrice = { readonly asset: Asset; readonly rate: Decimal; readonly at: Milliseconds };

/** Books what these prices are the first of. */
export function valueFlows(turn: Turn, prices: readonly FlowPrice[]): void {
  for (const { asset, rate, at } of prices) {
    const owed = turn.state.venue?.unvalued[asset];
    if (owed === undefined) {
      continue;
    }
    const worth = (quantity: Decimal): Decimal => round(multiply(quantity, rate), USUAL_COST_DECIMALS, "half-even");
    const valued: FlowValued = {
      type: "flow_valued",
      ...stamp(turn.context),
      asset,
      quantity: owed.flow,
      rate,
      pricedAt: at,
      flow: worth(owed.flow),
      dayFlow: worth(owed.day),
      managedFlow: subtract(worth(owed.managed), owed.counted),
    };
    record(turn, valued);
    if (!isZero(owed.flow)) {
      const sentence = `${owed.flow} ${asset} had no price when they were counted. At the first one since, ${rate} ${turn.state.currency} of ${clockOf(at)}, they are ${valued.flow} ${turn.state.currency}: booked as a deposit or withdrawal, not as profit.`;
      raiseAlert(turn, "information", sentence, null);
    }
  }
}

/** The prices of the turn's own market, where they are fresh. */
export function pricesAtHand({ state, context }: Turn): readonly FlowPrice[] {
  return Object.keys(state.venue?.unvalued ?? {}).flatMap((asset) => {
    const quote = context.markets[`${asset}/${state.currency}`]?.quote;
    return quote === undefined || quote.mark === null || !quote.fresh
      ? []
      : [{ asset, rate: quote.mark, at: quote.markTime ?? quote.at }];
  });
}

/** A trade of the asset says what it is worth, and takes it away, perhaps before any quote does. */
export function valueByTrade(turn: Turn, { symbol, price, time }: VenueExecution): void {
  const { base, quote } = assetsOf(symbol);
  const rate = conversionRate(quote, turn.state.currency, turn.context.markets);
  if (rate !== null) {
    valueFlows(turn, [{ asset: base, rate: multiply(price, rate.rate), at: time }]);
  }
}
