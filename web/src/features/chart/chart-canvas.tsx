import { createEffect, createMemo, createSignal, For, onCleanup, onMount, Show, type JSX } from "solid-js";
import type { FillView } from "../../../../contract/orders.ts";
import type { Candle, Instrument, Timeframe } from "../../../../domain/market.ts";
import type { CandleSeries } from "../../data/candle-mirror.ts";
import { Button } from "../../ui/button.tsx";
import { formatPrice } from "../../ui/format.ts";
import { ContextMenu } from "../../ui/context-menu.tsx";
import type { MenuItem } from "../../ui/menu-items.tsx";
import { AlertMarks, type AlertMark } from "./alert-marks.tsx";
import { watchTheme } from "./chart-colours.ts";
import { ChartLegend } from "./chart-legend.tsx";
import type { ChartSpot } from "./chart-menu.ts";
import type { ChartView } from "./chart-view.ts";
import type { LineMove } from "./line-drag.ts";
import { NO_PLACES, type LinePlaces } from "./line-places.ts";
import type { OrderLine } from "./order-lines.ts";

const PAN_BARS = 10;
const ZOOM_STEP = 1.25;
/** Where the menu opens when the keyboard asks for it. */
const CORNER = 24;

type Menu = { readonly items: readonly MenuItem[]; readonly x: number; readonly y: number };

type ChartCanvasProps = {
  instrument: Instrument | null;
  timeframe: Timeframe;
  /** Null while the series of this symbol and timeframe is on its way. */
  series: CandleSeries | null;
  fills: readonly FillView[];
  lines: readonly OrderLine[];
  zone: string;
  onNearOldest: () => void;
  onLineMoved: (move: LineMove) => void;
  alerts: readonly AlertMark[];
  onOpenAlert: (lineId: string) => void;
  onRemoveAlert: (lineId: string) => void;
  /** What can be done at a spot; nothing: the browser's own menu comes. */
  menuAt: (spot: ChartSpot) => readonly MenuItem[];
};

/** The one chart of the page: made when the library has come, removed with the panel, fed in between. */
export function ChartCanvas(props: ChartCanvasProps): JSX.Element {
  let host: HTMLDivElement | undefined;
  const [view, setView] = createSignal<ChartView | null>(null);
  const [failure, setFailure] = createSignal<string | null>(null);
  const [pointed, setPointed] = createSignal<Candle | null>(null);
  const [places, setPlaces] = createSignal<LinePlaces>(NO_PLACES);
  const [menu, setMenu] = createSignal<Menu | null>(null);
  const [edges, setEdges] = createSignal({ oldest: false, newest: true });

  let isGone = false;

  const load = async (): Promise<void> => {
    setFailure(null);
    try {
      const { makeChartView } = await import("./chart-view.ts");
      if (!isGone && host !== undefined) {
        setView(
          makeChartView(host, props.zone, {
            onCrosshair: setPointed,
            onNearOldest: () => props.onNearOldest(),
            onEdges: setEdges,
            onLineMoved: (move) => props.onLineMoved(move),
            onAlertPlaces: setPlaces,
          }),
        );
      }
    } catch (error) {
      console.error("The chart could not be loaded.", error);
      setFailure("The chart could not be loaded. Check the connection and try again.");
    }
  };
  onMount(() => {
    onCleanup(watchTheme(() => view()?.refreshColours()));
    void load();
  });
  onCleanup(() => {
    isGone = true;
    view()?.remove();
  });

  createEffect(() => {
    const { series, instrument, timeframe } = props;
    if (series !== null && instrument !== null) {
      view()?.show({ instrument, timeframe, candles: series.candles });
    }
  });
  createEffect(() => view()?.showFills(props.fills));
  createEffect(() => view()?.showOrders(props.lines));
  createEffect(() => view()?.setZone(props.zone));
  // Another series: the crosshair's candle belongs to the old one.
  createEffect(() => {
    if (props.series === null) {
      setPointed(null);
    }
  });

  const last = createMemo(() => props.series?.candles.at(-1) ?? null);
  const isEmpty = (): boolean =>
    props.series !== null && props.series.candles.length === 0 && !props.series.loadingOlder;
  const summary = createMemo(() => summaryOf(props.instrument, props.timeframe, last()));
  const handleKey = (event: KeyboardEvent): void => {
    const move = keyMoves[event.key];
    const current = view();
    if (move !== undefined && current !== null && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      move(current);
    }
  };

  const handleMenu = (event: MouseEvent): void => {
    const current = view();
    if (host === undefined || current === null) {
      return;
    }
    const box = host.getBoundingClientRect();
    const isPlaced = event.button === 2 || (event instanceof PointerEvent && event.pointerType === "touch");
    const y = event.clientY - box.top;
    const items = props.menuAt({
      price: isPlaced ? current.priceAt(y) : null,
      line: isPlaced ? current.lineAt(y) : null,
    });
    if (items.length > 0) {
      event.preventDefault();
      const corner = { x: box.left + CORNER, y: box.top + CORNER };
      setMenu({ items, ...(isPlaced ? { x: event.clientX, y: event.clientY } : corner) });
    }
  };

  return (
    <figure aria-label={`Price chart of ${props.instrument?.symbol ?? ""}`} class="relative m-0 min-h-0 flex-1">
      <figcaption class="sr-only">{summary()}</figcaption>
      <div
        ref={(element) => {
          host = element;
        }}
        tabindex="0"
        role="group"
        aria-label="Chart. Left and right arrows move through time, plus and minus zoom, End shows the latest candle, Shift and F10 open its menu."
        class="absolute inset-0 outline-offset-[-2px]"
        onKeyDown={handleKey}
        onContextMenu={handleMenu}
      >
        {/* In an element of their own: a list that becomes empty clears its parent, which holds the chart's canvases too. */}
        <div class="contents">
          <AlertMarks
            alerts={props.alerts}
            places={places()}
            onOpen={(id) => props.onOpenAlert(id)}
            onRemove={(id) => props.onRemoveAlert(id)}
          />
        </div>
      </div>
      <Show when={menu()} keyed>
        {(open) => (
          <ContextMenu label="Chart menu" items={open.items} x={open.x} y={open.y} onClose={() => setMenu(null)} />
        )}
      </Show>
      <Show when={props.instrument}>
        {(instrument) => (
          <Show when={pointed() ?? last()}>
            {(candle) => (
              <ChartLegend instrument={instrument()} timeframe={props.timeframe} candle={candle()} zone={props.zone} />
            )}
          </Show>
        )}
      </Show>
      <Show when={edges().oldest && props.series}>
        {(series) => <OlderNote series={series()} onRetry={() => props.onNearOldest()} />}
      </Show>
      <Show when={!edges().newest && props.series !== null}>
        <Button size="small" class="absolute right-20 bottom-8 z-10" onClick={() => view()?.showLatest()}>
          Latest candle
        </Button>
      </Show>
      <Show when={props.series === null && failure() === null}>
        <ChartSkeleton />
      </Show>
      <Show when={failure()}>
        {(message) => (
          <Notice>
            <p role="alert">{message()}</p>
            <Button onClick={() => void load()}>Try again</Button>
          </Notice>
        )}
      </Show>
      <Show when={isEmpty()}>
        <Notice>
          <p>No candle of this timeframe yet. The first one appears with the next trade.</p>
        </Notice>
      </Show>
    </figure>
  );
}

