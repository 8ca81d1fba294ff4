/** How the chart and its lines look, in the words of the library. */
import { ColorType, LineStyle } from "lightweight-charts";
import type { Decimal } from "../../../../domain/decimal.ts";
import type { ChartColours } from "./chart-colours.ts";
import { plotted } from "./chart-data.ts";
import type { OrderLine } from "./order-lines.ts";

export function themeOptions(colours: ChartColours) {
  return {
    layout: {
      background: { type: ColorType.Solid, color: colours.background },
      textColor: colours.text,
      fontSize: 11,
    },
    grid: { vertLines: { color: colours.line }, horzLines: { color: colours.line } },
    crosshair: {
      vertLine: { color: colours.crosshair, labelBackgroundColor: colours.crosshair },
      horzLine: { color: colours.crosshair, labelBackgroundColor: colours.crosshair },
    },
    timeScale: { borderColor: colours.line },
    rightPriceScale: { borderColor: colours.line },
  } as const;
}

export function candleColours(colours: ChartColours) {
  return {
    upColor: colours.up,
    downColor: colours.down,
    borderUpColor: colours.up,
    borderDownColor: colours.down,
    wickUpColor: colours.up,
    wickDownColor: colours.down,
  };
}

/** What stands at the line's end. An alert's words stand in its mark. */
export function titleOf(line: OrderLine, price: Decimal): string {
  return line.tone === "alert" ? "" : (line.labelAt?.(price) ?? line.label);
}

export function lineOptions(line: OrderLine, colours: ChartColours) {
  const color = line.tone === "alert" ? colours.alert : line.side === "buy" ? colours.up : colours.down;
  return {
    price: plotted(line.price),
    title: titleOf(line, line.price),
    color,
    lineWidth: 1,
    lineStyle: line.tone === "alert" ? LineStyle.LargeDashed : LineStyle.Dashed,
    axisLabelVisible: true,
  } as const;
}
