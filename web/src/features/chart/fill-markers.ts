/** Own fills as arrows on the candles in which they happened. */
import type { SeriesMarker, UTCTimestamp } from "lightweight-charts";
import type { FillView } from "../../../../contract/orders.ts";
import { add, ZERO, type Decimal } from "../../../../domain/decimal.ts";
import type { Side, Timeframe } from "../../../../domain/market.ts";
import { candleTime } from "./chart-data.ts";

export type MarkerColours = { readonly up: string; readonly down: string };

type Group = { readonly time: UTCTimestamp; readonly side: Side; quantity: Decimal };

/**
 * One marker per candle and side, with the summed quantity. Fills before the first drawn candle get
 * none: the library would pile them up on it. Oldest first, as the library wants them.
 */
export function fillMarkers(
  fills: readonly FillView[],
  timeframe: Timeframe,
  firstCandleTime: number,
  colours: MarkerColours,
): SeriesMarker<UTCTimestamp>[] {
  const groups = new Map<string, Group>();
  for (const fill of fills) {
    if (fill.time < firstCandleTime) {
      continue;
    }
    const time = candleTime(fill.time, timeframe);
    const key = `${time} ${fill.side}`;
    const group = groups.get(key) ?? { time, side: fill.side, quantity: ZERO };
    group.quantity = add(group.quantity, fill.quantity);
    groups.set(key, group);
  }
  return [...groups.values()].sort((left, right) => left.time - right.time).map((group) => toMarker(group, colours));
}

function toMarker(group: Group, colours: MarkerColours): SeriesMarker<UTCTimestamp> {
  const buy = group.side === "buy";
  return {
    time: group.time,
    position: buy ? "belowBar" : "aboveBar",
    shape: buy ? "arrowUp" : "arrowDown",
    color: buy ? colours.up : colours.down,
    // Short: most fills stand at the right edge, where a longer text would be cut.
    text: `${buy ? "Buy" : "Sell"} ${group.quantity}`,
    id: `${group.side} ${group.time}`,
  };
}
