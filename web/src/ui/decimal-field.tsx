import { createUniqueId, splitProps, type JSX } from "solid-js";
import {
  add,
  decimal,
  isNegative,
  parseDecimal,
  roundToStep,
  subtract,
  multiply,
  ZERO,
  type Decimal,
} from "../../../domain/decimal.ts";
import { classNames } from "./class-names.ts";
import { FieldFrame } from "./field.tsx";
import { plainNumberText } from "./format.ts";

/**
 * A number as decimal text: what is typed is what is held, no float in between. Arrow keys step by `step` (Shift: ten
 * steps) along its grid and never below zero. `value` is the raw text, so that "0." can be typed.
 */
export function DecimalField(props: {
  label: string;
  value: string;
  onInput: (text: string) => void;
  step?: Decimal | undefined;
  unit?: string | undefined;
  error?: string | null | undefined;
  hint?: string | null | undefined;
  hideLabel?: boolean;
  placeholder?: string;
  disabled?: boolean;
  id?: string;
  class?: string;
  ref?: (element: HTMLInputElement) => void;
  onBlur?: () => void;
  onEnter?: () => void;
}): JSX.Element {
  const [own] = splitProps(props, ["ref", "id"]);
  const generated = createUniqueId();
  const id = (): string => own.id ?? generated;
  const handleKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && props.onEnter !== undefined) {
      props.onEnter();
    }
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") {
      return;
    }
    event.preventDefault();
    props.onInput(steppedText(props.value, props.step ?? ONE_STEP, event.key === "ArrowUp" ? 1 : -1, event.shiftKey));
  };
  return (
    <FieldFrame
      id={id()}
      label={props.label}
      error={props.error}
      hint={props.hint}
      unit={props.unit}
      hideLabel={props.hideLabel ?? false}
      class={props.class ?? ""}
    >
      <input
        ref={(element) => own.ref?.(element)}
        id={id()}
        type="text"
        inputmode="decimal"
        autocomplete="off"
        spellcheck={false}
        class={classNames("field text-right", props.unit !== undefined && "pr-12")}
        value={props.value}
        placeholder={props.placeholder ?? ""}
        disabled={props.disabled ?? false}
        aria-invalid={props.error ? "true" : undefined}
        aria-describedby={props.error || props.hint ? `${id()}-text` : undefined}
        onInput={(event) => props.onInput(plainNumberText(event.currentTarget.value))}
        onKeyDown={handleKeyDown}
        onBlur={() => props.onBlur?.()}
      />
    </FieldFrame>
  );
}

const ONE_STEP = decimal("1");
const TEN = decimal("10");

/** The text one step (or ten) further along the grid of `step`, never under zero. Unreadable text starts from zero. */
export function steppedText(text: string, step: Decimal, direction: 1 | -1, isLarge: boolean): string {
  const value = parseDecimal(text) ?? ZERO;
  const distance = isLarge ? multiply(step, TEN) : step;
  const moved = direction === 1 ? add(value, distance) : subtract(value, distance);
  return isNegative(moved) ? "0" : roundToStep(moved, step, "down");
}
