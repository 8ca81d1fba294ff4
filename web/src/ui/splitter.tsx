import { createSignal, type JSX } from "solid-js";
import { changePanelSize, preferences } from "../data/preferences.ts";
import { classNames } from "./class-names.ts";

type Limits = { readonly minimum: number; readonly maximum: number; readonly initial: number };

/** The remembered size of a panel within its limits. */
export function panelSize(name: string, limits: Limits): number {
  const size = preferences.panelSizes[name] ?? limits.initial;
  return Math.min(limits.maximum, Math.max(limits.minimum, size));
}

const KEY_STEP = 16;

/**
 * The bar between two panels. Dragging, or arrow keys, resizes the one that lies before (`grows: 1`) or after (−1) it; a
 * double click or Home gives the first size back. The size is remembered under `name`.
 */
export function Splitter(props: {
  name: string;
  label: string;
  limits: Limits;
  orientation: "vertical" | "horizontal";
  grows: 1 | -1;
}): JSX.Element {
  const [isDragging, setDragging] = createSignal(false);
  const size = (): number => panelSize(props.name, props.limits);
  const change = (next: number): void =>
    changePanelSize(props.name, Math.min(props.limits.maximum, Math.max(props.limits.minimum, next)));
  const positionOf = (event: PointerEvent): number =>
    props.orientation === "vertical" ? event.clientX : event.clientY;

  const handlePointerDown = (event: PointerEvent & { currentTarget: HTMLElement }): void => {
    if (event.button !== 0) {
      return;
    }
    event.preventDefault();
    const element = event.currentTarget;
    const initialPosition = positionOf(event);
    const initialSize = size();
    element.setPointerCapture(event.pointerId);
    setDragging(true);
    const handleMove = (move: PointerEvent): void =>
      change(initialSize + (positionOf(move) - initialPosition) * props.grows);
    const handleEnd = (): void => {
      setDragging(false);
      element.removeEventListener("pointermove", handleMove);
      element.removeEventListener("pointerup", handleEnd);
      element.removeEventListener("pointercancel", handleEnd);
    };
    element.addEventListener("pointermove", handleMove);
    element.addEventListener("pointerup", handleEnd);
    element.addEventListener("pointercancel", handleEnd);
  };

  const handleKeyDown = (event: KeyboardEvent): void => {
    const isForward = event.key === "ArrowRight" || event.key === "ArrowDown";
    const isBack = event.key === "ArrowLeft" || event.key === "ArrowUp";
    if (isForward || isBack) {
      event.preventDefault();
      change(size() + (isForward ? KEY_STEP : -KEY_STEP) * props.grows);
    } else if (event.key === "Home") {
      event.preventDefault();
      change(props.limits.initial);
    }
  };

  return (
    <div
      role="separator"
      tabindex="0"
      aria-label={props.label}
      aria-orientation={props.orientation}
      aria-valuenow={size()}
      aria-valuemin={props.limits.minimum}
      aria-valuemax={props.limits.maximum}
      title="Drag to resize, double click for the first size"
      class={classNames(
        "relative z-20 shrink-0 touch-none bg-line hover:bg-accent focus-visible:bg-accent",
        // One visible pixel, a wider place to grab it.
        "before:absolute before:content-['']",
        props.orientation === "vertical"
          ? "w-px cursor-col-resize before:inset-y-0 before:-inset-x-1"
          : "h-px cursor-row-resize before:inset-x-0 before:-inset-y-1",
        isDragging() && "bg-accent",
      )}
      onPointerDown={handlePointerDown}
      onKeyDown={handleKeyDown}
      onDblClick={() => change(props.limits.initial)}
    />
  );
}
