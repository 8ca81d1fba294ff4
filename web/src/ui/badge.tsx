import type { JSX, ParentProps } from "solid-js";
import { classNames } from "./class-names.ts";

export type BadgeTone = "neutral" | "accent" | "warning" | "danger" | "money" | "up" | "down";

const tones: Record<BadgeTone, string> = {
  neutral: "border-line-strong text-muted",
  accent: "border-accent text-accent",
  warning: "border-warning text-warning",
  danger: "border-danger text-danger",
  // Filled: real money is not to be overlooked.
  money: "border-money bg-money text-on-money",
  up: "border-up text-up",
  down: "border-down text-down",
};

/** A short word about the thing beside it: PAPER, SIMULATED, partially filled. */
export function Badge(props: ParentProps<{ tone?: BadgeTone; title?: string; class?: string }>): JSX.Element {
  return (
    <span
      title={props.title}
      class={classNames(
        "inline-flex h-5 items-center rounded-sm border px-1.5 text-xs font-medium whitespace-nowrap",
        tones[props.tone ?? "neutral"],
        props.class,
      )}
    >
      {props.children}
    </span>
  );
}
