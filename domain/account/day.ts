import type { Milliseconds } from "../market.ts";
import type { AccountState } from "./state.ts";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** True when the text names a time zone that this runtime knows (IANA). */
export function isZone(zone: string): boolean {
  return formatterOf(zone) !== null;
}

/** The start of the local day that contains `time` in the zone (TRADING §5 "the day is the account's chosen zone"). */
export function dayStart(time: Milliseconds, zone: string): Milliseconds {
  const formatter = formatterOf(zone) ?? formatterOf("UTC");
  if (formatter === null) {
    return time;
  }
  const today = localDate(formatter, time);
  // A day is 23 to 25 hours long: step back until it is yesterday, then forward by minutes to the first of today.
  let yesterday = time - HOUR_MS;
  while (localDate(formatter, yesterday) === today) {
    yesterday -= HOUR_MS;
  }
  let first = Math.ceil((yesterday + 1) / MINUTE_MS) * MINUTE_MS;
  while (localDate(formatter, first) !== today) {
    first += MINUTE_MS;
  }
  return first;
}

/** The first moment after `time` at which a new day begins in the zone. */
export function nextDayStart(time: Milliseconds, zone: string): Milliseconds {
  const start = dayStart(time, zone);
  let inNext = start + 22 * HOUR_MS;
  while (dayStart(inNext, zone) === start) {
    inNext += HOUR_MS;
  }
  return dayStart(inNext, zone);
}

/** A zone that takes the place of the account's with the day that begins then. */
export type NextZone = { readonly zone: string; readonly from: Milliseconds };

type Days = Pick<AccountState, "zone" | "nextZone" | "day">;

/** After a day that began by the old zone the first of the new one is not cut short: the shortest day has so much. */
export const SHORTEST_DAY_MS = 22 * HOUR_MS;

/**
 * The start of the account's day that contains `time`, by its zone and by the one that takes its place. A new zone never ends the
 * day that runs: its loss would be forgotten at will.
 */
export function accountDayAt(days: Days, time: Milliseconds): Milliseconds {
  const { zone, nextZone, day } = days;
  if (nextZone !== null && time >= nextZone.from) {
    const start = dayStart(time, nextZone.zone);
    return start >= nextZone.from + SHORTEST_DAY_MS ? start : nextZone.from;
  }
  const start = dayStart(time, zone);
  return start < (day.notBefore ?? 0) ? Math.min(start, day.startedAt) : start;
}

/** When the day after the one that runs begins. */
export function nextAccountDay({ zone, nextZone, day }: Days): Milliseconds {
  let next = nextDayStart(day.startedAt, zone);
  while (next < (day.notBefore ?? 0)) {
    next = nextDayStart(next, zone);
  }
  return nextZone === null ? next : Math.min(next, Math.max(nextZone.from, day.startedAt + 1));
}

const formatters = new Map<string, Intl.DateTimeFormat | null>();

function formatterOf(zone: string): Intl.DateTimeFormat | null {
  const known = formatters.get(zone);
  if (known !== undefined) {
    return known;
  }
  const made = makeFormatter(zone);
  if (formatters.size < 100) {
    formatters.set(zone, made);
  }
  return made;
}

function makeFormatter(zone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
  } catch (error) {
    if (error instanceof RangeError) {
      return null; // That is how Intl says that there is no such zone.
    }
    throw error;
  }
}

function localDate(formatter: Intl.DateTimeFormat, time: Milliseconds): string {
  return formatter.format(time);
}
