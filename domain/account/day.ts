import type { Milliseconds } from "../market.ts";

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
