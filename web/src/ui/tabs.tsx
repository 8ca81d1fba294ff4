import { For, Show, createUniqueId, type JSX } from "solid-js";
import { classNames } from "./class-names.ts";

export type TabItem = {
  readonly id: string;
  readonly label: string;
  /** Shown small behind the label: how many rows wait there. */
  readonly count?: (() => number | null) | undefined;
  readonly content: () => JSX.Element;
};

type TabsProps = {
  items: readonly TabItem[];
  value: string;
  onChange: (id: string) => void;
  label: string;
  tools?: JSX.Element;
  class?: string;
};

/** Tabs over panels; only the chosen panel exists. Arrow keys choose. `tools` stand at the right end of the row. */
export function Tabs(props: TabsProps): JSX.Element {
  const id = createUniqueId();
  const chosen = (): TabItem | undefined => props.items.find((item) => item.id === props.value) ?? props.items[0];
  const tabId = (item: string): string => `${id}-tab-${item}`;
  const choose = (index: number): void => {
    const item = props.items[(index + props.items.length) % props.items.length];
    if (item !== undefined) {
      props.onChange(item.id);
      document.getElementById(tabId(item.id))?.focus();
    }
  };
  const handleKeyDown = (event: KeyboardEvent, index: number): void => {
    const targets: Record<string, number> = {
      ArrowRight: index + 1,
      ArrowLeft: index - 1,
      Home: 0,
      End: props.items.length - 1,
    };
    const target = targets[event.key];
    if (target !== undefined) {
      event.preventDefault();
      choose(target);
    }
  };
  return (
    <div class={classNames("flex min-h-0 min-w-0 flex-1 flex-col", props.class)}>
      <div class="flex h-8 shrink-0 items-stretch border-b">
        <div role="tablist" aria-label={props.label} class="flex min-w-0 overflow-x-auto">
          <For each={props.items}>
            {(item, index) => (
              <button
                type="button"
                role="tab"
                id={tabId(item.id)}
                aria-selected={chosen()?.id === item.id}
                aria-controls={`${id}-panel`}
                tabindex={chosen()?.id === item.id ? 0 : -1}
                class="flex items-center gap-1.5 border-b-2 border-transparent px-3 whitespace-nowrap text-muted outline-offset-[-2px] hover:text-text aria-selected:border-accent aria-selected:text-text"
                onClick={() => props.onChange(item.id)}
                onKeyDown={(event) => handleKeyDown(event, index())}
              >
                {item.label}
                <Show when={item.count?.() ?? null}>
                  {(count) => <span class="rounded-sm bg-raised px-1 text-xs text-muted">{count()}</span>}
                </Show>
              </button>
            )}
          </For>
        </div>
        <Show when={props.tools}>
          <div class="ml-auto flex items-center gap-1 px-2">{props.tools}</div>
        </Show>
      </div>
      <div
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={chosen() === undefined ? undefined : tabId(chosen()?.id ?? "")}
        class="flex min-h-0 min-w-0 flex-1 flex-col"
      >
        <Show when={chosen()?.id} keyed>
          {(chosenId) => props.items.find((item) => item.id === chosenId)?.content()}
        </Show>
      </div>
    </div>
  );
}
