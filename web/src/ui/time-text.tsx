import type { JSX } from "solid-js";
import { preferences } from "../data/preferences.ts";
import { formatIso, formatTime, type TimeStyle } from "./format-time.ts";

/** A time in the chosen zone; ISO on hover. */
export function TimeText(props: { time: number | null; form?: TimeStyle; class?: string }): JSX.Element {
  return (
    <time
      datetime={props.time === null ? undefined : formatIso(props.time)}
      title={formatIso(props.time)}
      class={props.class}
    >
      {formatTime(props.time, preferences.zone, props.form ?? "time")}
    </time>
  );
}
