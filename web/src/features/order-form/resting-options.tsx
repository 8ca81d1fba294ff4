import { Show, type JSX } from "solid-js";
import type { TimeInForce } from "../../../../domain/orders/order.ts";
import { SelectField } from "../../ui/field.tsx";
import { Switch } from "../../ui/switch.tsx";
import { LIFETIMES, LIFETIME_WORDS, type FormAction, type OrderForm } from "./form-state.ts";

const TIMES: readonly { readonly value: TimeInForce; readonly label: string }[] = [
  { value: "gtc", label: "Good till cancelled" },
  { value: "ioc", label: "Immediate or cancel" },
  { value: "gtd", label: "Good till date" },
];
const LIFETIME_OPTIONS = LIFETIMES.map((lifetime) => ({ value: lifetime, label: LIFETIME_WORDS[lifetime] }));

/** How long a limit order may wait, and whether it may take. */
export function RestingOptions(props: { form: OrderForm; onChange: (action: FormAction) => void }): JSX.Element {
  return (
    <>
      <div class="flex gap-2">
        <SelectField
          label="Time in force"
          class="flex-1"
          options={TIMES}
          value={props.form.timeInForce}
          onChange={(timeInForce) => props.onChange({ type: "time in force", timeInForce })}
        />
        <Show when={props.form.timeInForce === "gtd"}>
          <SelectField
            label="Expires after"
            class="w-28"
            options={LIFETIME_OPTIONS}
            value={props.form.lifetime}
            onChange={(lifetime) => props.onChange({ type: "lifetime", lifetime })}
          />
        </Show>
      </div>
      <Switch
        label="Post-only"
        description="Never takes from the book; the maker's fee for sure"
        checked={props.form.postOnly}
        onChange={(postOnly) => props.onChange({ type: "post-only", postOnly })}
      />
    </>
  );
}