const keyMoves: Readonly<Record<string, (view: ChartView) => void>> = {
  ArrowLeft: (view) => view.pan(-PAN_BARS),
  ArrowRight: (view) => view.pan(PAN_BARS),
  PageUp: (view) => view.pan(-PAN_BARS * 5),
  PageDown: (view) => view.pan(PAN_BARS * 5),
  "+": (view) => view.zoom(1 / ZOOM_STEP),
  "=": (view) => view.zoom(1 / ZOOM_STEP),
  "-": (view) => view.zoom(ZOOM_STEP),
  End: (view) => view.showLatest(),
};

function OlderNote(props: { series: CandleSeries; onRetry: () => void }): JSX.Element {
  return (
    <div
      class="absolute bottom-8 left-2 z-10 flex items-center gap-2 rounded-sm bg-raised px-2 py-0.5 text-sm text-muted"
      role="status"
    >
      <Show
        when={props.series.problem}
        fallback={
          <Show
            when={props.series.complete}
            fallback={<Show when={props.series.loadingOlder}>Loading older candles…</Show>}
          >
            No older candles
          </Show>
        }
      >
        {(problem) => (
          <>
            <span>{problem().message}</span>
            <Button size="small" onClick={() => props.onRetry()}>
              Try again
            </Button>
          </>
        )}
      </Show>
    </div>
  );
}

const skeletonHeights = [40, 55, 48, 62, 70, 58, 66, 80, 72, 60, 68, 76];

/** As large as the chart, so nothing moves when the candles come. */
function ChartSkeleton(): JSX.Element {
  return (
    <div class="absolute inset-0 z-20 flex items-end gap-2 bg-panel p-6" role="status" aria-label="Loading candles">
      <For each={skeletonHeights}>{(height) => <div class="skeleton flex-1" style={{ height: `${height}%` }} />}</For>
    </div>
  );
}

function Notice(props: { children: JSX.Element }): JSX.Element {
  return (
    <div class="absolute inset-0 z-20 flex flex-col items-center justify-center gap-2 bg-panel p-4 text-center text-muted">
      {props.children}
    </div>
  );
}

function summaryOf(instrument: Instrument | null, timeframe: Timeframe, last: Candle | null): string {
  if (instrument === null || last === null) {
    return "No candles are loaded yet.";
  }
  const price = (value: Candle["open"]): string => formatPrice(value, instrument.priceDecimals);
  return (
    `${instrument.symbol}, candles of ${timeframe}. The last one opened at ${price(last.open)}, reached ${price(last.high)} ` +
    `and ${price(last.low)}, and stands at ${price(last.close)} ${instrument.quote}.`
  );
}
