import { Show, type JSX } from "solid-js";
import { decimal } from "../../../../domain/decimal.ts";
import type { Instrument } from "../../../../domain/market.ts";
import { hasLimitPrice, isTriggered } from "../../../../domain/orders/order.ts";
import { DecimalField } from "../../ui/decimal-field.tsx";
import { SelectField } from "../../ui/field.tsx";
import { TYPE_WORDS } from "../orders/order-words.ts";
import type { FormField } from "./form-request.ts";
import type { CloseType, OrderForm, TriggerFields as Fields } from "./form-state.ts";

type Props = {
  form: OrderForm;
  instrument: Instrument;
  error: (field: FormField) => string | null;
  onChange: (change: Partial<Fields>) => void;
};

const TENTH = decimal("0.1");

/** When a stop, a target or a trailing stop is to act: compared with the last trade (TRADING §4). */
export function TriggerFields(props: Props & { ref: (input: HTMLInputElement) => void }): JSX.Element {
  const hint = (): string => {
    const takesProfit = props.form.type.startsWith("take-profit");
    const below = (props.form.side === "sell") !== takesProfit;
    return `Acts when the last trade is at or ${below ? "below" : "above"} it`;
  };
  return (
    <Show
      when={props.form.type === "trailing-stop"}
      fallback={
        <DecimalField
          label="Trigger price"
          value={props.form.triggerText}
          step={props.instrument.tickSize}
          unit={props.instrument.quote}
          hint={hint()}
          error={props.error("trigger")}
          ref={(input) => props.ref(input)}
          onInput={(triggerText) => props.onChange({ triggerText })}
        />
      }
    >
      <DecimalField
        label="Follows the price by"
        value={props.form.trailingText}
        step={TENTH}
        unit="%"
        hint={`From 0.1 to 50 %; it only ever moves in favour`}
        error={props.error("trailing")}
        ref={(input) => props.ref(input)}
        onInput={(trailingText) => props.onChange({ trailingText })}
      />
    </Show>
  );
}

const CLOSES: readonly (CloseType | "none")[] = [
  "none",
  "stop-loss",
  "take-profit",
  "stop-loss-limit",
  "take-profit-limit",
  "limit",
];
const CLOSE_OPTIONS = CLOSES.map((value) => ({ value, label: value === "none" ? "None" : TYPE_WORDS[value] }));

/** An order that Kraken places by itself, on the other side, for each fill of this one. One, not both a stop and a target. */
export function CloseFields(props: Props): JSX.Element {
  const type = (): CloseType | "none" => props.form.closeType;
  const triggered = (): boolean => {
    const chosen = type();
    return chosen !== "none" && isTriggered(chosen);
  };
  const limited = (): boolean => {
    const chosen = type();
    return chosen !== "none" && hasLimitPrice(chosen);
  };
  return (
    <div class="flex flex-col gap-2">
      <SelectField
        label="Conditional close"
        options={CLOSE_OPTIONS}
        value={type()}
        hint={type() === "none" ? null : "Kraken places it for each fill, even while this desk is away"}
        onChange={(closeType) => props.onChange({ closeType })}
      />
      <Show when={triggered() || limited()}>
        <div class="flex gap-2">
          <Show when={triggered()}>
            <DecimalField
              label="Close trigger"
              class="flex-1"
              value={props.form.closeTriggerText}
              step={props.instrument.tickSize}
              unit={props.instrument.quote}
              error={props.error("close trigger")}
              onInput={(closeTriggerText) => props.onChange({ closeTriggerText })}
            />
          </Show>
          <Show when={limited()}>
            <DecimalField
              label="Close limit"
              class="flex-1"
              value={props.form.closeLimitText}
              step={props.instrument.tickSize}
              unit={props.instrument.quote}
              error={props.error("close limit")}
              onInput={(closeLimitText) => props.onChange({ closeLimitText })}
            />
          </Show>
        </div>
      </Show>
    </div>
  );
}
