import { A } from "@solidjs/router";
import { For, type JSX } from "solid-js";
import { useDesk } from "../../data/desk-context.tsx";
import { preferences } from "../../data/preferences.ts";
import { symbolToPath } from "../../../../contract/symbols.ts";
import { classNames } from "../../ui/class-names.ts";
import { Icon, type IconName } from "../../ui/icon.tsx";

type Page = { readonly label: string; readonly icon: IconName; readonly href: () => string };

/** The pages that exist: a rail on the left, a bar at the bottom of a phone. */
export function Navigation(props: { isPhone: boolean }): JSX.Element {
  const desk = useDesk();
  const pages: readonly Page[] = [
    { label: "Trade", icon: "trade", href: () => `/trade/${symbolToPath(desk.symbol())}?tf=${preferences.timeframe}` },
    { label: "Assistant", icon: "assistant", href: () => "/assistant" },
    { label: "History", icon: "history", href: () => "/history" },
    { label: "Settings", icon: "settings", href: () => "/settings" },
  ];
  return (
    <nav
      aria-label="Pages"
      class={
        props.isPhone
          ? "flex h-12 shrink-0 border-t bg-panel pb-[env(safe-area-inset-bottom)]"
          : "flex w-12 shrink-0 flex-col items-center gap-1 border-r bg-panel py-2"
      }
    >
      <For each={pages}>
        {(page) => (
          <A
            href={page.href()}
            title={page.label}
            class={classNames(
              "flex items-center justify-center rounded-md text-muted hover:bg-hover hover:text-text",
              props.isPhone ? "flex-1 flex-col gap-0.5 text-xs" : "size-9",
            )}
            activeClass="text-accent bg-accent-soft"
          >
            <Icon name={page.icon} class="size-4.5" />
            <span class={props.isPhone ? undefined : "sr-only"}>{page.label}</span>
          </A>
        )}
      </For>
    </nav>
  );
}
