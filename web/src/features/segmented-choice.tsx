import { For, type JSX } from "solid-js";
import { classNames } from "../ui/class-names.ts";

/** One of a few, all in sight: buttons that say which is pressed. */
export function SegmentedChoice<T extends string>(props: {
  label: string;
  options: readonly { readonly value: T; readonly label: string; readonly class?: string }[];
  value: T;
  onChange: (value: T) => void;
  class?: string;
}): JSX.Element {
  return (
    <div
      role="group"
      aria-label={props.label}
      class={classNames("flex rounded-md border border-line-strong p-px", props.class)}
    >
      <For each={props.options}>
        {(option) => (
          <button
            type="button"
            aria-pressed={props.value === option.value}
            class={classNames(
              "h-6 flex-1 rounded-sm px-2 text-sm whitespace-nowrap",
              props.value === option.value ? "bg-accent-soft text-accent" : "text-muted hover:text-text",
              option.class,
            )}
            onClick={() => props.onChange(option.value)}
          >
            {option.label}
          </button>
        )}
      </For>
    </div>
  );
}
