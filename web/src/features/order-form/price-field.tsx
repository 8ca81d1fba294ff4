import { For, type JSX } from "solid-js";
import { add, decimal, divide, type Decimal } from "../../../../domain/decimal.ts";
import type { Instrument } from "../../../../domain/market.ts";
import { quantisePrice } from "../../../../domain/orders/quantise.ts";
import { Button } from "../../ui/button.tsx";
import { DecimalField } from "../../ui/decimal-field.tsx";
import type { Touch } from "./form-request.ts";

type PriceFieldProps = {
  value: string;
  instrument: Instrument;
  touch: Touch;
  error: string | null;
  ref: (input: HTMLInputElement) => void;
  onInput: (text: string) => void;
};

const TWO = decimal("2");

/** The limit price: typed, stepped by ticks with the arrow keys, or taken from the book. */
export function PriceField(props: PriceFieldProps): JSX.Element {
  const bid = (): Decimal | null => props.touch.bid?.[0] ?? null;
  const ask = (): Decimal | null => props.touch.ask?.[0] ?? null;
  const shortcuts = [
    { label: "Bid", title: "The best bid", price: bid },
    {
      label: "Mid",
      title: "The middle of best bid and ask, on the tick below",
      price: () => middleOf(bid(), ask(), props.instrument),
    },
    { label: "Ask", title: "The best ask", price: ask },
  ];
  return (
    <div class="flex items-end gap-2">
      <DecimalField
        label="Limit price"
        class="flex-1"
        value={props.value}
        step={props.instrument.tickSize}
        unit={props.instrument.quote}
        error={props.error}
        ref={(input) => props.ref(input)}
        onInput={(text) => props.onInput(text)}
      />
      <div class="mb-0.5 flex gap-1" role="group" aria-label="Price from the book">
        <For each={shortcuts}>
          {(shortcut) => (
            <Button
              size="small"
              class="px-1.5"
              title={shortcut.title}
              blockedReason={shortcut.price() === null ? "The book shows no such price now." : null}
              onClick={() => props.onInput(shortcut.price() ?? props.value)}
            >
              {shortcut.label}
            </Button>
          )}
        </For>
      </div>
    </div>
  );
}

function middleOf(bid: Decimal | null, ask: Decimal | null, instrument: Instrument): Decimal | null {
  if (bid === null || ask === null) {
    return null;
  }
  return quantisePrice(divide(add(bid, ask), TWO, instrument.priceDecimals + 1, "half-even"), "buy", instrument);
}
