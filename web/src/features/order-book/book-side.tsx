import { createEffect, createSignal, Index, onCleanup, onMount, Show, type Accessor, type JSX } from "solid-js";
import { isPositive, type Decimal } from "../../../../domain/decimal.ts";
import { classNames } from "../../ui/class-names.ts";
import { formatPrice, formatQuantity } from "../../ui/format.ts";
import type { BookFrame } from "./book-frame.ts";
import { depthPercent, type BookRow } from "./book-rows.ts";
import { flashElement } from "./flash.ts";
import { sizeText } from "./size-decimals.ts";

/** With a mouse; a finger gets more by the stylesheet, and a low screen a little less, so that it shows 15 levels a side. */
export const ROW_HEIGHT = 20;
const LOWEST_ROW = 17;
/** Rows drawn at least, whether or not they fit. */
export const FIRST_ROWS = 15;
const MORE_ROWS = 25;

type BookSideProps = {
  side: "bid" | "ask";
  frame: BookFrame;
  deepest: Decimal;
  priceDecimals: number;
  quantityDecimals: number;
  /** How many levels the side has at all. */
  available: number;
  /** The row that the Tab key reaches, counted from the best price; null: none on this side. */
  focused: number | null;
  onWantRows: (count: number) => void;
  onPick: (price: Decimal) => void;
  onFocusRow: (index: number) => void;
};

/**
 * One side of the book in a scroller of its own. The best price stands next to the spread: asks grow upwards, which the
 * reversed column gives without touching the scroll position. Slots stay, texts in them change.
 */
export function BookSide(props: BookSideProps): JSX.Element {
  let scroller: HTMLDivElement | undefined;
  let wanted = FIRST_ROWS;

  const want = (count: number): void => {
    if (count > wanted) {
      wanted = count;
      props.onWantRows(count);
    }
  };
  const handleScroll = (): void => {
    if (scroller !== undefined) {
      const left = scroller.scrollHeight - scroller.clientHeight - Math.abs(scroller.scrollTop);
      if (left < 2 * ROW_HEIGHT && props.frame.rows.length < props.available) {
        want(props.frame.rows.length + MORE_ROWS);
      }
    }
  };
  onMount(() => {
    const observer = new ResizeObserver(() => want(Math.ceil((scroller?.clientHeight ?? 0) / LOWEST_ROW) + 4));
    if (scroller !== undefined) {
      observer.observe(scroller);
    }
    onCleanup(() => observer.disconnect());
  });

  return (
    <div
      ref={(element) => {
        scroller = element;
      }}
      role="rowgroup"
      aria-label={props.side === "bid" ? "Bids, best first" : "Asks, best first"}
      class={classNames(
        "flex min-h-0 flex-1 overflow-x-hidden overflow-y-auto",
        props.side === "bid" ? "flex-col" : "flex-col-reverse",
      )}
      onScroll={handleScroll}
    >
      <Index each={props.frame.rows}>
        {(row, index) => (
          <BookLine
            row={row}
            side={props.side}
            changed={props.frame.changed}
            deepest={props.deepest}
            priceDecimals={props.priceDecimals}
            quantityDecimals={props.quantityDecimals}
            tabbable={props.focused === index}
            onPick={() => props.onPick(row().price)}
            onFocus={() => props.onFocusRow(index)}
          />
        )}
      </Index>
    </div>
  );
}

type BookLineProps = {
  row: Accessor<BookRow>;
  side: "bid" | "ask";
  changed: ReadonlySet<Decimal>;
  deepest: Decimal;
  priceDecimals: number;
  quantityDecimals: number;
  tabbable: boolean;
  onPick: () => void;
  onFocus: () => void;
};

function BookLine(props: BookLineProps): JSX.Element {
  const [sizeCell, setSizeCell] = createSignal<HTMLElement | null>(null);
  const row = (): BookRow => props.row();
  createEffect(() => {
    if (props.changed.has(row().price)) {
      flashElement(sizeCell());
    }
  });
  return (
    <div
      role="row"
      tabindex={props.tabbable ? 0 : -1}
      data-price={row().price}
      class="relative grid h-5 pointer-fine:[@media(max-height:760px)]:h-[17px] pointer-coarse:h-7 shrink-0 cursor-pointer grid-cols-3 items-center px-3 outline-offset-[-2px] hover:bg-hover"
      onClick={() => props.onPick()}
      onFocus={() => props.onFocus()}
      onKeyDown={(event) => {
        if (event.key === "Enter" || event.key === " ") {
          event.preventDefault();
          props.onPick();
        }
      }}
    >
      <span
        aria-hidden="true"
        class={classNames(
          "pointer-events-none absolute inset-0 origin-right",
          props.side === "bid" ? "bg-up-soft" : "bg-down-soft",
        )}
        style={{ transform: `scaleX(${depthPercent(row().total, props.deepest) / 100})` }}
      />
      <span role="gridcell" class={classNames("numeric relative", props.side === "bid" ? "text-up" : "text-down")}>
        <Show when={isPositive(row().own)}>
          <span
            class="absolute left-0 text-accent"
            title={`Your orders here: ${formatQuantity(row().own)}`}
            aria-label={`Your orders here: ${formatQuantity(row().own)}. `}
            role="img"
          >
            ●
          </span>
        </Show>
        {formatPrice(row().price, props.priceDecimals)}
      </span>
      <span role="gridcell" class="numeric relative" ref={setSizeCell}>
        {sizeText(row().quantity, props.quantityDecimals)}
      </span>
      <span role="gridcell" class="numeric relative text-muted">
        {sizeText(row().total, props.quantityDecimals)}
      </span>
    </div>
  );
}
