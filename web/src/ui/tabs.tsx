import { Tabs as KobalteTabs } from "@kobalte/core/tabs";
import { For, Show, type JSX } from "solid-js";
import { classNames } from "./class-names.ts";

export type TabItem = {
  readonly id: string;
  readonly label: string;
  /** Shown small behind the label: how many rows wait there. */
  readonly count?: (() => number | null) | undefined;
  readonly content: () => JSX.Element;
};

/** Tabs over panels; only the chosen panel exists. `tools` stand at the right end of the tab row. */
export function Tabs(props: {
  items: readonly TabItem[];
  value: string;
  onChange: (id: string) => void;
  label: string;
  tools?: JSX.Element;
  class?: string;
}): JSX.Element {
  return (
    <KobalteTabs
      value={props.value}
      onChange={(id: string) => props.onChange(id)}
      class={classNames("flex min-h-0 min-w-0 flex-1 flex-col", props.class)}
    >
      <div class="flex h-8 shrink-0 items-stretch border-b">
        <KobalteTabs.List class="flex min-w-0 overflow-x-auto" aria-label={props.label}>
          <For each={props.items}>
            {(item) => (
              <KobalteTabs.Trigger
                value={item.id}
                class="flex items-center gap-1.5 border-b-2 border-transparent px-3 whitespace-nowrap text-muted outline-offset-[-2px] hover:text-text data-[selected]:border-accent data-[selected]:text-text"
              >
                {item.label}
                <Show when={item.count?.() ?? null}>
                  {(count) => <span class="rounded-sm bg-raised px-1 text-xs text-muted">{count()}</span>}
                </Show>
              </KobalteTabs.Trigger>
            )}
          </For>
        </KobalteTabs.List>
        <Show when={props.tools}>
          <div class="ml-auto flex items-center gap-1 px-2">{props.tools}</div>
        </Show>
      </div>
      <For each={props.items}>
        {(item) => (
          <KobalteTabs.Content value={item.id} class="flex min-h-0 min-w-0 flex-1 flex-col outline-offset-[-2px]">
            {item.content()}
          </KobalteTabs.Content>
        )}
      </For>
    </KobalteTabs>
  );
}
