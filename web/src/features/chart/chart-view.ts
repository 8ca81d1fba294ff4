/**
 * The chart library behind a small imperative door. Nothing reactive in here: the panel says what to show, the view keeps
 * one chart alive from mount to clean-up and touches only what differs. Loaded lazily, because the library is the largest
 * part of the page.
 */
import {
  type AutoscaleInfo,
  CandlestickSeries,
  createChartEx,
  createSeriesMarkers,
  CrosshairMode,
  HistogramSeries,
  type IPriceLine,
  type LogicalRange,
  type MouseEventParams,
  type Time,
} from "lightweight-charts";
import type { FillView } from "../../../../contract/orders.ts";
import type { Decimal } from "../../../../domain/decimal.ts";
import type { Candle, Instrument, Timeframe } from "../../../../domain/market.ts";
import { readColours } from "./chart-colours.ts";
import { axisPrice, candleBar, planChange, plotted, volumeBar } from "./chart-data.ts";
import { candleColours, lineOptions, themeOptions, titleOf } from "./chart-options.ts";
import { fillMarkers } from "./fill-markers.ts";
import { lineChanges, type OrderLine } from "./order-lines.ts";
import { makeLineDrag, nearestTick, type LineMove } from "./line-drag.ts";
import { watchPlaces, type LinePlaces } from "./line-places.ts";
import { levelOf } from "./position-lines.ts";
import { withLevels } from "./visible-range.ts";
import { momentLabel } from "./zone-labels.ts";
import { ZonedTimeScale } from "./zoned-time-scale.ts";

/** Candles in view after a switch of symbol or timeframe. */
const BARS_IN_VIEW = 120;
/** Older candles are asked for when fewer than this many remain to the left of the view. */
const LOAD_AHEAD_BARS = 50;

export type ChartContent = {
  readonly instrument: Instrument;
  readonly timeframe: Timeframe;
  readonly candles: readonly Candle[];
};

export type ChartEvents = {
  /** The candle under the crosshair, null when there is none. */
  onCrosshair(candle: Candle | null): void;
  /** The view has come near the oldest candle that is drawn. */
  onNearOldest(): void;
  /** Whether the oldest candle that is drawn is in view, and whether the newest is. */
  onEdges(edges: { readonly oldest: boolean; readonly newest: boolean }): void;
  /** A line was dropped at another price. */
  onLineMoved(move: LineMove): void;
  /** Where the lines of alerts lie now; only told when it is different. */
  onAlertPlaces(places: LinePlaces): void;
};

export type ChartView = {
  show(content: ChartContent): void;
  showFills(fills: readonly FillView[]): void;
  showOrders(lines: readonly OrderLine[]): void;
  setZone(zone: string): void;
  /** Reads the theme's colours again. */
  refreshColours(): void;
  showLatest(): void;
  /** Moves the view by candles; negative is back in time. */
  pan(bars: number): void;
  /** The price at a height of the chart, on the nearest tick; and the line that can be taken there, if any. */
  priceAt(y: number): Decimal | null;
  lineAt(y: number): OrderLine | null;
  /** Shows this many times as many candles, around the right edge. */
  zoom(factor: number): void;
  remove(): void;
};

