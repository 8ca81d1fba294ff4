import { createSignal, type JSX } from "solid-js";
import { decimal, type Decimal } from "../../../../domain/decimal.ts";
import { changePanelChoice, panelChoice } from "../../data/preferences.ts";
import { Button } from "../../ui/button.tsx";
import { DecimalField } from "../../ui/decimal-field.tsx";
import { SegmentedChoice } from "../segmented-choice.tsx";
import { positiveNumber } from "./form-state.ts";
import type { RiskWish } from "./use-order-form.ts";

const TENTH = decimal("0.1");
const TEN = decimal("10");

/** A size from what may be lost: so much that the stop loses this share of equity, or this much money, fees included. */
export function SizeByRisk(props: {
  /** The account's own risk per trade; null: it sets none. */
  usual: Decimal | null;
  currency: string;
  /** Puts the size in; answers why it could not, or null. */
  onUse: (risk: RiskWish) => string | null;
}): JSX.Element {
  const [texts, setTexts] = createSignal<Partial<Record<RiskWish["unit"], string>>>({});
  const [problem, setProblem] = createSignal<string | null>(null);
  const unit = (): RiskWish["unit"] => (panelChoice("order.risk-unit", "percent") === "money" ? "money" : "percent");
  const shown = (): string => texts()[unit()] ?? (unit() === "percent" ? (props.usual ?? "1") : "");
  const use = (): void => {
    const value = positiveNumber(shown());
    setProblem(
      value !== null
        ? props.onUse({ unit: unit(), value })
        : unit() === "percent"
          ? "A percentage above zero."
          : `An amount of ${props.currency} above zero.`,
    );
  };
  return (
    <div class="flex flex-wrap items-end gap-2">
      <DecimalField
        label={unit() === "percent" ? "Risk of equity" : "Risk in money"}
        class="min-w-20 flex-1"
        value={shown()}
        step={unit() === "percent" ? TENTH : TEN}
        error={problem()}
        onInput={(value) => {
          setProblem(null);
          setTexts({ ...texts(), [unit()]: value });
        }}
      />
      <SegmentedChoice
        label="Unit of the risk"
        class="mb-px"
        options={[
          { value: "percent", label: "%" },
          { value: "money", label: props.currency },
        ]}
        value={unit()}
        onChange={(chosen) => {
          setProblem(null);
          changePanelChoice("order.risk-unit", chosen);
        }}
      />
      <Button class="mb-px" onClick={use}>
        Size it
      </Button>
    </div>
  );
}
