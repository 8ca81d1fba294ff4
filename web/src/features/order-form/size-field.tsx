import { For, type JSX } from "solid-js";
import type { Instrument } from "../../../../domain/market.ts";
import { Button } from "../../ui/button.tsx";
import { DecimalField } from "../../ui/decimal-field.tsx";
import { SegmentedChoice } from "../segmented-choice.tsx";
import type { OrderForm, SizeUnit } from "./form-state.ts";

const SHARES = [25, 50, 75, 100] as const;

type SizeFieldProps = {
  form: OrderForm;
  instrument: Instrument;
  /** What could be spent or sold, with its unit. */
  available: string;
  error: string | null;
  hint: string | null;
  ref: (input: HTMLInputElement) => void;
  onInput: (text: string) => void;
  onUnit: (unit: SizeUnit) => void;
  onShare: (percent: number) => void;
};

/** How much: in base or quote, typed or as a share of what is available. */
export function SizeField(props: SizeFieldProps): JSX.Element {
  const label = (): string => {
    if (props.form.sizeUnit === "base") {
      return "Size";
    }
    return props.form.type === "market" && props.form.side === "buy" ? "Spend, fee included" : "Value";
  };
  return (
    <div class="flex flex-col gap-1">
      <div class="flex items-end gap-2">
        <DecimalField
          label={label()}
          class="flex-1"
          value={props.form.sizeText}
          step={props.form.sizeUnit === "base" ? props.instrument.minimumQuantity : undefined}
          error={props.error}
          hint={props.hint}
          ref={(input) => props.ref(input)}
          onInput={(text) => props.onInput(text)}
        />
        <SegmentedChoice
          label="Unit of the size"
          class="mb-px"
          options={[
            { value: "base", label: props.instrument.base },
            { value: "quote", label: props.instrument.quote },
          ]}
          value={props.form.sizeUnit}
          onChange={(unit) => props.onUnit(unit)}
        />
      </div>
      <div class="flex gap-1" role="group" aria-label="Share of what is available">
        <For each={SHARES}>
          {(percent) => (
            <Button
              size="small"
              class="flex-1"
              aria-label={`${percent} % of what is available`}
              onClick={() => props.onShare(percent)}
            >
              {percent} %
            </Button>
          )}
        </For>
      </div>
      <p class="flex justify-between text-sm text-muted">
        <span>Available</span>
        <span class="numeric">{props.available}</span>
      </p>
    </div>
  );
}
