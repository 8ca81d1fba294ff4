/**
 * One paint per animation frame, however many messages came: marks pile up in a set and are flushed together in one batch.
 * In a hidden tab no frame comes; the mirrors go on and the next visible frame shows the latest state once.
 */
import { batch } from "solid-js";

export type Painter = {
  /** Runs `paint` in the next frame, once, however often it was marked. */
  mark(paint: () => void): void;
  /** Runs everything now: used when the screen is about to be read. */
  flush(): void;
  dispose(): void;
};

export function makePainter(
  schedule: (run: () => void) => number = (run) => requestAnimationFrame(run),
  cancel: (handle: number) => void = (handle) => cancelAnimationFrame(handle),
): Painter {
  const marked = new Set<() => void>();
  let handle: number | null = null;

  function flush(): void {
    handle = null;
    const paints = [...marked];
    marked.clear();
    batch(() => {
      for (const paint of paints) {
        paint();
      }
    });
  }

  return {
    mark(paint) {
      marked.add(paint);
      handle ??= schedule(flush);
    },
    flush,
    dispose() {
      marked.clear();
      if (handle !== null) {
        cancel(handle);
        handle = null;
      }
    },
  };
}
