import { createMemo, splitProps, type JSX } from "solid-js";
import { classNames } from "./class-names.ts";

export type ButtonTone = "neutral" | "primary" | "buy" | "sell" | "danger" | "quiet";

type ButtonProps = JSX.ButtonHTMLAttributes<HTMLButtonElement> & {
  tone?: ButtonTone;
  size?: "small" | "medium" | "large";
  /** Why it cannot be pressed now. The button stays focusable, so that the reason can be read and heard. */
  blockedReason?: string | null | undefined;
};

const tones: Record<ButtonTone, string> = {
  neutral: "border-line-strong bg-raised hover:bg-hover text-text",
  primary: "border-transparent bg-accent text-on-accent hover:brightness-110",
  buy: "border-transparent bg-up text-on-up hover:brightness-110",
  sell: "border-transparent bg-down text-on-down hover:brightness-110",
  danger: "border-danger text-danger bg-transparent hover:bg-hover",
  quiet: "border-transparent bg-transparent text-muted hover:text-text hover:bg-hover",
};

const sizes = { small: "h-6 px-2 text-sm", medium: "h-7 px-3", large: "h-9 px-4 text-lg font-medium" } as const;

const base =
  "button inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md border font-medium whitespace-nowrap select-none disabled:opacity-50 aria-disabled:opacity-50";

/** A button. With `blockedReason` it says why it does nothing instead of disappearing from the keyboard. */
export function Button(props: ButtonProps): JSX.Element {
  const [own, rest] = splitProps(props, ["tone", "size", "class", "blockedReason", "title", "onClick", "type"]);
  // Read once here and not in the handler: a conditional prop is a computation, and a handler owns none.
  const blockedReason = createMemo(() => own.blockedReason ?? "");
  const isBlocked = (): boolean => blockedReason() !== "";
  const handleClick: JSX.EventHandler<HTMLButtonElement, MouseEvent> = (event) => {
    if (isBlocked()) {
      event.preventDefault();
      return;
    }
    if (typeof own.onClick === "function") {
      own.onClick(event);
    }
  };
  return (
    <button
      {...rest}
      type={own.type ?? "button"}
      title={isBlocked() ? blockedReason() : own.title}
      aria-disabled={isBlocked() ? "true" : undefined}
      class={classNames(base, tones[own.tone ?? "neutral"], sizes[own.size ?? "medium"], own.class)}
      onClick={handleClick}
    />
  );
}

/** A button that shows an icon only; `label` is its name and its tooltip. */
export function IconButton(props: ButtonProps & { label: string }): JSX.Element {
  const [own, rest] = splitProps(props, ["label", "class", "tone", "title"]);
  return (
    <Button
      {...rest}
      tone={own.tone ?? "quiet"}
      aria-label={own.label}
      title={own.title ?? own.label}
      class={classNames("aspect-square px-0", own.class)}
    />
  );
}
