import type { InstrumentStatus } from "./market.ts";

/** What may be done, from everything to nothing. A reduce-only pair takes no entries at all, a post-only one some. */
const FROM_OPEN_TO_CLOSED: readonly InstrumentStatus[] = [
  "online",
  "limit_only",
  "post_only",
  "reduce_only",
  "cancel_only",
  "maintenance",
  "work_in_progress",
  "delisted",
];

/** The status of a pair under the venue's own (PROTOCOL §5.4: online, cancel_only, maintenance, post_only): the stricter one. */
export function statusUnder(system: string, status: InstrumentStatus): InstrumentStatus {
  const whole = FROM_OPEN_TO_CLOSED.find((each) => each === system);
  if (whole === undefined) {
    return status;
  }
  return FROM_OPEN_TO_CLOSED.indexOf(whole) > FROM_OPEN_TO_CLOSED.indexOf(status) ? whole : status;
}
