import { createSignal, Show, type JSX } from "solid-js";
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

export const PAPER_HAS_NO_TRIGGERS =
  "Stop-loss, take-profit, their limit forms and trailing stops are not there in a paper account yet: they come with protection.";

/** Limit, market, or one that waits for a trigger. On paper the last are shown with the reason why they cannot be had. */
export function TypeChoice(props: {
  value: OrderType;
  isPaper: boolean;
  onChange: (type: OrderType) => void;
}): JSX.Element {
  const [reason, setReason] = createSignal<string | null>(null);
  const group = (): Group => (isTriggered(props.value) ? "triggered" : props.value === "market" ? "market" : "limit");
  const triggered = (): TriggeredType => (isTriggered(props.value) ? props.value : "stop-loss");
  const choose = (next: Group): void => {
    setReason(null);
    props.onChange(next === "triggered" ? triggered() : next);
  };
  return (
    <div class="flex flex-col gap-2">
      <SegmentedChoice
        label="Type"
        options={[
          { value: "limit", label: "Limit" },
          { value: "market", label: "Market" },
          {
            value: "triggered",
            label: "Triggered",
            blockedReason: props.isPaper ? PAPER_HAS_NO_TRIGGERS : null,
          },
        ]}
        value={group()}
        onChange={choose}
        onBlocked={setReason}
      />
      <Show when={props.isPaper && reason()}>
        <p role="status" class="text-sm text-muted">
          {reason()}
        </p>
      </Show>
      <Show when={group() === "triggered" && !props.isPaper}>
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
