import { Show, type JSX, type ParentProps } from "solid-js";
import { lazyPart } from "./lazy-part.tsx";

export type DialogProps = ParentProps<{
  open: boolean;
  onClose?: (() => void) | undefined;
  title: string;
  description?: string | undefined;
  width?: "small" | "medium" | "large";
  /** Edge to edge at the bottom of a phone; its content brings its own padding. */
  sheet?: boolean;
  /** The content brings its own padding and scrolling; the title is for screen readers. */
  bare?: boolean;
  class?: string;
  footer?: JSX.Element;
  /** What is focused first; the dialog's first control when left out. */
  initialFocus?: () => HTMLElement | undefined;
}>;

const Modal = lazyPart(async () => (await import("./modal.tsx")).default);

/**
 * A modal: traps focus and returns it, Esc closes. Without `onClose` it
 * cannot be left except by what it offers.
 */
export function Dialog(props: DialogProps): JSX.Element {
  return (
    <Show when={props.open}>
      <Modal {...props} />
    </Show>
  );
}
