import { DropdownMenu } from "@kobalte/core/dropdown-menu";
import { For, Show, type JSX } from "solid-js";
import { Icon, type IconName } from "./icon.tsx";
import { classNames } from "./class-names.ts";

export type MenuItem = {
  readonly label: string;
  readonly icon?: IconName;
  /** A second, quieter text on the right. */
  readonly hint?: string;
  readonly checked?: boolean;
  readonly danger?: boolean;
  readonly separatorBefore?: boolean;
  readonly disabled?: boolean;
  readonly onSelect: () => void;
};

/** A button that opens a menu of actions. `header` is read-only text above them. */
export function Menu(props: {
  trigger: JSX.Element;
  label: string;
  items: readonly MenuItem[];
  header?: JSX.Element;
  triggerClass?: string;
}): JSX.Element {
  return (
    <DropdownMenu gutter={4} placement="bottom-end" preventScroll={false} modal={false}>
      <DropdownMenu.Trigger
        aria-label={props.label}
        title={props.label}
        class={classNames(
          "button inline-flex h-7 items-center gap-1 rounded-md px-2 hover:bg-hover data-[expanded]:bg-hover",
          props.triggerClass,
        )}
      >
        {props.trigger}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content class="menu-surface">
          <Show when={props.header}>
            <div class="border-b px-3 pt-1 pb-2">{props.header}</div>
          </Show>
          <For each={props.items}>
            {(item) => (
              <>
                <Show when={item.separatorBefore}>
                  <DropdownMenu.Separator class="my-1 border-t" />
                </Show>
                <DropdownMenu.Item
                  class={classNames("menu-item", item.danger === true && "text-danger")}
                  disabled={item.disabled ?? false}
                  onSelect={() => item.onSelect()}
                >
                  <Show when={item.icon} fallback={<span class="size-4 shrink-0" />}>
                    {(icon) => <Icon name={icon()} class="size-4 shrink-0" />}
                  </Show>
                  <span class="flex-1">{item.label}</span>
                  <Show when={item.hint}>
                    <span class="text-sm text-muted">{item.hint}</span>
                  </Show>
                  <Show when={item.checked}>
                    <span class="sr-only">(chosen)</span>
                    <Icon name="check" class="size-4 text-accent" />
                  </Show>
                </DropdownMenu.Item>
              </>
            )}
          </For>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu>
  );
}
