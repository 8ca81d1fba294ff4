import { For, Show, createMemo, type JSX } from "solid-js";
import type { Decimal } from "../../../domain/decimal.ts";
import { classNames } from "./class-names.ts";
import { directionOf, formatPrice, formatProfit, formatPercent } from "./format.ts";

/**
 * A figure whose changed digits flash for 150 ms. The unchanged head and the changed tail are two spans; a new tail is a new
 * element, so the animation runs by itself and no timer exists. Reduced motion switches it off in the stylesheet.
 */
export function NumberCell(props: { text: string; class?: string; title?: string }): JSX.Element {
  const parts = createMemo<{ text: string; head: string; tail: string }>((previous) => {
    const shared = previous === undefined ? props.text.length : sharedLength(previous.text, props.text);
    return { text: props.text, head: props.text.slice(0, shared), tail: props.text.slice(shared) };
  });
  return (
    <span class={classNames("numeric", props.class)} title={props.title}>
      {parts().head}
      <For each={parts().tail === "" ? [] : [parts()]}>{(part) => <span class="digit-flash">{part.tail}</span>}</For>
    </span>
  );
}

/** A price at the pair's precision, flashing what changed. `direction` colours it. */
export function PriceText(props: {
  value: Decimal | null | undefined;
  decimals: number | undefined;
  direction?: "up" | "down" | "flat" | undefined;
  class?: string;
}): JSX.Element {
  return (
    <NumberCell
      text={formatPrice(props.value, props.decimals)}
      class={classNames(props.direction === "up" && "text-up", props.direction === "down" && "text-down", props.class)}
    />
  );
}

/** Profit or loss: sign, money and percent; colour, arrow and word never stand alone. */
export function ProfitText(props: {
  value: Decimal | null | undefined;
  percent?: Decimal | null | undefined;
  class?: string;
}): JSX.Element {
  const direction = (): "up" | "down" | "flat" => directionOf(props.value);
  return (
    <span
      class={classNames(
        "numeric",
        direction() === "up" && "text-up",
        direction() === "down" && "text-down",
        props.class,
      )}
    >
      {formatProfit(props.value)}
      <Show when={props.percent !== undefined && props.value !== null}> ({formatPercent(props.percent)})</Show>
    </span>
  );
}

function sharedLength(before: string, after: string): number {
  if (before.length !== after.length) {
    return 0;
  }
  let index = 0;
  while (index < after.length && before[index] === after[index]) {
    index += 1;
  }
  return index;
}
