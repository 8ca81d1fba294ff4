import { onCleanup, onMount, type JSX } from "solid-js";
import { MenuItems, focusFirst, moveInMenu, type MenuItem } from "./menu-items.tsx";

const EDGE = 4;

/**
 * A menu at a place of the window, there as long as it is mounted. Esc, Tab, a press outside and a change of the window close
 * it. Not an "auto" popover: the release of the button that opened it would be taken for a press outside.
 */
export function ContextMenu(props: {
  label: string;
  x: number;
  y: number;
  items: readonly MenuItem[];
  /** The menu is to go; the focus goes back to where it came from. */
  onClose: () => void;
}): JSX.Element {
  let surface: HTMLDivElement | undefined;
  const before = document.activeElement;

  const close = (): void => {
    surface?.hidePopover();
    if (before instanceof HTMLElement) {
      before.focus();
    }
    props.onClose();
  };
  onMount(() => {
    if (surface === undefined) {
      return;
    }
    surface.showPopover();
    const { clientWidth, clientHeight } = document.documentElement;
    const box = surface.getBoundingClientRect();
    surface.style.left = `${Math.max(EDGE, Math.min(props.x, clientWidth - box.width - EDGE))}px`;
    surface.style.top = `${Math.max(EDGE, Math.min(props.y, clientHeight - box.height - EDGE))}px`;
    focusFirst(surface);
  });

  const listeners = new AbortController();
  const { signal } = listeners;
  const handlePress = (event: Event): void => {
    if (!(event.target instanceof Node && surface?.contains(event.target) === true)) {
      props.onClose();
    }
  };
  const handleResize = (): void => props.onClose();
  window.addEventListener("pointerdown", handlePress, { signal, capture: true });
  window.addEventListener("wheel", handlePress, { signal, capture: true, passive: true });
  window.addEventListener("resize", handleResize, { signal });
  onCleanup(() => listeners.abort());

  return (
    <div
      ref={(element) => {
        surface = element;
      }}
      popover="manual"
      class="menu-surface"
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if (event.key === "Escape") {
          event.stopPropagation();
          close();
        } else {
          moveInMenu(event, close);
        }
      }}
    >
      <MenuItems label={props.label} items={props.items} onChosen={close} />
    </div>
  );
}
