import { For, Show, createEffect, createMemo, createSignal, createUniqueId, on, onMount, type JSX } from "solid-js";
import { classNames } from "./class-names.ts";
import { Icon } from "./icon.tsx";

export type SearchEntry = {
  readonly id: string;
  /** What is searched, besides what is shown. */
  readonly text: string;
  readonly group?: string;
  readonly content: () => JSX.Element;
  readonly onSelect: () => void;
};

/**
 * A search field over a list: typing filters, arrows move, Enter chooses. The field keeps the focus; the list is its
 * listbox, so a screen reader hears the entry that Enter would choose.
 */
export function SearchList(props: {
  label: string;
  placeholder: string;
  entries: readonly SearchEntry[];
  empty: string;
  class?: string;
}): JSX.Element {
  const id = createUniqueId();
  const [query, setQuery] = createSignal("");
  const [activeIndex, setActiveIndex] = createSignal(0);
  let field: HTMLInputElement | undefined;
  let list: HTMLUListElement | undefined;
  const matches = createMemo(() => searchEntries(props.entries, query()));
  const activeId = (): string | undefined => {
    const entry = matches()[activeIndex()];
    return entry === undefined ? undefined : optionId(entry);
  };
  const optionId = (entry: SearchEntry): string => `${id}-${entry.id}`;

  createEffect(on(query, () => setActiveIndex(0)));
  createEffect(
    on(activeId, (current) => {
      if (current !== undefined) {
        list?.querySelector(`#${CSS.escape(current)}`)?.scrollIntoView({ block: "nearest" });
      }
    }),
  );
  onMount(() => field?.focus());

  const handleKeyDown = (event: KeyboardEvent): void => {
    const last = matches().length - 1;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      setActiveIndex((index) => Math.max(0, Math.min(last, index + step)));
    } else if (event.key === "Enter") {
      event.preventDefault();
      matches()[activeIndex()]?.onSelect();
    }
  };

  return (
    <div class={classNames("flex min-h-0 flex-col", props.class)}>
      <div class="flex items-center gap-2 border-b px-3">
        <Icon name="search" class="size-4 text-muted" />
        <input
          ref={(element) => (field = element)}
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={activeId()}
          aria-autocomplete="list"
          aria-label={props.label}
          autocomplete="off"
          spellcheck={false}
          placeholder={props.placeholder}
          class="h-10 min-w-0 flex-1 bg-transparent text-lg outline-none placeholder:text-muted"
          value={query()}
          onInput={(event) => setQuery(event.currentTarget.value)}
          onKeyDown={handleKeyDown}
        />
      </div>
      <ul
        ref={(element) => (list = element)}
        id={`${id}-list`}
        role="listbox"
        aria-label={props.label}
        class="min-h-0 flex-1 overflow-auto py-1"
      >
        <For each={matches()}>
          {(entry, index) => (
            <>
              <Show when={entry.group !== undefined && entry.group !== matches()[index() - 1]?.group}>
                <li role="presentation" class="px-3 pt-2 pb-1 text-xs text-muted">
                  {entry.group}
                </li>
              </Show>
              <li
                id={optionId(entry)}
                role="option"
                aria-selected={index() === activeIndex()}
                class="menu-item cursor-pointer"
                onPointerMove={() => setActiveIndex(index())}
                onClick={() => entry.onSelect()}
              >
                {entry.content()}
              </li>
            </>
          )}
        </For>
      </ul>
      <Show when={matches().length === 0}>
        <p class="px-3 pb-4 text-center text-muted" role="status">
          {props.empty}
        </p>
      </Show>
    </div>
  );
}

/** Entries that contain every word of the query; those that begin with it first. */
export function searchEntries(entries: readonly SearchEntry[], query: string): readonly SearchEntry[] {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  if (words.length === 0) {
    return entries;
  }
  const found = entries.filter((entry) => words.every((word) => entry.text.toLowerCase().includes(word)));
  const start = words[0] ?? "";
  return [
    ...found.filter((entry) => entry.text.toLowerCase().startsWith(start)),
    ...found.filter((entry) => !entry.text.toLowerCase().startsWith(start)),
  ];
}
