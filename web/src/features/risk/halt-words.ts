/** Halts in words. Pure but for the zone of the clock. */
import type { HaltView } from "../../../../contract/halts.ts";
import { preferences } from "../../data/preferences.ts";
import { formatTime } from "../../ui/format-time.ts";

const KINDS: Readonly<Record<HaltView["kind"], string>> = {
  drawdown: "Drawdown",
  daily_loss: "Loss of the day",
  loss_streak: "Losses in a row",
  stopped: "Stopped by you",
};

export function haltKindWord({ kind }: Pick<HaltView, "kind">): string {
  return KINDS[kind];
}

/** How the halt can end. */
export function untilWords({ endsAt, waitUntil }: Pick<HaltView, "endsAt" | "waitUntil">): string {
  if (endsAt !== null) {
    return `ends by itself at ${clock(endsAt)}`;
  }
  return waitUntil === null ? "ends when you resume" : `by waiting from ${clock(waitUntil)}, or with a new baseline`;
}

function clock(time: number): string {
  return formatTime(time, preferences.zone, "time-short");
}
