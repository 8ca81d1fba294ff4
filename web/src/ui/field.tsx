import { For, Show, createUniqueId, splitProps, type JSX, type ParentProps } from "solid-js";
import { classNames } from "./class-names.ts";

type FieldTexts = {
  label: string;
  /** What is wrong with the value, as a sentence. */
  error?: string | null | undefined;
  hint?: string | null | undefined;
  /** The unit, shown inside the right edge. */
  unit?: string | undefined;
  hideLabel?: boolean;
};

/** The frame of one control: its label, its hint or its error, tied together for screen readers. */
export function FieldFrame(props: ParentProps<FieldTexts & { id: string; class?: string }>): JSX.Element {
  return (
    <div class={classNames("flex min-w-0 flex-col gap-1", props.class)}>
      <label for={props.id} class={props.hideLabel === true ? "sr-only" : "text-sm text-muted"}>
        {props.label}
      </label>
      <div class="relative">
        {props.children}
        <Show when={props.unit}>
          <span class="pointer-events-none absolute inset-y-0 right-2 flex items-center text-sm text-muted">
            {props.unit}
          </span>
        </Show>
      </div>
      <Show
        when={props.error}
        fallback={
          <Show when={props.hint}>
            <p id={`${props.id}-text`} class="text-sm text-muted">
              {props.hint}
            </p>
          </Show>
        }
      >
        <p id={`${props.id}-text`} class="text-sm text-danger" role="alert">
          {props.error}
        </p>
      </Show>
    </div>
  );
}

type TextFieldProps = FieldTexts &
  Omit<JSX.InputHTMLAttributes<HTMLInputElement>, "onInput"> & {
    value: string;
    onInput: (value: string) => void;
  };

const frameKeys = ["label", "error", "hint", "unit", "hideLabel", "class", "value", "onInput", "id"] as const;

/** A line of text. Password fields say so by `type`. */
export function TextField(props: TextFieldProps): JSX.Element {
  const [own, rest] = splitProps(props, frameKeys);
  const generated = createUniqueId();
  const id = (): string => own.id ?? generated;
  return (
    <FieldFrame
      id={id()}
      label={own.label}
      error={own.error}
      hint={own.hint}
      unit={own.unit}
      hideLabel={own.hideLabel ?? false}
      class={own.class ?? ""}
    >
      <input
        {...rest}
        id={id()}
        class={classNames("field", own.unit !== undefined && "pr-12")}
        value={own.value}
        aria-invalid={own.error ? "true" : undefined}
        aria-describedby={own.error || own.hint ? `${id()}-text` : undefined}
        onInput={(event) => own.onInput(event.currentTarget.value)}
      />
    </FieldFrame>
  );
}

/** A choice out of a few, as the platform's own list: it works with a finger, a keyboard and a screen reader. */
export function SelectField<T extends string>(
  props: FieldTexts & {
    value: T;
    options: readonly { readonly value: T; readonly label: string }[];
    onChange: (value: T) => void;
    id?: string;
    class?: string;
    disabled?: boolean;
  },
): JSX.Element {
  const generated = createUniqueId();
  const id = (): string => props.id ?? generated;
  const handleChange = (value: string): void => {
    const chosen = props.options.find((option) => option.value === value);
    if (chosen !== undefined) {
      props.onChange(chosen.value);
    }
  };
  return (
    <FieldFrame
      id={id()}
      label={props.label}
      error={props.error}
      hint={props.hint}
      hideLabel={props.hideLabel ?? false}
      class={props.class ?? ""}
    >
      <select
        id={id()}
        class="field"
        disabled={props.disabled ?? false}
        aria-describedby={props.error || props.hint ? `${id()}-text` : undefined}
        onChange={(event) => handleChange(event.currentTarget.value)}
      >
        <For each={props.options}>
          {(option) => (
            <option value={option.value} selected={option.value === props.value}>
              {option.label}
            </option>
          )}
        </For>
      </select>
    </FieldFrame>
  );
}
