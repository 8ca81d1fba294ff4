import type { JSX } from "solid-js";
import { useStores } from "../../data/stores.tsx";
import { Button } from "../../ui/button.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";

export type Filters = {
  readonly symbol: string;
  readonly side: "" | "buy" | "sell";
  /** Days, inclusive, in the chosen zone; "" for none. */
  readonly from: string;
  readonly to: string;
};

export const NO_FILTERS: Filters = { symbol: "", side: "", from: "", to: "" };

const SIDES = [
  { value: "", label: "Both sides" },
  { value: "buy", label: "Buy" },
  { value: "sell", label: "Sell" },
] as const;

export function HistoryFilters(props: { filters: Filters; onChange: (filters: Filters) => void }): JSX.Element {
  const { market } = useStores();
  const symbols = () => [
    { value: "", label: "All pairs" },
    ...market.markets().map(({ instrument }) => ({ value: instrument.symbol, label: instrument.symbol })),
  ];
  const change = (part: Partial<Filters>): void => props.onChange({ ...props.filters, ...part });
  return (
    <form class="flex flex-wrap items-end gap-2 border-b px-3 py-2" onSubmit={(event) => event.preventDefault()}>
      <SelectField
        label="Pair"
        class="w-32"
        value={props.filters.symbol}
        options={symbols()}
        onChange={(symbol) => change({ symbol })}
      />
      <SelectField
        label="Side"
        class="w-28 pointer-coarse:w-36"
        value={props.filters.side}
        options={SIDES}
        onChange={(side) => change({ side })}
      />
      <TextField
        label="From"
        type="date"
        class="w-36"
        value={props.filters.from}
        onInput={(from) => change({ from })}
      />
      <TextField label="To" type="date" class="w-36" value={props.filters.to} onInput={(to) => change({ to })} />
      <Button
        tone="quiet"
        blockedReason={JSON.stringify(props.filters) === JSON.stringify(NO_FILTERS) ? "No filter is set" : null}
        onClick={() => props.onChange(NO_FILTERS)}
      >
        Clear
      </Button>
    </form>
  );
}
