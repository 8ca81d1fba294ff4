import { createEffect, createMemo, createSignal, on, type JSX } from "solid-js";
import type { Decimal } from "../../../../domain/decimal.ts";
import type { Instrument } from "../../../../domain/market.ts";
import type { Book } from "../../data/book-mirror.ts";
import { formatPercent, formatPrice, MISSING } from "../../ui/format.ts";
import { movedPlace, type BookPlace } from "./book-focus.ts";
import { EMPTY_FRAME, nextFrame, type BookFrame } from "./book-frame.ts";
import { bookSide, deepestTotal, ownQuantities, spreadOf, type OwnLevel } from "./book-rows.ts";
import { BookSide, FIRST_ROWS } from "./book-side.tsx";
import { sizeDecimals } from "./size-decimals.ts";

type OrderBookViewProps = {
  book: Book;
  instrument: Instrument;
  step: Decimal;
  own: readonly OwnLevel[];
  onPick: (price: Decimal) => void;
};

/** The book as one grid: asks above, the spread, bids below. One paint per frame of the feed. */
export function OrderBookView(props: OrderBookViewProps): JSX.Element {
  let grid: HTMLDivElement | undefined;
  const [bidCount, setBidCount] = createSignal(FIRST_ROWS);
  const [askCount, setAskCount] = createSignal(FIRST_ROWS);
  const [place, setPlace] = createSignal<BookPlace>({ side: "bid", index: 0 });

  const ownBids = createMemo(() => ownQuantities(props.own, "bid", props.step));
  const ownAsks = createMemo(() => ownQuantities(props.own, "ask", props.step));
  const bids = createMemo<BookFrame>(
    (before) => nextFrame(before, bookSide(props.book.bids, "bid", props.step, ownBids(), bidCount())),
    EMPTY_FRAME,
  );
  const asks = createMemo<BookFrame>(
    (before) => nextFrame(before, bookSide(props.book.asks, "ask", props.step, ownAsks(), askCount())),
    EMPTY_FRAME,
  );
  const deepest = createMemo(() => deepestTotal(bids().rows, asks().rows));
  const spread = createMemo(() => spreadOf(props.book.bids, props.book.asks));
  const quantityDecimals = createMemo(() =>
    sizeDecimals(props.book.bids[0]?.[0] ?? props.book.asks[0]?.[0], props.instrument.quantityDecimals),
  );
  const counts = () => ({ bid: bids().rows.length, ask: asks().rows.length });
  /** Rows may vanish under the keyboard: the Tab key always finds one. */
  const tabbable = createMemo<BookPlace>(() => {
    const { bid, ask } = counts();
    const { side, index } = place();
    const here = side === "bid" ? bid : ask;
    return here === 0 ? { side: side === "bid" ? "ask" : "bid", index: 0 } : { side, index: Math.min(index, here - 1) };
  });

  // Another pair is another book: nobody wants to stand deep in the old one.
  createEffect(
    on(
      () => props.instrument.symbol,
      () => {
        setPlace({ side: "bid", index: 0 });
        setBidCount(FIRST_ROWS);
        setAskCount(FIRST_ROWS);
      },
      { defer: true },
    ),
  );

  const handleKey = (event: KeyboardEvent): void => {
    const next = movedPlace(tabbable(), event.key, counts());
    if (next !== null) {
      event.preventDefault();
      setPlace(next);
      const group = grid?.querySelectorAll(":scope > [role=rowgroup]")[next.side === "ask" ? 1 : 3];
      const row = group?.querySelectorAll<HTMLElement>("[role=row]")[next.index];
      row?.focus();
    }
  };

  return (
    <div
      ref={(element) => {
        grid = element;
      }}
      role="grid"
      tabindex="-1"
      aria-label={`Order book of ${props.instrument.symbol}. Arrow keys move, Enter takes the price into the order form.`}
      class="flex min-h-0 flex-1 flex-col outline-none"
      onKeyDown={handleKey}
    >
      <div role="rowgroup" class="shrink-0 border-b">
        <div role="row" class="grid h-6 grid-cols-3 items-center px-3 text-sm text-muted">
          <span role="columnheader" class="text-right">
            Price ({props.instrument.quote})
          </span>
          <span role="columnheader" class="text-right">
            Size ({props.instrument.base})
          </span>
          <span role="columnheader" class="text-right" title="Sum of the sizes from the best price to this one">
            Total
          </span>
        </div>
      </div>
      <BookSide
        side="ask"
        frame={asks()}
        deepest={deepest()}
        priceDecimals={props.instrument.priceDecimals}
        quantityDecimals={quantityDecimals()}
        available={props.book.asks.length}
        focused={tabbable().side === "ask" ? tabbable().index : null}
        onWantRows={setAskCount}
        onPick={(price) => props.onPick(price)}
        onFocusRow={(index) => setPlace({ side: "ask", index })}
      />
      <div role="rowgroup" class="shrink-0 border-y">
        <div role="row" class="flex h-7 items-center justify-between gap-2 px-3">
          <span role="rowheader" class="text-sm text-muted">
            Spread
          </span>
          <span role="gridcell" class="numeric">
            {spread() === null ? MISSING : formatPrice(spread()?.absolute, props.instrument.priceDecimals)}
          </span>
          <span role="gridcell" class="numeric text-muted">
            {formatPercent(spread()?.percent, { decimals: 3 })}
          </span>
        </div>
      </div>
      <BookSide
        side="bid"
        frame={bids()}
        deepest={deepest()}
        priceDecimals={props.instrument.priceDecimals}
        quantityDecimals={quantityDecimals()}
        available={props.book.bids.length}
        focused={tabbable().side === "bid" ? tabbable().index : null}
        onWantRows={setBidCount}
        onPick={(price) => props.onPick(price)}
        onFocusRow={(index) => setPlace({ side: "bid", index })}
      />
    </div>
  );
}
