import { createSignal, Show, untrack, type JSX } from "solid-js";
import type { PositionView } from "../../../../contract/accounts.ts";
import type { ProtectPositionRequest } from "../../../../contract/orders.ts";
import {
  decimal,
  isBelow,
  multiply,
  parseDecimal,
  isPositive,
  subtract,
  type Decimal,
} from "../../../../domain/decimal.ts";
import type { Instrument } from "../../../../domain/market.ts";
import { protectPosition } from "../../data/api.ts";
import { ActionDialog } from "../../ui/action-dialog.tsx";
import { DecimalField } from "../../ui/decimal-field.tsx";
import { SelectField } from "../../ui/field.tsx";
import { formatMoney, formatPrice, formatProfit, formatQuantity } from "../../ui/format.ts";
import { protectionSentence } from "./protection-words.ts";

const STOPS = [
  { value: "price", label: "At a price" },
  { value: "percent", label: "Percent under the market" },
  { value: "trailing", label: "Trailing, in percent" },
  { value: "off", label: "Off: unprotected" },
] as const;
type StopChoice = (typeof STOPS)[number]["value"];
const TARGETS = [
  { value: "off", label: "None" },
  { value: "price", label: "At a price" },
] as const;
type TargetChoice = (typeof TARGETS)[number]["value"];
const TENTH = decimal("0.1");

/** Changes the stop and the target of a position, and says before what that will do (UX "dangerous actions"). */
export function ProtectionDialog(props: {
  accountId: string;
  position: PositionView;
  instrument: Instrument;
  isReal: boolean;
  /** A level that was dropped on the chart. */
  proposed?: { readonly stop?: Decimal; readonly target?: Decimal } | undefined;
  onClose: () => void;
}): JSX.Element {
  // Of the moment in which the dialog opened: what comes in while it is open does not overwrite what is written.
  const before = untrack(() => props.position.protection);
  const proposed = untrack(() => props.proposed);
  const [stopChoice, setStopChoice] = createSignal<StopChoice>(
    proposed?.stop === undefined && before.stop?.type === "trailing" ? "trailing" : "price",
  );
  const [stopText, setStopText] = createSignal<string>(
    proposed?.stop ?? (before.stop?.type === "trailing" ? (before.stop.percent ?? "") : (before.stop?.price ?? "")),
  );
  const [targetChoice, setTargetChoice] = createSignal<TargetChoice>(
    (proposed?.target ?? before.target) === null ? "off" : "price",
  );
  const [targetText, setTargetText] = createSignal<string>(proposed?.target ?? before.target ?? "");

  const number = (text: string): Decimal | null => {
    const value = parseDecimal(text);
    return value !== null && isPositive(value) ? value : null;
  };
  const stopNumber = () => number(stopText());
  const targetNumber = () => number(targetText());
  const blocked = (): string | null => {
    if (stopChoice() !== "off" && stopNumber() === null) {
      return "Give the stop a number above zero.";
    }
    return targetChoice() === "price" && targetNumber() === null ? "Give the target a price." : null;
  };
  const wish = (): ProtectPositionRequest => {
    const stop = stopNumber();
    const target = targetNumber();
    const choice = stopChoice();
    return {
      stop:
        choice === "off" || stop === null
          ? null
          : choice === "price"
            ? { type: "price", price: stop }
            : { type: choice, percent: stop },
      target: targetChoice() === "off" || target === null ? null : { type: "price", price: target },
    };
  };
  const quantity = (): string => `${formatQuantity(props.position.quantity)} ${props.position.asset}`;
  /** What the position would bring at that level against its cost, the exit's fee left out. */
  const resultAt = (price: Decimal | null): string => {
    const { cost } = props.position;
    return price === null || cost === null
      ? ""
      : `: ${formatProfit(subtract(multiply(props.position.quantity, price), cost))} against what it cost, before the fee of the sale`;
  };
  const stopSentence = (): string => {
    const stop = stopNumber();
    switch (stopChoice()) {
      case "off":
        return `Nothing will sell ${quantity()} when the price falls.`;
      case "price":
        return stop === null
          ? ""
          : `Sells ${quantity()} at the market once the last trade is at or under ${formatPrice(stop, props.instrument.priceDecimals)}${resultAt(stop)}.`;
      case "percent":
        return stop === null ? "" : `Sells ${quantity()} once the price has fallen ${stop} % from now.`;
      case "trailing":
        return stop === null
          ? ""
          : `Follows the best price at ${stop} % and never goes back; sells ${quantity()} when it is reached.`;
    }
  };
  const loosens = (): boolean => {
    const stop = stopNumber();
    return (
      before.stop !== null &&
      (stopChoice() === "off" || (stopChoice() === "price" && stop !== null && isBelow(stop, before.stop.price)))
    );
  };
  return (
    <ActionDialog
      title={`Protect ${quantity()}`}
      description={protectionSentence(before, props.instrument)}
      action={props.isReal ? "Change it at Kraken" : "Change it"}
      blockedReason={blocked()}
      run={(intent) => protectPosition(props.accountId, props.position.asset, wish(), intent)}
      onClose={() => props.onClose()}
    >
      <div class="flex items-start gap-2">
        <SelectField
          label="Stop"
          class="flex-1"
          options={STOPS}
          value={stopChoice()}
          onChange={(choice) => {
            setStopChoice(choice);
            setStopText(choice === "price" ? (before.stop?.price ?? "") : "");
          }}
        />
        <Show when={stopChoice() !== "off"}>
          <DecimalField
            label={stopChoice() === "price" ? "Stop price" : "Stop distance"}
            class="w-36"
            value={stopText()}
            step={stopChoice() === "price" ? props.instrument.tickSize : TENTH}
            unit={stopChoice() === "price" ? props.instrument.quote : "%"}
            onInput={setStopText}
          />
        </Show>
      </div>
      <p class="text-sm">{stopSentence()}</p>
      <Show when={loosens()}>
        <p class="text-sm text-warning">More of this position is at risk than before.</p>
      </Show>
      <div class="flex items-start gap-2">
        <SelectField
          label="Target"
          class="flex-1"
          options={TARGETS}
          value={targetChoice()}
          onChange={setTargetChoice}
        />
        <Show when={targetChoice() === "price"}>
          <DecimalField
            label="Target price"
            class="w-36"
            value={targetText()}
            step={props.instrument.tickSize}
            unit={props.instrument.quote}
            onInput={setTargetText}
          />
        </Show>
      </div>
      <Show when={targetChoice() === "price" && targetNumber()}>
        {(target) => (
          <p class="text-sm">
            Sells {quantity()} at the market once the last trade is at or over{" "}
            {formatPrice(target(), props.instrument.priceDecimals)}
            {resultAt(target())}. The desk watches it;{" "}
            {props.isReal ? "the stop goes on resting at Kraken." : "no page has to be open."}
          </p>
        )}
      </Show>
      <p class="text-sm text-muted">Value at cost: {formatMoney(props.position.cost)}</p>
    </ActionDialog>
  );
}
