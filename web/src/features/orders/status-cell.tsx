import { Show, type JSX } from "solid-js";
import type { OrderView } from "../../../../contract/orders.ts";
import { classNames } from "../../ui/class-names.ts";
import { statusWord } from "./order-words.ts";

/** The word, and the sentence behind it: on hover, and over the table where the word is pressed. */
export function StatusCell(props: {
  order: OrderView;
  note: string | null;
  isTight: boolean;
  onTell: (text: string) => void;
}): JSX.Element {
  const whole = (): string => [statusWord(props.order), props.note].filter((text) => text !== null).join(". ");
  const look = (): string =>
    classNames(
      "truncated block text-left",
      props.isTight ? "max-w-36" : "max-w-72",
      props.order.status === "unknown" && "text-warning",
    );
  return (
    <Show
      when={props.order.standing !== undefined && props.note !== null}
      fallback={
        <span title={whole()} class={look()}>
          {statusWord(props.order)}
        </span>
      }
    >
      <button
        type="button"
        title={whole()}
        class={classNames(look(), "underline decoration-dotted underline-offset-2")}
        onClick={() => props.onTell(whole())}
      >
        {statusWord(props.order)}
      </button>
    </Show>
  );
}
