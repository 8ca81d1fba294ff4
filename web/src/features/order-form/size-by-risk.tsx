import { createSignal, type JSX } from "solid-js";
import { decimal, type Decimal } from "../../../../domain/decimal.ts";
import { Button } from "../../ui/button.tsx";
import { DecimalField } from "../../ui/decimal-field.tsx";
import { positiveNumber } from "./form-state.ts";

const TENTH = decimal("0.1");

/** A size from what may be lost: so much that the stop loses this share of equity, fees included. */
export function SizeByRisk(props: {
  /** The account's own risk per trade; null: it sets none. */
  usual: Decimal | null;
  /** Puts the size in; answers why it could not, or null. */
  onUse: (riskPercent: Decimal) => string | null;
}): JSX.Element {
  const [text, setText] = createSignal<string | null>(null);
  const [problem, setProblem] = createSignal<string | null>(null);
  const shown = (): string => text() ?? props.usual ?? "1";
  const use = (): void => {
    const percent = positiveNumber(shown());
    setProblem(percent === null ? "A percentage above zero." : props.onUse(percent));
  };
  return (
    <div class="flex items-end gap-2">
      <DecimalField
        label="Risk of equity"
        class="flex-1"
        value={shown()}
        step={TENTH}
        unit="%"
        error={problem()}
        onInput={(value) => {
          setProblem(null);
          setText(value);
        }}
      />
      <Button class="mb-px" onClick={use}>
        Size from risk
      </Button>
    </div>
  );
}
