import { Show, createSignal, createUniqueId, type JSX } from "solid-js";
import { classNames } from "./class-names.ts";
import { MenuItems, focusFirst, moveInMenu, type MenuItem } from "./menu-items.tsx";

export type { MenuItem } from "./menu-items.tsx";

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
      focusFirst(surface);
    }
  };
  const close = (): void => {
    surface?.hidePopover();
    button?.focus();
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
        onKeyDown={(event) => moveInMenu(event, close)}
      >
        <Show when={isOpen()}>
          {" "}
          <Show when={props.header}>
            <div class="border-b px-3 pt-1 pb-2">{props.header}</div>
          </Show>
          <MenuItems label={props.label} items={props.items} onChosen={close} />
        </Show>{" "}
      </div>
    </>
  );
}
