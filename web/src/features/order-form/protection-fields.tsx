import { Show, type JSX } from "solid-js";
import { decimal, type Decimal } from "../../../../domain/decimal.ts";
import type { Instrument } from "../../../../domain/market.ts";
import type { RiskSettings } from "../../../../domain/risk/settings.ts";
import { DecimalField } from "../../ui/decimal-field.tsx";
import { SelectField } from "../../ui/field.tsx";
import type { FormField } from "./form-request.ts";
import type { OrderForm } from "./form-state.ts";
import { defaultStopWord, defaultTargetWord, needsNumber, usualStop, usualTarget } from "./protection-form.ts";
import { STOP_KINDS, TARGET_KINDS, type ProtectionTexts, type StopKind, type TargetKind } from "./protection-texts.ts";

const TENTH = decimal("0.1");
const STOP_WORDS: Readonly<Record<Exclude<StopKind, "default">, string>> = {
  percent: "Percent under the fill",
  price: "At a price",
  trailing: "Trailing, in percent",
  off: "Off: unprotected",
};
const TARGET_WORDS: Readonly<Record<Exclude<TargetKind, "default">, string>> = {
  percent: "Percent over the fill",
  price: "At a price",
  off: "None",
};

/** The stop and the target that an entry brings. They take effect with its first fill (TRADING §4). */
export function ProtectionFields(props: {
  form: OrderForm;
  instrument: Instrument;
  limits: RiskSettings | null;
  /** About where the order would be filled: a level to begin from lies at the usual distance of it. */
  reference: Decimal | null;
  error: (field: FormField) => string | null;
  onChange: (change: Partial<ProtectionTexts>) => void;
}): JSX.Element {
  const stopOptions = () =>
    STOP_KINDS.map((value) => ({
      value,
      label: value === "default" ? defaultStopWord(props.limits) : STOP_WORDS[value],
    }));
  const targetOptions = () =>
    TARGET_KINDS.map((value) => ({
      value,
      label: value === "default" ? defaultTargetWord(props.limits) : TARGET_WORDS[value],
    }));
  const isPrice = (kind: StopKind | TargetKind): boolean => kind === "price";
  return (
    <div class="flex flex-col gap-2" role="group" aria-label="Protection">
      <div class="flex items-start gap-2">
        <SelectField
          label="Stop"
          class="flex-1"
          options={stopOptions()}
          value={props.form.stopKind}
          onChange={(stopKind) =>
            props.onChange({
              stopKind,
              stopText: stopKind === "price" ? usualStop(props.reference, props.limits, props.instrument) : "",
            })
          }
        />
        <Show when={needsNumber(props.form.stopKind)}>
          <DecimalField
            label={isPrice(props.form.stopKind) ? "Stop price" : "Stop distance"}
            class="w-32"
            value={props.form.stopText}
            step={isPrice(props.form.stopKind) ? props.instrument.tickSize : TENTH}
            unit={isPrice(props.form.stopKind) ? props.instrument.quote : "%"}
            error={props.error("stop")}
            onInput={(stopText) => props.onChange({ stopText })}
          />
        </Show>
      </div>
      <div class="flex items-start gap-2">
        <SelectField
          label="Target"
          class="flex-1"
          options={targetOptions()}
          value={props.form.targetKind}
          onChange={(targetKind) =>
            props.onChange({
              targetKind,
              targetText: targetKind === "price" ? usualTarget(props.reference, props.limits, props.instrument) : "",
            })
          }
        />
        <Show when={needsNumber(props.form.targetKind)}>
          <DecimalField
            label={isPrice(props.form.targetKind) ? "Target price" : "Target distance"}
            class="w-32"
            value={props.form.targetText}
            step={isPrice(props.form.targetKind) ? props.instrument.tickSize : TENTH}
            unit={isPrice(props.form.targetKind) ? props.instrument.quote : "%"}
            error={props.error("target")}
            onInput={(targetText) => props.onChange({ targetText })}
          />
        </Show>
      </div>
    </div>
  );
}
