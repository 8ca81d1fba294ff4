import { For, Show, createMemo, type JSX } from "solid-js";
import { Icon } from "../../ui/icon.tsx";
import { LINE_ATTRIBUTE } from "./line-drag.ts";
import type { LinePlaces } from "./line-places.ts";

/** An alert as its mark says it. */
export type AlertMark = {
  /** Of its line. */
  readonly id: string;
  /** "at or above 64 250.0" */
  readonly words: string;
  readonly note: string | null;
};

/** A bell on the line of every alert in view: taken, it drags the line; pressed, it opens the alert; beside it what removes it. */
export function AlertMarks(props: {
  alerts: readonly AlertMark[];
  places: LinePlaces;
  onOpen: (lineId: string) => void;
  onRemove: (lineId: string) => void;
}): JSX.Element {
  const heights = createMemo(() => new Map(props.places.lines.map(({ id, y }) => [id, y])));
  // By name and not by object: a mark that has the focus keeps it when the account changes.
  const shown = createMemo(() => props.alerts.filter(({ id }) => heights().has(id)).map(({ id }) => id), [], {
    equals: (left, right) => left.join() === right.join(),
  });
  const alertOf = (id: string): AlertMark | undefined => props.alerts.find((alert) => alert.id === id);
  return (
    <For each={shown()}>
      {(id) => (
        <div
          {...{ [LINE_ATTRIBUTE]: id }}
          class="absolute z-5 flex h-5 -translate-y-1/2 cursor-ns-resize touch-none items-stretch rounded-sm border border-accent bg-panel text-accent pointer-coarse:h-8"
          style={{ top: `${heights().get(id) ?? 0}px`, right: `${props.places.right + 4}px` }}
        >
          <button
            type="button"
            class="flex cursor-[inherit] items-center gap-1 px-1 hover:bg-hover pointer-coarse:px-2"
            title={`Alert ${alertOf(id)?.words ?? ""}. Drag it to another price, press it to change it.`}
            aria-label={`Alert ${alertOf(id)?.words ?? ""}: change it`}
            onClick={() => props.onOpen(id)}
          >
            <Icon name="bell" class="size-3.5" />
            <Show when={alertOf(id)?.note}>{(note) => <span class="max-w-32 truncate text-xs">{note()}</span>}</Show>
          </button>
          <button
            type="button"
            class="flex cursor-pointer items-center px-0.5 text-muted hover:bg-hover hover:text-text pointer-coarse:px-2"
            title="Remove the alert"
            aria-label={`Remove the alert ${alertOf(id)?.words ?? ""}`}
            onClick={() => props.onRemove(id)}
          >
            <Icon name="close" class="size-3" />
          </button>
        </div>
      )}
    </For>
  );
}
