import { createEffect, Index, on, type JSX } from "solid-js";
import type { Instrument, Trade } from "../../../../domain/market.ts";
import { classNames } from "../../ui/class-names.ts";
import { formatPrice } from "../../ui/format.ts";
import { createRowWindow } from "../../ui/row-window.ts";
import { TimeText } from "../../ui/time-text.tsx";
import { sizeDecimals, sizeText } from "../order-book/size-decimals.ts";
import { rowsBefore } from "./trade-rows.ts";

const ROW_HEIGHT = 20;

/** The tape, newest first. Only the rows in sight exist; a new print moves texts through them. */
export function TradesView(props: { trades: readonly Trade[]; instrument: Instrument }): JSX.Element {
  let scroller: HTMLDivElement | undefined;
  const rowWindow = createRowWindow(() => props.trades.length, ROW_HEIGHT);
  const drawn = (): readonly Trade[] => props.trades.slice(rowWindow.window().first, rowWindow.window().end);
  const quantityDecimals = (): number => sizeDecimals(props.trades[0]?.price, props.instrument.quantityDecimals);

  // Who reads further down keeps the rows under the eye when new prints come on top.
  createEffect(
    on(
      () => props.trades,
      (trades, before) => {
        if (scroller !== undefined && before !== undefined && scroller.scrollTop > 0) {
          scroller.scrollTop += rowsBefore(trades, before) * ROW_HEIGHT;
        }
      },
    ),
  );

  return (
    <div
      role="table"
      aria-label={`Recent trades of ${props.instrument.symbol}, newest first`}
      aria-rowcount={props.trades.length + 1}
      class="flex min-h-0 flex-1 flex-col"
    >
      <div role="rowgroup" class="shrink-0 border-b">
        <div role="row" aria-rowindex={1} class="grid h-6 grid-cols-3 items-center px-3 text-right text-sm text-muted">
          <span role="columnheader">Price ({props.instrument.quote})</span>
          <span role="columnheader">Size ({props.instrument.base})</span>
          <span role="columnheader">Time</span>
        </div>
      </div>
      <div
        ref={(element) => {
          scroller = element;
          rowWindow.attach(element);
        }}
        role="rowgroup"
        tabindex="0"
        aria-label="Trades"
        class="min-h-0 flex-1 overflow-x-hidden overflow-y-auto outline-offset-[-2px]"
      >
        <div role="presentation" class="relative" style={{ height: `${props.trades.length * ROW_HEIGHT}px` }}>
          <div
            role="presentation"
            class="absolute inset-x-0 top-0"
            style={{ transform: `translateY(${rowWindow.window().first * ROW_HEIGHT}px)` }}
          >
            <Index each={drawn()}>
              {(trade, index) => (
                <div
                  role="row"
                  aria-rowindex={rowWindow.window().first + index + 2}
                  class="grid h-5 grid-cols-3 items-center px-3"
                >
                  <span role="cell" class={classNames("numeric", trade().side === "buy" ? "text-up" : "text-down")}>
                    <span class="float-left" aria-hidden="true">
                      {trade().side === "buy" ? "▲" : "▼"}
                    </span>
                    <span class="sr-only">{trade().side === "buy" ? "Bought at " : "Sold at "}</span>
                    {formatPrice(trade().price, props.instrument.priceDecimals)}
                  </span>
                  <span role="cell" class="numeric">
                    {sizeText(trade().quantity, quantityDecimals())}
                  </span>
                  <span role="cell" class="numeric text-muted">
                    <TimeText time={trade().time} />
                  </span>
                </div>
              )}
            </Index>
          </div>
        </div>
      </div>
    </div>
  );
}
