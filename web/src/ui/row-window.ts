import { createMemo, createSignal, onCleanup, type Accessor } from "solid-js";

export type RowWindow = {
  /** Index of the first row to draw and of the first one not to. */
  readonly first: number;
  readonly end: number;
};

/** Rows drawn beyond either edge, so that a scroll never shows a hole. */
const OVERSCAN = 12;

/**
 * Which rows of one height are in sight of a scroller. Give `attach` to the scroller's ref; follows its scrolling and its
 * size. Nothing is drawn less than once: without a size yet, the first screenful is.
 */
export function createRowWindow(
  count: Accessor<number>,
  rowHeight: number,
): { readonly window: Accessor<RowWindow>; readonly attach: (element: HTMLElement) => void } {
  const [top, setTop] = createSignal(0);
  const [height, setHeight] = createSignal(0);
  const attach = (element: HTMLElement): void => {
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    const handleScroll = (): void => {
      setTop(element.scrollTop);
    };
    element.addEventListener("scroll", handleScroll, { passive: true });
    onCleanup(() => {
      observer.disconnect();
      element.removeEventListener("scroll", handleScroll);
    });
  };
  const window = createMemo(
    () => {
      const shown = Math.ceil(Math.max(height(), rowHeight * 10) / rowHeight);
      const start = Math.floor(top() / rowHeight);
      const end = Math.min(count(), start + shown + OVERSCAN);
      return { first: Math.max(0, Math.min(start, end - shown) - OVERSCAN), end };
    },
    undefined,
    { equals: (left, right) => left.first === right.first && left.end === right.end },
  );
  return { window, attach };
}
