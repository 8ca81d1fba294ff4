import { createMemo, For, Show, type JSX } from "solid-js";
import { parseDecimal, type Decimal } from "../../../../domain/decimal.ts";
import type { Instrument } from "../../../../domain/market.ts";
import type { Book } from "../../data/book-mirror.ts";
import { useDesk } from "../../data/desk-context.tsx";
import { changePanelChoice, panelChoice } from "../../data/preferences.ts";
import { useOpenOrders } from "../../data/use-account.ts";
import { useBook, useFreshness, useInstrument } from "../../data/use-market.ts";
import { formatDecimal } from "../../ui/format.ts";
import { LOADING, Panel, READY, type PanelState } from "../../ui/panel.tsx";
import { freshnessText } from "../freshness-text.ts";
import { remainingQuantity } from "../orders/order-words.ts";
import { groupingSteps, type OwnLevel } from "./book-rows.ts";
import { OrderBookView } from "./order-book-view.tsx";

/** The live order book of the desk's symbol. A price that is chosen goes into the order form. */
export function OrderBookPanel(props: { hideTitle?: boolean }): JSX.Element {
  const desk = useDesk();
  const book = useBook(desk.symbol);
  const instrument = useInstrument(desk.symbol);
  const freshness = useFreshness(desk.symbol);
  const openOrders = useOpenOrders();

  const content = createMemo<{ book: Book; instrument: Instrument } | null>(() => {
    const shown = book();
    const rules = instrument();
    return shown === null || rules === null || shown.symbol !== rules.symbol
      ? null
      : { book: shown, instrument: rules };
  });
  const state = (): PanelState => {
    const shown = content();
    if (shown === null) {
      return LOADING;
    }
    const isEmpty = shown.book.bids.length === 0 && shown.book.asks.length === 0;
    return isEmpty ? { type: "empty", message: "Nobody bids or asks in this market right now." } : READY;
  };
  const own = createMemo<readonly OwnLevel[]>(() =>
    openOrders().flatMap((order) =>
      order.symbol === desk.symbol() && order.limitPrice !== null
        ? [{ side: order.side, price: order.limitPrice, remaining: remainingQuantity(order) }]
        : [],
    ),
  );
  const choice = (): string => `order-book.step.${desk.symbol()}`;
  const step = createMemo<Decimal | null>(() => {
    const tick = instrument()?.tickSize;
    if (tick === undefined) {
      return null;
    }
    const chosen = parseDecimal(panelChoice(choice(), tick));
    return chosen !== null && groupingSteps(tick).includes(chosen) ? chosen : tick;
  });
  const handlePick = (price: Decimal): void => {
    desk.changeDraft({ type: "limit", price });
    desk.focusOrderForm();
  };

  return (
    <Panel
      title="Order book"
      hideTitle={props.hideTitle === true}
      state={state()}
      stale={freshnessText(freshness())}
      tools={
        <Show when={instrument()}>
          {(rules) => (
            <select
              aria-label="Group prices by"
              title="Group prices by"
              class="field h-6 w-auto min-w-20 px-1 text-right text-sm"
              onChange={(event) => changePanelChoice(choice(), event.currentTarget.value)}
            >
              <For each={groupingSteps(rules().tickSize)}>
                {(value) => (
                  <option value={value} selected={value === step()}>
                    {formatDecimal(value)}
                  </option>
                )}
              </For>
            </select>
          )}
        </Show>
      }
    >
      <Show when={content()}>
        {(shown) => (
          <OrderBookView
            book={shown().book}
            instrument={shown().instrument}
            step={step() ?? shown().instrument.tickSize}
            own={own()}
            onPick={handlePick}
          />
        )}
      </Show>
    </Panel>
  );
}