export function makeChartView(container: HTMLElement, zone: string, events: ChartEvents): ChartView {
  let colours = readColours(container);
  let content: ChartContent | null = null;
  let fills: readonly FillView[] = [];
  let byTime = new Map<number, Candle>();
  let drawn: readonly Candle[] = [];
  const lines = new Map<string, { readonly line: OrderLine; readonly handle: IPriceLine }>();

  const scale = new ZonedTimeScale(zone);
  const chart = createChartEx<Time, ZonedTimeScale>(container, scale, {
    autoSize: true,
    localization: { locale: "en-US", timeFormatter: crosshairLabel },
    timeScale: { timeVisible: true, secondsVisible: false, rightOffset: 6, minBarSpacing: 1 },
    rightPriceScale: { scaleMargins: { top: 0.08, bottom: 0.22 } },
    crosshair: { mode: CrosshairMode.Normal },
  });
  chart.applyOptions(themeOptions(colours));
  // The library lays its canvases out in a table, which is none for a reader.
  container.querySelector("table")?.setAttribute("role", "presentation");
  const candleSeries = chart.addSeries(CandlestickSeries, {
    ...candleColours(colours),
    // A stop or a target outside the view could be neither seen nor dragged.
    autoscaleInfoProvider: (base: () => AutoscaleInfo | null) =>
      withLevels(
        base(),
        [...lines.values()]
          .filter(({ line }) => (levelOf(line.id)?.kind ?? "entry") !== "entry")
          .map(({ line }) => plotted(line.price)),
      ),
  });
  const volumeSeries = chart.addSeries(HistogramSeries, {
    priceScaleId: "volume",
    priceFormat: { type: "volume" },
    lastValueVisible: false,
    priceLineVisible: false,
  });
  volumeSeries.priceScale().applyOptions({ scaleMargins: { top: 0.84, bottom: 0 } });
  const markers = createSeriesMarkers(candleSeries, []);
  const drag = makeLineDrag({
    container,
    lines: () => [...lines.values()].map((entry) => entry.line),
    priceToY: (price) => candleSeries.priceToCoordinate(plotted(price)),
    yToPrice: (y) => candleSeries.coordinateToPrice(y),
    instrument: () => content?.instrument ?? null,
    preview: (id, price) => {
      const entry = lines.get(id);
      entry?.handle.applyOptions({
        price: plotted(price),
        title: titleOf(entry.line, price),
      });
    },
    setPanning: (enabled) => chart.applyOptions({ handleScroll: enabled, handleScale: enabled }),
    onMoved: (move) => events.onLineMoved(move),
  });

  candleSeries.attachPrimitive(
    watchPlaces({
      // As they are drawn: one in the hand lies where the hand is.
      places: () => [...lines.values()].flatMap(({ line, handle }) => placeOf(line, handle)),
      right: () => chart.priceScale("right").width(),
      onChange: (places) => events.onAlertPlaces(places),
    }),
  );

  chart.subscribeCrosshairMove(onCrosshairMove);
  chart.timeScale().subscribeVisibleLogicalRangeChange(onRangeChange);

  function show(next: ChartContent): void {
    const sameSeries =
      content !== null && content.instrument.symbol === next.instrument.symbol && content.timeframe === next.timeframe;
    if (!sameSeries || content?.instrument !== next.instrument) {
      candleSeries.applyOptions({
        priceFormat: {
          type: "custom",
          formatter: (price: number) => axisPrice(price, next.instrument.priceDecimals),
          minMove: plotted(next.instrument.tickSize),
        },
      });
    }
    const change = sameSeries ? planChange(drawn, next.candles) : { type: "reset" as const };
    content = next;
    if (change.type === "none") {
      return;
    }
    // The series may grow in place: what is drawn is remembered as a list of its own.
    drawn = [...next.candles];
    if (change.type === "update") {
      for (const candle of drawn.slice(change.from)) {
        byTime.set(candleBar(candle).time, candle);
        candleSeries.update(candleBar(candle));
        volumeSeries.update(volumeBar(candle, softColours()));
      }
      return;
    }
    drawAll();
    if (!sameSeries) {
      showLatest();
    }
  }

  function drawAll(): void {
    byTime = new Map(drawn.map((candle) => [candleBar(candle).time, candle]));
    candleSeries.setData(drawn.map(candleBar));
    volumeSeries.setData(drawn.map((candle) => volumeBar(candle, softColours())));
    drawMarkers();
  }

  function drawMarkers(): void {
    const first = drawn[0];
    if (content === null || first === undefined) {
      markers.setMarkers([]);
      return;
    }
    markers.setMarkers(fillMarkers(fills, content.timeframe, first.time, colours));
  }

  function showFills(next: readonly FillView[]): void {
    fills = next;
    drawMarkers();
  }

  function showOrders(next: readonly OrderLine[]): void {
    const changes = lineChanges(new Map([...lines].map(([id, entry]) => [id, entry.line])), next);
    for (const id of changes.removed) {
      const entry = lines.get(id);
      if (entry !== undefined) {
        candleSeries.removePriceLine(entry.handle);
        lines.delete(id);
      }
    }
    for (const line of changes.added) {
      lines.set(line.id, { line, handle: candleSeries.createPriceLine(lineOptions(line, colours)) });
    }
    for (const line of changes.changed) {
      const entry = lines.get(line.id);
      if (entry !== undefined) {
        entry.handle.applyOptions(lineOptions(line, colours));
        lines.set(line.id, { line, handle: entry.handle });
      }
    }
    drag.settle();
    if (changes.added.length > 0 || changes.changed.length > 0 || changes.removed.length > 0) {
      // Asks for the range again: the levels belong to it.
      chart.priceScale("right").applyOptions({});
    }
  }

  function setZone(next: string): void {
    scale.setZone(next);
    // Day marks are weighed when data is set, labels when the axis is drawn.
    const range = chart.timeScale().getVisibleLogicalRange();
    drawAll();
    if (range !== null) {
      chart.timeScale().setVisibleLogicalRange(range);
    }
  }

  function refreshColours(): void {
    colours = readColours(container);
    chart.applyOptions(themeOptions(colours));
    candleSeries.applyOptions(candleColours(colours));
    volumeSeries.setData(drawn.map((candle) => volumeBar(candle, softColours())));
    for (const entry of lines.values()) {
      entry.handle.applyOptions(lineOptions(entry.line, colours));
    }
    drawMarkers();
  }

  function showLatest(): void {
    chart.priceScale("right").applyOptions({ autoScale: true });
    chart.timeScale().setVisibleLogicalRange({ from: drawn.length - BARS_IN_VIEW, to: drawn.length + 6 });
  }

  function onCrosshairMove(event: MouseEventParams): void {
    const time = event.time;
    events.onCrosshair(typeof time === "number" ? (byTime.get(time) ?? null) : null);
  }

  function onRangeChange(range: LogicalRange | null): void {
    if (range === null || drawn.length === 0) {
      return;
    }
    events.onEdges({ oldest: range.from <= 0, newest: range.to >= drawn.length - 1 });
    if (range.from < LOAD_AHEAD_BARS) {
      events.onNearOldest();
    }
  }

  function pan(bars: number): void {
    const range = chart.timeScale().getVisibleLogicalRange();
    if (range !== null) {
      chart.timeScale().setVisibleLogicalRange({ from: range.from + bars, to: range.to + bars });
    }
  }

  function zoom(factor: number): void {
    const range = chart.timeScale().getVisibleLogicalRange();
    if (range !== null) {
      const bars = Math.max(10, (range.to - range.from) * factor);
      chart.timeScale().setVisibleLogicalRange({ from: range.to - bars, to: range.to });
    }
  }

  function placeOf(line: OrderLine, handle: IPriceLine): LinePlaces["lines"] {
    const y = line.tone === "alert" ? candleSeries.priceToCoordinate(handle.options().price) : null;
    return y === null || y < 0 || y > chart.paneSize().height ? [] : [{ id: line.id, y: Math.round(y) }];
  }

  function priceAt(y: number): Decimal | null {
    const raw = content === null || y > chart.paneSize().height ? null : candleSeries.coordinateToPrice(y);
    return raw === null || content === null ? null : nearestTick(raw, content.instrument);
  }

  function crosshairLabel(time: Time): string {
    return typeof time === "number" ? momentLabel(time * 1000, scale.zone, content?.timeframe === "1d") : "";
  }

  function softColours(): { readonly up: string; readonly down: string } {
    return { up: colours.upSoft, down: colours.downSoft };
  }

  function remove(): void {
    drag.dispose();
    chart.remove();
  }

  return {
    show,
    showFills,
    showOrders,
    setZone,
    refreshColours,
    showLatest,
    pan,
    zoom,
    priceAt,
    lineAt: (y) => drag.lineAt(y),
    remove,
  };
}
