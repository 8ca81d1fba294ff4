import { Show, type JSX } from "solid-js";
import type { Candle, Instrument, Timeframe } from "../../../../domain/market.ts";
import { classNames } from "../../ui/class-names.ts";
import { formatDecimal, formatPercent, formatPrice } from "../../ui/format.ts";
import { legendOf } from "./legend.ts";
import { momentLabel } from "./zone-labels.ts";

/** Open, high, low, close, change and volume of one candle, over the top left corner of the chart. */
export function ChartLegend(props: {
  instrument: Instrument;
  timeframe: Timeframe;
  candle: Candle;
  zone: string;
}): JSX.Element {
  const legend = () => legendOf(props.candle);
  const price = (value: Candle["open"]): string => formatPrice(value, props.instrument.priceDecimals);
  return (
    <div class="pointer-events-none @container absolute top-1 right-18 left-1 z-10 flex">
      <div class="flex flex-wrap gap-x-2 rounded-sm bg-panel/75 px-1 text-sm tabular-nums">
        <span class="font-medium">
          {props.instrument.symbol} · {props.timeframe}
        </span>
        <span class="hidden text-muted @min-[40rem]:inline">
          {momentLabel(props.candle.time, props.zone, props.timeframe === "1d")}
        </span>
        <Figure name="O" title="Open" value={price(props.candle.open)} />
        <Figure name="H" title="High" value={price(props.candle.high)} />
        <Figure name="L" title="Low" value={price(props.candle.low)} />
        <Figure name="C" title="Close" value={price(props.candle.close)} />
        <span
          class={classNames(legend().direction === "up" && "text-up", legend().direction === "down" && "text-down")}
        >
          {formatDecimal(legend().change, { decimals: props.instrument.priceDecimals, sign: "always" })} (
          {formatPercent(legend().changePercent)})
        </span>
        <span class="hidden @min-[36rem]:inline">
          <Figure name="V" title="Volume" value={formatDecimal(props.candle.volume, { decimals: 2 })} />
        </span>
        <Show when={!props.candle.closed}>
          <span class="hidden text-muted @min-[48rem]:inline">running</span>
        </Show>
      </div>
    </div>
  );
}

function Figure(props: { name: string; title: string; value: string }): JSX.Element {
  return (
    <span>
      <abbr class="text-muted no-underline" title={props.title}>
        {props.name}
      </abbr>{" "}
      {props.value}
    </span>
  );
}
