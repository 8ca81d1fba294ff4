/** Dragging an order line to another price: pointer in, a proposed price out. The panel asks before anything is sent. */
import { parseDecimal, roundToStep, round, type Decimal } from "../../../../domain/decimal.ts";
import type { Instrument } from "../../../../domain/market.ts";
import { nearestPrice } from "../../../../domain/orders/quantise.ts";
import type { OrderLine } from "./order-lines.ts";

/** A mark that stands for a line names it, so that it can be taken by the mark too. */
export const LINE_ATTRIBUTE = "data-line";

/** How near the pointer must be to take a line, in pixels: finger and mouse. */
const REACH_PX = 6;

export type LineMove = { readonly id: string; readonly price: Decimal };

export type LineDragOptions = {
  readonly container: HTMLElement;
  lines(): readonly OrderLine[];
  priceToY(price: Decimal): number | null;
  yToPrice(y: number): number | null;
  instrument(): Instrument | null;
  /** Draws a line at another price without changing the order. */
  preview(id: string, price: Decimal): void;
  setPanning(enabled: boolean): void;
  onMoved(move: LineMove): void;
};

export type LineDrag = {
  /** Draws lines where their orders are again, unless one is in the hand. */
  settle(): void;
  /** The line within reach of a height of the container. */
  lineAt(y: number): OrderLine | null;
  dispose(): void;
};

export function makeLineDrag(options: LineDragOptions): LineDrag {
  const { container } = options;
  let held: { readonly line: OrderLine; price: Decimal; isCaptured: boolean } | null = null;

  const listeners = new AbortController();
  const capture = { signal: listeners.signal, capture: true };
  container.addEventListener("pointerdown", take, capture);
  container.addEventListener("pointermove", move, capture);
  container.addEventListener("pointerup", drop, capture);
  container.addEventListener("pointercancel", letGo, capture);
  window.addEventListener("keydown", onKey, capture);

  function take(event: PointerEvent): void {
    const line = event.button === 0 ? lineUnder(event) : null;
    if (line === null) {
      return;
    }
    held = { line, price: line.price, isCaptured: false };
    options.setPanning(false);
  }

  function move(event: PointerEvent): void {
    if (held === null) {
      container.style.cursor = lineUnder(event) === null ? "" : "ns-resize";
      return;
    }
    if (!held.isCaptured) {
      // Not when it was pressed: a captured press of a mark would not be a click of it.
      held.isCaptured = true;
      container.setPointerCapture(event.pointerId);
    }
    const price = priceAt(offset(event), held.line);
    if (price !== null) {
      held.price = price;
      options.preview(held.line.id, price);
    }
  }

  function drop(): void {
    const released = held;
    letGo();
    if (released !== null && released.price !== released.line.price) {
      options.onMoved({ id: released.line.id, price: released.price });
    }
  }

  function letGo(): void {
    if (held === null) {
      return;
    }
    const { line } = held;
    held = null;
    options.preview(line.id, line.price);
    options.setPanning(true);
  }

  function onKey(event: KeyboardEvent): void {
    if (event.key === "Escape" && held !== null) {
      event.stopPropagation();
      letGo();
    }
  }

  function lineUnder(event: PointerEvent): OrderLine | null {
    const mark = event.target instanceof Element ? event.target.closest(`[${LINE_ATTRIBUTE}]`) : null;
    const id = mark?.getAttribute(LINE_ATTRIBUTE) ?? null;
    return id === null ? lineAt(offset(event)) : (options.lines().find((line) => line.id === id) ?? null);
  }

  function lineAt(y: number): OrderLine | null {
    let nearest: OrderLine | null = null;
    let reach = REACH_PX;
    for (const line of options.lines()) {
      const lineY = options.priceToY(line.price);
      const distance = lineY === null ? Number.POSITIVE_INFINITY : Math.abs(lineY - y);
      if (distance <= reach) {
        nearest = line;
        reach = distance;
      }
    }
    return nearest;
  }

  function priceAt(y: number, line: OrderLine): Decimal | null {
    const instrument = options.instrument();
    const raw = options.yToPrice(y);
    if (instrument === null || raw === null) {
      return null;
    }
    return line.tone === "alert" ? nearestTick(raw, instrument) : priceOnTick(raw, line.side, instrument);
  }

  function offset(event: PointerEvent): number {
    return event.clientY - container.getBoundingClientRect().top;
  }

  function settle(): void {
    if (held !== null) {
      options.preview(held.line.id, held.price);
    }
  }

  return { settle, lineAt, dispose: () => listeners.abort() };
}

/** The tick that a place on the price axis means (TRADING §1: a buy limit rounds down, a sell limit up); null below one tick. */
export function priceOnTick(raw: number, side: OrderLine["side"], instrument: Instrument): Decimal | null {
  const place = placeOf(raw, instrument);
  return place === null ? null : aboveZero(roundToStep(place, instrument.tickSize, side === "buy" ? "down" : "up"));
}

/** The tick nearest to a place on the price axis: an alert's, which is neither bought nor sold at; null below one tick. */
export function nearestTick(raw: number, instrument: Instrument): Decimal | null {
  const place = placeOf(raw, instrument);
  return place === null ? null : aboveZero(nearestPrice(place, instrument));
}

/** The place is a float, so it is first cut to the pair's decimals. */
function placeOf(raw: number, instrument: Instrument): Decimal | null {
  const place = Number.isFinite(raw) && raw > 0 ? parseDecimal(raw.toFixed(instrument.priceDecimals + 2)) : null;
  return place === null ? null : round(place, instrument.priceDecimals, "half-even");
}

function aboveZero(price: Decimal): Decimal | null {
  return price === "0" ? null : price;
}
