import { For, Show, createSignal, createUniqueId, type JSX } from "solid-js";
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

type MenuProps = {
  trigger: JSX.Element;
  label: string;
  items: readonly MenuItem[];
  header?: JSX.Element;
  triggerClass?: string;
};

const GAP = 4;

/**
 * A button that opens a menu of actions, on the platform's own popover: top layer, Esc and a press outside close it. Arrow
 * keys move, Enter chooses. `header` is read-only text above the actions.
 */
export function Menu(props: MenuProps): JSX.Element {
  const id = createUniqueId();
  const [isOpen, setOpen] = createSignal(false);
  let button: HTMLButtonElement | undefined;
  let surface: HTMLDivElement | undefined;

  const entries = (): HTMLElement[] => [...(surface?.querySelectorAll<HTMLElement>("[data-menu-item]") ?? [])];
  const handleBeforeToggle = (event: ToggleEvent): void => {
    setOpen(event.newState === "open");
    if (button === undefined || surface === undefined) {
      return;
    }
    const box = button.getBoundingClientRect();
    surface.style.top = `${box.bottom + GAP}px`;
    surface.style.right = `${Math.max(GAP, document.documentElement.clientWidth - box.right)}px`;
  };
  const handleToggle = (event: ToggleEvent): void => {
    if (event.newState === "open") {
      entries()[0]?.focus();
    }
  };
  const close = (): void => {
    surface?.hidePopover();
    button?.focus();
  };
  const handleKeyDown = (event: KeyboardEvent): void => {
    const list = entries();
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
      close();
    }
  };
  return (
    <>
      <button
        ref={(element) => (button = element)}
        type="button"
        aria-label={props.label}
        title={props.label}
        aria-haspopup="menu"
        aria-expanded={isOpen()}
        aria-controls={id}
        class={classNames(
          "button inline-flex h-7 items-center gap-1 rounded-md px-2 hover:bg-hover aria-expanded:bg-hover",
          props.triggerClass,
        )}
        // The attribute instead of a handler: pressing it while the menu is open closes it and does not open it again.
        popovertarget={id}
      >
        {props.trigger}
      </button>
      <div
        ref={(element) => {
          surface = element;
          element.addEventListener("beforetoggle", handleBeforeToggle);
          element.addEventListener("toggle", handleToggle);
        }}
        id={id}
        popover="auto"
        class="menu-surface"
        onKeyDown={handleKeyDown}
      >
        <Show when={isOpen()}>
          {" "}
          <Show when={props.header}>
            <div class="border-b px-3 pt-1 pb-2">{props.header}</div>
          </Show>
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
                      close();
                      item.onSelect();
                    }}
                  >
                    <Show when={item.icon} fallback={<span class="size-4 shrink-0" />}>
                      {(icon) => <Icon name={icon()} class="size-4 shrink-0" />}
                    </Show>
                    <span class="flex-1">{item.label}</span>
                    <Show when={item.hint}>
                      <span
                        class={classNames("text-sm", item.money === true ? "font-semibold text-money" : "text-muted")}
                      >
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
        </Show>{" "}
      </div>
    </>
  );
}
