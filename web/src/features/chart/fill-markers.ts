/** Own fills as arrows on the candles in which they happened. */
import type { SeriesMarker, UTCTimestamp } from "lightweight-charts";
import type { FillView } from "../../../../contract/orders.ts";
import { add, divide, ZERO, type Decimal } from "../../../../domain/decimal.ts";
import type { Side, Timeframe } from "../../../../domain/market.ts";
import { candleTime } from "./chart-data.ts";

export type MarkerColours = { readonly up: string; readonly down: string };

type Group = { readonly time: UTCTimestamp; readonly side: Side; quantity: Decimal; cost: Decimal };

/**
 * One marker per candle and side, with the summed quantity and the average price. Fills before the first drawn candle get
 * none: the library would pile them up on it. Oldest first, as the library wants them.
 */
export function fillMarkers(
  fills: readonly FillView[],
  timeframe: Timeframe,
  firstCandleTime: number,
  priceDecimals: number,
  colours: MarkerColours,
): SeriesMarker<UTCTimestamp>[] {
  const groups = new Map<string, Group>();
  for (const fill of fills) {
    if (fill.time < firstCandleTime) {
      continue;
    }
    const time = candleTime(fill.time, timeframe);
    const key = `${time} ${fill.side}`;
    const group = groups.get(key) ?? { time, side: fill.side, quantity: ZERO, cost: ZERO };
    group.quantity = add(group.quantity, fill.quantity);
    group.cost = add(group.cost, fill.cost);
    groups.set(key, group);
  }
  return [...groups.values()]
    .sort((left, right) => left.time - right.time)
    .map((group) => toMarker(group, priceDecimals, colours));
}

function toMarker(group: Group, priceDecimals: number, colours: MarkerColours): SeriesMarker<UTCTimestamp> {
  const buy = group.side === "buy";
  const price = divide(group.cost, group.quantity, priceDecimals, "half-even");
  return {
    time: group.time,
    position: buy ? "belowBar" : "aboveBar",
    shape: buy ? "arrowUp" : "arrowDown",
    color: buy ? colours.up : colours.down,
    text: `${buy ? "Bought" : "Sold"} ${group.quantity} @ ${price}`,
    id: `${group.side} ${group.time}`,
  };
}
