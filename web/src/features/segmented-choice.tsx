import { For, type JSX } from "solid-js";
import { classNames } from "../ui/class-names.ts";

/** One of a few, all in sight: buttons that say which is pressed. */
export function SegmentedChoice<T extends string>(props: {
  label: string;
  options: readonly {
    readonly value: T;
    readonly label: string;
    readonly class?: string;
    /** Why it cannot be chosen now. It stays focusable, so that the reason can be read and heard. */
    readonly blockedReason?: string | null;
  }[];
  value: T;
  onChange: (value: T) => void;
  /** A blocked one was pressed: tell why where it can be seen. */
  onBlocked?: (reason: string) => void;
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
            aria-disabled={option.blockedReason ? "true" : undefined}
            title={option.blockedReason ?? undefined}
            class={classNames(
              "h-6 flex-1 rounded-sm px-2 text-sm whitespace-nowrap",
              props.value === option.value ? "bg-accent-soft text-accent" : "text-muted hover:text-text",
              option.blockedReason && "opacity-60",
              option.class,
            )}
            onClick={() => {
              if (option.blockedReason) {
                props.onBlocked?.(option.blockedReason);
              } else {
                props.onChange(option.value);
              }
            }}
          >
            {option.label}
          </button>
        )}
      </For>
    </div>
  );
}
