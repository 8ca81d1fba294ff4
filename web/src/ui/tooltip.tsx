import { Tooltip as KobalteTooltip } from "@kobalte/core/tooltip";
import type { JSX, ParentProps } from "solid-js";

/** More about what is under the pointer or the focus. Never the only place of a fact that a phone needs. */
export function Tooltip(props: ParentProps<{ text: JSX.Element; class?: string }>): JSX.Element {
  return (
    <KobalteTooltip openDelay={300} gutter={4}>
      <KobalteTooltip.Trigger as="span" tabindex="0" class={props.class ?? "inline-flex items-center"}>
        {props.children}
      </KobalteTooltip.Trigger>
      <KobalteTooltip.Portal>
        <KobalteTooltip.Content class="z-70 max-w-80 rounded-md border border-line-strong bg-raised px-2 py-1 text-sm">
          {props.text}
        </KobalteTooltip.Content>
      </KobalteTooltip.Portal>
    </KobalteTooltip>
  );
}
