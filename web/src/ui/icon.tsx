import { For, type JSX } from "solid-js";

/** Our few icons as 16 × 16 stroke paths. */
const paths = {
  trade: ["M2 12l4-5 3 3 5-7", "M10 3h4v4"],
  assistant: ["M2 3.5h12v7H8.5L5 13.5v-3H2z", "M5 6.3h6M5 8.3h4"],
  history: ["M8 2a6 6 0 1 1-5.2 3", "M2 2v3.5h3.5", "M8 5v3.5l2.5 1.5"],
  settings: ["M2 4.5h7M12 4.5h2M2 11.5h2M7 11.5h7", "M9 3v3M12 3v3M4 10v3M7 10v3"],
  search: ["M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9z", "M10.5 10.5 14 14"],
  close: ["M3.5 3.5l9 9M12.5 3.5l-9 9"],
  check: ["M3 8.5 6.5 12 13 4.5"],
  down: ["M4 6l4 4 4-4"],
  up: ["M4 10l4-4 4 4"],
  plus: ["M8 3v10M3 8h10"],
  user: ["M8 2.5a2.75 2.75 0 1 0 0 5.5 2.75 2.75 0 0 0 0-5.5z", "M2.5 14a5.5 5.5 0 0 1 11 0"],
  sun: [
    "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
    "M8 1.5v1.5M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M12.6 3.4l-1 1M4.4 11.6l-1 1",
  ],
  moon: ["M13.5 9.5A6 6 0 1 1 6.5 2.5a5 5 0 0 0 7 7z"],
  system: ["M2 3.5h12v7.5H2z", "M6 14h4M8 11v3"],
  keyboard: ["M1.5 4.5h13v7h-13z", "M4 7h.01M6.7 7h.01M9.3 7h.01M12 7h.01M5 9.5h6"],
  alert: ["M8 2 14.5 13.5h-13z", "M8 6.5v3.2M8 11.7v.01"],
  bell: ["M4 11.5V7a4 4 0 0 1 8 0v4.5z", "M2.5 11.5h11M6.8 13.8h2.4M8 3V1.8"],
  stop: ["M5.5 2h5L14 5.5v5L10.5 14h-5L2 10.5v-5z"],
  star: ["M8 2l1.8 3.8 4.2.6-3 3 .7 4.2L8 11.6l-3.7 2 .7-4.2-3-3 4.2-.6z"],
  edit: ["M3 13l.7-3L10.5 3.2l2.3 2.3L6 12.3z"],
  more: ["M3.5 8h.01M8 8h.01M12.5 8h.01"],
  refresh: ["M13 8a5 5 0 1 1-1.5-3.5", "M13 2.5V5h-2.5"],
  external: ["M6 3H3v10h10v-3", "M9 3h4v4M13 3 7.5 8.5"],
} as const satisfies Record<string, readonly string[]>;

export type IconName = keyof typeof paths;

/** Decoration only: the word beside it, or the control's label, carries the meaning. */
export function Icon(props: { name: IconName; class?: string; filled?: boolean }): JSX.Element {
  return (
    <svg
      viewBox="0 0 16 16"
      class={props.class ?? "size-4"}
      fill={props.filled === true ? "currentColor" : "none"}
      stroke="currentColor"
      stroke-width="1.4"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <For each={paths[props.name]}>{(path) => <path d={path} />}</For>
    </svg>
  );
}
