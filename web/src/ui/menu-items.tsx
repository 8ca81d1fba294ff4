import { For, Show, type JSX } from "solid-js";
import { classNames } from "./class-names.ts";
import { Icon, type IconName } from "./icon.tsx";

export type MenuItem = {
  readonly label: string;
  readonly icon?: IconName;
  /** A second, quieter text on the right. */
  readonly hint?: string;
  /** Present: one of a choice; true: the chosen one. */
  readonly checked?: boolean;
  readonly danger?: boolean;
  /** Real money: the hint is in its colour. */
  readonly money?: boolean;
  readonly separatorBefore?: boolean;
  readonly onSelect: () => void;
};

/** The actions of a menu. Choosing one calls `onChosen` first, so that the menu is gone before anything opens. */
export function MenuItems(props: { label: string; items: readonly MenuItem[]; onChosen: () => void }): JSX.Element {
  return (
    <div role="menu" aria-label={props.label}>
      <For each={props.items}>
        {(item) => (
          <>
            <Show when={item.separatorBefore}>
              <div role="separator" class="my-1 border-t" />
            </Show>
            <button
              type="button"
              role={item.checked === undefined ? "menuitem" : "menuitemradio"}
              aria-checked={item.checked}
              data-menu-item
              tabindex="-1"
              class={classNames("menu-item", item.danger === true && "text-danger")}
              onClick={() => {
                props.onChosen();
                item.onSelect();
              }}
            >
              <Show when={item.icon} fallback={<span class="size-4 shrink-0" />}>
                {(icon) => <Icon name={icon()} class="size-4 shrink-0" />}
              </Show>
              <span class="flex-1">{item.label}</span>
              <Show when={item.hint}>
                <span class={classNames("text-sm", item.money === true ? "font-semibold text-money" : "text-muted")}>
                  {item.hint}
                </span>
              </Show>
              <Show when={item.checked}>
                <Icon name="check" class="size-4 text-accent" />
              </Show>
            </button>
          </>
        )}
      </For>
    </div>
  );
}

export function focusFirst(surface: HTMLElement | undefined): void {
  entriesOf(surface)[0]?.focus();
}

/** Arrow keys, Home and End move between the actions of the surface that listens; Tab leaves it. */
export function moveInMenu(event: KeyboardEvent & { currentTarget: HTMLElement }, leave: () => void): void {
  const list = entriesOf(event.currentTarget);
  const index = list.findIndex((entry) => entry === document.activeElement);
  const targets: Record<string, number> = {
    ArrowDown: (index + 1) % list.length,
    ArrowUp: (index - 1 + list.length) % list.length,
    Home: 0,
    End: list.length - 1,
  };
  const target = targets[event.key];
  if (target !== undefined) {
    event.preventDefault();
    list[target]?.focus();
  } else if (event.key === "Tab") {
    leave();
  }
}

function entriesOf(surface: HTMLElement | undefined): readonly HTMLElement[] {
  return [...(surface?.querySelectorAll<HTMLElement>("[data-menu-item]") ?? [])];
}
