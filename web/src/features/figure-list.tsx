import type { JSX, ParentProps } from "solid-js";

/** Names on the left, figures on the right. */
export function FigureList(props: ParentProps): JSX.Element {
  return <dl class="flex flex-col gap-0.5">{props.children}</dl>;
}

export function FigureRow(props: ParentProps<{ label: string; title?: string }>): JSX.Element {
  return (
    <div class="flex items-baseline justify-between gap-3" title={props.title}>
      <dt class="text-muted">{props.label}</dt>
      <dd class="numeric">{props.children}</dd>
    </div>
  );
}
