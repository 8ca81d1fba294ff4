import { createUniqueId, Show, type JSX } from "solid-js";

/** On or off, at once. */
export function Switch(props: {
  label: string;
  description?: string | undefined;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
}): JSX.Element {
  const id = createUniqueId();
  return (
    <div class="flex items-start gap-3">
      <button
        type="button"
        role="switch"
        id={id}
        aria-checked={props.checked}
        aria-labelledby={`${id}-label`}
        disabled={props.disabled ?? false}
        class="mt-0.5 inline-flex h-4.5 w-8 shrink-0 items-center rounded-full border border-line-strong bg-raised p-0.5 aria-checked:justify-end aria-checked:border-accent aria-checked:bg-accent"
        onClick={() => props.onChange(!props.checked)}
      >
        <span class="size-3 rounded-full bg-text" classList={{ "bg-on-accent": props.checked }} />
      </button>
      <label id={`${id}-label`} for={id} class="min-w-0">
        {props.label}
        <Show when={props.description}>
          <span class="block text-sm text-muted">{props.description}</span>
        </Show>
      </label>
    </div>
  );
}
