import { Show, type JSX } from "solid-js";
import { isTriggered, type OrderType, type TriggeredType } from "../../../../domain/orders/order.ts";
import { SelectField } from "../../ui/field.tsx";
import { TYPE_WORDS } from "../orders/order-words.ts";
import { SegmentedChoice } from "../segmented-choice.tsx";

type Group = "limit" | "market" | "triggered";

const TRIGGERED: readonly TriggeredType[] = [
  "stop-loss",
  "take-profit",
  "stop-loss-limit",
  "take-profit-limit",
  "trailing-stop",
];
const TRIGGERED_OPTIONS = TRIGGERED.map((value) => ({ value, label: TYPE_WORDS[value] }));

/** Limit, market, or one that waits for a trigger. */
export function TypeChoice(props: { value: OrderType; onChange: (type: OrderType) => void }): JSX.Element {
  const group = (): Group => (isTriggered(props.value) ? "triggered" : props.value === "market" ? "market" : "limit");
  const triggered = (): TriggeredType => (isTriggered(props.value) ? props.value : "stop-loss");
  const choose = (next: Group): void => {
    props.onChange(next === "triggered" ? triggered() : next);
  };
  return (
    <div class="flex flex-col gap-2">
      <SegmentedChoice
        label="Type"
        options={[
          { value: "limit", label: "Limit" },
          { value: "market", label: "Market" },
          { value: "triggered", label: "Triggered" },
        ]}
        value={group()}
        onChange={choose}
      />
      <Show when={group() === "triggered"}>
        <SelectField
          label="Which one"
          options={TRIGGERED_OPTIONS}
          value={triggered()}
          onChange={(type) => props.onChange(type)}
        />
      </Show>
    </div>
  );
}
